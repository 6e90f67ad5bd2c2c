import type { ListResult } from '../entities/read.js';
import { defineReadTool, type ToolContext } from './define.js';
import * as inputs from './inputs.js';
import { idOf } from './records.js';

/** How many notes and time entries are shown; older ones are counted. */
const shown = 5;

/** Records that belong to a ticket, newest last, cut to the newest. Autotask lists by ascending id only. */
async function belonging(
  entity: string,
  ticketID: number,
  includeFields: readonly string[],
  context: ToolContext,
): Promise<{ list: ListResult; total: number }> {
  const args = { entity, query: { ticketID }, includeFields, maxRecords: 500 };
  const list = await context.entities.tenant().reads.query(args, context);
  return { list: { ...list, rows: list.rows.slice(-shown) }, total: list.total ?? list.rows.length };
}

const counted = ['TicketAttachments', 'TicketCharges', 'TicketChecklistItems', 'TicketSecondaryResources'];

export const getTicket = defineReadTool({
  name: 'get-ticket',
  title: 'Get a ticket',
  description:
    'Everything to act on one ticket, by id or number: fields with names, the last notes and time entries, counts of the rest.',
  input: { id: inputs.idOrName.describe('Id or ticket number'), ...inputs.form },
  openWorld: true,
  run: async ({ id: given }, context) => {
    const id = await idOf('Tickets', given, context);
    const { reads } = context.entities.tenant();
    const record = await reads.get({ entity: 'Tickets', id }, context);
    const noteFields = [
      'createDateTime',
      'creatorResourceID',
      'createdByContactID',
      'noteType',
      'publish',
      'title',
      'description',
    ];
    const timeFields = ['dateWorked', 'resourceID', 'hoursWorked', 'isNonBillable', 'summaryNotes'];
    const [notes, time, ...counts] = await Promise.all([
      belonging('TicketNotes', id, noteFields, context),
      belonging('TimeEntries', id, timeFields, context),
      ...counted.map(async (entity) => {
        const { count } = await reads.count({ entity, query: { ticketID: id } }, context);
        return count > 0 ? `${count} ${entity}` : '';
      }),
    ]);
    const rest = counts.filter((text) => text !== '');
    const title = (what: string, total: number) =>
      total > shown ? `${what} (last ${shown} of ${total})` : what;
    const lists = [
      { title: title('TicketNotes', notes.total), list: notes.list },
      { title: title('TimeEntries', time.total), list: time.list },
    ].filter(({ list }) => list.rows.length > 0);
    return { kind: 'account', record, lists, notes: rest.length > 0 ? [`also ${rest.join(', ')}`] : [] };
  },
});
