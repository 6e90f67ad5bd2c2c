import type { DataType, Operation } from '../../src/model.js';
import { operations as allOperations } from '../../src/model.js';
import { wireName } from './casing.js';
import type { SwaggerDocument, SwaggerOperation, SwaggerProperty } from './document.js';
import type { EntityEvidence, Evidence, FieldEvidence, ParentEvidence } from './evidence.js';

/** What a swagger type can mean. Ids that are integers are often declared int64, file sizes double. */
const types: Readonly<Record<string, readonly DataType[]>> = {
  'integer/int32': ['integer', 'short'],
  'integer/int64': ['long', 'integer'],
  'number/double': ['decimal', 'double', 'long'],
  string: ['string'],
  'string/date-time': ['datetime'],
  'string/byte': ['byte[]'],
  boolean: ['boolean'],
};

/** A leftover of the service's inside on child models, declared with a type of .NET and never on the wire. */
const leftover = 'soapParentPropertyId';

const routeShape =
  /^\/V1\.0\/(?<root>\w+)(?:\/\{parentId\}\/(?<collection>\w+))?(?<rest>(?:\/(?:query|count|entityInformation|fields|userDefinedFields|\{\w+\}))*)$/;

const byRest: Readonly<Record<string, Operation>> = { '/query': 'query', '/query/count': 'count' };
const byVerb: Readonly<Record<string, Operation>> = {
  post: 'create',
  put: 'update',
  patch: 'patch',
  delete: 'delete',
};
const usualVerb: Readonly<Record<Operation, readonly string[]>> = {
  query: ['get', 'post'],
  count: ['get', 'post'],
  get: ['get'],
  create: ['post'],
  update: ['put'],
  patch: ['patch'],
  delete: ['delete'],
};

interface Route {
  readonly root: string;
  readonly collection: string | undefined;
  readonly operation: Operation | 'metadata';
  readonly verb: string;
  readonly tag: string;
  /** Name of the entity's model, without `Model`. */
  readonly model: string | undefined;
}

function operationOf(verb: string, rest: string, child: boolean, details: SwaggerOperation) {
  if (rest.startsWith('/entityInformation')) return 'metadata';
  // Approving time off is declared as creating by GET; the operation's own name is the only witness.
  if (details.operationId?.endsWith('_CreateEntity')) return 'create';
  if (verb !== 'get') return byRest[rest] ?? byVerb[verb];
  if (/^\/\{\w+\}$/.test(rest)) return 'get';
  return byRest[rest] ?? (child && rest === '' ? 'query' : undefined);
}

function modelOf(details: SwaggerOperation): string | undefined {
  const body = details.parameters?.find((parameter) => parameter.in === 'body')?.schema?.$ref;
  const answer = details.responses?.['200']?.schema?.$ref;
  for (const ref of [body, answer]) {
    const name = ref?.slice(ref.lastIndexOf('/') + 1) ?? '';
    const model = /\[(\w+)Model,/.exec(name)?.[1] ?? /^(\w+)Model$/.exec(name)?.[1];
    if (model !== undefined && !/^Query$|Result$/.test(model)) return model;
  }
  return undefined;
}

function routesOf(document: SwaggerDocument): Route[] {
  const routes: Route[] = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    const { root, collection, rest = '' } = routeShape.exec(path)?.groups ?? {};
    if (root === undefined) continue;
    for (const [verb, details] of Object.entries(methods)) {
      const operation = operationOf(verb, rest, collection !== undefined, details);
      if (operation === undefined) continue;
      routes.push({
        root,
        collection,
        operation,
        verb,
        tag: details.tags?.[0] ?? '',
        model: operation === 'metadata' ? undefined : modelOf(details),
      });
    }
  }
  return routes;
}

/** Finds the entity that a child collection holds: by its tag, its model, or by the ending of its name. */
function childResolver(roots: ReadonlySet<string>, routes: readonly Route[]) {
  const byModel = new Map<string, string>();
  for (const route of routes) {
    if (route.collection === undefined && route.model !== undefined) byModel.set(route.model, route.root);
  }
  const withModel = new Set(byModel.values());
  return (collection: string, own: readonly Route[]): string | undefined => {
    const tagged = own.map((route) => route.tag.replace(/Child$/, '')).find((tag) => roots.has(tag));
    if (tagged !== undefined) return tagged;
    const models = own.flatMap((route) => (route.model === undefined ? [] : [route.model]));
    const modelled = models.map((model) => byModel.get(model)).find((entity) => entity !== undefined);
    return modelled ?? [...roots].find((root) => !withModel.has(root) && root.endsWith(collection));
  };
}

