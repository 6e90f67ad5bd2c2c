import type { FilterNode, Row, Search } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { spellingKey, usualLetters } from '../../names/spelling.js';
import { oneLine } from '../../text.js';
import { autotaskNumberIn, nameWithoutAddress, soughtNumberIn } from '../values/text-patterns.js';
import { identifyingCondition, mayHoldIdentifier } from './identifying-fields.js';
import { exactly, searches } from './name-filters.js';
import { mostSimilar, similarNameFilter } from './nearest-records.js';
import {
  activeIn,
  besideName,
  hasActiveFlag,
  isAddressField,
  isPerson,
  nameOf,
  numberField,
} from './record-names.js';
import type { CachedQuery } from './reference-cache.js';
import { meansMe, resolveMe } from './resolve-me.js';
import type { SearchableFields } from './searchable-fields.js';

/** Names that are compared, and told, when nothing is called as asked. */
const [mostNearby, mostNear] = [500, 5];

/** Most records that one name may fit and still be listed. */
export const mostCandidates = 25;

export interface Candidate {
  readonly id: number;
  readonly name: string;
  readonly isActive: boolean;
  /** What tells it apart from others of the same name, where that was read. */
  readonly beside?: string | undefined;
}

/** `isActive` is asked for only where the entity has it. */
const has = (entity: Entity, name: string): boolean => name !== 'isActive' || hasActiveFlag(entity);

/** The number in a text, however it is written where records of the entity have one. */
const soughtNumber = (entity: Entity, text: string) =>
  [...entity.nameFields, numberField(entity) ?? ''].some((field) => field.endsWith('Number'))
    ? soughtNumberIn(text)
    : autotaskNumberIn(text);

