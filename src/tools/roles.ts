import * as z from 'zod';
import { ifAllowed } from '../entities/courtesy.js';
import { findEntity } from '../entities/names.js';
import type { Problem } from '../errors.js';
import type { ToolContext } from './define.js';
import { idOf } from './records.js';

/** The active roles of a resource; empty when it has none or the tenant does not let us read them. */
async function rolesOf(resource: string | number, context: ToolContext) {
  const resourceID = await idOf('Resources', resource, context);
  const entity = findEntity('ResourceRoles');
  const { path } = entity;
  if (path === null) return [];
  const { references } = context.entities.tenant();
  const options = { limit: 200, ...(context.signal ? { signal: context.signal } : {}) };
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
  const roles = await rolesOf(who.data, context);
  const wanted = String(what.data).trim().toLowerCase();
  const has = roles.some(({ id, name }) => String(id) === wanted || name.toLowerCase() === wanted);
  if (roles.length === 0 || has) return [];
  const allowed = roles.map(({ id, name }) => `${id} = ${name}`);
  return [{ field, problem: `${JSON.stringify(role)} is not a role of this resource`, allowed }];
}
