import { entities } from '../../../generated/table.js';
import type { Entity, Operation, Parent } from '../../model.js';
import { entityInformation, fields, userDefinedFields } from './metadata.js';
import { count, query, turnPage } from './query.js';
import { get, getChild, listChildren } from './records.js';
import type { Handler } from './request-context.js';
import { remove, write } from './write.js';

export interface Route {
  readonly handler: Handler;
  /** Entity and operation that a permission is needed for; undefined when none is. */
  readonly entity: string | undefined;
  readonly operation: Operation | undefined;
}

/** Routes by path in lower case, numbers replaced by `#`; then by method. */
export type Routes = ReadonlyMap<string, ReadonlyMap<string, Route>>;

class Builder {
  readonly routes = new Map<string, Map<string, Route>>();

  add(method: string, path: string, handler: Handler, entity?: string, operation?: Operation): void {
    const key = path.toLowerCase();
    const methods = this.routes.get(key) ?? new Map<string, Route>();
    if (!methods.has(method)) methods.set(method, { handler, entity, operation });
    this.routes.set(key, methods);
  }
}

/** `Tickets/42/Notes` → key `tickets/#/notes` and the ids [42]. */
export function routeKey(path: string): { readonly key: string; readonly ids: readonly number[] } {
  const ids: number[] = [];
  const key = path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      if (!/^-?\d{1,18}$/.test(segment)) return segment.toLowerCase();
      ids.push(Number(segment));
      return '#';
    })
    .join('/');
  return { key, ids };
}

/** What the generated table says, plus the routes that belong to no entity. */
export function buildRoutes(
  special: readonly (readonly [string, string, Handler, string?, Operation?])[],
): Routes {
  const builder = new Builder();
  // First come, first served: a special route replaces the general one of its path and verb.
  for (const [method, path, handler, entity, operation] of special) {
    builder.add(method, path, handler, entity, operation);
  }
  for (const entity of entities) {
    root(builder, entity);
    for (const parent of entity.parents) child(builder, entity, parent);
  }
  return builder.routes;
}

function metadata(builder: Builder, at: string, entity: Entity): void {
  builder.add('GET', `${at}/entityInformation`, (call) => entityInformation(call, entity.name));
  builder.add('GET', `${at}/entityInformation/fields`, (call) => fields(call, entity.name));
  // Attachments cannot have user-defined fields and do not even have the route.
  if (entity.name.endsWith('Attachments')) return;
  builder.add('GET', `${at}/entityInformation/userDefinedFields`, (call) =>
    userDefinedFields(call, entity.name),
  );
}

function root(builder: Builder, entity: Entity): void {
  const { name, operations } = entity;
  const at = entity.path ?? name;
  metadata(builder, at, entity);
  if (operations.includes('query')) {
    for (const method of ['GET', 'POST']) {
      builder.add(method, `${at}/query`, (call) => query(call, name), name, 'query');
      builder.add(method, `${at}/query/count`, (call) => count(call, name), name, 'query');
      builder.add(method, `${at}/query/next`, (call) => turnPage(call, name), name, 'query');
      builder.add(method, `${at}/query/prev`, (call) => turnPage(call, name), name, 'query');
    }
  }
  if (operations.includes('get')) builder.add('GET', `${at}/#`, (call) => get(call, name), name, 'query');
  if (operations.includes('delete')) {
    builder.add('DELETE', `${at}/#`, (call) => remove(call, name), name, 'delete');
  }
  writes(builder, at, name, operations);
}

function writes(
  builder: Builder,
  at: string,
  name: string,
  operations: readonly Operation[],
  parent?: Parent,
): void {
  const handler: Handler = (call) => write(call, name, parent);
  const createMethod = parent?.httpMethods?.create ?? 'POST';
  if (operations.includes('create')) builder.add(createMethod, at, handler, name, 'create');
  if (operations.includes('patch')) builder.add('PATCH', at, handler, name, 'update');
  if (operations.includes('update')) builder.add('PUT', at, handler, name, 'update');
}

function child(builder: Builder, entity: Entity, parent: Parent): void {
  const { name } = entity;
  const at = parent.path.replace('{parentId}', '#');
  const { operations } = parent;
  metadata(builder, at, entity);
  if (operations.includes('query')) {
    builder.add('GET', at, (call) => listChildren(call, name, parent), name, 'query');
  }
  if (operations.includes('get'))
    builder.add('GET', `${at}/#`, (call) => getChild(call, name, parent), name, 'query');
  if (operations.includes('delete')) {
    builder.add('DELETE', `${at}/#`, (call) => remove(call, name, parent), name, 'delete');
  }
  writes(builder, at, name, operations, parent);
}
