import { defineReadTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

export const queryEntity = defineReadTool({
  name: 'query-entity',
  title: 'Query records',
  description:
    'List records of any entity. query is short, {"status":"New","companyID":"Contoso","assignedResourceID":null,"createDate":{"gte":"2026-01-31"}}, or Autotask\'s {"filter":[{"op":"noteq","field":"status","value":5}]}. Picklist labels and names work as values, null means empty, a list means any of. Tickets, notes, time: newest first; others by id.',
  input: {
    entity: inputs.entity,
    query: inputs.query.optional(),
    includeFields: inputs.fieldNames.describe('Fields to return instead of the summary; ["*"] all'),
    maxRecords: inputs.listInputs.maxRecords.describe('Default 25, at most 5000'),
    orderBy: inputs.listInputs.orderBy.describe('Field, ascending unless "createDate desc"'),
    cursor: inputs.listInputs.cursor.describe('Continue a sorted list'),
    afterId: inputs.listInputs.afterId.describe('Continue by id'),
    withIds: inputs.listInputs.withIds.describe('Ids beside names'),
    parentEntity: inputs.parentEntity,
    parentId: inputs.parentId,
    ...inputs.formatInput,
  },
  openWorld: true,
  run: async (args, context) => ({
    kind: 'list',
    list: await context.entities.tenant().reads.query({ ...args, newestFirst: true }, context),
  }),
});
