import type { Tuning } from '../tuning.js';
import { Places } from './concurrency.js';
import { Holds } from './cooldown.js';
import type { DiskCache } from './disk-cache.js';
import { Usage } from './rate-budget.js';
import type { TenantShare } from './tenant-state.js';

export interface MemoryShare extends TenantShare {
  /** Nobody uses it and it holds nobody back, so it could be forgotten. */
  isIdle(): boolean;
}

export function createMemoryShare(overall: number, tuning: Tuning, disk: DiskCache | null): MemoryShare {
  const places = new Places(overall);
  const holds = new Holds(tuning);
  const usage = new Usage(tuning);
  const cached = new Map<string, { readonly body: unknown; readonly until: number }>();
  return {
    enter: (endpoint, signal) => places.enter(endpoint, signal),
    hold: async () => holds.current(Date.now()),
    ended: async (ending) => holds.end(ending, Date.now()),
    counted: async () => usage.count(Date.now()),
    thresholdSeen: async (threshold) => usage.report(threshold, Date.now()),
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
