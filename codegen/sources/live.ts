import type { EntityInformation, LiveField } from '../../src/client/types.js';
import type { DataType } from '../../src/model.js';
import { wireName } from './casing.js';
import type { EntityEvidence, FieldEvidence } from './evidence.js';

/** The words of live metadata. A byte field is base64 text. */
const dataTypes: Readonly<Record<string, DataType>> = {
  integer: 'integer',
  long: 'long',
  short: 'short',
  decimal: 'decimal',
  double: 'double',
  string: 'string',
  datetime: 'datetime',
  boolean: 'boolean',
  byte: 'byte[]',
  'byte[]': 'byte[]',
};

function fieldEvidence(field: LiveField): FieldEvidence {
  const dataType = dataTypes[field.dataType.toLowerCase()];
  const { isRequired, isReadOnly, isQueryable, isReference, isPickList, referenceEntityType } = field;
  return {
    name: /^[A-Z]/.test(field.name) ? wireName(field.name) : field.name,
    ...(dataType === undefined ? {} : { dataTypes: [dataType] }),
    // 0 means: not text. A text field without a limit has not been seen.
    ...(dataType === 'string' && field.length > 0 ? { length: field.length } : {}),
    isRequired,
    isReadOnly,
    isQueryable,
    isReference,
    ...(isReference && referenceEntityType !== null ? { referenceEntityType } : {}),
    isPickList,
  };
}

/**
 * What one tenant's metadata says about everybody's API. User-defined fields and picklist values are the
 * tenant's own and stay out, a system value's label too, because a tenant can rename it. That an entity
 * has user-defined fields proves that it can; that it has none proves nothing.
 */
export function liveEvidence(
  name: string,
  info: EntityInformation,
  fields: readonly LiveField[],
  userDefinedFields: readonly LiveField[],
): EntityEvidence {
  const supportsThem = info.hasUserDefinedFields || userDefinedFields.length > 0;
  return {
    name,
    singular: info.name,
    ...(supportsThem ? { userDefinedFields: true } : {}),
    fields: fields.map(fieldEvidence),
  };
}
