import type { Tenant } from '../../store/tenant.js';
import type { Row } from '../../store/value.js';
import { contentTypeOf, isOwnerField, isRefusedType, parentTypeOf } from '../attachment-entities.js';
import { definition } from '../metadata/definition.js';
import { numberIn, type PendingRecord, textIn } from '../write/pending-record.js';
import type { Rules } from './rule.js';

/** Largest file; the documentation says 6 to 7 MB. */
const largest = 6_000_000;
const isFile = (pending: PendingRecord): boolean => pending.values.attachmentType === 'FILE_ATTACHMENT';

function bytesOf(base64: string): number {
  return Buffer.from(base64, 'base64').length;
}

function check(pending: PendingRecord): void {
  const data = textIn(pending, 'data');
  if (!isFile(pending)) return;
  if (data === undefined || data === '') {
    pending.errors.push('Value does not exist for the required field data');
    return;
  }
  if (!/^[A-Za-z0-9+/\s]*={0,2}$/.test(data))
    pending.errors.push('Attachment data is not a valid Base-64 string.');
  if (isRefusedType(textIn(pending, 'fullPath') ?? ''))
    pending.errors.push('The file type of the attachment is not allowed.');
  if (bytesOf(data) > largest) pending.errors.push('The attachment exceeds the maximum size allowed.');
  else if (pending.errors.length === 0 && !pending.tenant.uploads.take(bytesOf(data), pending.now)) {
    pending.errors.push('The attachment size limit of 10,000,000 bytes in 5 minutes has been exceeded.');
  }
}

/** The file itself never becomes part of the record. */
async function prepare(pending: PendingRecord): Promise<void> {
  const { values, entity, definition: shape } = pending;
  const path = textIn(pending, 'fullPath') ?? '';
  values.contentType = isFile(pending) ? contentTypeOf(path) : null;
  values.fileSize = isFile(pending) ? bytesOf(textIn(pending, 'data') ?? '') : 0;
  values.parentType = parentTypeOf(entity.name);
  const parent = entity.parents[0];
  const owner =
    parent?.parentField === undefined || parent.parentField === null
      ? null
      : (values[parent.parentField] ?? null);
  if (shape.byName.has('parentid')) values.parentID = owner;
  // The owner stands in a field named after it as well, where the entity has one.
  const named = shape.fields.find(
    (field) => field.reference?.name === parent?.entity && isOwnerField(field.name),
  );
  if (named !== undefined) values[named.key] = owner;
  if (typeof owner === 'number')
    values.ticketID ??= shape.byName.has('ticketid') ? await ticketOf(pending, owner) : null;
}

/** Files of notes and time entries are found by their ticket too. */
async function ticketOf(pending: PendingRecord, owner: number): Promise<number | null> {
  const parent = pending.entity.parents[0]?.entity;
  if (parent !== 'TicketNotes' && parent !== 'TimeEntries') return null;
  const ticket = (await pending.tenant.table(parent)).get(owner)?.ticketID;
  return typeof ticket === 'number' ? ticket : null;
}

async function after(pending: PendingRecord, row: Row): Promise<void> {
  const data = textIn(pending, 'data');
  if (data !== undefined) pending.tenant.files.set(`${pending.entity.name}/${row.id}`, data);
  row.data = null;
  (await pending.tenant.table('AttachmentInfo')).insert(await infoRow(row));
}

/** The entry of AttachmentInfo for a file: the fields both have, under the same id. */
export async function infoRow(row: Row): Promise<Row> {
  const info: Row = { id: row.id };
  for (const field of (await definition('AttachmentInfo')).fields) {
    const value = row[field.key];
    if (value !== undefined && field.name !== 'id') info[field.key] = value;
  }
  return info;
}

export async function forget(tenant: Tenant, entity: string, id: number): Promise<void> {
  tenant.files.delete(`${entity}/${id}`);
  const info = await tenant.table('AttachmentInfo');
  const row = info.get(id);
  if (row !== undefined) info.remove(row);
}

export const attachments: Rules = {
  prepare,
  check: (pending) => {
    check(pending);
    if (numberIn(pending, 'parentID') === undefined && pending.definition.byName.has('parentid')) {
      pending.errors.push('Value does not exist for the required field parentID');
    }
  },
  after,
};
