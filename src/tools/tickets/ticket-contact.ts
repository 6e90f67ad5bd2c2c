import { findEntity } from '../../entities/metadata/entity-names.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import type { RecordResult } from '../../entities/read/read.js';
import { oneLine, shorten } from '../../text.js';
import type { ToolContext } from '../define/define-tool.js';

/** How a person is reached. */
const ways = ['phone', 'mobilePhone', 'emailAddress'];

/** The ticket's record with phone and e-mail of its contact behind the contact's name, where they may be read. */
export async function withContact(record: RecordResult, context: ToolContext): Promise<RecordResult> {
  const { policy } = context.entities;
  const contacts = findEntity('Contacts');
  const at = record.fields.findIndex(({ name }) => name === 'contactID');
  const shown = ways.filter((name) => !policy.masks(contacts, name));
  const id = record.row.contactID;
  const field = record.fields[at];
  if (field === undefined || typeof id !== 'number' || shown.length === 0 || !policy.may('read', contacts)) {
    return record;
  }
  const { reads } = context.entities.tenant();
  const found = await ifAllowed(() => reads.row(contacts, id, undefined, context), null);
  const filled = shown.flatMap((name) => {
    const value = found?.[name];
    return typeof value === 'string' && value !== '' ? [{ name, text: shorten(oneLine(value), 200) }] : [];
  });
  // A text like others of the record; nothing asks for more than its name.
  const fields = filled.map(({ name }) => ({ ...field, name: `contact.${name}`, referenceEntityType: null }));
  return {
    ...record,
    fields: record.fields.toSpliced(at + 1, 0, ...fields),
    cells: record.cells.toSpliced(at + 1, 0, ...filled.map(({ text }) => ({ text, json: text }))),
  };
}
