import type { TicketUpdate } from '../../../generated/types.js';
import { checkAssignment } from '../define/assignment-checks.js';
import { defineUpdate } from '../define/define-record-tools.js';
import * as inputs from '../define/shared-inputs.js';
import { ticketExtras } from './ticket-extras.js';

export const updateTicket = defineUpdate<keyof TicketUpdate>({
  name: 'update-ticket',
  title: 'Update a ticket',
  description:
    'Change a ticket, by id or number, or several at once: assign, move, reschedule, complete (with time, note and checklist). A resource needs a role.',
  entity: 'Tickets',
  several: true,
  also: ticketExtras,
  fields: {
    title: inputs.set.text(),
    description: inputs.set.text(),
    status: inputs.set.name(),
    priority: inputs.set.name(),
    queueID: inputs.set.name(),
    dueDateTime: inputs.set.date(),
    companyID: inputs.set.name(),
    contactID: inputs.set.name(),
    assignedResourceID: inputs.set.name(),
    assignedResourceRoleID: inputs.set.name(),
    issueType: inputs.set.name(),
    subIssueType: inputs.set.name(),
    resolution: inputs.set.text(),
  },
  prepare: async (data, context) => {
    await checkAssignment(data, context);
    return { data, notes: [] };
  },
});
