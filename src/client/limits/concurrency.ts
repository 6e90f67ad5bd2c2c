/** Autotask refuses a fourth concurrent request of one integration to one endpoint. */
export const maxPerEndpoint = 3;

/**
 * Limits concurrent requests: a few per endpoint, and `overall` together. First come, first served,
 * except that a request waiting for a busy endpoint does not block those for another one.
 */
export class ConcurrencyLimiter {
  readonly #overall: number;
  readonly #busy = new Map<string, number>();
  /** In order of arrival; a set, so that cancelling one of thousands costs nothing. */
  readonly #waiting = new Set<{ readonly endpoint: string; readonly admit: () => void }>();
  #taken = 0;

  constructor(overall: number) {
    this.#overall = Math.max(1, overall);
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
    return this.#taken < this.#overall && (this.#busy.get(endpoint) ?? 0) < maxPerEndpoint;
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
      this.#admit();
    };
  }

  #admit(): void {
    for (const waiter of this.#waiting) {
      if (this.#taken >= this.#overall) return;
      if (!this.#isFree(waiter.endpoint)) continue;
      this.#waiting.delete(waiter);
      waiter.admit();
    }
  }
}
