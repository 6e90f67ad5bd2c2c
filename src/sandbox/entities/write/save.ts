import { isObject, property } from '../../json.js';
import { Refusal } from '../../refusal.js';
import type { Call } from '../../routes/request-context.js';
import type { Row, Value } from '../../store/value.js';
import { definition, type FieldDefinition } from '../metadata/definition.js';
import { checkCommon } from '../rules/common.js';
import { rulesOf } from '../rules/index.js';
import { coerce } from './coerce.js';
import { setCreatedAndModified } from './created-and-modified.js';
import { impersonationOf } from './impersonation.js';
import type { PendingRecord, WriteMode } from './pending-record.js';
import { takeUserDefined } from './user-defined.js';
import { validate } from './validate.js';

export interface ParentLink {
  /** Field of the record that the parent's id in the path goes into. */
  readonly field: string | undefined;
  readonly id: number;
}

/** Creates or changes a record and answers its id. Refuses with every complaint at once. */
export async function save(
  call: Call,
  entityName: string,
  mode: WriteMode,
  parent?: ParentLink,
): Promise<number> {
  const shape = await definition(entityName);
  const { tenant } = call;
  const body = call.body();
  if (!isObject(body)) throw new Refusal('A request body is required.');
  const table = await tenant.table(entityName);
  const before = mode === 'create' ? undefined : find(table.get(idIn(body)), parent);
  const { actor, impersonator } = await impersonationOf(call, entityName);
  const given = new Set<string>();
  const pending: PendingRecord = {
    tenant,
    behaviour: call.behaviour,
    entity: shape.entity,
    definition: shape,
    udfs: await tenant.udfs(entityName),
    mode,
    before,
    values: { ...before },
    given,
    actor,
    impersonator,
    now: Date.now(),
    errors: [],
  };
  for (const field of shape.fields) take(pending, field, body, given);
  takeUserDefined(pending, body, given);
  if (parent?.field !== undefined && mode === 'create') {
    pending.values[parent.field] = parent.id;
    given.add(parent.field);
  }
  return store(pending, table);
}

function idIn(body: unknown): number {
  const id = Number(property(body, 'id'));
  if (property(body, 'id') === undefined || property(body, 'id') === null || !Number.isInteger(id)) {
    throw new Refusal('Value does not exist for the required field id');
  }
  return id;
}

function find(row: Row | undefined, parent: ParentLink | undefined): Row {
  if (row === undefined || (parent?.field !== undefined && row[parent.field] !== parent.id)) {
    throw new Refusal(
      'No matching records found. The logged in Resource may not have the required permissions to update the data.',
    );
  }
  return row;
}

function writable(field: FieldDefinition, mode: WriteMode): boolean {
  return field.access === 'writable' || (field.access === 'createOnly' && mode === 'create');
}

/** Read-only fields in the body are ignored without a word. PUT empties what the body leaves out. */
function take(pending: PendingRecord, field: FieldDefinition, body: unknown, given: Set<string>): void {
  const value = property(body, field.name);
  if (value === undefined) {
    if (pending.mode === 'put' && writable(field, 'put')) pending.values[field.key] = null;
    return;
  }
  const coerced = coerce(field, value);
  if (!writable(field, pending.mode)) return;
  pending.values[field.key] = coerced;
  given.add(field.key);
}

async function store(
  pending: PendingRecord,
  table: Awaited<ReturnType<PendingRecord['tenant']['table']>>,
): Promise<number> {
  const rules = rulesOf(pending.entity.name);
  await rules.prepare?.(pending);
  await validate(pending);
  await checkCommon(pending);
  await rules.check?.(pending);
  if (pending.errors.length > 0) throw new Refusal(pending.errors);
  setCreatedAndModified(pending);
  const changes: Record<string, Value> = { ...pending.values };
  if (pending.before === undefined) {
    const row: Row = { ...changes, id: table.nextId() };
    table.insert(row);
    await rules.after?.(pending, row);
    return row.id;
  }
  changes.id = pending.before.id;
  table.update(pending.before, changes);
  await rules.after?.(pending, pending.before);
  return pending.before.id;
}
