import type { Value } from '../../store/value.js';
import type { FieldDefinition } from '../metadata/definition.js';
import type { PendingRecord } from './pending-record.js';

/** The checks that every entity gets from its field table. The whole record is checked, also on an update. */
export async function validate(pending: PendingRecord): Promise<void> {
  for (const field of [...pending.definition.fields, ...pending.udfs]) {
    if (field.name === 'id') continue;
    const value = pending.values[field.key] ?? null;
    if (value === null || value === '') {
      if (isMissing(pending, field)) {
        pending.errors.push(`Value does not exist for the required field ${field.name}`);
      }
      continue;
    }
    if (field.access === 'readOnly') continue;
    if (field.isPickList) await checkPicklist(pending, field, value);
    else if (field.reference !== undefined) await checkReference(pending, field, value);
    if (field.length > 0 && typeof value === 'string' && value.length > field.length) {
      const verb = pending.mode === 'create' ? 'creating' : 'updating';
      pending.errors.push(`String value exceeds maximum length (field:${field.name}). `);
      pending.errors.push(`Error ${verb} entity for record number [1].`);
    }
  }
}

function isMissing(pending: PendingRecord, field: FieldDefinition): boolean {
  if (!field.isRequired || field.access === 'readOnly') return false;
  if (pending.mode === 'create') return true;
  // A patch may leave a stored gap alone; it may not make one.
  return pending.mode === 'put' || pending.given.has(field.key);
}

async function checkPicklist(pending: PendingRecord, field: FieldDefinition, value: Value): Promise<void> {
  const unchanged = pending.before !== undefined && pending.before[field.key] === value;
  const entries = await pending.tenant.picklist(pending.entity.name, field);
  const entry = entries.find((candidate) => candidate.value === String(value));
  const parentField = field.picklistParent;
  const parentValue = parentField === '' ? undefined : pending.values[parentField];
  // A value that was retired since may stay; it cannot be chosen again.
  const fits =
    entry !== undefined &&
    (entry.isActive || unchanged) &&
    (entry.parentValue === '' || entry.parentValue === String(parentValue ?? ''));
  if (!fits) {
    pending.errors.push(
      `Picklist value [${String(value)}] does not exist for ${field.name}. ; on record number [1].`,
    );
  }
}

async function checkReference(pending: PendingRecord, field: FieldDefinition, value: Value): Promise<void> {
  const target = field.reference;
  if (target === undefined || typeof value !== 'number') return;
  const row = (await pending.tenant.table(target.name)).get(value);
  const inactive = row?.isActive === false || row?.isActive === 0;
  if (row !== undefined && !inactive) return;
  pending.errors.push(
    `Reference value on field: ${field.name} of type: ${target.singular} does not exist or is invalid.`,
  );
}
