import { defineReadTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

export const getEntity = defineReadTool({
  name: 'get-entity',
  title: 'Get a record',
  description: 'One record by id, all filled fields with names and labels.',
  input: {
    entity: inputs.entity,
    id: inputs.id,
    includeFields: inputs.fieldNames,
    parentEntity: inputs.parentEntity,
    parentId: inputs.parentId,
    ...inputs.formatInput,
  },
  openWorld: true,
  run: async (args, context) => ({
    kind: 'record',
    record: await context.entities.tenant().reads.get(args, context),
  }),
});
