import type { Row } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import { formerValue } from '../../text.js';
import { display, fieldValue, udfValues } from '../display/display.js';
import { type EntityMetadata, type FieldMetadata, titleOf } from '../metadata/entity-metadata.js';
import type { Reads } from '../read/read.js';
import type { References } from '../references/references.js';
import type { CallContext } from '../result.js';
import { autotaskNumber } from '../values/text-patterns.js';
import { sameValue } from './outcomes/equality.js';
import type { Change } from './plan.js';
import { nameLine } from './record-lines.js';
import { fileBytes } from './upload-limit.js';

/** What Autotask's database holds after a write. */
export interface ReadBack {
  /** Null when it could not be read. */
  readonly row: Row | null;
  /** The record by number and name. */
  readonly called: string;
  /** Every field that was sent, `name: value`, as it is stored. */
  readonly stored: readonly string[];
  /** Fields whose stored value is not the one that was sent. */
  readonly differences: readonly string[];
  /** Fields that were not sent and are not what they were, `name: before -> after`. */
  readonly moved: readonly string[];
  readonly notes: readonly string[];
}

/** What is stored is shown at this length; the caller has just sent it. */
const mostText = 500;

/** Every write moves these, so that they moved tells nobody anything. */
const housekeeping = /^(last(Activity|Modified|Tracked)|impersonator)/i;

/** A file that arrived shorter or longer than it was sent. */
function otherSize(body: Row, stored: Row): string[] {
  const sent = fileBytes(body);
  if (sent === 0 || typeof stored.fileSize !== 'number') return [];
  return stored.fileSize === sent ? [] : [`fileSize is ${stored.fileSize}, ${sent} bytes were sent`];
}

export interface WrittenRecord {
  readonly id: number;
  readonly parentId: number | undefined;
  readonly body: Row;
  /** The fields that were sent. */
  readonly fields: readonly FieldMetadata[];
  readonly changes: readonly Change[];
  /** The record before the write; null when it is new. */
  readonly before: Row | null;
  /** The record after it, where it was read already; null where it was not found. */
  readonly stored: Row | null | undefined;
}

/** Autotask answers 200 and may store something else, so the stored record is read and compared. */
export function createReadBack(reads: Reads, references: References) {
  const show = (row: Row, fields: readonly FieldMetadata[], context: CallContext) =>
    display([row], fields, {
      references,
      timeZone: context.timeZone,
      mostText,
      single: true,
      ...(context.signal ? { signal: context.signal } : {}),
    }).then(([cells = []]) => cells.map(({ text }) => text || 'empty'));

  /** What a workflow rule of the tenant did, or what follows from the change: the completion of a ticket. */
  async function movedFields(
    metadata: EntityMetadata,
    { before, fields, body }: WrittenRecord,
    row: Row,
    context: CallContext,
  ): Promise<string[]> {
    if (before === null) return [];
    const sent = new Set([...fields.map(({ name }) => name), ...Object.keys(body)]);
    const [udfsBefore, udfsNow] = [udfValues(before), udfValues(row)];
    const isMoved = [...udfsNow].some(([name, value]) => udfsBefore.get(name) !== value);
    const udfs = udfsBefore.size > 0 && isMoved ? await metadata.udfs(context.signal) : [];
    const moved = [...metadata.fields, ...udfs].filter(
      (field) =>
        !sent.has(field.name) &&
        !housekeeping.test(field.name) &&
        field.dataType !== 'byte[]' &&
        (field.udf || field.name in before) &&
        !sameValue(fieldValue(before, field), fieldValue(row, field), field),
    );
    if (moved.length === 0) return [];
    const [was, is] = [await show(before, moved, context), await show(row, moved, context)];
    return moved.map((field, at) => `${titleOf(field)}: ${formerValue(was[at] ?? '')} -> ${is[at]}`);
  }

  return async function readBack(
    metadata: EntityMetadata,
    written: WrittenRecord,
    context: CallContext,
  ): Promise<ReadBack> {
    const { entity } = metadata;
    const { id, parentId, body, fields, changes } = written;
    const unread = (note: string): ReadBack => ({
      row: null,
      called: nameLine(entity, id, written.before),
      stored: [],
      differences: [],
      moved: [],
      notes: [note],
    });
    let row: Row | null;
    try {
      row = written.stored === undefined ? await reads.row(entity, id, parentId, context) : written.stored;
    } catch (error) {
      if (!(error instanceof AutotaskError)) throw error;
      return unread(`The record could not be read back (${error.message}).`);
    }
    if (row === null) return unread('The record could not be read back yet.');
    const stored = row;
    // The contents of a file are not read back, but how long they are is known.
    const isFile = (field: FieldMetadata) => field.dataType === 'byte[]';
    const isStored = (field: FieldMetadata) =>
      isFile(field) || sameValue(fieldValue(body, field), fieldValue(stored, field), field);
    const cells = await show(stored, fields, context);
    // People know a ticket by its number and not by its id.
    const numbers = metadata.fields.filter(
      ({ name }) =>
        written.before === null &&
        body[name] === undefined &&
        autotaskNumber.test(String(stored[name])) &&
        name.endsWith('Number'),
    );
    const sent = (field: FieldMetadata) =>
      changes.find((change) => change.field === titleOf(field))?.after.text || 'empty';
    return {
      row,
      called: nameLine(entity, id, stored),
      stored: [
        ...numbers.map(({ name }) => `${name}: ${stored[name]}`),
        ...fields.map((field, at) => `${titleOf(field)}: ${isFile(field) ? sent(field) : cells[at]}`),
      ],
      differences: [
        ...fields.flatMap((field, at) => (isStored(field) ? [] : [`${titleOf(field)} is ${cells[at]}`])),
        ...otherSize(body, stored),
      ],
      moved: await movedFields(metadata, written, stored, context),
      notes: [],
    };
  };
}
