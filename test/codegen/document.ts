import type { EntityFile, FieldFile } from '../../codegen/model.js';
import { mini } from './mini.js';

/** A Swagger 2.0 document in the manner of Autotask's, about the given entities. */

const words: Readonly<Record<FieldFile['dataType'], object>> = {
  integer: { type: 'integer', format: 'int32' },
  short: { type: 'integer', format: 'int32' },
  long: { type: 'integer', format: 'int64' },
  decimal: { type: 'number', format: 'double' },
  double: { type: 'number', format: 'double' },
  string: { type: 'string' },
  datetime: { type: 'string', format: 'date-time' },
  boolean: { type: 'boolean' },
  'byte[]': { type: 'string', format: 'byte' },
};

const ref = (name: string) => ({ $ref: `#/definitions/${name}` });
const done = (schema: object) => ({ 200: { description: 'OK', schema } });
const body = (name: string) => [{ name: 'restModelInput', in: 'body', schema: ref(name) }];

type Casing = (name: string) => string;

function modelOf(entity: EntityFile, casing: Casing, udfEverywhere: boolean) {
  const properties = Object.fromEntries(
    entity.fields.map((field) => [casing(field.name), words[field.dataType]]),
  );
  const udf = entity.userDefinedFields || udfEverywhere;
  return {
    type: 'object',
    properties: {
      ...properties,
      [casing('soapParentPropertyId')]: { ...ref('Expression'), readOnly: true },
      ...(udf ? { [casing('userDefinedFields')]: { type: 'array', items: ref('UserDefinedField') } } : {}),
    },
  };
}

function rootPaths(entity: EntityFile): [string, object][] {
  const { name, singular, operations } = entity;
  const model = `${singular}Model`;
  const call = (suffix: string, schema: object, parameters: readonly object[] = []) => ({
    operationId: `${name}_${suffix}`,
    tags: [name],
    parameters,
    responses: done(schema),
  });
  const list = ref(`QueryActionResult[${model},${singular}]`);
  const writes = {
    ...(operations.create ? { post: call('CreateEntity', ref('OperationResultModel'), body(model)) } : {}),
    ...(operations.update ? { put: call('UpdateEntity', ref('OperationResultModel'), body(model)) } : {}),
    ...(operations.patch ? { patch: call('PatchEntity', ref('OperationResultModel'), body(model)) } : {}),
  };
  return [
    [
      `/V1.0/${name}/query`,
      { get: call('UrlParameterQuery', list), post: call('Query', list, body('QueryModel')) },
    ],
    [`/V1.0/${name}/query/count`, { get: call('UrlParameterQueryCount', ref('QueryCountResultModel')) }],
    [`/V1.0/${name}/{id}`, { get: call('QueryItem', ref(`ItemQueryResultModel[${model},${singular}]`)) }],
    [
      `/V1.0/${name}/entityInformation`,
      { get: call('QueryEntityInformation', ref('EntityInformationResultModel')) },
    ],
    [
      `/V1.0/${name}/entityInformation/fields`,
      { get: call('QueryFieldDefinitions', ref('FieldInformationResultModel')) },
    ],
    ...(Object.keys(writes).length === 0 ? [] : [[`/V1.0/${name}`, writes] satisfies [string, object]]),
  ];
}

function childPaths(entity: EntityFile): [string, object][] {
  const model = `${entity.singular}Model`;
  return entity.parents.flatMap((parent): [string, object][] => {
    // As in the real document, the tag of a child is made of its parent's name and not of its own.
    const tag = `${parent.entity.replace(/ies$/, 'y')}${parent.collection}Child`;
    const call = (suffix: string, schema: object, parameters: readonly object[] = []) => ({
      operationId: `${tag}_${suffix}`,
      tags: [tag],
      parameters,
      responses: done(schema),
    });
    const has = (name: string) => parent.operations.some((operation) => operation === name);
    const list = ref(`QueryActionResult[${model},${entity.singular}]`);
    const one = ref(`ItemQueryResultModel[${model},${entity.singular}]`);
    const result = ref('OperationResultModel');
    return [
      [
        `/V1.0/${parent.path}`,
        {
          ...(has('query') ? { get: call('Query', list) } : {}),
          ...(has('create') ? { post: call('CreateEntity', result, body(model)) } : {}),
          ...(has('update') ? { put: call('UpdateEntity', result, body(model)) } : {}),
          ...(has('patch') ? { patch: call('PatchEntity', result, body(model)) } : {}),
        },
      ],
      [
        `/V1.0/${parent.path}/{id}`,
        {
          ...(has('get') ? { get: call('QueryItem', one) } : {}),
          ...(has('delete') ? { delete: call('DeleteEntity', result) } : {}),
        },
      ],
    ];
  });
}

/** Upper-cases as Autotask's classes are spelled: `sicCode` is SICCode there. */
const pascal: Casing = (name) =>
  name === 'sicCode' ? 'SICCode' : name.charAt(0).toUpperCase() + name.slice(1);

export function swagger(entities: readonly EntityFile[] = mini.entities, year: 2020 | 2026 = 2026): string {
  const casing: Casing = year === 2020 ? pascal : (name) => name;
  return JSON.stringify({
    swagger: '2.0',
    info: { version: 'v1', title: 'Invented' },
    host: 'webservices.example.com',
    basePath: '/ATServicesRest',
    paths: {
      '/V1.0/ZoneInformation': { get: { operationId: 'ZoneInformation', tags: ['Zone'], responses: {} } },
      ...Object.fromEntries(entities.flatMap((entity) => [...rootPaths(entity), ...childPaths(entity)])),
    },
    definitions: Object.fromEntries(
      entities.map((entity) => [`${entity.singular}Model`, modelOf(entity, casing, year === 2020)]),
    ),
  });
}
