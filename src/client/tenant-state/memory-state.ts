import { ConcurrencyLimiter, type ConcurrencyLimits } from '../rate-limiting/concurrency.js';
import { Cooldown } from '../rate-limiting/cooldown.js';
import { isThresholdRequest, RateLimiter } from '../rate-limiting/rate-limiter.js';
import type { Tuning } from '../tuning.js';
import type { DiskCache } from './disk-cache.js';
import { createKeptMetadata } from './kept-metadata.js';
import type { KeptState } from './tenant-state.js';

/** `limits`: most requests at the same time; a function where they change, asked again after `refresh`. */
export function createMemoryState(
  limits: number | (() => ConcurrencyLimits),
  tuning: Tuning,
  disk: DiskCache | null,
): KeptState {
  const limiter = new ConcurrencyLimiter(limits);
  const cooldown = new Cooldown(tuning);
  const rateLimiter = new RateLimiter(tuning);
  const entries = createKeptMetadata();
  const stopped = (endpoint: string) => {
    const now = Date.now();
    return cooldown.active(now) ?? (isThresholdRequest(endpoint) ? null : rateLimiter.stopped(now));
  };
  return {
    async waitForTurn(endpoint, signal, pause) {
      for (let stop = stopped(endpoint); stop !== null; stop = stopped(endpoint)) await pause(stop);
      const release = await limiter.acquire(endpoint, signal);
      try {
        // It may have begun while this request was queueing. The last look and the count are one step.
        for (let stop = stopped(endpoint); stop !== null; stop = stopped(endpoint)) await pause(stop);
      } catch (error) {
        release();
        throw error;
      }
      const now = Date.now();
      const checkThreshold = rateLimiter.countRequest(now);
      if (isThresholdRequest(endpoint)) rateLimiter.beginsQuestion(limiter.taken);
      return {
        delayMs: rateLimiter.delayMs(now),
        checkThreshold,
        async resume() {
          for (let stop = cooldown.active(Date.now()); stop !== null; stop = cooldown.active(Date.now()))
            await pause(stop);
        },
        end(result) {
          // Recorded before the slot is free, so that the next request sees a new cooldown.
          if (result !== null) cooldown.record(result, Date.now());
          release();
        },
      };
    },
    activeCooldown: async () => cooldown.active(Date.now()),
    record: async (result) => cooldown.record(result, Date.now()),
    async recordThreshold(threshold) {
      rateLimiter.recordThreshold(threshold, Date.now());
      return rateLimiter.delayMs(Date.now());
    },
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
    pause: (stop) => cooldown.start(stop.kind, Date.now() + stop.ms),
    isIdle: () => limiter.idle && cooldown.active(Date.now()) === null,
  };
}
