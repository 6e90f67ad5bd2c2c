import { AsyncLocalStorage } from 'node:async_hooks';
import { AutotaskError } from '../errors.js';
import { limits, megabytes } from './fixed-limits.js';
import { answerMemory, memoryFull, memoryOf } from './memory-pool.js';

/** Says nothing about a record: a write that was not sent any more may be made by another call. */
const tooMuch = (what: string) =>
  new AutotaskError('limited', `This call was ended: ${what}.`, {
    next: 'Narrow it: fewer records (filter, maxRecords) or fewer fields (includeFields) at once.',
    actor: 'server',
  });

/** What one call has used so far. */
class CallUsage {
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
    const bytes = memoryOf(body);
    if (this.#held + bytes > limits.heldBytes) {
      throw tooMuch(`what it reads takes more than ${megabytes(limits.heldBytes)} of memory`);
    }
    if (!answerMemory.take(bytes)) throw memoryFull();
    this.#held += bytes;
  }

  end(): void {
    answerMemory.give(this.#held);
    this.#held = 0;
  }
}

const running = new AsyncLocalStorage<CallUsage>();

/** Runs a call within limits of its own; within another call it uses that one's. */
export async function withCallLimits<T>(work: () => Promise<T>): Promise<T> {
  if (running.getStore() !== undefined) return work();
  const usage = new CallUsage();
  try {
    return await running.run(usage, work);
  } finally {
    usage.end();
  }
}

/** Of the call that is running; undefined where none is, e.g. at start-up. */
export const currentCallUsage = (): CallUsage | undefined => running.getStore();
