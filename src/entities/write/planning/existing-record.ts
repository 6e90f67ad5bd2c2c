import type { Row } from '../../../client/types.js';
import { AutotaskError } from '../../../errors.js';
import type { Entity } from '../../../model.js';
import { findEntity } from '../../metadata/entity-names.js';
import type { ParentArguments } from '../../read/lists/list-path.js';
import type { CallContext } from '../../result.js';
import { findRoute, type Route } from '../route.js';
import type { PlanningServices } from './planning-services.js';

/** The record to change or delete, and where: child entities are written below the parent they have now. */
export async function findExistingRecord(
  { parentRecords, policy, reads }: PlanningServices,
  operation: 'patch' | 'delete',
  args: ParentArguments & { readonly entity: string; readonly id: number },
  context: CallContext,
): Promise<{ entity: Entity; row: Row; route: Route }> {
  const entity = findEntity(args.entity, args.parentEntity);
  policy.require(operation === 'patch' ? 'update' : 'delete', entity);
  const needsRecord = entity.parents.some(({ operations }) => operations.includes(operation));
  if (!needsRecord) findRoute(entity, operation, {}, args);
  const row =
    parentRecords.justRead(entity, args.id, context) ??
    (await reads.row(entity, args.id, args.parentId, context));
  if (row === null) {
    throw new AutotaskError(
      'notFound',
      `There is no record ${args.id} in ${entity.name}. Nothing was written.`,
    );
  }
  return { entity, row, route: findRoute(entity, operation, row, args) };
}
