import type { ActiveCooldown, RequestResult } from './cooldown.js';
import type { Threshold } from './threshold.js';

/**
 * What all clients of one tenant have in common, because Autotask counts it per tenant: concurrent
 * requests, cooldowns, the hourly threshold, and cached metadata. One process keeps it in memory;
 * several replicas can put something shared behind the same interface.
 */
export interface TenantState {
  /** Waits for a concurrency slot for one request; resolves to the function that releases it. */
  acquire(endpoint: string, signal: AbortSignal): Promise<() => void>;
  /** Why requests are stopped at the moment; null when they are not. */
  activeCooldown(): Promise<ActiveCooldown | null>;
  /** Records how a request ended. */
  record(ending: RequestResult): Promise<void>;
  /** Counts a request that is about to be sent; true when ThresholdInformation should be asked. */
  countRequest(): Promise<boolean>;
  /** Records what ThresholdInformation answered. */
  recordThreshold(threshold: Threshold): Promise<void>;
  /** Milliseconds to wait before the next request, so that the threshold lasts. */
  throttleDelay(): Promise<number>;
  /** Cached JSON; undefined when there is none or it is too old: older than that, or than the time to live. */
  load(key: string, maxAgeMs?: number): Promise<unknown>;
  /** Keeps JSON for the metadata's time to live. Never fails: a cache that cannot write is only slow. */
  save(key: string, body: unknown): Promise<void>;
}
