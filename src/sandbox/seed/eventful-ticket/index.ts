import { parentTypeOf } from '../../entities/attachment-entities.js';
import type { Row } from '../../store/value.js';
import { firstId } from '../lookup-tables.js';
import { day, numberOf, type Seed } from '../seed.js';
import { fileMakers } from './files.js';
import { recordMakers } from './other-records.js';
import type { RowMaker, SeededRow } from './row-maker.js';

/**
 * One ticket on which everything happened that can happen on a ticket: notes of a rule, of the customer and of
 * technicians, time, charges, a checklist, and files of many kinds. It is added after all other records.
 */

/** The youngest ticket that is done, has a contact and a technician, and is some days old. */
async function chooseTicket(seed: Seed): Promise<Row | undefined> {
  return (await seed.rows('Tickets')).findLast(
    (row) =>
      row.status === 5 &&
      typeof row.contactID === 'number' &&
      typeof row.assignedResourceID === 'number' &&
      numberOf(row, 'createDate') < seed.today - 4 * day,
  );
}

const rowMakers: Readonly<Record<string, RowMaker>> = { ...recordMakers, ...fileMakers };

/** The records of an entity that belong to the eventful ticket; `last` is the highest id among the seeded ones. */
export async function rowsOfEventfulTicket(seed: Seed, entity: string, last: number): Promise<SeededRow[]> {
  const make = rowMakers[entity];
  if (make === undefined && entity !== 'AttachmentInfo') return [];
  const ticket = await chooseTicket(seed);
  if (ticket === undefined) return [];
  const ids = async (name: string): Promise<number> => {
    const before = name === entity ? last : ((await seed.rows(name)).at(-1)?.id ?? 0);
    return Math.max(firstId(name), before + 1);
  };
  if (make !== undefined) return make(ticket, seed, ids);
  const made = await Promise.all(Object.values(fileMakers).map((makeFiles) => makeFiles(ticket, seed, ids)));
  return made.flat().map(({ row: { isTaskAttachment: _, ...row } }) => ({
    row: {
      ...row,
      // A query for the ticket's files finds those below its other files too.
      ticketID: ticket.id,
      ...(row.parentType === parentTypeOf('AttachmentNestedAttachments')
        ? { parentAttachmentID: row.parentID ?? null }
        : {}),
    },
  }));
}
