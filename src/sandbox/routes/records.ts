import type { Parent } from '../../model.js';
import { definition } from '../entities/metadata/definition.js';
import { json, noRoute, type Reply } from '../http/reply.js';
import type { Group } from '../store/query/filter.js';
import { renderAllFields } from '../store/query/render.js';
import type { Row } from '../store/value.js';
import { answer } from './query.js';
import type { Call } from './request-context.js';

export async function render(call: Call, entity: string, row: Row): Promise<Record<string, unknown>> {
  const shape = await definition(entity);
  return renderAllFields({
    definition: shape,
    udfs: await call.tenant.udfs(entity),
    dateSuffix: call.behaviour.dateSuffix,
  })(row);
}

export function missing(call: Call): Reply {
  return call.behaviour.missingRecord === '200' ? json({ item: null }) : noRoute();
}

export async function get(call: Call, entity: string): Promise<Reply> {
  const row = (await call.tenant.table(entity)).get(call.ids[0] ?? -1);
  return row === undefined ? missing(call) : json({ item: await render(call, entity, row) });
}

/** Rows whose parent field holds the id in the path. Without a parent field: the row of that id. */
export async function childFilter(entity: string, parent: Parent, parentId: number): Promise<Group> {
  const shape = await definition(entity);
  const field = shape.byName.get((parentField(entity, parent) ?? 'id').toLowerCase());
  if (field === undefined) return { kind: 'and', items: [] };
  return { kind: 'and', items: [{ kind: 'test', field, op: 'eq', values: [parentId] }] };
}

/** Name of the child's field that holds the parent's id. */
export function parentField(entity: string, parent: Parent): string | undefined {
  if (entity === 'TaskPredecessors') return 'successorTaskID';
  if (entity === 'ServiceLevelAgreementResults') return 'id';
  return parent.parentField ?? undefined;
}

export async function listChildren(call: Call, entity: string, parent: Parent): Promise<Reply> {
  const parentId = call.ids[0] ?? -1;
  const filter = await childFilter(entity, parent, parentId);
  const field = parentField(entity, parent) ?? 'id';
  const text = JSON.stringify({ filter: [{ op: 'eq', field, value: parentId }] });
  return answer(
    call,
    { entity, method: 'GET', bodyText: '', filter, includeFields: undefined, size: 500, starts: [undefined] },
    text,
  );
}

/** The child of that id, if it belongs to the parent in the path. */
export async function childRow(call: Call, entity: string, parent: Parent): Promise<Row | undefined> {
  const [parentId = -1, id = -1] = call.ids;
  const row = (await call.tenant.table(entity)).get(id);
  const field = parentField(entity, parent);
  if (row === undefined || field === undefined) return row;
  return row[field] === parentId ? row : undefined;
}

export async function getChild(call: Call, entity: string, parent: Parent): Promise<Reply> {
  const row = await childRow(call, entity, parent);
  return row === undefined ? missing(call) : json({ item: await render(call, entity, row) });
}
