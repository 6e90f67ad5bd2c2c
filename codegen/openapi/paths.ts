import { type Operation as EntityOperation, operations } from '../../src/model.js';
import type { ModelEntity, ParentFile } from '../model.js';
import { ref } from './envelopes.js';
import { type Call, type Operation, operation } from './operations.js';

/** The methods of each path: `{ '/V1.0/Tickets': { post: … } }`. */
export type Paths = Record<string, Record<string, Operation>>;

function add(paths: Paths, method: string, path: string, call: Call): void {
  const methods = paths[`/V1.0/${path}`] ?? {};
  methods[method] = operation(call);
  paths[`/V1.0/${path}`] = methods;
}

const listOf = (entity: ModelEntity) => ({
  type: 'object',
  properties: { items: { type: 'array', items: ref(entity.singular) }, pageDetails: ref('PageDetails') },
  required: ['items', 'pageDetails'],
});

const itemOf = (entity: ModelEntity) => ({
  type: 'object',
  description: 'item is null when there is no such record',
  properties: { item: { oneOf: [ref(entity.singular), { type: 'null' }] } },
  required: ['item'],
});

/** A file: it has no user-defined fields, and its child GET answers a list of one, with the content. */
const isAttachment = (entity: ModelEntity) => entity.fields.some((field) => field.dataType === 'byte[]');

const metadataCalls = [
  ['', 'entityInformation', 'What this tenant and user may do with', 'EntityInformationResult'],
  ['/fields', 'fields', 'The fields in this tenant of', 'FieldInformationResult'],
  [
    '/userDefinedFields',
    'userDefinedFields',
    'The user-defined fields in this tenant of',
    'UserDefinedFieldInformationResult',
  ],
] as const;

/** The metadata is served twice: at the root, and below each parent except for files. */
function metadata(paths: Paths, entity: ModelEntity): void {
  const tag = entity.name;
  const parents = isAttachment(entity) ? [] : entity.parents;
  for (const [suffix, name, summary, answer] of metadataCalls) {
    if (isAttachment(entity) && name === 'userDefinedFields') continue;
    const call = { tag, summary: `${summary} ${tag}`, answer: ref(answer) };
    const path = `entityInformation${suffix}`;
    add(paths, 'get', `${tag}/${path}`, { ...call, operationId: `${tag}_${name}` });
    for (const parent of parents) {
      const operationId = `${tag}_${name}Of${parent.entity}`;
      add(paths, 'get', `${parent.path}/${path}`, { ...call, operationId, parameters: ['parentId'] });
    }
  }
}

type Make = (paths: Paths, entity: ModelEntity, path: string) => void;

/** Both ways to search: the short one in the address, the long one in a body. */
const search =
  (suffix: string, name: string, summary: string, answer: (entity: ModelEntity) => object): Make =>
  (paths, entity, path) => {
    const shared = { tag: entity.name, summary: `${summary} ${entity.name}`, answer: answer(entity) };
    const operationId = `${entity.name}_${name}`;
    add(paths, 'get', `${path}${suffix}`, {
      ...shared,
      operationId: `${operationId}ByUrl`,
      parameters: ['search'],
    });
    add(paths, 'post', `${path}${suffix}`, { ...shared, operationId, body: ref('QueryRequest') });
  };

const rootCalls: Readonly<Record<EntityOperation, Make>> = {
  query: search('/query', 'query', 'Find', listOf),
  count: search('/query/count', 'count', 'Count', () => ref('CountResult')),
  get: (paths, entity, path) =>
    add(paths, 'get', `${path}/{id}`, {
      operationId: `${entity.name}_get`,
      tag: entity.name,
      summary: `One record of ${entity.name}`,
      parameters: ['id'],
      answer: itemOf(entity),
    }),
  create: (paths, entity, path) => add(paths, 'post', path, writing(entity, 'create', '')),
  update: (paths, entity, path) => add(paths, 'put', path, writing(entity, 'update', '')),
  patch: (paths, entity, path) => add(paths, 'patch', path, writing(entity, 'patch', '')),
  delete: (paths, entity, path) =>
    add(paths, 'delete', `${path}/{id}`, {
      operationId: `${entity.name}_delete`,
      tag: entity.name,
      summary: `Delete a record of ${entity.name}`,
      parameters: ['id', 'impersonation'],
      answer: ref('OperationResult'),
    }),
};

