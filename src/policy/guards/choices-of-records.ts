import { entities } from '../../../generated/table.js';
import type { LiveField } from '../../client/types.js';
import type { Entity } from '../../model.js';
import type { Policy } from '../policy.js';

/** By the name of a picklist whose choices are the records of an entity: `knowledgebaseArticleID`. */
const byField = new Map(entities.map((entity) => [`${entity.singular}id`.toLowerCase(), entity]));

/** Whether the names of all records of an entity may be shown. */
const mayNameAll = (policy: Policy, entity: Entity): boolean =>
  policy.may('read', entity) &&
  (policy.companies.read.length === 0 || entity.companyScope === 'shared') &&
  !entity.nameFields.some((field) => policy.masks(entity, field));

/**
 * Fields without the choices that are names of records which may not be read: then they hold a number. The same array
 * where there are none, and for the same array the same answer, which others keep things by.
 */
export function createChoicesOfRecords(
  policy: Policy,
): (fields: readonly LiveField[]) => readonly LiveField[] {
  const known = new WeakMap<readonly LiveField[], readonly LiveField[]>();
  const hides = ({ name, isPickList }: LiveField) => {
    const entity = isPickList ? byField.get(name.toLowerCase()) : undefined;
    return entity !== undefined && !mayNameAll(policy, entity);
  };
  return (fields) => {
    const answered = known.get(fields);
    if (answered !== undefined) return answered;
    const shown = fields.some(hides)
      ? fields.map((field) => (hides(field) ? { ...field, isPickList: false, picklistValues: null } : field))
      : fields;
    known.set(fields, shown);
    return shown;
  };
}
