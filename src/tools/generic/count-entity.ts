import { defineReadTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

export const countEntity = defineReadTool({
  name: 'count-entity',
  title: 'Count records',
  description: 'Count matching records without reading them. query as in query-entity.',
  input: {
    entity: inputs.entity,
    query: inputs.query.optional(),
    parentEntity: inputs.parentEntity,
    parentId: inputs.parentId,
  },
  openWorld: true,
  run: async (args, context) => {
    const { entity, count, understood, notes } = await context.entities.tenant().reads.count(args, context);
    return {
      kind: 'facts',
      lines: [`${count} ${entity}`],
      labels: [...understood, ...notes.map((note) => `Note: ${note}`)],
      json: { entity, count, understood, notes },
    };
  },
});
