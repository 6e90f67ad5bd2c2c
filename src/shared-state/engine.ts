import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerMs, type Connection, connect, inTime, isReply, wordsOf } from './connect.js';
import type { Script } from './scripts.js';
import { type SharedStateSettings, times } from './settings.js';

/** The engine did not answer, too late or with an error of its own. */
export class EngineUnavailable extends Error {}

/**
 * `up`: asked for everything. `down`: this replica goes on alone. `settling`: it answers again, and this replica
 * keeps to its own limits besides until all others can have noticed it as well.
 */
export type Mode = 'up' | 'down' | 'settling';

/** Stands before every key and channel. */
export const keyPrefix = 'autotask-mcp:';

/** The way to the engine that replicas share, and what is known of its health. */
export class Engine {
  /** Names this process among the replicas. */
  readonly replica = randomBytes(6).toString('hex');
  readonly #connection: Connection;
  readonly #subscriber: Connection;
  readonly #log: SharedStateSettings['log'];
  readonly #changes = new Set<(mode: Mode) => void>();
  readonly #ended = new AbortController();
  #mode: Mode = 'down';
  #since = performance.now();
  #failedAt = performance.now();
  #failures = 0;
  /** Why there is no connection. */
  #broken: unknown = null;

  constructor({ address, log }: Pick<SharedStateSettings, 'address' | 'log'>) {
    this.#log = log;
    this.#connection = connect(address);
    this.#subscriber = connect(address);
    this.#connection.on('error', (error) => {
      this.#broken = error;
    });
    this.#connection.on('ready', () => {
      this.#broken = null;
    });
    const told = new Set<string>();
    for (const connection of [this.#connection, this.#subscriber])
      connection.on('error', (error) => {
        const words = wordsOf(error);
        // What the engine itself says is about a setting; that it does not answer is told by whoever asks.
        log(isReply(words) && !told.has(words) ? 'warning' : 'debug', `shared state: ${words}`);
        told.add(words);
      });
  }

  get mode(): Mode {
    return this.#mode;
  }

  /** How often it could not be asked. */
  get failures(): number {
    return this.#failures;
  }

  /** Resolves when the engine answered for the first time, or did not in time; the pulse goes on until `close`. */
  async open(heard: { turn(message: string): void; pause(message: string): void }): Promise<void> {
    const channels = new Map([
      [`${keyPrefix}turn:${this.replica}`, heard.turn],
      [`${keyPrefix}pause`, heard.pause],
    ]);
    this.#subscriber.on('message', (channel, message) => channels.get(channel)?.(message));
    this.#subscriber.on('ready', () => {
      for (const channel of channels.keys()) {
        // Whoever misses its turn asks again.
        this.#subscriber
          .subscribe(channel)
          .catch((error: unknown) => this.#log('debug', `shared state: ${wordsOf(error)}`));
      }
    });
    const failure = await this.#ask();
    if (failure === null) this.#change('up');
    else this.#log('warning', this.#lost(failure));
    this.#beat().catch((error: unknown) => this.#log('error', `shared state: ${wordsOf(error)}`));
  }

  close(): void {
    this.#ended.abort();
    this.#connection.disconnect();
    this.#subscriber.disconnect();
  }

  onChange(listener: (mode: Mode) => void): void {
    this.#changes.add(listener);
  }

  /** Runs a script. Throws EngineUnavailable, and this replica is on its own from then on. */
  async run(
    { sha, text }: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<unknown> {
    return this.#guarded(async () => {
      try {
        return await this.#call('EVALSHA', sha, keys.length, ...keys, ...args);
      } catch (error) {
        if (!/^NOSCRIPT/.test(wordsOf(error))) throw error;
        return await this.#call('EVAL', text, keys.length, ...keys, ...args);
      }
    });
  }

  /** The same for a single command. */
  async call(command: string, ...args: (string | number)[]): Promise<unknown> {
    return this.#guarded(() => this.#call(command, ...args));
  }

  /**
   * While the engine is down: resolves when it is back, or when whoever was let in before has had time to end.
   * A process that was kept from running meanwhile does not take the engine to be away before it has asked again.
   * Rejects with the signal's reason.
   */
  async backOrDrained(signal: AbortSignal): Promise<void> {
    while (this.#mode === 'down') {
      const now = performance.now();
      if (now - this.#since >= times.drainMs && now - this.#failedAt < times.aloneMs) return;
      signal.throwIfAborted();
      await sleep(50);
    }
  }

  async #call(command: string, ...args: (string | number)[]): Promise<unknown> {
    const since = performance.now();
    while (this.#connection.status !== 'ready') {
      if (performance.now() - since > answerMs) throw this.#broken ?? new Error('no connection');
      await sleep(20);
    }
    return inTime(this.#connection.call(command, ...args));
  }

  /** While it is down only the pulse asks: what is refused meanwhile must not be done, or counted, later. */
  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    if (this.#mode === 'down') throw new EngineUnavailable('it did not answer the last time');
    try {
      return await work();
    } catch (error) {
      this.#failed(error);
      throw new EngineUnavailable(wordsOf(error), { cause: error });
    }
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#failedAt = performance.now();
    if (this.#mode === 'down' || this.#ended.signal.aborted) return;
    this.#log('warning', this.#lost(error));
    this.#change('down');
  }

  #lost(error: unknown): string {
    return `The shared state (AUTOTASK_STATE_URL) does not answer (${wordsOf(error)}): this replica reads on within its own share of the limits, and writes that need it are refused.`;
  }

  #change(mode: Mode): void {
    this.#mode = mode;
    this.#since = performance.now();
    for (const listener of this.#changes) listener(mode);
  }

  /** Writes, because an engine that takes no writes is of no use; null when it answered. */
  async #ask(): Promise<unknown> {
    try {
      await this.#call('SET', `${keyPrefix}pulse:${this.replica}`, '1', 'PX', 10_000);
      return null;
    } catch (error) {
      return error;
    }
  }

  async #beat(): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      await sleep(times.pulseMs, undefined, { ref: false });
      if (signal.aborted) return;
      // One that only listens would never notice that nobody speaks any more. In small letters: the library takes no others here.
      if (this.#subscriber.status === 'ready') this.#subscriber.call('ping').catch(() => undefined);
      const failure = await this.#ask();
      if (signal.aborted) return;
      if (failure !== null) this.#failed(failure);
      else if (this.#mode === 'down') this.#change('settling');
      else if (this.#mode === 'settling' && performance.now() - this.#since >= times.settleMs) {
        this.#log('info', 'The shared state answers again.');
        this.#change('up');
      }
    }
  }
}
