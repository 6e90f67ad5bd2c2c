import { attachments } from './attachments.js';
import { phases, projects, taskSecondaryResources, tasks } from './projects.js';
import { defaults, type Rules } from './rule.js';
import { ticketChecklistItems, ticketChecklistLibraries } from './ticket-checklists.js';
import { ticketSecondaryResources, tickets } from './tickets.js';
import { timeEntries } from './time-entries.js';
import { userDefinedFieldDefinitions, userDefinedFieldListItems } from './user-defined-fields.js';
import { webhookFields, webhooks } from './webhooks.js';

const byEntity: Readonly<Record<string, Rules>> = {
  Companies: defaults({ isActive: true, isTaxExempt: false }),
  CompanyLocations: defaults({ isActive: true, isPrimary: false }),
  Phases: phases,
  Projects: projects,
  ServiceCalls: defaults({ status: 1, isComplete: 0 }),
  TaskSecondaryResources: taskSecondaryResources,
  Tasks: tasks,
  TicketChecklistItems: ticketChecklistItems,
  TicketChecklistLibraries: ticketChecklistLibraries,
  TicketSecondaryResources: ticketSecondaryResources,
  Tickets: tickets,
  TimeEntries: timeEntries,
  TimeOffRequests: defaults({ status: 1 }),
  UserDefinedFieldDefinitions: userDefinedFieldDefinitions,
  UserDefinedFieldListItems: userDefinedFieldListItems,
};
const none: Rules = {};

export function rulesOf(entity: string): Rules {
  if (/Webhook(Udf)?Fields$/.test(entity)) return webhookFields;
  if (entity.endsWith('Attachments')) return attachments;
  if (entity.endsWith('Webhooks')) return webhooks;
  return byEntity[entity] ?? none;
}
