import type { TicketCreate } from '../../generated/types.js';
import { checkAssignment } from './assignment.js';
import { defaultChoice, saidDefault } from './defaults.js';
import * as inputs from './inputs.js';
import { defineCreate } from './records.js';

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
    dueDateTime: inputs.set.date(),
    contactID: inputs.set.name(),
    assignedResourceID: inputs.set.name(),
    assignedResourceRoleID: inputs.set.name(),
    issueType: inputs.set.name(),
    subIssueType: inputs.set.name(),
    ticketCategory: inputs.set.name(),
  },
  prepare: async (data, context) => {
    await checkAssignment(data, context);
    const filled: Record<string, unknown> = { ...data };
    const notes: string[] = [];
    for (const [field, labels] of [
      ['status', ['New']],
      ['priority', ['Medium', 'Normal', 'Standard']],
    ] as const) {
      if (filled[field] !== undefined) continue;
      // A new ticket is New, whatever a tenant marks as the picklist's default.
      const choice = await defaultChoice('Tickets', field, labels, context);
      if (choice === undefined) continue;
      filled[field] = Number(choice.value);
      notes.push(saidDefault(field, choice));
    }
    return { data: filled, notes };
  },
});
