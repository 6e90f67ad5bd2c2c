import type { Row } from '../../client/types.js';
import type { WritePlan } from '../../entities/write/plan.js';
import { InvalidInput } from '../../errors.js';
import { isGiven } from '../define/assignment-checks.js';
import { type Also, withExplanation } from '../define/define-record-tools.js';
import type { ToolContext } from '../define/define-tool.js';
import { readAll } from '../define/read-all.js';
import * as inputs from '../define/shared-inputs.js';
import { explainTimeRefusal, timeEntryData } from '../time/create-time-entry.js';
import { ticketNoteData } from './create-ticket-note.js';

/** Steps that tick items of a checklist; none for those that are ticked. */
async function tick(
  ticketID: number,
  wanted: readonly unknown[],
  context: ToolContext,
): Promise<WritePlan[]> {
  const { planUpdate } = context.entities.tenant().writes;
  const items = await readAll('TicketChecklistItems', { ticketID }, context);
  const named = (given: unknown) => {
    const text = String(given).trim().toLowerCase();
    const found = items.filter(
      ({ id, itemName }) => String(id) === text || String(itemName).trim().toLowerCase() === text,
    );
    const [only, ...others] = found;
    if (only !== undefined && others.length === 0) return only;
    const allowed = (others.length > 0 ? found : items).map(
      ({ id, itemName, isCompleted }) =>
        `${String(id)} = ${String(itemName)}${isCompleted === true ? ' (done)' : ''}`,
    );
    const problem = others.length > 0 ? 'several items are called' : 'no item of this ticket is called';
    throw new InvalidInput('Nothing was written.', [
      { field: 'checklist', problem: `${problem} ${JSON.stringify(given)}`, allowed },
    ]);
  };
  const isAll = wanted.length === 1 && String(wanted[0]).toLowerCase() === 'all';
  const chosen = new Set(isAll ? items : wanted.map(named));
  const steps: WritePlan[] = [];
  for (const { id, isCompleted } of chosen) {
    if (isCompleted === true) continue;
    const data = { isCompleted: true };
    steps.push(
      await planUpdate({ entity: 'TicketChecklistItems', id: Number(id), parentId: ticketID, data }, context),
    );
  }
  return steps;
}

/** Fields of a record, or the one value that is usually enough. */
function fieldsOf(given: unknown, name: 'note' | 'time', alone: string): Row {
  const read = inputs.data.safeParse(given);
  if (read.success) return read.data;
  if (typeof given === 'string' && /^\s*[{[]/.test(given)) {
    const [issue] = read.error.issues;
    throw new InvalidInput('Nothing was written.', [
      { field: name, problem: issue?.message ?? 'is no object' },
    ]);
  }
  return { [alone]: given };
}

/** Fields of what is added to a ticket, which names no other one. */
function ofTicket(ticketID: number, fields: Row, name: 'note' | 'time'): Row {
  const { ticketID: other } = fields;
  if (!isGiven(other) || Number(other) === ticketID) return { ...fields, ticketID };
  const problem = `is ${JSON.stringify(other)}, but the ticket that is updated is ${ticketID}: leave it out`;
  throw new InvalidInput('Nothing was written.', [{ field: `${name}.ticketID`, problem }]);
}

/**
 * What belongs to a ticket that is completed, in the order that Autotask needs: it may refuse time and notes on a
 * ticket that is complete, so each stands before the change of the ticket, and needs the ones before it.
 */
export const ticketExtras: Also = {
  input: {
    checklist: inputs.recordIds.describe('Tick these items, or all'),
    time: inputs.valueOrFields.describe('Log hours, or create-time-entry fields'),
    note: inputs.valueOrFields.describe('Add text, or create-ticket-note fields'),
  },
  steps: async (ticketID, { checklist, time, note }, context) => {
    const { planCreate } = context.entities.tenant().writes;
    const steps: WritePlan[] = [];
    const add = (step: WritePlan) => steps.push({ ...step, needs: steps.slice(-1) });
    if (Array.isArray(checklist)) for (const step of await tick(ticketID, checklist, context)) add(step);
    if (time !== undefined && time !== null) {
      const given = ofTicket(ticketID, fieldsOf(time, 'time', 'hoursWorked'), 'time');
      const plan = await planCreate(
        { entity: 'TimeEntries', ...(await timeEntryData(given, context)) },
        context,
      );
      add(withExplanation(plan, explainTimeRefusal));
    }
    if (note !== undefined && note !== null) {
      const own = ofTicket(ticketID, fieldsOf(note, 'note', 'description'), 'note');
      const given = { title: 'Note', ...own };
      add(await planCreate({ entity: 'TicketNotes', ...(await ticketNoteData(given, context)) }, context));
    }
    return steps;
  },
};
