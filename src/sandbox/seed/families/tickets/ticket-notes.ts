import type { Row } from '../../../store/value.js';
import { numberByDate, within } from '../../dated-rows.js';
import type { Seed, Seeder } from '../../seed.js';
import { noteTexts } from '../../texts.js';

async function notes(seed: Seed): Promise<Row[]> {
  const random = seed.random('TicketNotes');
  const rows: Row[] = [];
  for (const ticket of await seed.rows('Tickets')) {
    for (let i = 0, count = random.int(0, 3); i < count; i++) {
      const written = within(ticket, 'createDate', 'lastActivityDate', random.next());
      rows.push({
        id: 0,
        ticketID: ticket.id,
        title: i === 0 ? 'First response' : 'Update',
        description: random.pick(noteTexts),
        noteType: random.pick([1, 2, 3]),
        publish: random.pick([1, 1, 2, 2, 2, 4]),
        createDateTime: written,
        lastActivityDate: written,
        creatorResourceID: ticket.assignedResourceID ?? ticket.creatorResourceID ?? null,
      });
    }
  }
  return numberByDate(rows, 'TicketNotes', 'createDateTime');
}

export const ticketNotes: Readonly<Record<string, Seeder>> = { TicketNotes: notes };
