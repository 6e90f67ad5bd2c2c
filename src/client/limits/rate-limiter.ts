import type { Tuning } from '../tuning.js';
import type { Threshold } from '../types.js';

/** Autotask's limit for a database unless ThresholdInformation says otherwise. */
const defaultThreshold = 10_000;
const windowMinutes = 60;
const minuteMs = 60_000;
/** Autotask itself delays answers from half of the threshold on; from here on the client waits as well. */
const slowFrom = 0.75;

/**
 * Estimates how much of the rolling hourly threshold is used. Own requests are counted; those of other
 * integrations are only known from ThresholdInformation, which costs a request itself and so is asked rarely.
 */
export class RateLimiter {
  readonly #tuning: Tuning;
  readonly #perMinute = new Map<number, number>();
  #sinceCheck = 0;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #reported: { readonly threshold: Threshold; readonly at: number } | null = null;
  #sinceReport = 0;

  constructor(tuning: Tuning) {
    this.#tuning = tuning;
  }

  /** Counts a request; true when it is time to ask ThresholdInformation. */
  countRequest(now: number): boolean {
    const minute = Math.floor(now / minuteMs);
    this.#perMinute.set(minute, (this.#perMinute.get(minute) ?? 0) + 1);
    for (const old of this.#perMinute.keys()) {
      if (old > minute - windowMinutes) break;
      this.#perMinute.delete(old);
    }
    this.#sinceReport += 1;
    this.#sinceCheck += 1;
    const due =
      this.#sinceCheck >= this.#tuning.requestsPerThresholdCheck &&
      now - this.#checkedAt >= this.#tuning.thresholdCheckMs;
    if (due) {
      this.#sinceCheck = 0;
      this.#checkedAt = now;
    }
    return due;
  }

  recordThreshold(threshold: Threshold, now: number): void {
    this.#reported = { threshold, at: now };
    this.#sinceReport = 0;
  }

  /** Fraction of the threshold in use, 1 when it is used up. */
  usedFraction(now: number): number {
    let own = 0;
    for (const [minute, requests] of this.#perMinute) {
      if (minute > Math.floor(now / minuteMs) - windowMinutes) own += requests;
    }
    const reported = this.#reported;
    if (reported === null) return own / defaultThreshold;
    const { externalRequestThreshold, currentTimeframeRequestCount } = reported.threshold;
    const limit = Math.max(1, externalRequestThreshold);
    if (now - reported.at > windowMinutes * minuteMs) return own / limit;
    return Math.max(own, currentTimeframeRequestCount + this.#sinceReport) / limit;
  }

  /** Milliseconds to wait before a request. */
  delayMs(now: number): number {
    const excess = Math.min(1, this.usedFraction(now)) - slowFrom;
    return excess <= 0 ? 0 : (excess / (1 - slowFrom)) * this.#tuning.maxThrottleDelayMs;
  }
}
