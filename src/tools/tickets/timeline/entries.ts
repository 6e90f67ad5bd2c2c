import type { Row } from '../../../client/types.js';
import { labelOf } from '../../../entities/metadata/picklists.js';
import type { RecordList } from '../../../entities/read/record-with-lists.js';
import { audienceOf } from '../../../entities/write/visibility.js';
import { clean } from '../../../text.js';
import type { Entry } from '../../define/ticket-timeline.js';
import { plainName, sizeText } from '../../files/file-content.js';

/** Values of one row of a list, by field. */
interface EntryRow {
  readonly row: Row;
  /** As it is shown; empty when absent or hidden. */
  readonly shown: (field: string) => string;
  readonly text: (field: string) => string;
}

export function entryRows({ rows, fields, cells }: RecordList): EntryRow[] {
  const index = new Map(fields.map((field, at) => [field.name, at]));
  return rows.map((row, at) => ({
    row,
    shown: (field) => cells[at]?.[index.get(field) ?? -1]?.text ?? '',
    text: (field) => (index.has(field) && typeof row[field] === 'string' ? clean(row[field]).trim() : ''),
  }));
}

/** The first of the fields that holds a date. */
function when({ row, shown }: EntryRow, fields: readonly string[]): { key: string; at: string } {
  const name = fields.find((field) => typeof row[field] === 'string' && row[field] !== '');
  const stored = name === undefined ? '' : String(row[name]);
  const at = name === undefined ? 'no date' : shown(name);
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(at);
  return { key: isDay ? `${at}T23:59:59Z` : stored, at };
}

const by = ({ shown }: EntryRow, ...fields: readonly string[]): string =>
  fields.map(shown).find((name) => name !== '') ?? 'system';

/** A policy that hides who sees a record must not make it look internal. */
export const hiddenAudience = 'seen by: hidden';

/** Whether people outside see a record; what is called internal and is not all the same says so itself. */
function seenBy({ metadata }: RecordList, row: Row): string {
  if (metadata.hides('publish')) return hiddenAudience;
  const { seenBy: who } = audienceOf(metadata, row, row);
  const publish = metadata.field('publish');
  const label = publish === undefined ? undefined : labelOf(publish, row.publish);
  return who === 'customer' && label !== undefined && /internal/i.test(label) ? `customer: ${label}` : who;
}

const joined = (...parts: readonly string[]) => parts.filter((part) => part !== '').join(', ');
const idOf = (row: Row) => (typeof row.id === 'number' ? row.id : 0);

/** What a note says, in the order of a line. */
export const noteColumns = [
  'createDateTime',
  'creatorResourceID',
  'createdByContactID',
  'noteType',
  'publish',
  'title',
  'description',
];

export const noteFields = ['id', ...noteColumns];

export function noteEntry(part: RecordList, reading: EntryRow): Entry {
  const { row, shown, text } = reading;
  const title = shown('title');
  return {
    kind: 'note',
    id: idOf(row),
    ...when(reading, ['createDateTime']),
    seenBy: seenBy(part, row),
    head: joined(
      by(reading, 'createdByContactID', 'creatorResourceID'),
      shown('noteType'),
      title === '' ? '' : JSON.stringify(title),
    ),
    texts: [{ label: '', text: text('description') }],
    files: [],
  };
}

export const timeFields = [
  'id',
  'startDateTime',
  'dateWorked',
  'resourceID',
  'hoursWorked',
  'isNonBillable',
  'billingCodeID',
  'summaryNotes',
  'internalNotes',
];

export function timeEntry(_: RecordList, reading: EntryRow): Entry {
  const { row, shown, text } = reading;
  const texts = [
    { label: '', text: text('summaryNotes') },
    { label: 'internal', text: text('internalNotes') },
  ];
  return {
    kind: 'time',
    id: idOf(row),
    ...when(reading, ['startDateTime', 'dateWorked']),
    head: joined(
      by(reading, 'resourceID'),
      shown('hoursWorked') === '' ? '' : `${shown('hoursWorked')} h`,
      row.isNonBillable === true ? 'non-billable' : '',
      shown('billingCodeID'),
    ),
    texts: texts.filter((part) => part.text !== ''),
    files: [],
  };
}

export const fileFields = [
  'id',
  'attachDate',
  'attachedByResourceID',
  'attachedByContactID',
  'attachmentType',
  'contentType',
  'fileSize',
  'fullPath',
  'publish',
  'title',
];

/** What a file of the index hangs on. */
export const fileOwnerFields = ['ticketNoteID', 'timeEntryID', 'parentAttachmentID'];

export function fileEntry(part: RecordList, reading: EntryRow): Entry {
  const { row, shown } = reading;
  const isFile = row.attachmentType === undefined || row.attachmentType === 'FILE_ATTACHMENT';
  const path = shown('fullPath') || shown('title');
  const owner = row.ticketNoteID ?? row.timeEntryID;
  return {
    kind: 'file',
    id: idOf(row),
    ...when(reading, ['attachDate']),
    seenBy: seenBy(part, row),
    head: joined(
      isFile ? plainName(path) : `${path} (${shown('attachmentType')})`,
      isFile ? shown('contentType') : '',
      typeof row.fileSize === 'number' && isFile ? sizeText(row.fileSize) : '',
      by(reading, 'attachedByContactID', 'attachedByResourceID'),
    ),
    texts: [],
    files: [],
    ...(typeof owner === 'number' ? { owner } : {}),
  };
}

export const chargeFields = [
  'id',
  'createDate',
  'datePurchased',
  'name',
  'description',
  'unitQuantity',
  'unitPrice',
  'billableAmount',
  'isBillableToCompany',
  'isBilled',
  'status',
  'creatorResourceID',
];

export function chargeEntry(_: RecordList, reading: EntryRow): Entry {
  const { row, shown, text } = reading;
  const price = shown('unitPrice') === '' ? '' : ` at ${shown('unitPrice')}`;
  return {
    kind: 'charge',
    id: idOf(row),
    ...when(reading, ['createDate', 'datePurchased']),
    head: joined(
      shown('name'),
      shown('unitQuantity') === '' ? '' : `${shown('unitQuantity')}${price}`,
      shown('billableAmount') === '' ? '' : `billable amount ${shown('billableAmount')}`,
      row.isBillableToCompany === false ? 'not billable to the company' : '',
      row.isBilled === true ? 'billed' : row.isBilled === false ? 'not billed' : '',
      shown('status'),
      shown('creatorResourceID'),
    ),
    texts: text('description') === '' ? [] : [{ label: '', text: text('description') }],
    files: [],
  };
}

export const historyFields = ['id', 'date', 'action', 'detail', 'resourceID'];

export function historyEntry(_: RecordList, reading: EntryRow): Entry {
  const { row, shown } = reading;
  return {
    kind: 'history',
    id: idOf(row),
    ...when(reading, ['date']),
    head: joined(by(reading, 'resourceID'), `${shown('action')}: ${shown('detail')}`.replace(/: $/, '')),
    texts: [],
    files: [],
  };
}
