import type { Tuning } from '../tuning.js';
import type { ActiveCooldown } from './cooldown.js';
import { FirstThresholdCheck } from './first-threshold-check.js';
import type { Threshold } from './threshold.js';

/** Autotask's limit for a database unless ThresholdInformation says otherwise. */
export const defaultThreshold = 10_000;
/** Minutes are counted whole: the last request of the first one is an hour ago. */
const windowMinutes = 61;
const minuteMs = 60_000;
/** Autotask itself delays answers from half of the threshold on; from here on the client waits as well. */
export const slowFrom = 0.75;

/** The one read that tells whether others have stopped; it goes through when our share is used up. */
export const isThresholdRequest = (endpoint: string): boolean => endpoint === 'thresholdinformation';

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
  /** Requests that Autotask may not have counted when it was asked last. */
  #sinceQuestion = 0;
  readonly #firstThresholdCheck = new FirstThresholdCheck();

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
    this.#sinceQuestion += 1;
    this.#sinceCheck += 1;
    return this.#sinceCheck >= this.#tuning.requestsPerThresholdCheck && this.#checkIsDue(now);
  }

  /** True once within the time that must lie between two questions. */
  #checkIsDue(now: number): boolean {
    if (now - this.#checkedAt < this.#tuning.thresholdCheckMs) return false;
    this.#sinceCheck = 0;
    this.#checkedAt = now;
    return true;
  }

  /** ThresholdInformation is about to be asked while so many other requests are on their way: counted or not. */
  beginsQuestion(onTheirWay: number): void {
    this.#sinceQuestion = onTheirWay;
  }

  recordThreshold(threshold: Threshold, now: number): void {
    this.#reported = { threshold, at: now };
    this.#sinceReport = this.#sinceQuestion;
    this.#firstThresholdCheck.answer();
  }

  #own(now: number): number {
    let own = 0;
    for (const [minute, requests] of this.#perMinute) {
      if (minute > Math.floor(now / minuteMs) - windowMinutes) own += requests;
    }
    return own;
  }

  /** Requests used within the hour, of how many. */
  #use(now: number): { readonly used: number; readonly own: number; readonly limit: number } {
    const own = this.#own(now);
    const reported = this.#reported;
    if (reported === null) return { used: own, own, limit: defaultThreshold };
    const { externalRequestThreshold, currentTimeframeRequestCount } = reported.threshold;
    const limit = Math.max(1, externalRequestThreshold);
    if (now - reported.at > windowMinutes * minuteMs) return { used: own, own, limit };
    return { used: Math.max(own, currentTimeframeRequestCount + this.#sinceReport), own, limit };
  }

  /** Fraction of the threshold in use, 1 when it is used up. */
  usedFraction(now: number): number {
    const { used, limit } = this.#use(now);
    return used / limit;
  }

  /** Null while this server has requests left: it may have been told to leave a part of them to others. */
  stopped(now: number): ActiveCooldown | null {
    const { hourlyShare } = this.#tuning;
    if (hourlyShare === null) return null;
    const first = this.#firstThresholdCheck.wait(now);
    if (first !== null) return { kind: 'share', ...first };
    const { used, own, limit } = this.#use(now);
    const most = limit * hourlyShare;
    if (used < most) return null;
    const [oldest = now / minuteMs] = this.#perMinute.keys();
    const ownLeaves = (Math.floor(oldest) + windowMinutes) * minuteMs - now;
    // What others sent may end at any time; it shows when Autotask is asked again.
    const ms = own >= most ? Math.max(1_000, ownLeaves) : minuteMs;
    return { kind: 'share', ms, askThreshold: this.#checkIsDue(now) };
  }

  /** Milliseconds to wait before a request. */
  delayMs(now: number): number {
    const usedOfShare = this.usedFraction(now) / (this.#tuning.hourlyShare ?? 1);
    const excess = Math.min(1, usedOfShare) - slowFrom;
    return excess <= 0 ? 0 : (excess / (1 - slowFrom)) * this.#tuning.maxThrottleDelayMs;
  }
}
