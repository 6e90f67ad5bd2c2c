import type { ChangedRecords } from '../../changed-records.js';
import type { AutotaskReader, QueryOptions, QueryResult, Row, Search } from '../../client/types.js';
import type { Entity } from '../../model.js';

/** How long names of records, and records found by their names, are entries. */
const briefMs = 5 * 60_000;

interface CacheEntry<Value> {
  readonly value: Value;
  readonly until: number;
  readonly version: number;
}

export interface EntityCache<Value> {
  /** Undefined when nothing is kept, it is too old, or a record of the entity was written meanwhile. */
  get(entity: Entity, key: string | number): Value | undefined;
  /** Keeps what a read answered that began at `version`: a write since then makes it worthless. */
  set(entity: Entity, key: string | number, value: Value, version: number, ms?: number): void;
}

/** Keeps at most so many values, the youngest, for five minutes unless another time is given. */
export function createEntityCache<Value>(most: number, changes: ChangedRecords): EntityCache<Value> {
  const entries = new Map<string, CacheEntry<Value>>();
  return {
    get(entity, key) {
      const known = entries.get(`${entity.name}/${key}`);
      if (known === undefined || known.until <= Date.now() || known.version !== changes.versionOf(entity))
        return;
      return known.value;
    },
    set(entity, key, value, version, ms = briefMs) {
      const full = `${entity.name}/${key}`;
      entries.delete(full);
      const oldest = entries.size < most ? undefined : entries.keys().next().value;
      if (oldest !== undefined) entries.delete(oldest);
      entries.set(full, { value, until: Date.now() + ms, version });
    },
  };
}

/** Of each tenant and rights: 4 MB. */
const mostLookUps = 1_000;
const mostCharacters = 4_000;

/** A short query that a call makes to find what its arguments mean. */
export type CachedQuery = (
  entity: Entity & { readonly path: string },
  search: Search,
  options: Pick<QueryOptions, 'limit' | 'signal'>,
) => Promise<QueryResult & { readonly isKept: boolean }>;

/**
 * Look-ups that a preview and its confirmation, or calls soon after each other, make once. Only what was found is
 * kept, and is short: what is not there may be created at any moment. `onRead` is told what Autotask answered, and
 * at which version.
 */
export function createCachedQuery(
  reader: AutotaskReader,
  changes: ChangedRecords,
  onRead: (entity: Entity, rows: readonly Row[], version: number) => void,
): CachedQuery {
  const memory = createEntityCache<QueryResult>(mostLookUps, changes);
  return async (entity, search, options) => {
    const key = JSON.stringify([search, options.limit]);
    const known = memory.get(entity, key);
    if (known !== undefined) return { ...known, isKept: true };
    const change = changes.versionOf(entity);
    const found = await reader.query(entity.path, search, options);
    const isShort = JSON.stringify(found.rows).length <= mostCharacters;
    if (found.rows.length > 0 && isShort) memory.set(entity, key, found, change);
    onRead(entity, found.rows, change);
    return { ...found, isKept: false };
  };
}
