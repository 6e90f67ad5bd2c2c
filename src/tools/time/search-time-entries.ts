import type { TimeEntry } from '../../../generated/types.js';
import { defineSearch } from '../define/define-search.js';
import * as inputs from '../define/shared-inputs.js';

const extra = {
  billable: inputs.flag().optional().describe('true: billable, false: non-billable'),
  unposted: inputs.flag().optional().describe('Not yet approved and posted'),
};

export const searchTimeEntries = defineSearch<keyof TimeEntry, typeof extra>({
  name: 'search-time-entries',
  title: 'Search time entries',
  description: 'Find logged time by resource, ticket (number), task, contract, work type or date worked.',
  entity: 'TimeEntries',
  text: ['summaryNotes', 'internalNotes'],
  fields: {
    resourceID: inputs.find.name(),
    ticketID: inputs.find.name(),
    taskID: inputs.find.name(),
    contractID: inputs.find.name(),
    billingCodeID: inputs.find.name(),
    roleID: inputs.find.name(),
    dateWorked: inputs.find.range(),
  },
  extra,
  conditions: ({ billable, unposted }) => [
    ...(billable === undefined ? [] : [{ op: 'eq', field: 'isNonBillable', value: !billable }]),
    ...(unposted === true ? [{ op: 'notExist', field: 'billingApprovalDateTime' }] : []),
  ],
});
