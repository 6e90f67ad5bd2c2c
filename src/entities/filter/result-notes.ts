import type { EntityMetadata } from '../metadata/entity-metadata.js';
import { entityOfType } from '../metadata/entity-names.js';
import { orNull } from '../read/optional-read.js';
import { canName, hasActiveFlag } from '../references/record-names.js';
import type { References } from '../references/references.js';
import type { CallContext } from '../result.js';
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

/** Names that come near to what was looked for in the names of an entity. */
async function similarNames(
  { interpretation }: CheckedFilter,
  { entity }: EntityMetadata,
  references: References,
  { signal }: CallContext,
): Promise<string[]> {
  if (!canName(entity) || entity.nameFields.some((field) => field.endsWith('Number'))) return [];
  const texts = interpretation.texts.filter(
    ({ fields, op }) => fields.some((field) => entity.nameFields.includes(field)) && !op.startsWith('not'),
  );
  const wanted = [...new Set(texts.map(({ value }) => value))].join(' ');
  if (wanted === '') return [];
  const found = await references.nearby(entity, wanted, signal);
  return found.length === 0
    ? []
    : [`nearest names: ${found.map(({ id, name }) => `${name} (id ${id})`).join(', ')}`];
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
    notes.push(`looked, in any case, in ${interpretation.texts.map(textConditionLine).join('; ')}`);
  }
  if (doubtful.length > 0)
    notes.push(...((await orNull(() => remarksOnIds(doubtful, references, context))) ?? []));
  if (!found)
    notes.push(...((await orNull(() => similarNames(filter, metadata, references, context))) ?? []));
  return notes;
}
