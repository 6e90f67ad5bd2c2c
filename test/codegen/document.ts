import type { EntityFile } from '../../codegen/model.js';
import { operations } from '../../src/model.js';
import { swaggerOf } from '../../src/sandbox/entities/metadata/swagger.js';
import { mini } from './mini.js';

/** Upper-cases as Autotask's classes are spelled: `sicCode` is SICCode there. */
const pascal = (name: string) =>
  name === 'sicCode' ? 'SICCode' : name.charAt(0).toUpperCase() + name.slice(1);

/** The casing of 2020, when every model had user-defined fields. */
function aged(document: ReturnType<typeof swaggerOf>) {
  const definitions = Object.entries(document.definitions).map(([name, { properties }]) => [
    name,
    {
      properties: Object.fromEntries(
        Object.entries({ ...properties, userDefinedFields: { type: 'array' } }).map(([key, value]) => [
          pascal(key),
          value,
        ]),
      ),
    },
  ]);
  return { ...document, definitions: Object.fromEntries(definitions) };
}

/** The text of a Swagger 2.0 document in the manner of Autotask's, about the given entities. */
export function swagger(entities: readonly EntityFile[] = mini.entities, year: 2020 | 2026 = 2026): string {
  const document = swaggerOf(
    entities.map(({ fields, ...file }) => ({
      entity: {
        ...file,
        parents: file.parents.map(({ httpMethods: _usual, ...parent }) => parent),
        operations: operations.filter((operation) => file.operations[operation] === true),
        nameFields: [],
        summaryFields: [],
        queryBy: [],
        naturalDate: null,
        deadlines: [],
        companyScope: 'denied',
      },
      fields,
    })),
  );
  return JSON.stringify(year === 2020 ? aged(document) : document);
}
