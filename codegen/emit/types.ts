import openapiTS, { astToString } from 'openapi-typescript';
import type { Model } from '../model.js';
import { entityComponents } from '../openapi/components.js';
import type { Render } from '../render.js';

/** `types.ts`: what openapi-typescript makes of the components, with a plain name for each. */
export async function emitTypes(model: Model, render: Render): Promise<Record<string, string>> {
  const document = {
    openapi: '3.1.0',
    info: { title: 'Entities', version: '1.0' },
    paths: {},
    components: { schemas: entityComponents(model) },
  };
  // openapi-typescript takes the document as text; its types do not know OpenAPI 3.1's nullable arrays.
  const nodes = await openapiTS(JSON.stringify(document), {
    exportType: false,
    alphabetize: false,
    emptyObjectsUnknown: true,
  });
  const components = render.keepDeclaration(astToString(nodes), 'components');
  const names = model.entities.flatMap(({ singular }) => [
    singular,
    `${singular}Create`,
    `${singular}Update`,
  ]);
  return { 'types.ts': render('types', { components, names }) };
}
