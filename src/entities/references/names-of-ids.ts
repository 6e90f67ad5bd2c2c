import type { ChangedRecords } from '../../changed-records.js';
import type { AutotaskReader, Row } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Entity } from '../../model.js';
import { mostOrConditions } from '../../operators.js';
import type { Policy } from '../../policy/index.js';
import { entityOfType } from '../metadata/entity-names.js';
import { activeIn, canName, hasActiveFlag, nameOf, shownFields } from './record-names.js';
import { createEntityCache } from './reference-cache.js';

const mostNames = 20_000;
/** That there is no record of an id is soon wrong: Autotask gives the next one out at any moment. */
const missingMs = 30_000;

/** `name` null: the record exists without a name; `exists` false: Autotask has no such record. */
interface NamedRecord {
  readonly name: string | null;
  readonly exists: boolean;
  readonly isActive: boolean;
}

/** Names for ids: read where they are not known, and kept briefly. */
export function createNamesOfIds(reader: AutotaskReader, policy: Policy, changes: ChangedRecords) {
  const options = (signal?: AbortSignal) => (signal ? { signal } : {});
  const cache = createEntityCache<NamedRecord>(mostNames, changes);

  /** `change`: of the moment when the read began that told the name. */
  function remember(entity: Entity, id: number, named: NamedRecord, change: number): void {
    cache.set(entity, id, named, change, named.exists ? undefined : missingMs);
  }

  const fieldsToRead = (entity: Entity) => [
    'id',
    ...shownFields(entity),
    ...(hasActiveFlag(entity) && !policy.masks(entity, 'isActive') ? ['isActive'] : []),
  ];

  const namedBy = (entity: Entity, row: Row | undefined): NamedRecord => {
    const shown = { ...entity, nameFields: shownFields(entity) };
    if (row === undefined) return { name: null, exists: false, isActive: true };
    return { name: nameOf(shown, row) ?? null, exists: true, isActive: activeIn(row) };
  };

  /** There are more of our own people than one page holds. */
  let isLargeStaff = false;

  /** Our own people stand in nearly every record and are few: whoever asks for some gets all that one page holds. */
  async function readStaff(entity: Entity & { path: string }, signal?: AbortSignal): Promise<void> {
    const change = changes.versionOf(entity);
    const search = { filter: [{ op: 'exist', field: 'id' }], includeFields: fieldsToRead(entity) };
    const { rows, more } = await reader.query(entity.path, search, {
      limit: mostOrConditions,
      ...options(signal),
    });
    isLargeStaff = more;
    for (const row of rows) {
      if (typeof row.id === 'number') remember(entity, row.id, namedBy(entity, row), change);
    }
  }

  /** Reads the names of the given ids in as few queries as Autotask allows; unknown ids stay without. */
  async function readNames(
    entity: Entity & { path: string },
    ids: readonly number[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<number, NamedRecord>> {
    const read = new Map<number, NamedRecord>();
    for (let from = 0; from < ids.length; from += mostOrConditions) {
      const part = ids.slice(from, from + mostOrConditions);
      const change = changes.versionOf(entity);
      const { rows } = await reader.query(
        entity.path,
        { filter: [{ op: 'in', field: 'id', value: part }], includeFields: fieldsToRead(entity) },
        { limit: part.length, ...options(signal) },
      );
      const found = new Map(rows.map((row) => [row.id, row]));
      for (const id of part) {
        const named = namedBy(entity, found.get(id));
        read.set(id, named);
        remember(entity, id, named, change);
      }
    }
    return read;
  }

  /**
   * Names for ids of one entity type (`Company`): kept briefly, otherwise one look-up per 500 ids. `missing` holds
   * the ids that Autotask does not have, `inactive` those of inactive records. A tenant that does not let us read the entity gives neither.
   */
  async function lookup(
    type: string,
    ids: Iterable<number>,
    signal?: AbortSignal,
  ): Promise<{
    readonly names: ReadonlyMap<number, string>;
    readonly missing: ReadonlySet<number>;
    readonly inactive: ReadonlySet<number>;
  }> {
    const entity = entityOfType(type);
    const names = new Map<number, string>();
    const missing = new Set<number>();
    const inactive = new Set<number>();
    if (!canName(entity)) return { names, missing, inactive };
    const wanted = [...new Set(ids)];
    const known = new Map(wanted.map((id) => [id, cache.get(entity, id)]));
    const missingOnes = () => wanted.filter((id) => known.get(id) === undefined);
    try {
      if (entity.name === 'Resources' && !isLargeStaff && missingOnes().length > 0) {
        const change = changes.versionOf(entity);
        await readStaff(entity, signal);
        for (const id of missingOnes()) {
          const named = cache.get(entity, id) ?? (isLargeStaff ? undefined : namedBy(entity, undefined));
          if (named?.exists === false) remember(entity, id, named, change);
          known.set(id, named);
        }
      }
      const unread = missingOnes();
      if (unread.length > 0)
        for (const [id, named] of await readNames(entity, unread, signal)) known.set(id, named);
    } catch (error) {
      if (!(error instanceof AutotaskError) || error.kind === 'cancelled') throw error;
    }
    for (const [id, named] of known) {
      if (named?.isActive === false) inactive.add(id);
      if (named?.exists === false) missing.add(id);
      else if (typeof named?.name === 'string') names.set(id, named.name);
    }
    return { names, missing, inactive };
  }

  /**
   * A record that was read anyway: whoever shows its name needs no look-up. `row` null: there is none. `change`: see
   * `since`, of the moment when the read began.
   */
  function learn(entity: Entity, row: Row | null, id = row?.id, change = changes.versionOf(entity)): void {
    if (typeof id !== 'number' || !canName(entity)) return;
    remember(entity, id, namedBy(entity, row ?? undefined), change);
  }

  return { lookup, learn };
}
