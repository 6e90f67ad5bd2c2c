import type { CompanyScope, CompanyStep } from '../../src/model.js';
import type { EntityFile, Override } from '../model.js';

type Correction = NonNullable<Override['change']['companyScope']>;

/** Its own company, or a corrected way; undefined where neither is known. */
function ownScope(
  entity: EntityFile,
  correction: Correction | undefined,
  exists: (name: string) => boolean,
): CompanyScope | undefined {
  if (typeof correction === 'object') {
    // Of a snapshot of some entities the others are not there to lead anywhere.
    const steps = Object.entries(correction).filter(([, target]) => exists(target));
    return steps.length === 0 ? 'denied' : steps.map(([field, target]) => ({ field, entity: target }));
  }
  if (correction !== undefined) return correction;
  if (entity.singular === 'Company') return [{ field: 'id', entity: entity.name }];
  const own = entity.fields.find(
    ({ name, referenceEntityType }) => name === 'companyID' && referenceEntityType === 'Company',
  );
  return own === undefined ? undefined : [{ field: own.name, entity: 'Companies' }];
}

/** The record that it stands below, where that one leads to a company. */
function parentStep(
  { fields, parents }: EntityFile,
  known: ReadonlyMap<string, CompanyScope>,
): CompanyStep | undefined {
  for (const { entity, parentField: field } of parents) {
    if (field === null || !fields.some(({ name }) => name === field)) continue;
    if (Array.isArray(known.get(entity))) return { field, entity };
  }
  return undefined;
}

/**
 * How the records of each entity lead to their company: by `companyID`, or by the record that they stand below.
 * What leads to none is `denied`, unless a correction says that it holds nothing of any company.
 */
export function companyScopes(
  entities: readonly EntityFile[],
  corrections: ReadonlyMap<string, Correction>,
): ReadonlyMap<string, CompanyScope> {
  const scopes = new Map<string, CompanyScope>();
  const names = new Set(entities.map(({ name }) => name));
  for (const entity of entities) {
    const scope = ownScope(entity, corrections.get(entity.name), (name) => names.has(name));
    if (scope !== undefined) scopes.set(entity.name, scope);
  }
  for (let before = -1; before < scopes.size; ) {
    before = scopes.size;
    for (const entity of entities) {
      const step = scopes.has(entity.name) ? undefined : parentStep(entity, scopes);
      if (step !== undefined) scopes.set(entity.name, [step]);
    }
  }
  for (const entity of entities) {
    const scope = scopes.get(entity.name) ?? 'denied';
    scopes.set(entity.name, scope);
    if (typeof scope === 'string') continue;
    for (const { field, entity: target } of scope) {
      if (!entity.fields.some(({ name }) => name === field) || !Array.isArray(scopes.get(target))) {
        throw new Error(
          `overrides.json leads ${entity.name} by ${field} to ${target}, which leads to no company: see the companyScope of ${target}`,
        );
      }
    }
  }
  return scopes;
}
