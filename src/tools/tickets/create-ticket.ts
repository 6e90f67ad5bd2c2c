import type { TicketCreate } from '../../../generated/types.js';
import type { Row } from '../../client/types.js';
import { choicesByLabel, labelOf } from '../../entities/metadata/picklists.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import type { AnyPlan, WritePlan } from '../../entities/write/plan.js';
import { checkAssignment } from '../define/assignment-checks.js';
import { defineCreate } from '../define/define-record-tools.js';
import type { ToolContext } from '../define/define-tool.js';
import { activeChoices, defaultChoice, defaultNote, namedChoice } from '../define/picklist-defaults.js';
import { readAll } from '../define/read-all.js';
import * as inputs from '../define/shared-inputs.js';

/** What the ticket's category would fill in for a person; here it is told and not filled in silently. */
async function categoryDefaults(category: unknown, context: ToolContext): Promise<string[]> {
  if (typeof category !== 'string' && typeof category !== 'number') return [];
  const { facts } = await activeChoices('Tickets', 'ticketCategory', context);
  const code = /^\d+$/.test(String(category))
    ? String(category)
    : facts && choicesByLabel(facts, String(category), 'stored')[0]?.value;
  if (code === undefined) return [];
  const args = {
    entity: 'TicketCategoryFieldDefaults',
    query: { ticketCategoryID: Number(code) },
    includeFields: [
      'priority',
      'queueID',
      'issueTypeID',
      'subIssueTypeID',
      'serviceLevelAgreementID',
      'workTypeID',
    ],
    maxRecords: 1,
  };
  const list = await ifAllowed(() => context.entities.tenant().reads.query(args, context), null);
  const filled = (list?.columns ?? []).flatMap((column, index) => {
    const text = list?.rows[0]?.[index]?.text ?? '';
    return column === 'id' || text === '' ? [] : [`${column} ${text}`];
  });
  return filled.length > 0 ? [`defaults of this category, not filled in: ${filled.join(', ')}`] : [];
}

/** The open ticket of the same company and title, where `unlessOpen` asks for none besides it. */
async function openTicket(
  { body }: WritePlan,
  { unlessOpen }: Row,
  context: ToolContext,
): Promise<AnyPlan | undefined> {
  if (unlessOpen !== true) return undefined;
  const filter = ['companyID', 'title'].map((field) => ({ op: 'eq', field, value: body?.[field] }));
  const found = (await readAll('Tickets', { filter }, context)).find(
    ({ status }) => !context.closedStatusIds.includes(Number(status)),
  );
  if (found === undefined) return undefined;
  const { facts } = await activeChoices('Tickets', 'status', context);
  const status = (facts && labelOf(facts, found.status)) ?? found.status;
  return {
    answer: {
      lines: ['Nothing was written: an open ticket of the same company and title is there.'],
      labels: [
        `Ticket ${String(found.id)}: ${String(found.ticketNumber)} ${String(found.title)}\tstatus: ${String(status)}`,
      ],
    },
  };
}

export const createTicket = defineCreate<keyof TicketCreate>({
  name: 'create-ticket',
  title: 'Create a ticket',
  description:
    'Create a ticket. Needs title and companyID; status defaults to New and priority to the tenant default. A resource needs a role.',
  entity: 'Tickets',
  fields: {
    title: inputs.set.text(),
    companyID: inputs.set.name(),
    description: inputs.set.text(),
    status: inputs.set.name(),
    priority: inputs.set.name(),
    queueID: inputs.set.name(),
    ticketType: inputs.set.name(),
    source: inputs.set.name(),
    dueDateTime: inputs.set.date(),
    contactID: inputs.set.name(),
    assignedResourceID: inputs.set.name(),
    assignedResourceRoleID: inputs.set.name(),
    issueType: inputs.set.name(),
    subIssueType: inputs.set.name(),
    ticketCategory: inputs.set.name(),
  },
  unless: {
    input: { unlessOpen: inputs.flag().optional().describe('Not when one of this title is open') },
    instead: openTicket,
  },
  prepare: async (data, context) => {
    await checkAssignment(data, context);
    const filled: Record<string, unknown> = { ...data };
    const notes: string[] = [];
    // A new ticket is New, whatever the tenant marks as the picklist's default.
    const defaults = {
      status: () => namedChoice('Tickets', 'status', ['New'], context),
      priority: () => defaultChoice('Tickets', 'priority', ['Medium', 'Normal', 'Standard'], context),
    } as const;
    for (const [field, find] of Object.entries(defaults)) {
      if (filled[field] !== undefined) continue;
      const choice = await find();
      if (choice === undefined) continue;
      filled[field] = Number(choice.value);
      notes.push(defaultNote(field, choice));
    }
    notes.push(...(await categoryDefaults(filled.ticketCategory, context)));
    return { data: filled, notes };
  },
});
