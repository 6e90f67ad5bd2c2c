import { defineWriteTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

export const deleteEntity = defineWriteTool({
  name: 'delete-entity',
  title: 'Delete a record',
  description:
    'Delete a record for good, where Autotask allows it (not tickets, notes, companies: change their status instead).',
  input: {
    entity: inputs.entity,
    id: inputs.id,
    parentEntity: inputs.parentEntity,
    parentId: inputs.parentId,
  },
  destructive: true,
  idempotent: true,
  plan: (args, context) => context.entities.tenant().writes.planDelete(args, context),
});
