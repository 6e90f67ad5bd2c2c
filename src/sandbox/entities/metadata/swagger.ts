import { load } from '../../../../generated/load.js';
import { entities } from '../../../../generated/table.js';
import type { DataType, Entity, Field } from '../../../model.js';
import { pathsOf, ref } from './swagger-paths.js';

/**
 * The Swagger 2.0 document that a zone serves to everybody, as loose as Autotask's own: no required or
 * read-only flags, whole numbers in two widths, one model for reading and writing.
 */

export interface DescribedEntity {
  readonly entity: Entity;
  readonly fields: readonly Field[];
}

const words: Readonly<Record<DataType, object>> = {
  integer: { format: 'int32', type: 'integer' },
  short: { format: 'int32', type: 'integer' },
  long: { format: 'int64', type: 'integer' },
  decimal: { format: 'double', type: 'number' },
  double: { format: 'double', type: 'number' },
  string: { type: 'string' },
  datetime: { format: 'date-time', type: 'string' },
  boolean: { type: 'boolean' },
  'byte[]': { format: 'byte', type: 'string' },
};

export const model = ({ entity, fields }: DescribedEntity) => ({
  type: 'object',
  properties: {
    ...Object.fromEntries(fields.map((field) => [field.name, words[field.dataType]])),
    soapParentPropertyId: { ...ref('Expression'), readOnly: true },
    ...(entity.userDefinedFields
      ? { userDefinedFields: { type: 'array', items: ref('UserDefinedField') } }
      : {}),
  },
});

/** The document about the given entities. */
export const swaggerOf = (described: readonly DescribedEntity[]) => ({
  swagger: '2.0',
  info: { version: 'v1', title: 'Autotask PSA Rest API (sandbox)' },
  basePath: '/ATServicesRest',
  paths: Object.assign({}, ...described.map(({ entity }) => pathsOf(entity))),
  definitions: {
    ...Object.fromEntries(described.map((entry) => [`${entry.entity.singular}Model`, model(entry)])),
    UserDefinedField: {
      type: 'object',
      properties: { name: { type: 'string' }, value: { type: 'string' } },
    },
  },
});

/** The document about every entity of the sandbox. */
export async function swagger() {
  const described = entities.map(async (entity) => ({
    entity,
    fields: (await load[entity.name]?.fields()) ?? [],
  }));
  return swaggerOf(await Promise.all(described));
}
