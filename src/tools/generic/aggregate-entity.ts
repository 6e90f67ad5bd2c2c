import { largestTop, mostRecords } from '../../entities/aggregate/index.js';
import { defineReadTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

export const aggregateEntity = defineReadTool({
  name: 'aggregate-entity',
  title: 'Group and total records',
  description:
    'Totals, averages and rankings over all matching records in one call, computed here: never add up lists yourself. Hours by technician: {"entity":"TimeEntries","query":{"dateWorked":"last week"},"groupBy":["resourceID"],"metrics":["sum(hoursWorked)"]}. query as in query-entity. Answers one row per group, OTHERS and an exact TOTAL.',
  input: {
    entity: inputs.entity,
    query: inputs.query.optional(),
    groupBy: inputs.terms.describe(
      'Up to 3: field; date:day|week|month|quarter|year; date:age, or date:age(7,30) with bounds in days; ticketID.companyID through a reference; a|b the first with a value',
    ),
    metrics: inputs.terms.describe(
      'count, sum(x), avg(x), min(x), max(x), distinct(x), avg(completedDate-createDate:hours); default count',
    ),
    having: inputs.terms.describe('e.g. count >= 5'),
    orderBy: inputs.terms.describe(
      'e.g. sum(x) desc, or a group; default: dates ascending, else first metric descending',
    ),
    top: inputs.wholeNumber(1, largestTop).optional().describe('Groups shown; default 100'),
    maxRecords: inputs.wholeNumber(1, mostRecords).optional().describe('Refuse above; default 50000'),
    ...inputs.formatInput,
  },
  openWorld: true,
  run: async (args, context) => ({
    kind: 'groups',
    groups: await context.entities.tenant().aggregate(args, context),
  }),
});
