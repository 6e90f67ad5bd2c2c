/** Autotask refuses a fourth concurrent request of one integration to one endpoint. */
export const requestsPerEndpoint = 3;

/**
 * Gives out places for requests: a few per endpoint, and `overall` together. First come, first served,
 * except that who waits for a busy endpoint does not hold up those who want another one.
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

  /** Resolves to the function that gives the place back; rejects with the signal's reason. */
  acquire(endpoint: string, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (this.#isFree(endpoint)) return resolve(this.#take(endpoint));
      const waiter = {
        endpoint,
        admit: () => {
          signal.removeEventListener('abort', leave);
          resolve(this.#take(endpoint));
        },
      };
      const leave = () => {
        this.#waiting.delete(waiter);
        reject(signal.reason);
      };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #isFree(endpoint: string): boolean {
    return this.#taken < this.#overall && (this.#busy.get(endpoint) ?? 0) < requestsPerEndpoint;
  }

  #take(endpoint: string): () => void {
    this.#taken += 1;
    this.#busy.set(endpoint, (this.#busy.get(endpoint) ?? 0) + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#taken -= 1;
      const left = (this.#busy.get(endpoint) ?? 1) - 1;
      if (left === 0) this.#busy.delete(endpoint);
      else this.#busy.set(endpoint, left);
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