/** Records by what they are called: exactly, nearly, or as a model or a person writes it. */
export function createRecordsByName(
  lookUp: CachedQuery,
  { readable, ownerFields, roleFields }: SearchableFields,
) {
  const options = (signal?: AbortSignal) => (signal ? { signal } : {});

  const candidateOf =
    (entity: Entity, owned: readonly string[] = []) =>
    (row: Row): Candidate[] => {
      if (typeof row.id !== 'number') return [];
      const name = nameOf(entity, row) ?? `#${row.id}`;
      return [{ id: row.id, name, isActive: activeIn(row), beside: besideName(row, owned) }];
    };

  /** The nearest names to one that nothing is called; one request. */
  async function nearby(
    entity: Entity & { path: string },
    given: string,
    signal?: AbortSignal,
  ): Promise<readonly Candidate[]> {
    const text = nameWithoutAddress(given);
    const number = soughtNumber(entity, text);
    const numbered = number === undefined ? undefined : numberField(entity);
    const fields = numbered === undefined ? entity.nameFields : [numbered];
    const filter = similarNameFilter(fields, number ?? text);
    if (filter === undefined) return [];
    const includeFields = ['id', ...entity.nameFields, 'isActive'].filter((name) => has(entity, name));
    const queryOptions = { limit: mostNearby, ...options(signal) };
    const { rows } = await lookUp(entity, { filter: [filter], includeFields }, queryOptions);
    return mostSimilar(number ?? text, rows.flatMap(candidateOf(entity)), mostNear);
  }

  /** The nearest values that records have in a field; one request. */
  async function nearValues(
    entity: Entity & { path: string },
    field: string,
    text: string,
    signal?: AbortSignal,
  ): Promise<readonly string[]> {
    const filter = similarNameFilter([field], text);
    if (filter === undefined) return [];
    const queryOptions = { limit: mostNearby, ...options(signal) };
    const { rows } = await lookUp(entity, { filter: [filter], includeFields: ['id', field] }, queryOptions);
    const values = new Set(
      rows.flatMap((row) => (typeof row[field] === 'string' ? [oneLine(row[field])] : [])),
    );
    return mostSimilar(
      text,
      [...values].map((name) => ({ name })),
      mostNear,
    ).map(({ name }) => name);
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

  /** The record that has the digits as its id, and those that are called so; one request. */
  async function byDigits(
    entity: Entity & { path: string },
    text: string,
    signal?: AbortSignal,
  ): Promise<{ readonly byId: Candidate | undefined; readonly called: readonly Candidate[] }> {
    const includeFields = ['id', ...entity.nameFields, 'isActive'].filter((name) => has(entity, name));
    const items = [{ op: 'eq', field: 'id', value: Number(text) }, ...exactly(entity, text)];
    const search = { filter: [{ op: 'or', items }], includeFields };
    const { rows } = await lookUp(entity, search, { limit: mostCandidates, ...options(signal) });
    const found = rows.flatMap(candidateOf(entity));
    const id = Number(text);
    return { byId: found.find((one) => one.id === id), called: found.filter((one) => one.id !== id) };
  }

  /** What tells a record of the entity apart besides its name, as far as the text is such a thing. */
  const identifier = async (entity: Entity, given: string) =>
    identifyingCondition(mayHoldIdentifier(given, entity) ? await readable(entity) : [], given);

  /** The fields that tell which record one is, what it belongs to, whether it is active, and the others. */
  async function fieldsToTell(entity: Entity, others: readonly string[]): Promise<Partial<Search>> {
    const owned = await ownerFields(entity);
    const roles = await roleFields(entity);
    // What cannot be queried comes only with whole records.
    if (roles.some(({ isQueryable }) => isQueryable === false)) return {};
    const addresses = isPerson(entity) ? (await readable(entity)).filter(isAddressField) : [];
    const more = [...others, ...owned, ...addresses, ...roles.map(({ name }) => name)];
    const names = ['id', ...entity.nameFields, ...more];
    const isAsked = (name: string, at: number, all: readonly string[]) =>
      has(entity, name) && all.indexOf(name) === at;
    return { includeFields: [...names, 'isActive'].filter(isAsked) };
  }

  /** Of several such texts the records that have them as ids or are called so; one request. */
  async function byManyDigits(
    entity: Entity & { path: string },
    texts: readonly string[],
    signal?: AbortSignal,
  ): Promise<readonly Candidate[]> {
    const includeFields = ['id', ...entity.nameFields, 'isActive'].filter((name) => has(entity, name));
    const items = [
      { op: 'in', field: 'id', value: texts.map(Number) },
      ...entity.nameFields.map((field) => ({ op: 'in', field, value: texts })),
    ];
    const search = { filter: [{ op: 'or', items }], includeFields };
    const { rows } = await lookUp(entity, search, { limit: mostNearby, ...options(signal) });
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
    if (meansMe(entity, given)) return [await resolveMe()];
    const known = await identifier(entity, given);
    const text = (soughtNumber(entity, known.name) ?? known.name).trim();
    const wanted = spellingKey(text);
    if (wanted === '' && known.filter === undefined) return [];
    const conditions = within.map(([field, value]): FilterNode => ({ op: 'eq', field, value }));
    const fields = await fieldsToTell(entity, known.fields);
    const find = (filter: readonly FilterNode[]) =>
      lookUp(
        entity,
        { filter: [...conditions, ...filter], ...fields },
        { limit: mostCandidates, ...options(signal) },
      );
    const isExact = (row: Row) =>
      known.isExact(row) ||
      [nameOf(entity, row), ...entity.nameFields.map((field) => row[field])].some(
        (name) => spellingKey(String(name ?? '')) === wanted,
      );
    // Autotask compares letter by letter: wide letters and more than one space are written as names usually are.
    const usual = usualLetters(text).replace(/\s+/g, ' ').trim();
    const spellings = usual === text ? [text] : [text, usual];
    const filters = wanted === '' ? [] : spellings.flatMap((spelling) => searches(entity, spelling));
    for (const filter of known.filter === undefined ? filters : known.first(filters)) {
      const { rows, more } = await find(filter);
      if (rows.length === 0) continue;
      let exact = rows.filter(isExact);
      // Among more names than were read, the exact one may be further on.
      if (more && exact.length === 0) exact = [...(await find(exactly(entity, text))).rows];
      const fitting = exact.length > 0 ? exact : rows;
      return fitting.flatMap(candidateOf(entity, await ownerFields(entity)));
    }
    return [];
  }

  return { byDigits, byManyDigits, candidates, called, fieldsToTell, identifier, nearby, nearValues };
}
