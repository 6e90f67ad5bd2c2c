import * as z from 'zod';
import { ifAllowed } from '../entities/courtesy.js';
import type { Problem } from '../errors.js';
import type { ToolContext } from './define.js';
import { idOf } from './records.js';

const named = z.object({ id: z.number(), name: z.string() });

/** The active roles of a resource; empty when it has none or the tenant does not let us read them. */
async function rolesOf(resource: string | number, context: ToolContext) {
  const id = await idOf('Resources', resource, context);
  const query = { resourceID: id, isActive: true };
  const args = { entity: 'ResourceRoles', query, includeFields: ['roleID'], maxRecords: 200 };
  return ifAllowed(async () => {
    const { columns, rows } = await context.entities.tenant().reads.query(args, context);
    const column = columns.indexOf('roleID');
    const roles = rows.flatMap((row) => named.safeParse(row[column]?.json).data ?? []);
    return roles.filter((role, index) => roles.findIndex((other) => other.id === role.id) === index);
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
