import type { Model } from '../model.js';
import { createRender } from '../render.js';
import { emitSchemas } from './schemas.js';
import { emitTable } from './table.js';
import { emitTypes } from './types.js';

/** Everything that generated/ holds, by path. Pure: the same model gives the same text, byte for byte. */
export async function emit(model: Model, templatesDir: string): Promise<Record<string, string>> {
  const render = await createRender(templatesDir);
  const files = {
    ...emitTable(model, render),
    ...emitSchemas(model, render),
    ...(await emitTypes(model, render)),
    'README.md': render.text('README.md', { entities: model.entities.length }),
  };
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}
