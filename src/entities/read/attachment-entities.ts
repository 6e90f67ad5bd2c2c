import { InvalidInput } from '../../errors.js';
import type { Entity } from '../../model.js';
import { allEntities, entityNamed, findEntity } from '../metadata/entity-names.js';

/** The entities that hold files, each below the record that owns them. */
export const attachmentEntities: readonly Entity[] = allEntities.filter(
  ({ name, parents }) => name.endsWith('Attachments') && parents.length > 0,
);

/** Entities whose records can own files; each with the entity of those files. */
export const fileOwners: ReadonlyMap<string, Entity> = new Map(
  attachmentEntities.flatMap((entity) =>
    entity.parents.flatMap((parent) =>
      entityNamed(parent.entity) === undefined ? [] : [[parent.entity, entity] as const],
    ),
  ),
);

/** The entity of files that a name means: its own (`TicketAttachments`) or that of their owners (`Tickets`). */
export function attachmentEntity(name: string, field: string): Entity {
  const entity = findEntity(name, undefined, field);
  if (attachmentEntities.includes(entity)) return entity;
  const found = fileOwners.get(entity.name);
  if (found !== undefined) return found;
  throw new InvalidInput('Nothing was sent to Autotask.', [
    { field, problem: `${entity.name} cannot have attachments`, allowed: [...fileOwners.keys()] },
  ]);
}
