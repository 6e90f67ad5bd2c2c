import type { Tuning } from '../tuning.js';
import { ConcurrencyLimiter } from './concurrency.js';
import { Cooldown } from './cooldown.js';
import type { DiskCache } from './disk-cache.js';
import { RateBudget } from './rate-budget.js';
import type { TenantState } from './tenant-state.js';

export interface MemoryState extends TenantState {
  /** Nobody uses it and it holds nobody back, so it could be forgotten. */
  isIdle(): boolean;
}

export function createMemoryState(overall: number, tuning: Tuning, disk: DiskCache | null): MemoryState {
  const places = new ConcurrencyLimiter(overall);
  const holds = new Cooldown(tuning);
  const usage = new RateBudget(tuning);
  const cached = new Map<string, { readonly body: unknown; readonly until: number }>();
  return {
    acquire: (endpoint, signal) => places.acquire(endpoint, signal),
    cooldown: async () => holds.current(Date.now()),
    record: async (ending) => holds.record(ending, Date.now()),
    countRequest: async () => usage.count(Date.now()),
    recordThreshold: async (threshold) => usage.report(threshold, Date.now()),
    pace: async () => usage.pace(Date.now()),
    async load(key, maxAgeMs = tuning.metadataTtlMs) {
      const now = Date.now();
      const after = now + tuning.metadataTtlMs - maxAgeMs;
      const kept = cached.get(key);
      if (kept !== undefined && kept.until > now && kept.until >= after) return kept.body;
      const stored = await disk?.load(key, now, tuning.metadataTtlMs);
      if (stored === undefined || stored === null || stored.until < after) return undefined;
      cached.set(key, stored);
      return stored.body;
    },
    async save(key, body) {
      const until = Date.now() + tuning.metadataTtlMs;
      cached.set(key, { body, until });
      await disk?.save(key, { body, until });
    },
    isIdle: () => places.idle && holds.current(Date.now()) === null,
  };
}
