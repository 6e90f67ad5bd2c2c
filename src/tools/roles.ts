import * as z from 'zod';
import { ifAllowed } from '../entities/courtesy.js';
import type { ToolContext } from './define.js';
import { idOf } from './records.js';

const named = z.object({ id: z.number(), name: z.string() });
const resource = z.union([z.string(), z.number()]);

/** The active roles of a resource; empty when it has none or they may not be read. */
export async function rolesOf(given: unknown, context: ToolContext) {
  const id = await idOf('Resources', resource.parse(given), context);
  const query = { resourceID: id, isActive: true };
  const read = (entity: string) =>
    ifAllowed(async () => {
      const args = { entity, query, includeFields: ['roleID'], maxRecords: 200 };
      const { columns, rows } = await context.entities.tenant().reads.query(args, context);
      const column = columns.indexOf('roleID');
      return rows.flatMap((row) => named.safeParse(row[column]?.json).data ?? []);
    }, []);
  const roles = [...(await read('ResourceServiceDeskRoles')), ...(await read('ResourceRoles'))];
  return roles.filter((role, index) => roles.findIndex((other) => other.id === role.id) === index);
}
