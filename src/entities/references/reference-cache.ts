import type { Changes } from '../../changed-records.js';
import type { AutotaskReader, QueryOptions, QueryResult, Row, Search } from '../../client/types.js';
import type { Entity } from '../../model.js';

/** How long names of records, and records found by their names, are kept. */
const briefMs = 5 * 60_000;

interface Kept<Value> {
  readonly value: Value;
  readonly until: number;
  readonly change: number;
}

export interface BriefMemory<Value> {
  /** Undefined when nothing is kept, it is too old, or a record of the entity was written meanwhile. */
  get(entity: Entity, key: string | number): Value | undefined;
  /** Keeps what a read answered that began at `change`: a write since then makes it worthless. */
  keep(entity: Entity, key: string | number, value: Value, change: number, ms?: number): void;
}

/** Keeps at most so many values, the youngest, for five minutes unless another time is given. */
export function createBriefMemory<Value>(most: number, changes: Changes): BriefMemory<Value> {
  const kept = new Map<string, Kept<Value>>();
  return {
    get(entity, key) {
      const known = kept.get(`${entity.name}/${key}`);
      if (known === undefined || known.until <= Date.now() || known.change !== changes.at(entity)) return;
      return known.value;
    },
    keep(entity, key, value, change, ms = briefMs) {
      const full = `${entity.name}/${key}`;
      kept.delete(full);
      const oldest = kept.size < most ? undefined : kept.keys().next().value;
      if (oldest !== undefined) kept.delete(oldest);
      kept.set(full, { value, until: Date.now() + ms, change });
    },
  };
}

/** Of each tenant and rights: 4 MB. */
const mostLookUps = 1_000;
const mostCharacters = 4_000;

/** A short query that a call makes to find what its arguments mean. */
export type LookUp = (
  entity: Entity & { readonly path: string },
  search: Search,
  options: Pick<QueryOptions, 'limit' | 'signal'>,
) => Promise<QueryResult>;

/**
 * Look-ups that a preview and its confirmation, or calls soon after each other, make once. Only what was found is
 * kept, and is short: what is not there may be created at any moment. `onRead` is told what Autotask answered, and
 * at which change.
 */
export function createLookUp(
  reader: AutotaskReader,
  changes: Changes,
  onRead: (entity: Entity, rows: readonly Row[], change: number) => void,
): LookUp {
  const memory = createBriefMemory<QueryResult>(mostLookUps, changes);
  return async (entity, search, options) => {
    const key = JSON.stringify([search, options.limit]);
    const known = memory.get(entity, key);
    if (known !== undefined) return known;
    const change = changes.at(entity);
    const found = await reader.query(entity.path, search, options);
    const isShort = JSON.stringify(found.rows).length <= mostCharacters;
    if (found.rows.length > 0 && isShort) memory.keep(entity, key, found, change);
    onRead(entity, found.rows, change);
    return found;
  };
}
