import * as z from 'zod';
import { AutotaskError } from '../../errors.js';
import type { Entity } from '../../model.js';
import { entityAt, isWrittenByGet } from '../entity-of-path.js';
import type { Action, Policy } from '../policy.js';

/** The entity of a path when the policy allows the action; a path that is none of the table's is refused. */
export function requireAllowed(policy: Policy, action: Action, path: string): Entity {
  const entity = entityAt(path);
  if (entity === undefined) {
    throw new AutotaskError('notAllowed', `${path} is not a path of a known entity. Nothing was sent.`);
  }
  if (action === 'read' && isWrittenByGet(path)) {
    throw new AutotaskError('notAllowed', `Reading ${path} would change something. Nothing was sent.`);
  }
  policy.require(action, entity);
  return entity;
}

export function refuseMasked(entity: Entity, field: string): never {
  throw new AutotaskError(
    'notAllowed',
    `The policy of this server hides ${entity.name}.${field}. Nothing was sent.`,
  );
}

export const udfs = z.array(z.looseObject({ name: z.string() }));
