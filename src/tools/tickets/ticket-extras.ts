import type { Row } from '../../client/types.js';
import type { WritePlan } from '../../entities/write/plan.js';
import { InvalidInput, type Problem } from '../../errors.js';
import { isGiven } from '../define/assignment-checks.js';
import { type Also, withExplanation } from '../define/define-record-tools.js';
import type { ToolContext } from '../define/define-tool.js';
import { readAll } from '../define/read-all.js';
import * as inputs from '../define/shared-inputs.js';
import { explainTimeRefusal, timeEntryData } from '../time/create-time-entry.js';
import { ticketNoteData } from './create-ticket-note.js';

/** Steps that tick items of a checklist, and why there is none for some of them. */
async function tick(ticketID: number, wanted: readonly unknown[], context: ToolContext) {
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
  const ticked: string[] = [];
  for (const { id, itemName, isCompleted } of chosen) {
    if (isCompleted === true) {
      ticked.push(JSON.stringify(itemName));
      continue;
    }
    const data = { isCompleted: true };
    steps.push(
      await planUpdate({ entity: 'TicketChecklistItems', id: Number(id), parentId: ticketID, data }, context),
    );
  }
  const problems = [
    ...(items.length === 0 ? ['this ticket has no items'] : []),
    ...(ticked.length === 0 ? [] : [`ticked before: ${ticked.join(', ')}`]),
  ];
  return { steps, nothingFor: problems.map((problem): Problem => ({ field: 'checklist', problem })) };
}

/** The field whose value is usually enough. */
const alone = { time: 'hoursWorked', note: 'description' } as const;

/** Fields of a record, or the one value that is usually enough. */
function fieldsOf(given: unknown, name: keyof typeof alone): Row {
  const read = inputs.data.safeParse(given);
  if (read.success) return read.data;
  if (typeof given === 'string' && /^\s*[{[]/.test(given)) {
    const [issue] = read.error.issues;
    throw new InvalidInput('Nothing was written.', [
      { field: name, problem: issue?.message ?? 'is no object' },
    ]);
  }
  return { [alone[name]]: given };
}

/** Problems with the fields of `time` or `note` name them by where they stand; what is missing tells the form. */
async function within<Planned>(name: keyof typeof alone, given: unknown, plan: () => Promise<Planned>) {
  try {
    return await plan();
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const isAlone = !inputs.data.safeParse(given).success;
    const problems = error.problems.map((one): Problem => {
      const isMissing = isAlone && one.problem.startsWith('is required');
      const form = isMissing ? `; as an object, ${name}: {"${alone[name]}":…,"${one.field}":…}` : '';
      return { ...one, field: `${name}.${one.field}`, problem: `${one.problem}${form}` };
    });
    throw new InvalidInput(error.what, problems, error.next);
  }
}

/** Fields of what is added to a ticket, which names no other one. */
function ofTicket(ticketID: number, fields: Row, name: keyof typeof alone): Row {
  const { ticketID: other } = fields;
  if (!isGiven(other) || Number(other) === ticketID) return { ...fields, ticketID };
  const problem = `is ${JSON.stringify(other)}, but the ticket that is updated is ${ticketID}: leave it out`;
  throw new InvalidInput('Nothing was written.', [{ field: `${name}.ticketID`, problem }]);
}

/** Who is given beside `time` by a word for both may be whose time it is, or who gets the ticket: nobody knows. */
function requireOneResource(time: Row, { renamed = [] }: ToolContext): void {
  const word = renamed.find(({ name }) => name === 'assignedResourceID')?.given;
  if (word === undefined || isGiven(time.resourceID)) return;
  const problem =
    'whose time is it, or who gets the ticket: time: {"hoursWorked":…,"resourceID":…}, or assignedResourceID';
  throw new InvalidInput('Nothing was written.', [{ field: word, problem }]);
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
    const list = Array.isArray(checklist) ? await tick(ticketID, checklist, context) : undefined;
    for (const step of list?.steps ?? []) add(step);
    if (time !== undefined && time !== null) {
      const own = ofTicket(ticketID, fieldsOf(time, 'time'), 'time');
      requireOneResource(own, context);
      const plan = await within('time', time, async () =>
        planCreate({ entity: 'TimeEntries', ...(await timeEntryData(own, context)) }, context),
      );
      add(withExplanation(plan, explainTimeRefusal));
    }
    if (note !== undefined && note !== null) {
      const own = { title: 'Note', ...ofTicket(ticketID, fieldsOf(note, 'note'), 'note') };
      const plan = await within('note', note, async () =>
        planCreate({ entity: 'TicketNotes', ...(await ticketNoteData(own, context)) }, context),
      );
      add(plan);
    }
    return { steps, nothingFor: list?.nothingFor ?? [] };
  },
};
