import { createHash } from 'node:crypto';
import { parseJson } from '../client/json.js';
import { createKeptMetadata } from '../client/tenant-state/kept-metadata.js';
import { type Engine, EngineUnavailable, keyPrefix } from './engine.js';

export interface SharedCache {
  load(key: string, maxAgeMs?: number): Promise<unknown>;
  save(key: string, body: unknown): Promise<void>;
}

/**
 * The metadata of a tenant, as TenantState has it: read once by one replica and found by the others. How old it is
 * follows from the time it has left at the engine, whose clock alone counts. What was found is kept here as
 * well, within the memory that all metadata of the process may take.
 */
export function createSharedCache(engine: Engine, tenant: string, ttlMs: number): SharedCache {
  // On the clock that never goes back.
  const found = createKeptMetadata();
  const keyOf = (key: string) =>
    `${keyPrefix}{${tenant}}:metadata:${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
  return {
    async load(key, maxAgeMs = ttlMs) {
      const now = performance.now();
      const oldest = now + ttlMs - maxAgeMs;
      const known = found.get(key);
      if (known !== undefined && known.until > now && known.until >= oldest) return known.body;
      if (engine.mode === 'down') return undefined;
      try {
        const [left, text] = await Promise.all([
          engine.call('PTTL', keyOf(key)),
          engine.call('GET', keyOf(key)),
        ]);
        if (typeof text !== 'string' || typeof left !== 'number' || left < 0) return undefined;
        const until = now + Math.min(left, ttlMs);
        if (until < oldest) return undefined;
        const body = parseJson(text);
        if (body !== undefined) found.set(key, { body, until });
        return body;
      } catch (error) {
        if (error instanceof EngineUnavailable) return undefined;
        throw error;
      }
    },
    async save(key, body) {
      found.set(key, { body, until: performance.now() + ttlMs });
      if (engine.mode === 'down') return;
      try {
        await engine.call('SET', keyOf(key), JSON.stringify(body), 'PX', Math.round(ttlMs));
      } catch (error) {
        if (!(error instanceof EngineUnavailable)) throw error;
      }
    },
  };
}
