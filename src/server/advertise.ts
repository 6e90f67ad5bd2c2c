import * as z from 'zod';
import type { Tool } from '../tools/define.js';
import { advertised } from '../tools/inputs.js';

export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: { readonly type: 'object' } & Record<string, unknown>;
  readonly annotations: Record<string, boolean>;
}

const objectSchema = z.looseObject({ type: z.literal('object') });

/** JSON Schema of a tool's arguments, in the fewest tokens that keep it clear: no dialect, no alternatives. */
function inputSchema(tool: Tool): ListedTool['inputSchema'] {
  const schema = z.toJSONSchema(tool.input, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const shown = advertised.get(zodSchema);
      if (shown === undefined) return;
      const { description } = jsonSchema;
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      Object.assign(jsonSchema, shown.schema, description === undefined ? {} : { description });
    },
  });
  const { $schema: _, ...rest } = schema;
  return objectSchema.parse(rest);
}

const listed = new WeakMap<readonly Tool[], readonly ListedTool[]>();

/** The answer to `tools/list`. The same for every call, so that clients can cache it; made once. */
export function advertise(tools: readonly Tool[]): readonly ListedTool[] {
  const known = listed.get(tools);
  if (known !== undefined) return known;
  const list = tools.map((tool) => ({
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: inputSchema(tool),
    annotations: { ...tool.annotations },
  }));
  listed.set(tools, list);
  return list;
}
