import type { Value } from '../../store/value.js';
import type { FieldDefinition } from '../metadata/definition.js';
import type { Draft } from './draft.js';

/** The checks that every entity gets from its field table. The whole record is checked, also on an update. */
export async function validate(draft: Draft): Promise<void> {
  for (const field of [...draft.definition.fields, ...draft.udfs]) {
    if (field.name === 'id') continue;
    const value = draft.values[field.key] ?? null;
    if (value === null || value === '') {
      if (isMissing(draft, field)) {
        draft.errors.push(`Value does not exist for the required field ${field.name}`);
      }
      continue;
    }
    if (field.access === 'readOnly') continue;
    if (field.isPickList) await checkPicklist(draft, field, value);
    else if (field.reference !== undefined) await checkReference(draft, field, value);
    if (field.length > 0 && typeof value === 'string' && value.length > field.length) {
      const verb = draft.mode === 'create' ? 'creating' : 'updating';
      draft.errors.push(`String value exceeds maximum length (field:${field.name}). `);
      draft.errors.push(`Error ${verb} entity for record number [1].`);
    }
  }
}

function isMissing(draft: Draft, field: FieldDefinition): boolean {
  if (!field.isRequired || field.access === 'readOnly') return false;
  if (draft.mode === 'create') return true;
  // A patch may leave a stored gap alone; it may not make one.
  return draft.mode === 'put' || draft.given.has(field.key);
}

async function checkPicklist(draft: Draft, field: FieldDefinition, value: Value): Promise<void> {
  const unchanged = draft.before !== undefined && draft.before[field.key] === value;
  const entries = await draft.tenant.picklist(draft.entity.name, field);
  const entry = entries.find((candidate) => candidate.value === String(value));
  const parentField = field.picklistParent;
  const parentValue = parentField === '' ? undefined : draft.values[parentField];
  // A value that was retired since may stay; it cannot be chosen again.
  const fits =
    entry !== undefined &&
    (entry.isActive || unchanged) &&
    (entry.parentValue === '' || entry.parentValue === String(parentValue ?? ''));
  if (!fits) {
    draft.errors.push(
      `Picklist value [${String(value)}] does not exist for ${field.name}. ; on record number [1].`,
    );
  }
}

async function checkReference(draft: Draft, field: FieldDefinition, value: Value): Promise<void> {
  const target = field.reference;
  if (target === undefined || typeof value !== 'number') return;
  const row = (await draft.tenant.table(target.name)).get(value);
  const inactive = row?.isActive === false || row?.isActive === 0;
  if (row !== undefined && !inactive) return;
  draft.errors.push(
    `Reference value on field: ${field.name} of type: ${target.singular} does not exist or is invalid.`,
  );
}
