import type { Entity, Operation, Parent } from '../../../model.js';

export const ref = (name: string) => ({ $ref: `#/definitions/${name}` });

/** `[suffix of the path, verb, name of the call, answer, body]`; the answer's `Model` is the entity's. */
type CallRow = readonly [
  suffix: string,
  verb: string,
  name: string,
  answer: Answer,
  body?: 'Query' | 'Model',
];
type Answer =
  | 'list'
  | 'item'
  | 'Operation'
  | 'QueryCount'
  | 'EntityInformation'
  | 'FieldInformation'
  | 'UserDefinedFieldInformation';

const rootCalls: Readonly<Record<Operation, readonly CallRow[]>> = {
  query: [
    ['/query', 'get', 'UrlParameterQuery', 'list'],
    ['/query', 'post', 'Query', 'list', 'Query'],
  ],
  count: [
    ['/query/count', 'get', 'UrlParameterQueryCount', 'QueryCount'],
    ['/query/count', 'post', 'QueryCount', 'QueryCount', 'Query'],
  ],
  get: [['/{id}', 'get', 'QueryItem', 'item']],
  create: [['', 'post', 'CreateEntity', 'Operation', 'Model']],
  update: [['', 'put', 'UpdateEntity', 'Operation', 'Model']],
  patch: [['', 'patch', 'PatchEntity', 'Operation', 'Model']],
  delete: [['/{id}', 'delete', 'DeleteEntity', 'Operation']],
};

const childCalls: Readonly<Record<Operation, readonly CallRow[]>> = {
  ...rootCalls,
  query: [['', 'get', 'Query', 'list']],
  count: [],
};

const metadataCalls: readonly CallRow[] = [
  ['/entityInformation', 'get', 'QueryEntityInformation', 'EntityInformation'],
  ['/entityInformation/fields', 'get', 'QueryFieldDefinitions', 'FieldInformation'],
  [
    '/entityInformation/userDefinedFields',
    'get',
    'QueryUserDefinedFieldDefinitions',
    'UserDefinedFieldInformation',
  ],
];

type Paths = Record<string, Record<string, object>>;

function add(paths: Paths, base: string, tag: string, singular: string, rows: readonly CallRow[]): void {
  for (const [suffix, verb, name, answer, body] of rows) {
    const path = `/V1.0/${base}${suffix}`;
    const schema =
      answer === 'list'
        ? ref(`QueryActionResult[${singular}Model,${singular}]`)
        : answer === 'item'
          ? ref(`ItemQueryResultModel[${singular}Model,${singular}]`)
          : ref(`${answer}ResultModel`);
    const model = body === 'Query' ? 'QueryModel' : `${singular}Model`;
    const input = { name: 'restModelInput', in: 'body', required: true, schema: ref(model) };
    paths[path] ??= {};
    paths[path][verb] = {
      tags: [tag],
      operationId: `${tag}_${name}`,
      parameters: body === undefined ? [] : [input],
      responses: { 200: { description: 'OK', schema } },
    };
  }
}

/** Some calls are bound to another verb than their kind; approving time off is a GET without a body. */
function bound(row: CallRow, operation: Operation, { httpMethods }: Parent): CallRow {
  const verb = httpMethods?.[operation]?.toLowerCase();
  const [suffix, , name, answer] = row;
  return verb === undefined ? row : [suffix, verb, name, answer];
}

export function pathsOf(entity: Entity): Paths {
  const paths: Paths = {};
  const { name, singular } = entity;
  add(paths, name, name, singular, [
    ...entity.operations.flatMap((operation) => rootCalls[operation]),
    ...metadataCalls,
  ]);
  for (const parent of entity.parents) {
    const tag = `${parent.entity.replace(/ies$/, 'y').replace(/s$/, '')}${parent.collection}Child`;
    const rows = parent.operations.flatMap((operation) =>
      childCalls[operation].map((row) => bound(row, operation, parent)),
    );
    add(paths, parent.path, tag, singular, rows);
  }
  return paths;
}
