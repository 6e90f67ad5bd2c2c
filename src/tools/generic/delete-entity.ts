import { chosen, onError, planRecords, withId } from '../define/bulk-targets.js';
import { defineWriteTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

export const deleteEntity = defineWriteTool({
  name: 'delete-entity',
  title: 'Delete a record',
  description:
    'Delete a record, or several, for good, where Autotask allows it (not tickets, notes, companies: change their status instead).',
  input: {
    entity: inputs.entity,
    id: inputs.id.optional(),
    ...chosen,
    ...onError,
    parentEntity: inputs.parentEntity,
    parentId: inputs.parentId,
  },
  destructive: true,
  idempotent: true,
  plan: ({ entity, parentEntity, parentId, ...given }, context) => {
    const { planDelete } = context.entities.tenant().writes;
    const one = withId((id, _, own) => planDelete({ entity, parentEntity, parentId, id }, own));
    return planRecords(given, { action: 'delete', entity, idName: 'id', shared: {}, one }, context);
  },
});
