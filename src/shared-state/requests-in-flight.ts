import type { ConcurrencyLimits } from '../client/rate-limiting/concurrency.js';

/** What this replica has on its way to a tenant, whoever let it go, within what it may have there alone. */
export class RequestsInFlight {
  readonly #alone: ConcurrencyLimits;
  readonly #perEndpoint = new Map<string, number>();
  #all = 0;

  constructor(alone: ConcurrencyLimits) {
    this.#alone = alone;
  }

  /** False, and nothing is counted, when this replica alone may not send another one. */
  beginsAlone(endpoint: string): boolean {
    const { overall, perEndpoint } = this.#alone;
    if (this.#all >= overall || (this.#perEndpoint.get(endpoint) ?? 0) >= perEndpoint) return false;
    this.begins(endpoint);
    return true;
  }

  begins(endpoint: string): void {
    this.#all += 1;
    this.#perEndpoint.set(endpoint, (this.#perEndpoint.get(endpoint) ?? 0) + 1);
  }

  ends(endpoint: string): void {
    this.#all -= 1;
    const left = (this.#perEndpoint.get(endpoint) ?? 1) - 1;
    if (left === 0) this.#perEndpoint.delete(endpoint);
    else this.#perEndpoint.set(endpoint, left);
  }
}
