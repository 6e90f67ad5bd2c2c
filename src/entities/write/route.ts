import type { Row } from '../../client/types.js';
import { AutotaskError, InvalidInput } from '../../errors.js';
import type { Entity, Operation, Parent } from '../../model.js';
import { findEntity } from '../metadata/entity-names.js';
import type { ParentArguments } from '../read/lists/list-path.js';

/** Where a write goes. `path` is relative to `V1.0`, e.g. `Tickets` or `Companies/5/Contacts`. */
export interface Route {
  readonly path: string;
  /** The parent whose id stands in the path; the child's parent field must say the same. */
  readonly parent: { readonly field: string | null; readonly id: number } | null;
  /** Absent: the usual one. Time off is approved by a GET. */
  readonly method?: 'GET';
}

const verbs: Readonly<Record<string, string>> = { create: 'created', patch: 'changed', delete: 'deleted' };

/** What to do instead of an operation that Autotask does not offer. */
function alternative(entity: Entity, operation: Operation): string {
  if (operation === 'delete' && routes(entity, 'patch').length > 0) {
    if (entity.summaryFields.includes('status')) return 'Set its status instead (update-entity).';
    if (entity.summaryFields.includes('isActive')) return 'Set isActive to false instead (update-entity).';
  }
  const possible = (['create', 'patch', 'delete'] as const).filter(
    (other) => routes(entity, other).length > 0,
  );
  if (possible.length === 0) return 'It is read-only in Autotask.';
  return `Its records can be ${possible.map((other) => verbs[other]).join(' or ')}.`;
}

type Way =
  | { readonly kind: 'root'; readonly path: string }
  | { readonly kind: 'child'; readonly parent: Parent };

/** Every way Autotask offers for an operation. */
export function routes(entity: Entity, operation: Operation): Way[] {
  const ways: Way[] = [];
  if (entity.path !== null && entity.operations.includes(operation))
    ways.push({ kind: 'root', path: entity.path });
  for (const parent of entity.parents) {
    if (parent.operations.includes(operation)) ways.push({ kind: 'child', parent });
  }
  return ways;
}

const asId = (value: unknown): number | undefined => {
  const id = typeof value === 'string' && /^\d+$/.test(value.trim()) ? Number(value) : value;
  return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : undefined;
};

/**
 * Finds the one right URL: the root where Autotask allows it, else the collection below the parent, whose id
 * is the argument or the parent field of `record` (the new data, or the stored record).
 * Refuses what Autotask does not offer, before any call, and says what is possible.
 */
export function findRoute(entity: Entity, operation: Operation, record: Row, args: ParentArguments): Route {
  const ways = routes(entity, operation);
  if (ways.length === 0) {
    const verb = verbs[operation] ?? operation;
    throw new AutotaskError(
      'notAllowed',
      `Records of ${entity.name} cannot be ${verb} through the Autotask API. Nothing was sent.`,
      { next: alternative(entity, operation) },
    );
  }
  const named =
    args.parentEntity === undefined ? undefined : findEntity(args.parentEntity, undefined, 'parentEntity');
  const children = ways.flatMap((way) => (way.kind === 'child' ? [way.parent] : []));
  const child = children.find((parent) => named === undefined || parent.entity === named.name);
  const root = ways.find((way) => way.kind === 'root');
  if (child !== undefined) {
    const inData = child.parentField === null ? undefined : asId(record[child.parentField]);
    if (args.parentId !== undefined && inData !== undefined && args.parentId !== inData) {
      throw new InvalidInput('Nothing was written.', [
        { field: 'parentId', problem: `is ${args.parentId}, but ${child.parentField} is ${inData}` },
      ]);
    }
    const id = args.parentId ?? inData;
    if (id !== undefined) {
      return {
        path: child.path.replace('{parentId}', String(id)),
        parent: { field: child.parentField, id },
        ...(child.httpMethods?.[operation] === 'GET' ? { method: 'GET' } : {}),
      };
    }
  }
  if (args.parentId !== undefined && entity.parents.length === 0) {
    throw new InvalidInput('Nothing was written.', [
      { field: 'parentId', problem: `${entity.name} stand below no other record: leave it out` },
    ]);
  }
  if (root !== undefined) return { path: root.path, parent: null };
  const [first] = children;
  const field = first?.parentField ?? 'parentId';
  throw new InvalidInput('Nothing was written.', [
    {
      field,
      problem:
        named === undefined || child !== undefined
          ? `is needed: ${entity.name} are written below a record of ${first?.entity}`
          : `${entity.name} are not written below ${named.name}, but below ${first?.entity}`,
    },
  ]);
}
