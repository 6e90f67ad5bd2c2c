import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import { InvalidInput } from '../../errors.js';
import { idOf } from './define-get.js';
import type { ToolContext } from './define-tool.js';

export const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';

/** The role that a resource works in by default: id and name, or null when none is set. */
export async function defaultRole(resource: unknown, context: ToolContext) {
  if (typeof resource !== 'string' && typeof resource !== 'number') return null;
  const id = await idOf('Resources', resource, context);
  const { references, reads } = context.entities.tenant();
  const row = await ifAllowed(() => reads.row(findEntity('Resources'), id, undefined, context), null);
  const role = row?.defaultServiceDeskRoleID;
  if (typeof role !== 'number') return null;
  const { names } = await references.lookup('Role', [role], context.signal);
  return { id: role, name: names.get(role) ?? `#${role}` };
}

/** Autotask takes a resource only with a role it has; the role is suggested and never filled in silently. */
export async function checkAssignment(data: Row, context: ToolContext): Promise<void> {
  if (!isGiven(data.assignedResourceID)) return;
  // Whether the resource has the role is said in the preview.
  if (isGiven(data.assignedResourceRoleID)) return;
  const role = await defaultRole(data.assignedResourceID, context);
  const hint = role === null ? '' : `; the default role of this resource is ${role.id} = ${role.name}`;
  throw new InvalidInput('Nothing was written.', [
    { field: 'assignedResourceRoleID', problem: `is required together with assignedResourceID${hint}` },
  ]);
}
