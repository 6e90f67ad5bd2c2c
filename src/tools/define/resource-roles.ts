import * as z from 'zod';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import { idOf } from './define-record-tools.js';
import type { ToolContext } from './define-tool.js';

const resource = z.union([z.string(), z.number()]);

/** Ids of the active roles of a resource; empty when it has none or they may not be read. */
export async function rolesOf(given: unknown, context: ToolContext): Promise<readonly number[]> {
  const resourceID = await idOf('Resources', resource.parse(given), context);
  const { references } = context.entities.tenant();
  const options = { limit: 200, ...(context.signal ? { signal: context.signal } : {}) };
  const filter = [
    { op: 'eq', field: 'resourceID', value: resourceID },
    { op: 'eq', field: 'isActive', value: true },
  ];
  const read = (name: string) =>
    ifAllowed(async () => {
      const entity = findEntity(name);
      const { path } = entity;
      if (path === null) return [];
      const search = { filter, includeFields: ['roleID'] };
      const { rows } = await references.lookUp({ ...entity, path }, search, options);
      return rows.flatMap(({ roleID }) => (typeof roleID === 'number' ? [roleID] : []));
    }, []);
  return [...new Set([...(await read('ResourceServiceDeskRoles')), ...(await read('ResourceRoles'))])];
}
