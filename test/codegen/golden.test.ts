import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { emit } from '../../codegen/emit/index.js';
import { openapiDocument } from '../../codegen/openapi/document.js';
import { createRender } from '../../codegen/render.js';
import { modelOf } from '../../codegen/snapshot.js';
import { mini } from './mini.js';

const templates = join(import.meta.dirname, '../../templates');

const asText = (folders: Awaited<ReturnType<typeof emit>>) =>
  Object.entries(folders)
    .flatMap(([folder, files]) =>
      Object.entries(files).map(([path, text]) => `======== ${folder}/${path}\n${text}`),
    )
    .join('\n');

it('makes the same of three entities as ever', async () => {
  const text = asText(await emit(modelOf(mini), templates));
  await expect(text).toMatchFileSnapshot('golden/emitted.txt');
});

it('describes them in OpenAPI as ever', async () => {
  const text = `${JSON.stringify(openapiDocument(modelOf(mini)), null, 1)}\n`;
  await expect(text).toMatchFileSnapshot('golden/openapi.txt');
});

it('does not depend on the order of files, the locale or an earlier run', async () => {
  const once = asText(await emit(modelOf(mini), templates));
  expect(asText(await emit(modelOf(mini), templates))).toBe(once);
  const { provenance } = mini;
  const shuffled = {
    ...provenance,
    entities: Object.fromEntries(Object.entries(provenance.entities).reverse()),
  };
  expect(asText(await emit(modelOf({ ...mini, provenance: shuffled }), templates))).toBe(once);
});

it('refuses a template whose output is not TypeScript, and names it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'templates-'));
  await writeFile(join(folder, 'broken.ts.hbs'), 'export const a = {{value}};\n');
  const render = await createRender(folder);
  expect(render('broken', { value: 1 })).toContain('export const a = 1;');
  expect(() => render('broken', { value: '= {' })).toThrow(/templates\/broken: .*expected/i);
  await rm(folder, { recursive: true });
});
