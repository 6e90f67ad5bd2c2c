import type { Ticket } from '../../../generated/types.js';
import { defineSearch } from '../define/define-search.js';
import * as inputs from '../define/shared-inputs.js';

const extra = {
  openOnly: inputs.flag().optional().describe('Not in a closed status'),
  unassigned: inputs.flag().optional().describe('No assigned resource'),
  overdue: inputs.flag().optional().describe('Open and past the due date'),
};

export const searchTickets = defineSearch<keyof Ticket, typeof extra>({
  name: 'search-tickets',
  title: 'Search tickets',
  description:
    'Find tickets. openOnly and unassigned give the triage queue. Names work for company, contact, resource, queue, status; dates take a day, "last 7 days", "this month" or from..to.',
  entity: 'Tickets',
  text: ['ticketNumber', 'title', 'description'],
  fields: {
    ticketNumber: inputs.find.text(),
    companyID: inputs.find.name(),
    contactID: inputs.find.name(),
    assignedResourceID: inputs.find.name(),
    queueID: inputs.find.name(),
    status: inputs.find.name(),
    priority: inputs.find.name(),
    ticketType: inputs.find.name(),
    issueType: inputs.find.name(),
    createDate: inputs.find.range(),
    dueDateTime: inputs.find.range(),
    lastActivityDate: inputs.find.range(),
    completedDate: inputs.find.range(),
  },
  extra,
  conditions: ({ openOnly, unassigned, overdue }, { closedStatusIds }) => [
    ...(unassigned === true ? [{ op: 'notExist', field: 'assignedResourceID' }] : []),
    // A denylist, so that an open status that the tenant invents tomorrow is not missed.
    ...(openOnly === true || overdue === true
      ? closedStatusIds.map((value) => ({ op: 'noteq', field: 'status', value }))
      : []),
    ...(overdue === true ? [{ op: 'lt', field: 'dueDateTime', value: 'now' }] : []),
  ],
});
