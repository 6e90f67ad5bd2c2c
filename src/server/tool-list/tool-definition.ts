import * as z from 'zod';
import type { Tool } from '../../tools/define/define-tool.js';
import { advertisedSchemas } from '../../tools/define/shared-inputs.js';

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
      const shown = advertisedSchemas.get(zodSchema);
      if (shown === undefined) return;
      const { description } = jsonSchema;
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      Object.assign(jsonSchema, shown.schema, description === undefined ? {} : { description });
    },
  });
  const { $schema: _, ...rest } = schema;
  return objectSchema.parse(rest);
}

/** What the protocol takes for granted where nothing is said is not said: it would cost each client tokens. */
function annotationsOf({ annotations: { openWorldHint, ...hints } }: Tool): ListedTool['annotations'] {
  return openWorldHint ? hints : { ...hints, openWorldHint };
}

/** A tool as `tools/list` shows it. */
export const toolDefinition = (tool: Tool): ListedTool => ({
  name: tool.name,
  title: tool.title,
  description: tool.description,
  inputSchema: inputSchema(tool),
  annotations: annotationsOf(tool),
});
