import { defineWriteTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

export const updateEntity = defineWriteTool({
  name: 'update-entity',
  title: 'Update a record',
  description: 'Change fields of a record; fields not named keep their value, null empties one.',
  input: {
    entity: inputs.entity,
    id: inputs.id,
    data: inputs.data.describe('Fields to change'),
    parentEntity: inputs.parentEntity,
    parentId: inputs.parentId.describe('Only for ResourceTimeOffAdditional'),
  },
  destructive: true,
  idempotent: true,
  plan: (args, context) => context.entities.tenant().writes.planUpdate(args, context),
});
