import { AsyncLocalStorage } from 'node:async_hooks';
import { AutotaskError } from './errors.js';

const mebibyte = 1024 * 1024;

/**
 * What one call, and this process with all its calls, may use of Autotask's answers; docs/configuration.md states
 * the numbers. Far above what work takes, and low enough for a container of 512 MB, where Node keeps 256 for itself.
 */
export const limits = {
  /** Bytes of one answer, decompressed. */
  answerBytes: 32 * mebibyte,
  /** Values in one answer: a page of 500 tickets has some 40,000. */
  answerValues: 1_000_000,
  /** Levels of objects and lists in one answer. What lies deeper is left out of a record. */
  depth: 32,
  /** Pages without a row in a row. */
  emptyPages: 3,
  /** HTTP requests of one call, further pages and repeats included: a million records are 2,000. */
  callRequests: 2_500,
  /** Bytes that one call reads, one answer after the other, … */
  callBytes: 1024 * mebibyte,
  /** … and those that it keeps until it ends. */
  heldBytes: 64 * mebibyte,
  /** Bytes of answers that all calls of this process keep or receive at the same time. */
  processBytes: 96 * mebibyte,
  /** Bytes of request bodies that are on their way to the HTTP entry at the same time. */
  bodyBytes: 48 * mebibyte,
} as const;

/** A number of bytes that all calls of this process reserve from. */
export class Pool {
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
export const answers = new Pool(limits.processBytes);

export const megabytes = (bytes: number): string => `${Math.round(bytes / mebibyte)} MiB`;

const tooMuch = (what: string) =>
  new AutotaskError('notAllowed', `This call was ended: ${what}.`, {
    next: 'Narrow it: fewer records (filter, maxRecords) or fewer fields (includeFields) at once.',
    actor: 'server',
  });

/** This server's own limit, and nobody's mistake: others' calls use what there is. */
export const crowded = () =>
  new AutotaskError('unavailable', 'This server is reading as much at once as its memory allows.', {
    next: 'Try again in a few seconds, or ask for less at once.',
    retryAfter: 5,
    actor: 'server',
  });

const weights = new WeakMap<object, number>();

/** What a value counts beside its text, in bytes: many small ones take far more memory than the text they stood in. */
const bytesOfValue = 32;

/** Notes what a parsed answer takes in memory, for whoever keeps it. */
export function weigh(body: object, bytes: number, values: number): void {
  weights.set(body, bytes + values * bytesOfValue);
}

/** What one call has used so far. */
class Use {
  #requests = 0;
  #bytes = 0;
  #held = 0;

  /** Counts a request that is about to be sent. */
  request(): void {
    this.#requests += 1;
    if (this.#requests > limits.callRequests) {
      throw tooMuch(`it has sent ${limits.callRequests} requests to Autotask, and more it may not`);
    }
  }

  /** Counts an answer that has come. */
  received(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > limits.callBytes) {
      throw tooMuch(`it has read ${megabytes(limits.callBytes)} from Autotask, and more it may not`);
    }
  }

  /** Counts an answer that stays in memory until the call ends. */
  hold(body: unknown): void {
    const bytes = typeof body === 'object' && body !== null ? (weights.get(body) ?? 0) : 0;
    if (this.#held + bytes > limits.heldBytes) {
      throw tooMuch(`what it reads takes more than ${megabytes(limits.heldBytes)} of memory`);
    }
    if (!answers.take(bytes)) throw crowded();
    this.#held += bytes;
  }

  end(): void {
    answers.give(this.#held);
    this.#held = 0;
  }
}

const running = new AsyncLocalStorage<Use>();

/** Runs a call with a budget of its own; within another call it uses that one's. */
export async function withinBudget<T>(work: () => Promise<T>): Promise<T> {
  if (running.getStore() !== undefined) return work();
  const use = new Use();
  try {
    return await running.run(use, work);
  } finally {
    use.end();
  }
}

/** Of the call that is running; undefined where none is, e.g. at start-up. */
export const currentUse = (): Use | undefined => running.getStore();
