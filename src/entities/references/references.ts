import { load } from '../../../generated/load.js';
import { type ChangedRecords, createChangedRecords } from '../../changed-records.js';
import type { AutotaskReader, FilterNode, Row } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Entity } from '../../model.js';
import type { Policy } from '../../policy/index.js';
import { oneLine } from '../../text.js';
import { entityOfType } from '../metadata/entity-names.js';
import { autotaskNumber, autotaskNumberIn, nameWithoutAddress } from '../values/text-patterns.js';
import { identifyingCondition, mayHoldIdentifier } from './identifying-fields.js';
import { createCachedQuery, createEntityCache } from './reference-cache.js';
import { mostSimilar, similarNameFilter } from './similar-names.js';

/** How many ids one `in` condition may hold: Autotask counts each as an OR condition. */
export const mostOrConditions = 500;

const mostNames = 20_000;
/** Records whose owners are kept. */
const mostOwners = 1_000;
/** That there is no record of an id is soon wrong: Autotask gives the next one out at any moment. */
const missingMs = 30_000;

/** What a record is called, from the fields that name its entity. */
export function nameOf(entity: Entity, row: Row): string | undefined {
  const parts = entity.nameFields
    .map((field) => row[field])
    .filter((value): value is string | number => typeof value === 'string' || typeof value === 'number')
    .map((value) => oneLine(String(value)))
    .filter((text) => text !== '');
  return parts.length === 0 ? undefined : parts.join(' ');
}

/** The numbers of a row, which say what it belongs to. */
const idsIn = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => typeof value === 'number'));

/** Names that are compared, and told, when nothing is called as asked. */
const [mostNearby, mostNear] = [500, 5];

/** Most records that one name may fit and still be listed. */
export const mostCandidates = 25;

export interface Candidate {
  readonly id: number;
  readonly name: string;
  readonly isActive: boolean;
}

/** Whether records of the entity can be looked up by id and have a name to show. */
export function canName(entity: Entity | undefined): entity is Entity & { path: string } {
  return (
    entity !== undefined &&
    entity.path !== null &&
    entity.nameFields.length > 0 &&
    entity.operations.includes('query')
  );
}

/** The part of a record's name that is short enough for a column: tickets by number, the rest by name. */
const shownFields = (entity: Entity): readonly string[] =>
  entity.nameFields.length > 1 && entity.nameFields[0]?.endsWith('Number')
    ? entity.nameFields.slice(0, 1)
    : entity.nameFields;

/** `name` null: the record exists without a name; `exists` false: Autotask has no such record. */
interface NamedRecord {
  readonly name: string | null;
  readonly exists: boolean;
  readonly isActive: boolean;
}

/** A record that says nothing about it is active. */
const activeIn = ({ isActive }: Row): boolean => isActive !== false && isActive !== 0;

