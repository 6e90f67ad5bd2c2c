/** Numbers of the client that have good defaults and are changed by tests and benchmarks. */
export interface Tuning {
  /** Repeats of a read after the first attempt. */
  readonly retries: number;
  /** Wait before the first repeat; doubles each time. */
  readonly backoffMs: number;
  readonly maxBackoffMs: number;
  /** Longest cooldown or retry delay that a call waits for; with a longer one it fails at once and names the time. */
  readonly maxWaitMs: number;
  /** Refused credentials in a row after which requests stop for a while. */
  readonly refusalsBeforeCooldown: number;
  readonly refusalCooldownMs: number;
  /** ThresholdInformation is asked once per so many of our requests, … */
  readonly requestsPerThresholdCheck: number;
  /** … and not more often than this. */
  readonly thresholdCheckMs: number;
  /** Delay per request when the hourly threshold is used up; grows from 0 at three quarters. */
  readonly maxThrottleDelayMs: number;
  /** Of the hourly threshold, what is used before this server stops and leaves the rest to others; null: all of it. */
  readonly hourlyShare: number | null;
  readonly metadataTtlMs: number;
}

export const defaultTuning: Tuning = {
  retries: 3,
  backoffMs: 500,
  maxBackoffMs: 60_000,
  maxWaitMs: 30_000,
  refusalsBeforeCooldown: 3,
  refusalCooldownMs: 60_000,
  requestsPerThresholdCheck: 100,
  thresholdCheckMs: 60_000,
  maxThrottleDelayMs: 5_000,
  hourlyShare: null,
  metadataTtlMs: 6 * 60 * 60_000,
};
