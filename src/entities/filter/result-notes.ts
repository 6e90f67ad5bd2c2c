import type { Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import type { EntityMetadata } from '../metadata/entity-metadata.js';
import { entityOfType } from '../metadata/entity-names.js';
import { orNull } from '../read/optional-read.js';
import { canName, hasActiveFlag, nameOf } from '../references/record-names.js';
import type { References } from '../references/references.js';
import type { CallContext } from '../result.js';
import { alternativesIn, severalAre } from '../values/alternatives.js';
import { autotaskNumber, isNameOf } from '../values/text-patterns.js';
import type { CheckedFilter } from './checked-filter.js';
import { type IdCondition, textConditionLine } from './interpretation.js';

/** What makes an answer believable, above all one of no records. Nothing here may lose the answer. */

const most = 5;

/**
 * Ids that conditions name and that no record has, or one that is inactive; a record that is named like the number is
 * pointed out.
 */
async function remarksOnIds(
  ids: readonly IdCondition[],
  references: References,
  { signal }: CallContext,
): Promise<string[]> {
  const types = [...new Set(ids.flatMap(({ field }) => field.referenceEntityType ?? []))];
  const notes: string[] = [];
  for (const type of types) {
    const entity = entityOfType(type);
    if (!canName(entity)) continue;
    const named = ids.filter(({ field }) => field.referenceEntityType === type);
    const wanted = named.map(({ id }) => id);
    const { names, missing, inactive } = await references.lookup(type, wanted, signal);
    for (const { field, id } of named.filter((condition) => inactive.has(condition.id)).slice(0, most)) {
      notes.push(`${field.name}: ${names.get(id) ?? 'the record'} (id ${id}) is inactive`);
    }
    for (const { field, id } of named.filter((condition) => missing.has(condition.id)).slice(0, most)) {
      const called = await references.candidates(entity, String(id), signal);
      const hint = called
        .filter(({ name }) => name.split(' ').includes(String(id)))
        .map((candidate) => `${candidate.name} has the id ${candidate.id}`);
      notes.push(
        `${field.name}: no record of ${entity.name} has the id ${id}${hint.length === 0 ? '' : `; ${hint.slice(0, 3).join(', ')}`}`,
      );
    }
  }
  return notes;
}

/** Fields of names that are not those of the record itself. */
const namesPlace = /^(city|state|county|department|\w+Name)$/i;

/** Names, places or numbers that are several in one text, and were compared as one. */
const listNotes = ({ interpretation }: CheckedFilter, { nameFields }: Entity): string[] =>
  interpretation.texts.flatMap(({ fields: [field = ''], op, value }) => {
    const between = nameFields.includes(field) && !field.endsWith('Number') ? 'people' : 'names';
    const isListed =
      (op === 'eq' && (namesPlace.test(field) || /Number$/.test(field))) ||
      (op === 'contains' && /^email/i.test(field));
    const several = isListed ? alternativesIn(value, between) : undefined;
    return several === undefined ? [] : [`${field}: ${severalAre(field, several)}`];
  });

/** The query that finds a part of a text, where the whole of it was looked for in a field that holds words. */
const partNotes = ({ interpretation }: CheckedFilter): string[] =>
  interpretation.texts.flatMap(({ fields: [field = '', ...others], op, value }) =>
    op === 'eq' && others.length === 0 && !/(Number|ID|GUID)$/i.test(field)
      ? [`what has it as a part: ${JSON.stringify({ [field]: { contains: value } })}`]
      : [],
  );

/** What comes near to what was looked for: names of the entity, values of a field that holds names, numbers. */
async function nearNotes(
  { interpretation }: CheckedFilter,
  { entity, field: fieldOf }: EntityMetadata,
  references: References,
  { signal }: CallContext,
): Promise<string[]> {
  if (!canName(entity)) return [];
  const texts = interpretation.texts.filter(({ op }) => !op.startsWith('not'));
  const shownNumber = texts.find(
    ({ fields: [field = '', ...others], op, value }) =>
      others.length === 0 &&
      op === 'eq' &&
      /^(?:ticket|task|project)Number$/.test(field) &&
      /^\d{1,10}$/.test(value),
  );
  if (shownNumber !== undefined)
    return [
      `${shownNumber.fields[0]} is the number that people see; an id is ${JSON.stringify({ id: Number(shownNumber.value) })}`,
    ];
  const number = texts.find(
    ({ fields: [field = ''], value }) => /Number$/.test(field) && autotaskNumber.test(value),
  );
  if (number !== undefined) {
    const near = await references.nearby(entity, number.value, signal);
    const own = near.find(({ name }) => name.split(' ')[0]?.toUpperCase() === number.value.toUpperCase());
    if (own !== undefined)
      return [`${shownRecord(own)} has the number ${number.value}, and does not meet the other conditions`];
    const listed = near.length === 0 ? '' : `; one digit apart: ${near.map(shownRecord).join(', ')}`;
    return [`no record of ${entity.name} has the number ${number.value}${listed}`];
  }
  const isNamed = (field: string) => entity.nameFields.includes(field);
  const named = texts.filter(({ fields }) => fields.some(isNamed));
  const beside = interpretation.namesBesideAddresses;
  const wanted = [...new Set([...named.map(({ value }) => value), ...beside])].join(' ');
  if (wanted !== '') {
    if (entity.nameFields.some((field) => field.endsWith('Number'))) return [];
    const found = await references.nearby(entity, wanted, signal);
    return found.length === 0 ? [] : [`nearest names: ${found.map(shownRecord).join(', ')}`];
  }
  const [placeCondition] = texts.flatMap(({ fields: [field = '', ...others], value }) =>
    others.length === 0 && namesPlace.test(field) && fieldOf(field)?.dataType === 'string'
      ? [{ field, value }]
      : [],
  );
  if (placeCondition === undefined) return [];
  const near = await references.nearValues(entity, placeCondition.field, placeCondition.value, signal);
  return near.length === 0 ? [] : [`nearest values of ${placeCondition.field}: ${near.join(', ')}`];
}

const shownRecord = ({ id, name }: { readonly id: number; readonly name: string }) => `${name} (id ${id})`;

/** Records that were found by an address and are called otherwise than what stood beside it. */
function otherNames(
  { interpretation }: CheckedFilter,
  { entity }: EntityMetadata,
  rows: readonly Row[],
): string[] {
  const beside = interpretation.namesBesideAddresses;
  if (beside.length === 0) return [];
  const names = rows.flatMap((row) => nameOf(entity, row) ?? []);
  const others = [...new Set(names)].filter((name) => !beside.some((given) => isNameOf(given, name)));
  if (others.length === 0) return [];
  return [
    `found by the address: ${others.slice(0, most).join(', ')} is not called ${[...new Set(beside)].map((name) => JSON.stringify(name)).join(' or ')}`,
  ];
}

/**
 * Remarks on an answer: ids that do not exist or are of inactive records, and for one without records what was compared with what and the
 * nearest names there are. `found` with an id that was asked for alone says by itself that it exists.
 */
export async function resultNotes(
  filter: CheckedFilter,
  metadata: EntityMetadata,
  references: References,
  found: boolean,
  context: CallContext,
  rows: readonly Row[] = [],
): Promise<string[]> {
  const { interpretation } = filter;
  const mayBeInactive = ({ field }: IdCondition) => {
    const entity = entityOfType(field.referenceEntityType);
    return entity !== undefined && hasActiveFlag(entity);
  };
  const { ids } = interpretation;
  const doubtful = found ? ids.filter((one) => one.op !== 'eq' || mayBeInactive(one)) : ids;
  const notes: string[] = [];
  if (!found && interpretation.texts.length > 0) {
    notes.push(
      `looked, in any case, in ${interpretation.texts.map(textConditionLine).join('; ')}`,
      ...listNotes(filter, metadata.entity),
      ...partNotes(filter),
    );
  }
  if (doubtful.length > 0)
    notes.push(...((await orNull(() => remarksOnIds(doubtful, references, context))) ?? []));
  if (!found) notes.push(...((await orNull(() => nearNotes(filter, metadata, references, context))) ?? []));
  return [...notes, ...otherNames(filter, metadata, rows)];
}