const ordered = (found: Iterable<Operation>): Operation[] => {
  const set = new Set(found);
  return allOperations.filter((operation) => set.has(operation));
};

function parentOf(path: string, own: readonly Route[]): ParentEvidence {
  const real = own.flatMap(({ operation, verb }) => (operation === 'metadata' ? [] : [{ operation, verb }]));
  const unusual = real.filter(({ operation, verb }) => !usualVerb[operation].includes(verb));
  const httpMethods = Object.fromEntries(
    unusual.map(({ operation, verb }) => [operation, verb.toUpperCase()]),
  );
  return {
    path,
    operations: ordered(real.map(({ operation }) => operation)),
    ...(unusual.length === 0 ? {} : { httpMethods }),
  };
}

function fieldOf(name: string, property: SwaggerProperty): FieldEvidence | undefined {
  const word = property.format === undefined ? property.type : `${property.type}/${property.format}`;
  const dataTypes = types[word ?? ''] ?? (property.type === 'object' ? types.string : undefined);
  if (property.$ref !== undefined || dataTypes === undefined) return undefined;
  return { name, dataTypes, ...(property.readOnly === true ? { isReadOnly: true } : {}) };
}

function modelEvidence(document: SwaggerDocument, model: string, old: boolean, notes: string[]) {
  const properties = Object.entries(document.definitions[`${model}Model`]?.properties ?? {});
  const named = properties.map(([name, property]) => ({ name: old ? wireName(name) : name, property }));
  const fields: FieldEvidence[] = [];
  for (const { name, property } of named) {
    if (name === 'userDefinedFields' || name === leftover) continue;
    const field = fieldOf(name, property);
    if (field === undefined) notes.push(`${model}.${name} is not a plain value in the swagger; left out`);
    else fields.push(field);
  }
  const userDefinedFields = named.some(({ name }) => name === 'userDefinedFields');
  // The document of 2020 declares user-defined fields on every model, which tells nothing.
  return { fields, ...(old ? {} : { userDefinedFields }) };
}

/** The routes below each entity's parents, by path. */
function childRoutes(roots: ReadonlySet<string>, routes: readonly Route[], notes: string[]) {
  const resolve = childResolver(roots, routes);
  const byPath = new Map<string, Route[]>();
  for (const route of routes) {
    if (route.collection === undefined) continue;
    const path = `${route.root}/{parentId}/${route.collection}`;
    byPath.set(path, [...(byPath.get(path) ?? []), route]);
  }
  const children = new Map<string, Map<string, Route[]>>();
  for (const [path, own] of byPath) {
    const entity = resolve(path.slice(path.lastIndexOf('/') + 1), own);
    if (entity === undefined) notes.push(`${path} belongs to no entity; left out`);
    else children.set(entity, (children.get(entity) ?? new Map()).set(path, own));
  }
  return children;
}

/**
 * Entities, routes, names and types of Autotask's own Swagger 2.0 document. Reads today's camelCase and the
 * PascalCase of 2020; what the old document lacks is no evidence, because the API has grown since.
 * @throws Error when the document holds no Autotask entity
 */
export function readSwagger(document: SwaggerDocument, from: string): Evidence {
  const routes = routesOf(document);
  const roots = new Set(
    routes
      .filter((route) => route.operation === 'metadata' && route.collection === undefined)
      .map((r) => r.root),
  );
  if (roots.size === 0) {
    throw new Error(`${from} holds no Autotask entity: no path like /V1.0/Tickets/entityInformation`);
  }
  const old = Object.values(document.definitions).some((model) => model.properties?.Id !== undefined);
  const notes: string[] = [];
  const children = childRoutes(roots, routes, notes);
  const entities = [...roots].sort().map((name): EntityEvidence => {
    const own = routes.filter((route) => route.root === name && route.collection === undefined);
    const below = children.get(name) ?? new Map<string, Route[]>();
    const operations = ordered(own.flatMap(({ operation }) => (operation === 'metadata' ? [] : [operation])));
    const model = [...own, ...[...below.values()].flat()].find((route) => route.model !== undefined)?.model;
    return {
      name,
      ...(model === undefined ? {} : { singular: model, ...modelEvidence(document, model, old, notes) }),
      routes: {
        path: operations.length === 0 ? null : name,
        operations,
        parents: [...below].map(([path, found]) => parentOf(path, found)),
      },
    };
  });
  return {
    tag: 'swagger-pull',
    kind: 'swagger',
    what: `Autotask's own Swagger 2.0 document${old ? ' in the casing of 2020' : ''}, read by codegen`,
    complete: !old,
    entities,
    notes: [...new Set(notes)],
  };
}
