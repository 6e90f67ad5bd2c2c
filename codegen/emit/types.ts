import openapiTS, { astToString } from 'openapi-typescript';
import type { Model } from '../model.js';
import type { Render } from '../render.js';
import { openapiComponents } from './openapi.js';

/** `types.ts`: what openapi-typescript makes of the components, with a plain name for each. */
export async function emitTypes(model: Model, render: Render): Promise<Record<string, string>> {
  // openapi-typescript takes the document as text; its types do not know OpenAPI 3.1's nullable arrays.
  const nodes = await openapiTS(JSON.stringify(openapiComponents(model)), {
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
