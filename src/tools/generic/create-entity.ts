import { InvalidInput } from '../../errors.js';
import { itemList, onError, planRecords } from '../define/bulk-targets.js';
import { defineWriteTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

const neither = new InvalidInput('Nothing was written.', [
  { field: 'data', problem: 'is required, or items' },
]);
const both = new InvalidInput('Nothing was written.', [
  { field: 'data, items', problem: 'only one of them says what to create' },
]);

export const createEntity = defineWriteTool({
  name: 'create-entity',
  title: 'Create a record',
  description:
    'Create a record of any entity. Everything is checked first; labels and names work as values. Child entities find their parent from parentId or from their own field (ticketID, companyID).',
  input: {
    entity: inputs.entity,
    data: inputs.data.optional().describe('Fields, user-defined ones too'),
    items: itemList.items.describe('Instead: several, a list of such objects'),
    ...onError,
    parentEntity: inputs.parentEntity,
    parentId: inputs.parentId,
  },
  destructive: false,
  idempotent: false,
  creates: true,
  plan: ({ entity, data, items, onError: after, ...parent }, context) => {
    const { planCreate } = context.entities.tenant().writes;
    // Some have nothing to say but what they are for: the approval of a request.
    if (data === undefined && items === undefined && parent.parentId === undefined) throw neither;
    if (data !== undefined && items !== undefined) throw both;
    return planRecords(
      { items, onError: after },
      {
        action: 'create',
        entity,
        idName: null,
        shared: data ?? {},
        one: (_, fields, own) => planCreate({ entity, ...parent, data: fields }, own),
      },
      context,
    );
  },
});
