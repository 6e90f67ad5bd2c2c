import type { Row } from '../../client/types.js';
import { InvalidInput } from '../../errors.js';
import type { Entity } from '../../model.js';
import type { EntityMetadata, FieldMetadata } from '../metadata/entity-metadata.js';
import { entityNamed, entityOfType } from '../metadata/entity-names.js';
import { ifAllowed } from '../read/optional-read.js';
import type { Reads } from '../read/read.js';
import type { ExactMatcher } from '../references/exact-match.js';
import { isDigits, writtenDigits } from '../references/id-or-name.js';
import type { References } from '../references/references.js';
import type { CallContext } from '../result.js';

/** A record that a write belongs to: the ticket of a note, the task of a time entry, the company of a contact. */
export interface ParentRecord {
  /** The field, or the argument, that says which. */
  readonly field: string;
  readonly entity: Entity;
  readonly id: number;
  /** Null: there is no such record. Undefined: it may not be read. */
  readonly row: Row | null | undefined;
}

/** Tickets and tasks: people know them by their number. */
const isNumbered = ({ nameFields }: Entity) => nameFields[0]?.endsWith('Number') === true;

/**
 * The entity of a record that the field names as what is written to, by the table: the parent of a child record,
 * or a ticket or task.
 */
function parentEntityOf(entity: Entity, field: FieldMetadata): Entity | undefined {
  const below = entity.parents.find(
    ({ parentField }) => parentField?.toLowerCase() === field.name.toLowerCase(),
  );
  if (below !== undefined) return entityNamed(below.entity);
  const referenced = field.udf ? undefined : entityOfType(field.referenceEntityType);
  return referenced !== undefined && isNumbered(referenced) ? referenced : undefined;
}

/** Whether the record belongs to what the field names (`ticketID`), and is not only related (`problemTicketId`). */
const belongs = (entity: Entity, field: FieldMetadata, to: Entity) =>
  entity.parents.some(({ entity: parent }) => parent === to.name) ||
  field.name.toLowerCase() === `${to.singular}id`.toLowerCase();

export function createParentRecords(reads: Reads, references: References, identify: ExactMatcher) {
  /** Records that a call has read to find out which ones its arguments name, by entity and id. */
  const inHand = new WeakMap<CallContext, Map<string, { readonly row: Row; readonly isFresh: boolean }>>();

  async function read(
    field: string,
    entity: Entity,
    id: number,
    context: CallContext,
  ): Promise<ParentRecord> {
    const known = inHand.get(context)?.get(`${entity.name}/${id}`);
    if (known !== undefined) return { field, entity, id, row: known.row };
    const readable = entity.path !== null && entity.operations.includes('get');
    const row = readable
      ? await ifAllowed<Row | null | undefined>(() => reads.row(entity, id, undefined, context), undefined)
      : undefined;
    if (row !== undefined) references.learn(entity, row, id);
    return { field, entity, id, row };
  }

  /** The id behind what was given; what names no record stays for the check of the whole body to refuse. */
  async function idOf(entity: Entity, given: unknown, context: CallContext) {
    if (typeof given === 'number') return Number.isSafeInteger(given) ? { id: given } : undefined;
    if (isDigits(given)) {
      const meant = await writtenDigits(references, entity, given, context.signal);
      return meant.ok ? { id: meant.id } : undefined;
    }
    if (typeof given !== 'string' || given.trim() === '') return undefined;
    const found = await identify(entity, given, { signal: context.signal, isWritten: true });
    return found.ok ? found : undefined;
  }

  /** The data with ids in place of the names of the records that it belongs to, and those records. */
  async function find(metadata: EntityMetadata, data: Row, context: CallContext) {
    const subjects: ParentRecord[] = [];
    const filled: Record<string, unknown> = { ...data };
    for (const [name, given] of Object.entries(data)) {
      const field = metadata.field(name);
      const to = field === undefined ? undefined : parentEntityOf(metadata.entity, field);
      if (field === undefined || to === undefined || !belongs(metadata.entity, field, to)) continue;
      const found = await idOf(to, given, context);
      if (found === undefined) continue;
      filled[name] = found.id;
      subjects.push(
        'row' in found
          ? { field: field.name, entity: to, id: found.id, row: found.row }
          : await read(field.name, to, found.id, context),
      );
    }
    return { data: filled, subjects };
  }

  /** Tickets and tasks that a stored record without a number of its own belongs to. */
  function owners(metadata: EntityMetadata, row: Row) {
    if (isNumbered(metadata.entity)) return [];
    return metadata.fields.flatMap((field) => {
      const to = parentEntityOf(metadata.entity, field);
      const id = row[field.name];
      return to !== undefined &&
        isNumbered(to) &&
        belongs(metadata.entity, field, to) &&
        typeof id === 'number'
        ? [{ field: field.name, to, id }]
        : [];
    });
  }

  /** Those of a stored record that has no number of its own: its ticket or task tells it from others. */
  const ofStored = (metadata: EntityMetadata, row: Row, context: CallContext): Promise<ParentRecord[]> =>
    Promise.all(owners(metadata, row).map(({ field, to, id }) => read(field, to, id, context)));

  /** Ids of the same for many records, by entity. */
  function idsOf(metadata: EntityMetadata, rows: readonly Row[]): Map<Entity, number[]> {
    const found = new Map<Entity, Set<number>>();
    for (const { to, id } of rows.flatMap((row) => owners(metadata, row))) {
      found.set(to, (found.get(to) ?? new Set()).add(id));
    }
    return new Map([...found].map(([entity, ids]) => [entity, [...ids]]));
  }

  /** The id of the record that an argument names, for a write. Throws InvalidInput. */
  async function idToWrite(
    entity: Entity,
    given: string | number,
    field: string,
    context: CallContext,
  ): Promise<number> {
    if (typeof given === 'number') return given;
    const found = isDigits(given)
      ? await writtenDigits(references, entity, given, context.signal)
      : await identify(entity, given, { signal: context.signal, isWritten: true });
    if (found.ok && !('row' in found)) return found.id;
    if (found.ok) {
      const rows = inHand.get(context) ?? new Map();
      inHand.set(context, rows.set(`${entity.name}/${found.id}`, found));
      return found.id;
    }
    const { allowed } = found;
    const problem = found.problem.replace(/^n/, 'N');
    throw new InvalidInput('Nothing was written: name the record by its id, number or whole name.', [
      { field, problem, allowed },
    ]);
  }

  /** The id of a record that a value refers to; undefined where it names none, which the check of the body refuses. */
  async function referredId(entity: Entity, given: unknown, context: CallContext) {
    if (typeof given === 'number') return given;
    if (typeof given !== 'string' || given.trim() === '') return undefined;
    const found = isDigits(given)
      ? await writtenDigits(references, entity, given, context.signal)
      : await identify(entity, given, { signal: context.signal });
    return found.ok ? found.id : undefined;
  }

  /** The record that a call has just read whole by its number or name; each is given once, then it is read again. */
  function justRead(entity: Entity, id: number, context: CallContext): Row | undefined {
    const rows = inHand.get(context);
    const found = rows?.get(`${entity.name}/${id}`);
    if (found?.isFresh !== true) return undefined;
    rows?.delete(`${entity.name}/${id}`);
    return found.row;
  }

  return { find, ofStored, idsOf, read, idToWrite, referredId, justRead };
}

export type ParentRecords = ReturnType<typeof createParentRecords>;
