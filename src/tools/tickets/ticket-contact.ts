import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import type { RecordResult } from '../../entities/result.js';
import { oneLine, shorten } from '../../text.js';
import type { ToolContext } from '../define/define-tool.js';

/** How a person is reached. */
const ways = ['phone', 'mobilePhone', 'emailAddress'];

/** Phone and e-mail of the contact of one ticket. */
export interface TicketContact {
  /** To be called with the ticket before names are looked up: the contact is read once, whole. */
  read(ticket: Row): Promise<void>;
  /** The ticket's record with what was read behind the contact's name. */
  shownIn(record: RecordResult): RecordResult;
}

/** Reads and shows how the contact of a ticket is reached, as far as it may be read. */
export function ticketContact(context: ToolContext): TicketContact {
  const { policy } = context.entities;
  const contacts = findEntity('Contacts');
  const open = ways.filter((name) => !policy.masks(contacts, name));
  let found: Row | null = null;
  return {
    async read({ contactID: id }) {
      if (typeof id !== 'number' || open.length === 0 || !policy.may('read', contacts)) return;
      const { reads } = context.entities.tenant();
      found = await ifAllowed(() => reads.row(contacts, id, undefined, context), null);
    },
    shownIn(record) {
      const at = record.fields.findIndex(({ name }) => name === 'contactID');
      const field = record.fields[at];
      if (field === undefined) return record;
      const filled = open.flatMap((name) => {
        const value = found?.[name];
        return typeof value === 'string' && value !== ''
          ? [{ name, text: shorten(oneLine(value), 200) }]
          : [];
      });
      // A text like others of the record; nothing asks for more than its name.
      const fields = filled.map(({ name }) => ({
        ...field,
        name: `contact.${name}`,
        referenceEntityType: null,
      }));
      return {
        ...record,
        fields: record.fields.toSpliced(at + 1, 0, ...fields),
        cells: record.cells.toSpliced(at + 1, 0, ...filled.map(({ text }) => ({ text, json: text }))),
      };
    },
  };
}
