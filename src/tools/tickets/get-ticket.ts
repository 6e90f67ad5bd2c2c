import * as z from 'zod';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import type { ListResult, RecordResult } from '../../entities/result.js';
import { idAndRemarks } from '../define/define-get.js';
import { defineReadTool, type ToolContext } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';
import { ticketContact } from './ticket-contact.js';
import { alwaysCounted, countLines, countsOf, hides } from './ticket-counts.js';
import { noteColumns } from './timeline/entries.js';
import { partNames, readTicketTimeline } from './timeline/timeline.js';

/** How many notes and time entries are shown; older ones are counted. */
const shown = 5;

const nothing = (entity: string): ListResult => ({
  entity,
  columns: [],
  rows: [],
  total: 0,
  more: false,
  lastId: null,
  notes: [],
});

/** The newest records that belong to a ticket, in the order in which they happened; `total` null: not readable. */
async function newestOf(
  entity: string,
  ticketID: number,
  includeFields: readonly string[],
  context: ToolContext,
): Promise<{ list: ListResult; total: number | null }> {
  if (hides(entity, context)) return { list: nothing(entity), total: 0 };
  const { policy } = context.entities;
  const fields = includeFields.filter((field) => !policy.masks(findEntity(entity), field));
  const args = { entity, query: { ticketID }, includeFields: fields, maxRecords: shown, newestFirst: true };
  const list = await ifAllowed(() => context.entities.tenant().reads.query(args, context), null);
  if (list === null) return { list: nothing(entity), total: null };
  return { list: { ...list, rows: [...list.rows].reverse() }, total: list.total ?? list.rows.length };
}

/** What is counted, in the order in which it is told. */
const counted = [...alwaysCounted, 'TicketCharges', 'TicketChecklistItems', 'TicketSecondaryResources'];

/** Bookkeeping that helps nobody to act; get-entity shows it all. */
const bookkeeping = /^(creatorType|lastActivityPersonType|lastTracked\w+|impersonator\w+|apiVendorID)$/;

/** The record without bookkeeping and without flags and amounts that say nothing. */
function withoutBookkeeping(record: RecordResult): RecordResult {
  const kept = record.fields
    .map((field, index) => ({ field, cell: record.cells[index] ?? { text: '', json: null } }))
    .filter(({ field, cell }) => !bookkeeping.test(field.name) && cell.text !== 'false' && cell.text !== '0');
  return { ...record, fields: kept.map(({ field }) => field), cells: kept.map(({ cell }) => cell) };
}

const choices = [...partNames, 'all'] as const;

/** A list, or its names in one text. */
const include = z.preprocess(
  (given) => {
    const list = typeof given === 'string' ? given.split(/[\s,;[\]"]+/) : given;
    if (!Array.isArray(list)) return list;
    const names: unknown[] = list;
    return names
      .map((name) => (typeof name === 'string' ? name.trim().toLowerCase() : name))
      .filter((name) => name !== '');
  },
  z.array(z.enum(choices, { error: `may hold ${choices.join(', ')}` }), {
    error: `must be a list of ${choices.join(', ')}`,
  }),
);
inputs.advertisedSchemas.add(include, {
  schema: { type: 'array', items: { type: 'string', enum: choices } },
});

export const getTicket = defineReadTool({
  name: 'get-ticket',
  title: 'Get a ticket',
  description:
    'Everything to act on one ticket, by id or number: fields with names, the last notes and time entries, counts of the rest. include tells the whole story instead, oldest first.',
  input: {
    id: inputs.idOrName.describe('Id or ticket number'),
    include: include.optional(),
    ...inputs.formatInput,
  },
  openWorld: true,
  run: async ({ id: given, include: parts = [] }, context) => {
    const { id, remarks: which } = await idAndRemarks('Tickets', given, context);
    if (parts.length > 0) {
      const names = partNames.filter((name) => parts.includes('all') || parts.includes(name));
      return readTicketTimeline(id, names, context, withoutBookkeeping, which);
    }
    const { reads } = context.entities.tenant();
    const contact = ticketContact(context);
    const found = await reads.get({ entity: 'Tickets', id, beside: contact.read }, context);
    const record = contact.shownIn(withoutBookkeeping(found));
    const timeFields = ['dateWorked', 'resourceID', 'hoursWorked', 'isNonBillable', 'summaryNotes'];
    const [notes, time, rest] = await Promise.all([
      newestOf('TicketNotes', id, noteColumns, context),
      newestOf('TimeEntries', id, timeFields, context),
      countsOf(
        counted.filter((entity) => entity !== 'TicketNotes' && entity !== 'TimeEntries'),
        id,
        context,
      ),
    ]);
    const own = [
      { entity: 'TicketNotes', ...notes },
      { entity: 'TimeEntries', ...time },
    ].filter(({ entity }) => !hides(entity, context));
    const counts = new Map([...own.map(({ entity, total }) => [entity, total] as const), ...rest]);
    const title = (what: string, total: number | null) =>
      total !== null && total > shown
        ? `${what} (the last ${shown} of ${total}, oldest first)`
        : `${what} (oldest first)`;
    const lists = own
      .filter(({ list }) => list.rows.length > 0)
      .map(({ entity, list, total }) => ({ title: title(entity, total), list }));
    const { facts, notes: remarks } = countLines(counted, counts, context);
    return { kind: 'account', record, lists, facts, notes: [...which, ...remarks] };
  },
});
