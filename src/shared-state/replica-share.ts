import { FirstThresholdCheck } from '../client/rate-limiting/first-threshold-check.js';
import { defaultThreshold, isThresholdRequest } from '../client/rate-limiting/rate-limiter.js';
import type { Threshold } from '../client/rate-limiting/threshold.js';

/**
 * What a replica may still send within the hour while it cannot ask the engine: its share of what is left. What the
 * engine said last may be long ago, so Autotask itself is asked once in each outage. All replicas do, each before it
 * sends anything, and what is left only shrinks meanwhile: their shares never add up to more.
 */
export class ReplicaShare {
  readonly #hourlyShare: number | null;
  readonly #share: number;
  readonly #question = new FirstThresholdCheck();
  #allowance: number;
  #untold = 0;

  /** `hourlyShare`: of the hour, what all replicas may use together, null: all; `share`: of that, what this one may. */
  constructor(hourlyShare: number | null, share: number) {
    this.#hourlyShare = hourlyShare;
    this.#share = share;
    this.#allowance =
      hourlyShare === null ? Number.POSITIVE_INFINITY : defaultThreshold * hourlyShare * share;
  }

  /** The engine said how many requests all may still send; -1: it does not limit them. */
  heard(left: number): void {
    if (left >= 0) this.#allowance = left * this.#share;
  }

  begins(): void {
    this.#question.reset();
  }

  record({ externalRequestThreshold, currentTimeframeRequestCount }: Threshold): void {
    if (this.#hourlyShare === null) return;
    const left = externalRequestThreshold * this.#hourlyShare - currentTimeframeRequestCount;
    this.heard(Math.max(0, left));
    this.#question.answer();
  }

  /** Counts a request that is sent; or answers why it is not, and nothing is counted. */
  spend(endpoint: string, now: number): { readonly ms: number; readonly askThreshold: boolean } | null {
    if (this.#hourlyShare !== null && !isThresholdRequest(endpoint)) {
      const first = this.#question.wait(now);
      if (first !== null) return first;
      if (this.#allowance < 1) return { ms: 60_000, askThreshold: false };
    }
    this.#allowance -= 1;
    this.#untold += 1;
    return null;
  }

  /** Requests that the engine has not counted; they count as told from then on. */
  takeUntold(): number {
    const untold = this.#untold;
    this.#untold = 0;
    return untold;
  }

  /** They were not told after all. */
  putBack(untold: number): void {
    this.#untold += untold;
  }
}