export function createReferences(
  reader: AutotaskReader,
  policy: Policy,
  changes: ChangedRecords = createChangedRecords(),
) {
  const cache = createEntityCache<NamedRecord>(mostNames, changes);
  const owners = createEntityCache<Row>(mostOwners, changes);
  const options = (signal?: AbortSignal) => (signal ? { signal } : {});

  /** `change`: of the moment when the read began that told the name. */
  function remember(entity: Entity, id: number, named: NamedRecord, change: number): void {
    cache.set(entity, id, named, change, named.exists ? undefined : missingMs);
  }

  /** The names are known now; a list that shows them needs no look-up. */
  const lookUp = createCachedQuery(reader, changes, (entity, rows, change) => {
    const shown = { ...entity, nameFields: shownFields(entity) };
    for (const row of rows) {
      if (typeof row.id !== 'number' || !shown.nameFields.every((name) => name in row)) continue;
      const isActive = activeIn(row);
      remember(entity, row.id, { name: nameOf(shown, row) ?? null, exists: true, isActive }, change);
      owners.set(entity, row.id, idsIn(row), change);
    }
  });

  /** Reads the names of the given ids in as few queries as Autotask allows; unknown ids stay without. */
  async function readNames(
    entity: Entity & { path: string },
    ids: readonly number[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<number, NamedRecord>> {
    const read = new Map<number, NamedRecord>();
    const shown = { ...entity, nameFields: shownFields(entity) };
    const flag = hasActiveFlag(entity) && !policy.masks(entity, 'isActive') ? ['isActive'] : [];
    for (let from = 0; from < ids.length; from += mostOrConditions) {
      const part = ids.slice(from, from + mostOrConditions);
      const change = changes.versionOf(entity);
      const { rows } = await reader.query(
        entity.path,
        {
          filter: [{ op: 'in', field: 'id', value: part }],
          includeFields: ['id', ...shown.nameFields, ...flag],
        },
        { limit: part.length, ...options(signal) },
      );
      const found = new Map(rows.map((row) => [row.id, row]));
      for (const id of part) {
        const row = found.get(id);
        const name = row === undefined ? null : (nameOf(shown, row) ?? null);
        const named = { name, exists: row !== undefined, isActive: row === undefined || activeIn(row) };
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
    const unread = wanted.filter((id) => known.get(id) === undefined);
    try {
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

  /** Names of the fields that a query may compare and the policy does not hide. */
  async function readable(entity: Entity): Promise<readonly string[]> {
    const fields = (await load[entity.name]?.fields()) ?? [];
    const open = fields.filter(
      ({ name, isQueryable }) => isQueryable !== false && !policy.masks(entity, name),
    );
    return open.map(({ name }) => name);
  }

  /**
   * Fields that say which record one of the entity belongs to, contacts to a company and phases to a project: the
   * references it cannot be without. Whoever is responsible for a record does not own it in this sense.
   */
  async function ownerFields(entity: Entity): Promise<readonly string[]> {
    const fields = (await load[entity.name]?.fields()) ?? [];
    return fields
      .filter(({ name, isRequired, referenceEntityType }) => {
        const owner =
          referenceEntityType !== null && !['Resource', entity.singular].includes(referenceEntityType);
        return owner && isRequired === true && name !== 'id' && !policy.masks(entity, name);
      })
      .map(({ name }) => name);
  }

  const candidateOf =
    (entity: Entity) =>
    (row: Row): Candidate[] => {
      if (typeof row.id !== 'number') return [];
      return [{ id: row.id, name: nameOf(entity, row) ?? `#${row.id}`, isActive: activeIn(row) }];
    };

  /** The nearest names to one that nothing is called; one request. */
  async function nearby(
    entity: Entity & { path: string },
    given: string,
    signal?: AbortSignal,
  ): Promise<readonly Candidate[]> {
    const text = nameWithoutAddress(given);
    const filter = similarNameFilter(entity, text);
    if (filter === undefined) return [];
    const includeFields = ['id', ...entity.nameFields, 'isActive'].filter((name) => has(entity, name));
    const asked = { limit: mostNearby, ...options(signal) };
    const { rows } = await lookUp(entity, { filter: [filter], includeFields }, asked);
    return mostSimilar(text, rows.flatMap(candidateOf(entity)), mostNear);
  }

  /** Records that are called exactly so. */
  async function called(
    entity: Entity & { path: string },
    text: string,
    signal?: AbortSignal,
  ): Promise<readonly Candidate[]> {
    const includeFields = ['id', ...entity.nameFields, 'isActive'].filter((name) => has(entity, name));
    const search = { filter: exactly(entity, text), includeFields };
    const { rows } = await lookUp(entity, search, { limit: mostCandidates, ...options(signal) });
    return rows.flatMap(candidateOf(entity));
  }

  /**
   * Records whose name is the text: exactly, else beginning with it, else containing it.
   * People are found by first and last name in either order. `within` are ids by field that they must have.
   * What was found is kept briefly.
   */
  async function candidates(
    entity: Entity & { path: string },
    given: string,
    signal?: AbortSignal,
    within: readonly (readonly [field: string, id: number])[] = [],
  ): Promise<readonly Candidate[]> {
    const fields = mayHoldIdentifier(given, entity) ? await readable(entity) : [];
    const owned = await ownerFields(entity);
    const known = identifyingCondition(fields, given);
    const text = autotaskNumberIn(known.name) ?? known.name;
    const wanted = text.trim().toLowerCase();
    if (wanted === '' && known.filter === undefined) return [];
    const conditions = within.map(([field, value]): FilterNode => ({ op: 'eq', field, value }));
    const find = (filter: readonly FilterNode[]) =>
      lookUp(
        entity,
        {
          filter: [...conditions, ...filter],
          includeFields: ['id', ...entity.nameFields, ...known.fields, ...owned, 'isActive'].filter(
            (name, at, all) => has(entity, name) && all.indexOf(name) === at,
          ),
        },
        { limit: mostCandidates, ...options(signal) },
      );
    const isExact = (row: Row) =>
      known.isExact(row) ||
      [nameOf(entity, row), ...entity.nameFields.map((field) => row[field])].some(
        (name) => String(name ?? '').toLowerCase() === wanted,
      );
    const filters = wanted === '' ? [] : searches(entity, text.trim());
    for (const filter of known.filter === undefined ? filters : known.first(filters)) {
      const { rows, more } = await find(filter);
      if (rows.length === 0) continue;
      let exact = rows.filter(isExact);
      // Among more names than were read, the exact one may be further on.
      if (more && exact.length === 0) exact = [...(await find(exactly(entity, text.trim()))).rows];
      const fitting = exact.length > 0 ? exact : rows;
      return fitting.flatMap(candidateOf(entity));
    }
    return [];
  }

  /**
   * A record that was read anyway: whoever shows its name needs no look-up. `row` null: there is none. `change`: see
   * `since`, of the moment when the read began.
   */
  function learn(entity: Entity, row: Row | null, id = row?.id, change = changes.versionOf(entity)): void {
    if (typeof id !== 'number' || !canName(entity)) return;
    const shown = { ...entity, nameFields: shownFields(entity) };
    const name = row === null ? null : (nameOf(shown, row) ?? null);
    const named = { name, exists: row !== null, isActive: row === null || activeIn(row) };
    remember(entity, id, named, change);
  }

  /** The ids that a look-up by name read with a record, some minutes ago at most: of what it belongs to. */
  const told = (entity: Entity, id: number): Row | undefined => owners.get(entity, id);

  /** Stands for what was written to the entity so far. */
  const since = (entity: Entity): number => changes.versionOf(entity);

  return { lookup, candidates, called, nearby, ownerFields, lookUp, learn, since, told };
}

export type References = ReturnType<typeof createReferences>;

/** Whether records of the entity are active or not; told by its summary fields. */
export const hasActiveFlag = (entity: Entity): boolean => entity.summaryFields.includes('isActive');

/** `isActive` is asked for only where the entity has it. */
const has = (entity: Entity, name: string): boolean => name !== 'isActive' || hasActiveFlag(entity);

/** The field of such a number, where it is shown beside the name and is not part of it. */
export const numberField = (entity: Entity): string | undefined =>
  entity.summaryFields.find((field) => field.endsWith('Number') && !entity.nameFields.includes(field));

/** Filters to try one after the other, from exact to loose. */
function searches(entity: Entity, text: string): FilterNode[][] {
  const numbered = autotaskNumber.test(text) ? numberField(entity) : undefined;
  if (numbered !== undefined) return [[eq(numbered, text)]];
  const [first, last] = entity.nameFields;
  if (first === undefined) return [];
  if (first === 'firstName' && last === 'lastName') {
    const words = text.split(/[\s,]+/).filter((word) => word !== '');
    const [a, ...rest] = words;
    if (a === undefined) return [];
    if (rest.length === 0) {
      return [
        [any(eq('lastName', a), eq('firstName', a))],
        [any(begins('lastName', a), begins('firstName', a))],
      ];
    }
    const z = words.at(-1) ?? a;
    return [
      [
        any(
          both(eq('firstName', a), eq('lastName', rest.join(' '))),
          both(eq('firstName', z), eq('lastName', a)),
        ),
      ],
      [both(begins('firstName', a), begins('lastName', z))],
    ];
  }
  const [number, name] = first.endsWith('Number') ? [first, last] : [undefined, first];
  const filters: FilterNode[][] = [];
  if (number !== undefined) filters.push([begins(number, text)]);
  if (name === undefined) return filters;
  // The exact name, in whatever company of longer ones; then the looser forms.
  return [
    ...filters,
    [any(eq(name, text), begins(name, text))],
    [{ op: 'contains', field: name, value: text }],
  ];
}

const exactly = (entity: Entity, text: string): FilterNode[] => [
  any(...entity.nameFields.map((field) => eq(field, text))),
];

const eq = (field: string, value: string): FilterNode => ({ op: 'eq', field, value });
const begins = (field: string, value: string): FilterNode => ({ op: 'beginsWith', field, value });
const both = (...items: FilterNode[]): FilterNode => ({ op: 'and', items });
const any = (...items: FilterNode[]): FilterNode => ({ op: 'or', items });
