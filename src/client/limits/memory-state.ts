import type { Tuning } from '../tuning.js';
import { ConcurrencyLimiter } from './concurrency.js';
import { Cooldown } from './cooldown.js';
import type { DiskCache } from './disk-cache.js';
import { RateLimiter } from './rate-limiter.js';
import type { TenantState } from './tenant-state.js';

export interface MemoryState extends TenantState {
  /** No request is running, waiting or cooling down, so the state could be dropped. */
  isIdle(): boolean;
}

export function createMemoryState(overall: number, tuning: Tuning, disk: DiskCache | null): MemoryState {
  const limiter = new ConcurrencyLimiter(overall);
  const cooldown = new Cooldown(tuning);
  const rateLimiter = new RateLimiter(tuning);
  const entries = new Map<string, { readonly body: unknown; readonly until: number }>();
  return {
    acquire: (endpoint, signal) => limiter.acquire(endpoint, signal),
    activeCooldown: async () => cooldown.active(Date.now()),
    record: async (result) => cooldown.record(result, Date.now()),
    countRequest: async () => rateLimiter.countRequest(Date.now()),
    recordThreshold: async (threshold) => rateLimiter.recordThreshold(threshold, Date.now()),
    throttleDelay: async () => rateLimiter.delayMs(Date.now()),
    async load(key, maxAgeMs = tuning.metadataTtlMs) {
      const now = Date.now();
      const oldestUntil = now + tuning.metadataTtlMs - maxAgeMs;
      const entry = entries.get(key);
      if (entry !== undefined && entry.until > now && entry.until >= oldestUntil) return entry.body;
      const stored = await disk?.load(key, now, tuning.metadataTtlMs);
      if (stored === undefined || stored === null || stored.until < oldestUntil) return undefined;
      entries.set(key, stored);
      return stored.body;
    },
    async save(key, body) {
      const until = Date.now() + tuning.metadataTtlMs;
      entries.set(key, { body, until });
      await disk?.save(key, { body, until });
    },
    isIdle: () => limiter.idle && cooldown.active(Date.now()) === null,
  };
}