const summaries = {
  create: 'Create a record of',
  update: 'Replace a record (fields that are not given are emptied) of',
  patch: 'Change the given fields of a record of',
} as const;

function writing(entity: ModelEntity, how: keyof typeof summaries, below: string): Call {
  return {
    operationId: `${entity.name}_${how}${below}`,
    tag: entity.name,
    summary: `${summaries[how]} ${entity.name}`,
    parameters: below === '' ? ['impersonation'] : ['parentId', 'impersonation'],
    body: ref(`${entity.singular}${how === 'create' ? 'Create' : 'Update'}`),
    answer: ref('OperationResult'),
  };
}

/** Balances of time off: found by year below their resource, and nowhere by id. */
const isYearly = (entity: ModelEntity) =>
  entity.path === null && entity.fields.some((field) => field.name === 'year');

function childCall(paths: Paths, entity: ModelEntity, parent: ParentFile, name: EntityOperation): void {
  const below = `Of${parent.entity}`;
  const { path } = parent;
  const tag = entity.name;
  const key = isYearly(entity) ? 'year' : 'id';
  const method = parent.httpMethods?.[name]?.toLowerCase();
  if (name === 'query') {
    add(paths, method ?? 'get', path, {
      operationId: `${tag}_list${below}`,
      tag,
      summary: `All ${tag} of a record of ${parent.entity}`,
      parameters: ['parentId'],
      answer: listOf(entity),
    });
  } else if (name === 'get') {
    add(paths, method ?? 'get', `${path}/{${key}}`, {
      operationId: `${tag}_get${below}`,
      tag,
      summary: `One record of ${tag}`,
      parameters: ['parentId', key],
      answer: isAttachment(entity) ? listOf(entity) : itemOf(entity),
    });
  } else if (name === 'delete') {
    add(paths, method ?? 'delete', `${path}/{id}`, {
      operationId: `${tag}_delete${below}`,
      tag,
      summary: `Delete a record of ${tag}`,
      parameters: ['parentId', 'id', 'impersonation'],
      answer: ref('OperationResult'),
    });
  } else if (name !== 'count') {
    const verb = method ?? { create: 'post', update: 'put', patch: 'patch' }[name];
    const { body, ...call } = writing(entity, name, below);
    add(paths, verb, path, verb === 'get' || body === undefined ? call : { ...call, body });
  }
}

/** Every route of one entity: at its root and below each parent. */
function pathsOf(entity: ModelEntity): Paths {
  const paths: Paths = {};
  const { path } = entity;
  if (path !== null) {
    for (const name of operations) {
      if (entity.operations[name] !== false) rootCalls[name](paths, entity, path);
    }
  }
  metadata(paths, entity);
  for (const parent of entity.parents) {
    for (const name of parent.operations) childCall(paths, entity, parent, name);
  }
  return paths;
}

/** The routes of all entities; `legacy` names those that today's API no longer lists. */
export function entityPaths(entities: readonly ModelEntity[], legacy: ReadonlySet<string>): Paths {
  const paths: Paths = {};
  for (const entity of entities) {
    for (const [path, methods] of Object.entries(pathsOf(entity))) {
      paths[path] = legacy.has(entity.name)
        ? Object.fromEntries(
            Object.entries(methods).map(([verb, call]) => [verb, { ...call, deprecated: true }]),
          )
        : methods;
    }
  }
  return paths;
}
