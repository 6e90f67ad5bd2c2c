import type { Row } from '../../client/types.js';
import type { CallContext } from '../../entities/result.js';
import { InvalidInput } from '../../errors.js';
import { chosen, itemList, onError, planRecords, withId } from '../define/bulk-targets.js';
import { defineWriteTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

const noData = new InvalidInput('Nothing was written.', [
  { field: 'data', problem: 'is required, or items' },
]);

export const updateEntity = defineWriteTool({
  name: 'update-entity',
  title: 'Update a record',
  description:
    'Change fields of one record or of several at once; fields not named keep their value, null empties one.',
  input: {
    entity: inputs.entity,
    id: inputs.id.optional(),
    data: inputs.data.optional().describe('Fields to change'),
    ...chosen,
    items: itemList.items.describe('Instead: list of {"id":…} with its own fields'),
    ...onError,
    parentEntity: inputs.parentEntity,
    parentId: inputs.parentId.describe('Only for ResourceTimeOffAdditional'),
  },
  destructive: true,
  idempotent: true,
  plan: ({ entity, parentEntity, parentId, data, ...given }, context) => {
    const { planUpdate } = context.entities.tenant().writes;
    const one = (id: number, fields: Row, own: CallContext) =>
      planUpdate({ entity, parentEntity, parentId, id, data: fields }, own);
    if (data === undefined && given.items === undefined) throw noData;
    return planRecords(
      given,
      { action: 'update', entity, idName: 'id', shared: data ?? {}, one: withId(one) },
      context,
    );
  },
});
