import { type ChangedRecords, createChangedRecords } from '../../changed-records.js';
import type { AutotaskReader, Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import type { Policy } from '../../policy/index.js';
import { createNamesOfIds } from './names-of-ids.js';
import { shownFields } from './record-names.js';
import { createRecordsByName } from './records-by-name.js';
import { createCachedQuery, createEntityCache } from './reference-cache.js';
import { createSearchableFields } from './searchable-fields.js';

/** Records whose owners are kept. */
const mostOwners = 1_000;

/** The ids in a row, which say what it belongs to. */
const idsIn = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).filter(([name, value]) => typeof value === 'number' && /id$/i.test(name)),
  );

/** Names of records and their ids, in both directions, with what was read of them lately. */
export function createReferences(
  reader: AutotaskReader,
  policy: Policy,
  changes: ChangedRecords = createChangedRecords(),
) {
  const { lookup, learn } = createNamesOfIds(reader, policy, changes);
  const owners = createEntityCache<Row>(mostOwners, changes);
  const fields = createSearchableFields(policy);

  /** The names are known now; a list that shows them needs no look-up. */
  const lookUp = createCachedQuery(reader, changes, (entity, rows, change) => {
    for (const row of rows) {
      if (typeof row.id !== 'number' || !shownFields(entity).every((name) => name in row)) continue;
      learn(entity, row, row.id, change);
      owners.set(entity, row.id, idsIn(row), change);
    }
  });

  /** The ids that a look-up by name read with a record, some minutes ago at most: of what it belongs to. */
  const recentlyReadIds = (entity: Entity, id: number): Row | undefined => owners.get(entity, id);

  /** Stands for what was written to the entity so far. */
  const since = (entity: Entity): number => changes.versionOf(entity);

  return {
    ...createRecordsByName(lookUp, fields),
    lookup,
    lookUp,
    learn,
    since,
    recentlyReadIds,
    ownerFields: fields.ownerFields,
  };
}

export type References = ReturnType<typeof createReferences>;
