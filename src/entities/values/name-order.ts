import type { FieldMetadata } from '../metadata/entity-metadata.js';
import { entityOfType } from '../metadata/entity-names.js';
import type { References } from '../references/references.js';
import { isNumeric } from './converted.js';

/** Whether the field holds ids of records. */
export const pointsTo = ({ isReference, referenceEntityType, dataType }: FieldMetadata) =>
  (isReference === true || referenceEntityType !== null) && dataType !== 'string';

/** Whether the value is the name of a record that the field points to, and has to be looked for. */
export function isName(field: FieldMetadata, given: unknown): given is string {
  return pointsTo(field) && typeof given === 'string' && !isNumeric(given);
}

/** The names in an order in which each stands after those that its record may belong to. */
export async function byDependency<Named extends { readonly field: FieldMetadata }>(
  names: readonly Named[],
  references: References | null,
): Promise<readonly Named[]> {
  if (references === null || names.length < 2) return names;
  const owners = new Map<string, readonly string[]>();
  for (const { field } of names) {
    const entity = entityOfType(field.referenceEntityType);
    owners.set(field.name, entity === undefined ? [] : await references.ownerFields(entity));
  }
  const ordered: Named[] = [];
  const left = new Set(names);
  while (left.size > 0) {
    const waits = ({ field }: Named) =>
      [...left].some((other) => other.field !== field && owners.get(field.name)?.includes(other.field.name));
    // Two that wait for each other are taken as they were given.
    const next = [...left].find((named) => !waits(named)) ?? [...left][0];
    if (next === undefined) break;
    ordered.push(next);
    left.delete(next);
  }
  return ordered;
}
