import { load } from '../../../generated/load.js';
import type { Entity, Field } from '../../model.js';
import type { Policy } from '../../policy/index.js';

/** What the generated table and the policy say about the fields that records are looked for by. */
export function createSearchableFields(policy: Policy) {
  /** Names of the fields that a query may compare and the policy does not hide. */
  async function readable(entity: Entity): Promise<readonly string[]> {
    const fields = (await load[entity.name]?.fields()) ?? [];
    const open = fields.filter(
      ({ name, isQueryable }) => isQueryable !== false && !policy.masks(entity, name),
    );
    return open.map(({ name }) => name);
  }

  /**
   * Fields that say which record one of the entity belongs to, contacts to a company and phases to a project: the
   * references it cannot be without. Whoever is responsible for a record does not own it in this sense.
   */
  async function ownerFields(entity: Entity): Promise<readonly string[]> {
    const fields = (await load[entity.name]?.fields()) ?? [];
    return fields
      .filter(({ name, isRequired, referenceEntityType }) => {
        const owner =
          referenceEntityType !== null && !['Resource', entity.singular].includes(referenceEntityType);
        return owner && isRequired === true && name !== 'id' && !policy.masks(entity, name);
      })
      .map(({ name }) => name);
  }

  /** Roles that a person of ours works in by default. */
  async function roleFields({ name: entity }: Entity): Promise<readonly Field[]> {
    if (entity !== 'Resources') return [];
    const fields = (await load[entity]?.fields()) ?? [];
    return fields.filter(({ referenceEntityType }) => referenceEntityType === 'Role');
  }

  return { readable, ownerFields, roleFields };
}

export type SearchableFields = ReturnType<typeof createSearchableFields>;
