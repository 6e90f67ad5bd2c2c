import * as z from 'zod';
import type { GateSettings } from '../settings.js';
import type { ListedTool } from './tool-definition.js';

const withConfirm = z.looseObject({ confirm: z.looseObject({ description: z.string() }) });

const texts = {
  preview: 'Token from the preview that you get without it',
  elicit: 'Value that the preview names; you get the preview without it',
} as const;

/**
 * In the stronger modes the tool's own word alone does not write, so its arguments must not say so; where a person
 * decides there is nothing that a model could say.
 */
export function explainConfirm(
  tools: readonly ListedTool[],
  mode: GateSettings['mode'],
): readonly ListedTool[] {
  if (mode === 'token') return tools;
  return tools.map((tool) => {
    const properties = withConfirm.safeParse(tool.inputSchema.properties);
    if (!properties.success) return tool;
    if (mode === 'person') {
      const { confirm: _, ...others } = properties.data;
      return { ...tool, inputSchema: { ...tool.inputSchema, properties: others } };
    }
    const confirm = { ...properties.data.confirm, description: texts[mode] };
    return { ...tool, inputSchema: { ...tool.inputSchema, properties: { ...properties.data, confirm } } };
  });
}
