import { maxPerEndpoint } from '../client/rate-limiting/concurrency.js';
import type { Tuning } from '../client/tuning.js';
import { type Engine, keyPrefix } from './engine.js';
import type { Script } from './scripts.js';
import { times } from './settings.js';

/** The scripts of one tenant, with its keys, which name it by its hash alone, and its limits. */
export interface TenantScripts {
  /** Throws EngineUnavailable. */
  run(script: Script, ...args: readonly (string | number)[]): Promise<unknown>;
}

/** The engine keeps what it knows of a tenant longer than this; what it does not know within it, it forgot. */
const knownMs = 60 * 60_000;

export function createTenantScripts(
  engine: Engine,
  tenant: string,
  maxConcurrency: number,
  { hourlyShare, maxThrottleDelayMs, requestsPerThresholdCheck, thresholdCheckMs }: Tuning,
): TenantScripts {
  const keys = ['meta', 'running', 'queue', 'waiting', 'hours'].map(
    (what) => `${keyPrefix}{${tenant}}:${what}`,
  );
  const limits = [
    times.leaseMs,
    maxConcurrency,
    maxPerEndpoint,
    hourlyShare === null ? 0 : Math.max(1, Math.round(hourlyShare * 1000)),
    maxThrottleDelayMs,
    requestsPerThresholdCheck,
    thresholdCheckMs,
  ];
  let answeredAt = Number.NEGATIVE_INFINITY;
  return {
    async run(script, ...args) {
      const knows = performance.now() - answeredAt < knownMs ? 1 : 0;
      const reply = await engine.run(script, keys, [...limits, knows, ...args]);
      answeredAt = performance.now();
      return reply;
    },
  };
}
