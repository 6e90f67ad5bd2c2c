import type { Writable } from 'node:stream';
import type { Log } from '../../log.js';
import { plural } from '../../text.js';

/** What waits while the reader is slow or away; the oldest goes first. The files have it all. */
const mostBytes = 16 * 1_048_576;

/** Lines on their way to a reader who may be slow or away. Those that are dropped are counted, and the log says so. */
export class WaitingLines {
  readonly #to: string;
  readonly #log: Log;
  readonly #waiting: Buffer[] = [];
  #bytes = 0;
  #dropped = 0;

  /** `to`: what the log calls the reader. */
  constructor(to: string, log: Log) {
    this.#to = to;
    this.#log = log;
  }

  get count(): number {
    return this.#waiting.length;
  }

  add(line: Buffer): void {
    this.#waiting.push(line);
    this.#bytes += line.length;
    while (this.#bytes > mostBytes) {
      if (this.#dropped === 0)
        this.#log('warning', `audit: ${this.#to} takes lines too slowly: the oldest that wait are dropped`);
      this.#drop();
    }
  }

  /** Hands over what the stream takes; the rest would wait there without a bound. */
  handTo(stream: Writable): void {
    while (!stream.writableNeedDrain) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      this.#bytes -= next.length;
      stream.write(next);
    }
    if (this.#waiting.length === 0) this.#tell();
  }

  /** Nobody takes what still waits. */
  dropAll(): void {
    while (this.#waiting.length > 0) this.#drop();
    this.#tell();
  }

  #drop(): void {
    this.#bytes -= this.#waiting.shift()?.length ?? 0;
    this.#dropped += 1;
  }

  #tell(): void {
    if (this.#dropped === 0) return;
    this.#log(
      'warning',
      `audit: ${plural(this.#dropped, 'line')} did not reach ${this.#to}; the files have them`,
    );
    this.#dropped = 0;
  }
}
