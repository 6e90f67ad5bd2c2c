import type { Entity } from '../../../model.js';
import type { Behaviour } from '../../behaviour.js';
import type { Tenant } from '../../store/tenant.js';
import type { Row, Value } from '../../store/value.js';
import type { Definition } from '../metadata/definition.js';
import type { UdfDefinition } from '../metadata/udf.js';

export type WriteMode = 'create' | 'patch' | 'put';

/** A record as it would be stored if nothing speaks against it. */
export interface PendingRecord {
  readonly tenant: Tenant;
  readonly behaviour: Behaviour;
  readonly entity: Entity;
  readonly definition: Definition;
  readonly udfs: readonly UdfDefinition[];
  readonly mode: WriteMode;
  /** The stored record; undefined on create. */
  readonly before: Row | undefined;
  /** The whole record after the write; rules may change it. */
  readonly values: Record<string, Value>;
  /** Fields that the body named and that the write takes. */
  readonly given: ReadonlySet<string>;
  /** The person the record is written for: the impersonated one, else the API user. */
  readonly actor: number;
  readonly impersonator: number | null;
  readonly now: number;
  /** What speaks against the write; answered all at once. */
  readonly errors: string[];
}

export function changed(pending: PendingRecord, field: string): boolean {
  return (pending.before?.[field] ?? null) !== (pending.values[field] ?? null);
}

export function numberIn(pending: PendingRecord, field: string): number | undefined {
  const value = pending.values[field];
  return typeof value === 'number' ? value : undefined;
}

export function textIn(pending: PendingRecord, field: string): string | undefined {
  const value = pending.values[field];
  return typeof value === 'string' ? value : undefined;
}

/** The record that a reference field of the pending points to. */
export async function referred(pending: PendingRecord, field: string): Promise<Row | undefined> {
  const id = numberIn(pending, field);
  const target = pending.definition.byName.get(field.toLowerCase())?.reference;
  return id === undefined || target === undefined
    ? undefined
    : (await pending.tenant.table(target.name)).get(id);
}
