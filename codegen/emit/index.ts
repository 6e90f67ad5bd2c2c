import type { Model } from '../model.js';
import { compareText } from '../order.js';
import { createRender } from '../render.js';
import type { Files, Folders } from '../write.js';
import { emitReference } from './reference.js';
import { emitSchemas } from './schemas.js';
import { emitTable } from './table.js';
import { emitTypes } from './types.js';

const sorted = (files: Files): Files =>
  Object.fromEntries(Object.entries(files).sort(([a], [b]) => compareText(a, b)));

/** Everything that is made from the model, by folder. Pure: the same model gives the same text, byte for byte. */
export async function emit(model: Model, templatesDir: string): Promise<Folders> {
  const render = await createRender(templatesDir);
  return {
    generated: sorted({
      ...emitTable(model, render),
      ...emitSchemas(model, render),
      ...(await emitTypes(model, render)),
      'README.md': render.text('README.md', { entities: model.entities.length }),
    }),
    'docs/entities': sorted(emitReference(model, render)),
  };
}
