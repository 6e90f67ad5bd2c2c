import type { FilterNode } from '../../../client/types.js';
import { AutotaskError, InvalidInput } from '../../../errors.js';
import type { Entity } from '../../../model.js';
import type { CheckedFilter } from '../../filter/checked-filter.js';
import { findEntity } from '../../metadata/entity-names.js';

/** Where the records of an entity can be listed: at its own path, or below one parent. */

/** The record that the others stand below, where the caller names one. */
export interface ParentArguments {
  readonly parentEntity?: string | undefined;
  readonly parentId?: number | undefined;
}

/** Throws when Autotask has no query for the entity. */
export function queryable(entity: Entity): Entity & { path: string } {
  const { path } = entity;
  if (path !== null && entity.operations.includes('query')) return { ...entity, path };
  const below = entity.parents.find(({ operations }) => operations.includes('query'));
  throw new AutotaskError('notAllowed', `Autotask cannot query ${entity.name}. Nothing was sent.`, {
    next: below
      ? `query-entity lists them below one record: give parentId, the id of a record of ${below.entity}, and no query${below.parentField === null ? '' : `, or ${JSON.stringify({ [below.parentField]: '…' })} as the whole query`}.`
      : 'describe-entity-fields shows what can be done with it.',
  });
}

const parentOf = (entity: Entity, given: ParentArguments) =>
  entity.parents.find(
    (candidate) =>
      given.parentEntity === undefined || candidate.entity === findEntity(given.parentEntity).name,
  );

/** The path of the collection below the parent, where only that lists the records of one parent. */
export function childPath(entity: Entity, given: ParentArguments): string | undefined {
  const parent = given.parentId === undefined ? undefined : parentOf(entity, given);
  if (parent === undefined || !parent.operations.includes('query')) return undefined;
  if (entity.path !== null && parent.parentField !== null) return undefined;
  return parent.path.replace('{parentId}', String(given.parentId));
}

export function parentCondition(entity: Entity, given: ParentArguments): FilterNode[] {
  if (given.parentId === undefined) return [];
  const field = parentOf(entity, given)?.parentField ?? null;
  if (field === null) {
    throw new InvalidInput('Nothing was sent to Autotask.', [
      { field: 'parentId', problem: `${entity.name} has no parent to be found by` },
    ]);
  }
  return [{ op: 'eq', field, value: given.parentId }];
}

/** Some entities are listed for one owner only; Autotask's own refusal does not say by which field. */
export function requireOwner(entity: Entity, filter: CheckedFilter): void {
  if (entity.queryBy.length === 0) return;
  const compares = ({ op, field }: FilterNode) =>
    (op === 'eq' || op === 'in') && field !== undefined && entity.queryBy.includes(field);
  if (filter.batches.every((batch) => batch.some(compares))) return;
  const ofAll = entity.name.endsWith('Attachments') ? '; AttachmentInfo lists and counts files of all' : '';
  throw new InvalidInput('Nothing was sent to Autotask.', [
    {
      field: 'query',
      problem: `Autotask lists ${entity.name} for one owner only: compare one of these with its id${ofAll}`,
      allowed: entity.queryBy,
    },
  ]);
}
