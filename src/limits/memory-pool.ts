import { AutotaskError } from '../errors.js';
import { limits } from './fixed-limits.js';

/** A number of bytes that all calls of this process reserve from. */
export class MemoryPool {
  #left: number;

  constructor(bytes: number) {
    this.#left = bytes;
  }

  /** False when there are not so many left; then nothing is taken. */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#left += bytes;
  }
}

/** For what comes from Autotask. */
export const answerMemory = new MemoryPool(limits.processBytes);

/** This server's own limit, and nobody's mistake: others' calls use what there is. */
export const memoryFull = () =>
  new AutotaskError('unavailable', 'This server is reading as much at once as its memory allows.', {
    next: 'Try again in a few seconds, or ask for less at once.',
    retryAfter: 5,
    actor: 'server',
  });

const weights = new WeakMap<object, number>();

/** What a value counts beside its text, in bytes: many small ones take far more memory than the text they stood in. */
const bytesOfValue = 32;

/** Notes what a parsed answer takes in memory, for whoever keeps it. */
export function noteMemoryOf(body: object, bytes: number, values: number): void {
  weights.set(body, bytes + values * bytesOfValue);
}

/** Bytes of memory that an answer takes, as far as that was noted. */
export const memoryOf = (body: unknown): number =>
  typeof body === 'object' && body !== null ? (weights.get(body) ?? 0) : 0;
