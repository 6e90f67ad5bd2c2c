import { findEntity } from '../../entities/metadata/entity-names.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import type { ToolContext } from './define-tool.js';

/** Active roles of a resource. */
export interface HeldRoles {
  /** Empty when it has none or they may not be read. */
  readonly ids: readonly number[];
  /** The one that is marked as the default; null where none is, or it was not looked for. */
  readonly byDefault: number | null;
}

/** Of somebody whose roles are not known. */
export const noRoles: HeldRoles = { ids: [], byDefault: null };

/** Not looked for any further when the wanted one is among them. */
export async function rolesOfResource(
  given: unknown,
  wanted: unknown,
  context: ToolContext,
): Promise<HeldRoles> {
  const { references, writes } = context.entities.tenant();
  const resourceID = await writes.subjects.referredId(findEntity('Resources'), given, context);
  if (resourceID === undefined) return noRoles;
  const options = { limit: 200, ...(context.signal ? { signal: context.signal } : {}) };
  const filter = [
    { op: 'eq', field: 'resourceID', value: resourceID },
    { op: 'eq', field: 'isActive', value: true },
  ];
  const read = (name: string, includeFields: readonly string[]) =>
    ifAllowed(async () => {
      const entity = findEntity(name);
      const { path } = entity;
      if (path === null) return [];
      const { rows } = await references.lookUp({ ...entity, path }, { filter, includeFields }, options);
      return rows.flatMap(({ roleID: id, isDefault }) =>
        typeof id === 'number' ? [{ id, isDefault: isDefault === true }] : [],
      );
    }, []);
  const all = await read('ResourceRoles', ['roleID']);
  if (all.some(({ id }) => id === wanted)) return { ids: all.map(({ id }) => id), byDefault: null };
  const onDesk = await read('ResourceServiceDeskRoles', ['roleID', 'isDefault']);
  return {
    ids: [...new Set([...onDesk, ...all].map(({ id }) => id))],
    byDefault: onDesk.find(({ isDefault }) => isDefault)?.id ?? null,
  };
}
