import { load } from '../../../generated/load.js';
import { entities } from '../../../generated/table.js';
import type { AutotaskReader, Row } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Entity } from '../../model.js';
import { type CompanyScope, canBeAskedById, entityNamed, stepsOf } from '../companies/company-scope.js';
import type { WriteAction } from '../policy.js';
import { parentWithin } from './company-reader.js';

/** A write, as it is sent. */
export interface IntendedWrite {
  readonly action: WriteAction;
  readonly entity: Entity;
  readonly path: string;
  /** Null for a delete. */
  readonly body: Row | null;
  /** A new record below one that is not there yet: whether that one may be written is asked for itself. */
  readonly belowNew?: boolean;
}

const refuse = (what: string): never => {
  throw new AutotaskError(
    'notAllowed',
    `The policy of this server limits writing to some companies. ${what} Nothing was sent.`,
    { next: 'Only the operator of this server can change that.' },
  );
};

const bySingular = new Map(entities.map((entity) => [entity.singular, entity]));

/** What the values of a body refer to: its fields with the entity of each. */
async function references(
  entity: Entity,
  body: Row,
): Promise<{ field: string; target: Entity; id: unknown }[]> {
  const targets = new Map<string, Entity>();
  for (const { name, referenceEntityType } of (await load[entity.name]?.fields()) ?? []) {
    const target = referenceEntityType === null ? undefined : bySingular.get(referenceEntityType);
    if (target !== undefined) targets.set(name, target);
  }
  for (const { field, entity: name } of stepsOf(entity)) {
    const target = entityNamed(name);
    if (target !== undefined && field !== 'id') targets.set(field, target);
  }
  return Object.entries(body).flatMap(([field, id]) => {
    const target = targets.get(field);
    return target === undefined || target.companyScope === 'shared' || id === null || id === undefined
      ? []
      : [{ field, target, id }];
  });
}

const targetId = ({ action, path, body }: IntendedWrite): number =>
  Number(action === 'delete' ? path.split('/').at(-1) : body?.id);

/** Whether the record that is changed or deleted belongs to the companies. */
async function targetWithin(
  reader: AutotaskReader,
  scope: CompanyScope,
  write: IntendedWrite,
  below: boolean,
): Promise<boolean> {
  const { action, entity, path } = write;
  const id = targetId(write);
  if (canBeAskedById(entity)) return (await scope.holds(entity, [id])).has(id);
  const row = await reader.item(action === 'delete' ? path : `${path}/${id}`);
  return row !== null && (await scope.rowsWithin(entity, [row], {}, below)).length > 0;
}

/** Whether a change that empties fields which lead to a company leaves one that does. */
async function staysWithin(
  reader: AutotaskReader,
  scope: CompanyScope,
  { entity, path, body }: IntendedWrite,
  below: boolean,
): Promise<boolean> {
  const steps = stepsOf(entity).map(({ field }) => field);
  if (body === null || !steps.some((field) => body[field] === null)) return true;
  const id = Number(body.id);
  const filter = [{ op: 'eq', field: 'id', value: id }];
  const row =
    entity.path !== null && canBeAskedById(entity)
      ? (await reader.query(entity.path, { filter, includeFields: ['id', ...steps] }, { limit: 1 })).rows[0]
      : await reader.item(`${path}/${id}`);
  const after = { ...row, ...body };
  return (await scope.rowsWithin(entity, [after], {}, below)).length > 0;
}

/**
 * Throws `notAllowed` unless the record that is written, all that its new values refer to, and the record that it
 * stands below belong to the companies. So nothing is moved there or away from there either.
 */
export async function requireWithin(
  reader: AutotaskReader,
  scope: CompanyScope,
  write: IntendedWrite,
): Promise<void> {
  const { action, entity, path, body, belowNew = false } = write;
  const below = belowNew ? true : await parentWithin(scope, path);
  if (below === false) refuse(`The record below which this ${entity.singular} stands is none of theirs.`);
  for (const { field, target, id } of await references(entity, body ?? {})) {
    const held = typeof id === 'number' && (await scope.holds(target, [id])).has(id);
    if (!held) refuse(`${field} of this ${entity.singular} names a record that is none of theirs.`);
  }
  if (action === 'create') {
    const within = await scope.rowsWithin(entity, [body ?? {}], {}, below === true);
    if (within.length === 0) refuse(`This ${entity.singular} would be none of theirs.`);
  } else if (!(await targetWithin(reader, scope, write, below === true))) {
    refuse(`This ${entity.singular} is none of theirs, or is not there.`);
  } else if (action === 'update' && !(await staysWithin(reader, scope, write, below === true))) {
    refuse(`This ${entity.singular} would be none of theirs any more.`);
  }
}

/** Why each of several writes would be refused; null where it would not be. */
export async function refusals(
  reader: AutotaskReader,
  scope: CompanyScope,
  writes: readonly IntendedWrite[],
): Promise<readonly (AutotaskError | null)[]> {
  // One question for all records of an entity, instead of one for each.
  const ids = new Map<Entity, number[]>();
  for (const write of writes) {
    if (write.action === 'create' || !canBeAskedById(write.entity)) continue;
    ids.set(write.entity, [...(ids.get(write.entity) ?? []), targetId(write)]);
  }
  for (const [entity, targets] of ids) await scope.holds(entity, targets);
  const found: (AutotaskError | null)[] = [];
  for (const write of writes) {
    try {
      await requireWithin(reader, scope, write);
      found.push(null);
    } catch (error) {
      if (!(error instanceof AutotaskError) || error.kind !== 'notAllowed') throw error;
      found.push(error);
    }
  }
  return found;
}

/** Whether a write may have moved records to another company. */
export const movesRecords = (entity: Entity, body: Row): boolean =>
  entity.singular === 'Company' || stepsOf(entity).some(({ field }) => field in body);
