/** Autotask refuses a fourth concurrent request of one integration to one endpoint. */
export const maxPerEndpoint = 3;

export interface ConcurrencyLimits {
  readonly overall: number;
  readonly perEndpoint: number;
}

/**
 * Limits concurrent requests: a few per endpoint, and `overall` together. First come, first served,
 * except that a request waiting for a busy endpoint does not block those for another one.
 */
export class ConcurrencyLimiter {
  readonly #limits: () => ConcurrencyLimits;
  readonly #busy = new Map<string, number>();
  /** In order of arrival; a set, so that cancelling one of thousands costs nothing. */
  readonly #waiting = new Set<{ readonly endpoint: string; readonly admit: () => void }>();
  #taken = 0;

  /** A number is the limit of all together. A function is asked each time; after a change call `refresh`. */
  constructor(limits: number | (() => ConcurrencyLimits)) {
    const fixed =
      typeof limits === 'number' ? { overall: Math.max(1, limits), perEndpoint: maxPerEndpoint } : null;
    this.#limits = typeof limits === 'number' ? () => fixed ?? { overall: 1, perEndpoint: 1 } : limits;
  }

  /** How many are running. */
  get taken(): number {
    return this.#taken;
  }

  get idle(): boolean {
    return this.#taken === 0 && this.#waiting.size === 0;
  }

  /** Resolves, when the request may be sent, to the function that releases its slot; rejects with the signal's reason. */
  acquire(endpoint: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#isFree(endpoint)) return resolve(this.#take(endpoint));
      const waiter = {
        endpoint,
        admit: () => {
          signal.removeEventListener('abort', cancel);
          resolve(this.#take(endpoint));
        },
      };
      const cancel = () => {
        this.#waiting.delete(waiter);
        reject(signal.reason);
      };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  #isFree(endpoint: string): boolean {
    const { overall, perEndpoint } = this.#limits();
    return this.#taken < overall && (this.#busy.get(endpoint) ?? 0) < perEndpoint;
  }

  #take(endpoint: string): () => void {
    this.#taken += 1;
    this.#busy.set(endpoint, (this.#busy.get(endpoint) ?? 0) + 1);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#taken -= 1;
      const remaining = (this.#busy.get(endpoint) ?? 1) - 1;
      if (remaining === 0) this.#busy.delete(endpoint);
      else this.#busy.set(endpoint, remaining);
      this.refresh();
    };
  }

  /** Lets those in whom the limits let in now. */
  refresh(): void {
    for (const waiter of this.#waiting) {
      if (this.#taken >= this.#limits().overall) return;
      if (!this.#isFree(waiter.endpoint)) continue;
      this.#waiting.delete(waiter);
      waiter.admit();
    }
  }
}
