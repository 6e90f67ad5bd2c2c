import { defineWriteTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

export const createEntity = defineWriteTool({
  name: 'create-entity',
  title: 'Create a record',
  description:
    'Create a record of any entity. Everything is checked first; labels and names work as values. Child entities find their parent from parentId or from their own field (ticketID, companyID).',
  input: {
    entity: inputs.entity,
    data: inputs.data.describe('Fields, user-defined ones too'),
    parentEntity: inputs.parentEntity,
    parentId: inputs.parentId,
  },
  destructive: false,
  idempotent: false,
  plan: (args, context) => context.entities.tenant().writes.planCreate(args, context),
});
