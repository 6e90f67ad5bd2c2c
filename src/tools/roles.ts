import * as z from 'zod';
import { ifAllowed } from '../entities/courtesy.js';
import { findEntity } from '../entities/names.js';
import type { Problem } from '../errors.js';
import type { ToolContext } from './define.js';
import { idOf } from './records.js';

/** The active roles of a resource; empty when it has none or the tenant does not let us read them. */
async function rolesOf(resource: string | number, context: ToolContext, fresh = false) {
  const resourceID = await idOf('Resources', resource, context);
  const entity = findEntity('ResourceRoles');
  const { path } = entity;
  if (path === null) return [];
  const { references } = context.entities.tenant();
  const options = { limit: 200, fresh, ...(context.signal ? { signal: context.signal } : {}) };
  return ifAllowed(async () => {
    const filter = [
      { op: 'eq', field: 'resourceID', value: resourceID },
      { op: 'eq', field: 'isActive', value: true },
    ];
    const search = { filter, includeFields: ['roleID'] };
    const { rows } = await references.lookUp({ ...entity, path }, search, options);
    const ids = [...new Set(rows.flatMap(({ roleID }) => (typeof roleID === 'number' ? [roleID] : [])))];
    const { names } = await references.lookup('Role', ids, context.signal);
    return ids.flatMap((id) => {
      const name = names.get(id);
      return name === undefined ? [] : [{ id, name }];
    });
  }, []);
}

const isCalled = (given: string | number) => {
  const wanted = String(given).trim().toLowerCase();
  return ({ id, name }: { id: number; name: string }) =>
    String(id) === wanted || name.toLowerCase() === wanted;
};

/**
 * The role of a resource as its id, when it was given by its name and the resource has one role of that name: it
 * was read with the others, and needs no look-up of its own. Otherwise as it was given.
 */
export async function roleId(role: unknown, resource: unknown, context: ToolContext): Promise<unknown> {
  if (typeof role !== 'string' || role.trim() === '') return role;
  if ((typeof resource !== 'string' && typeof resource !== 'number') || resource === '') return role;
  const [only, ...others] = (await rolesOf(resource, context)).filter(isCalled(role));
  return only === undefined || others.length > 0 ? role : only.id;
}

/** Autotask takes a role only from the resource that has it; its own error does not say which those are. */
export async function roleProblem(
  field: string,
  role: unknown,
  resource: unknown,
  context: ToolContext,
): Promise<Problem[]> {
  const given = z.union([z.string(), z.number()]);
  const [what, who] = [given.safeParse(role), given.safeParse(resource)];
  if (!what.success || !who.success || what.data === '' || who.data === '') return [];
  let roles = await rolesOf(who.data, context);
  const wanted = what.data;
  if (roles.length === 0 || roles.some(isCalled(wanted))) return [];
  // Somebody may have given the role to the resource a moment ago.
  roles = await rolesOf(who.data, context, true);
  if (roles.length === 0 || roles.some(isCalled(wanted))) return [];
  const allowed = roles.map(({ id, name }) => `${id} = ${name}`);
  return [{ field, problem: `${JSON.stringify(role)} is not a role of this resource`, allowed }];
}
