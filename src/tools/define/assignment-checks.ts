import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import { InvalidInput } from '../../errors.js';
import type { HeldRoles } from './assignable-roles.js';
import type { ToolContext } from './define-tool.js';

export const isGiven = (value: unknown) => value !== undefined && value !== null && value !== '';

/** The role that a resource works in by default: id and name, or null when none is set. */
export async function defaultRole(resource: unknown, context: ToolContext) {
  const { references, reads, writes } = context.entities.tenant();
  const id = await writes.subjects.referredId(findEntity('Resources'), resource, context);
  if (id === undefined) return null;
  const row = await ifAllowed(() => reads.row(findEntity('Resources'), id, undefined, context), null);
  const role = row?.defaultServiceDeskRoleID;
  if (typeof role !== 'number') return null;
  const { names } = await references.lookup('Role', [role], context.signal);
  return { id: role, name: names.get(role) ?? `#${role}` };
}

/** The id of the role that a resource works in when nothing says another one. */
export const usualRole = async (
  resource: unknown,
  { byDefault }: HeldRoles,
  context: ToolContext,
): Promise<number | undefined> =>
  byDefault ?? (await ifAllowed(() => defaultRole(resource, context), null))?.id;

/** Autotask takes a resource only with a role it has; the role is suggested and never filled in silently. */
export async function checkAssignment(data: Row, context: ToolContext): Promise<void> {
  const { assignedResourceID: resource, assignedResourceRoleID } = data;
  if (!isGiven(resource)) return;
  // Whether the resource has the role is said in the preview.
  if (isGiven(assignedResourceRoleID)) return;
  const { subjects } = context.entities.tenant().writes;
  const id = await ifAllowed(() => subjects.referredId(findEntity('Resources'), resource, context), null);
  // What names nobody is refused with the rest of what is not right.
  if (id === undefined) return;
  const role = id === null ? null : await defaultRole(id, context);
  const hint = role === null ? '' : `; the default role of this resource is ${role.id} = ${role.name}`;
  throw new InvalidInput('Nothing was written.', [
    { field: 'assignedResourceRoleID', problem: `is required together with assignedResourceID${hint}` },
  ]);
}
