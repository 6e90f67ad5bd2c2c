import { InvalidInput, type Problem } from '../../errors.js';
import type { EntityMetadata, FieldMetadata } from '../metadata/entity-metadata.js';
import { unknownField } from '../metadata/unknown-field.js';

/** The fields to return: the caller's, checked, or all when one is `*`. Undefined means the default. */
export async function checkIncludeFields(
  given: readonly string[] | undefined,
  metadata: EntityMetadata,
  signal?: AbortSignal,
): Promise<{ readonly fields: readonly FieldMetadata[]; readonly all: boolean } | undefined> {
  if (given === undefined || given.length === 0) return undefined;
  const fields: FieldMetadata[] = [];
  const problems: Problem[] = [];
  for (const name of given) {
    if (name === '*') continue;
    const field = await metadata.find(name, signal);
    if (field === undefined)
      problems.push({ field: 'includeFields', problem: await unknownField(metadata, name) });
    else if (!fields.includes(field)) fields.push(field);
  }
  if (problems.length > 0) throw new InvalidInput('The query was not sent to Autotask.', problems);
  return given.includes('*') ? { fields: [], all: true } : { fields, all: false };
}
