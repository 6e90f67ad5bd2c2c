import type { TicketNoteCreate } from '../../../generated/types.js';
import { defineCreate, type Prepare } from '../define/define-record-tools.js';
import { defaultChoice, defaultNote, internalChoice } from '../define/picklist-defaults.js';
import * as inputs from '../define/shared-inputs.js';

/** A note with what can be filled in: inside unless it is said who sees it. */
export const ticketNoteData: Prepare = async (data, context) => {
  const filled: Record<string, unknown> = { ...data };
  const notes: string[] = [];
  if (data.publish === undefined) {
    const internal = await internalChoice('TicketNotes', context);
    if (internal !== undefined) {
      filled.publish = Number(internal.value);
      notes.push(`${defaultNote('publish', internal)}, not visible to the customer`);
    }
  }
  if (data.noteType === undefined) {
    const choice = await defaultChoice(
      'TicketNotes',
      'noteType',
      ['Task Notes', 'Ticket Notes', 'Task Detail'],
      context,
    );
    if (choice !== undefined) {
      filled.noteType = Number(choice.value);
      notes.push(defaultNote('noteType', choice));
    }
  }
  return { data: filled, notes };
};

export const createTicketNote = defineCreate<keyof TicketNoteCreate>({
  name: 'create-ticket-note',
  title: 'Add a note to a ticket',
  description:
    'Add a note to a ticket (ticketID: id or number), or to several (ids, query of Tickets). Internal unless publish says otherwise: "All Autotask Users" is visible to the customer.',
  entity: 'TicketNotes',
  below: { field: 'ticketID', entity: 'Tickets' },
  fields: {
    ticketID: inputs.set.name(),
    title: inputs.set.text(),
    description: inputs.set.text(),
    noteType: inputs.set.name(),
    publish: inputs.set.name(),
  },
  prepare: ticketNoteData,
});
