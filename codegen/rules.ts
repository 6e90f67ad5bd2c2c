import type { FieldFile } from './model.js';

/** Filled by Autotask itself even where the metadata flags the field as required. */
const setByServer =
  /^(id|create(d)?(Date|DateTime|By|ByResourceID|ByContactID)|creatorResourceID|creatorType|lastActivity\w*|lastModified\w*|impersonator\w*|soapParentPropertyId)$/;

/** What a caller may do with a field of a new record. Unknown flags are permissive. */
export function onCreate(field: FieldFile): 'required' | 'optional' | 'refused' {
  if (field.name === 'id') return 'refused';
  const fixed = field.isReadOnly === true;
  if (setByServer.test(field.name)) return fixed ? 'refused' : 'optional';
  // Required and read-only at once means: set when the record is created, fixed afterwards.
  if (fixed && field.isRequired !== true) return 'refused';
  return field.isRequired === true ? 'required' : 'optional';
}

/** What a caller may do with a field of an existing record. A required field cannot be emptied. */
export function onUpdate(field: FieldFile): 'identifies' | 'keeps' | 'clears' | 'fixed' | 'refused' {
  if (field.name === 'id') return 'identifies';
  if (field.isReadOnly === true) return onCreate(field) === 'required' ? 'fixed' : 'refused';
  return field.isRequired === true ? 'keeps' : 'clears';
}

/** A yes or no that Autotask keeps as a number: Contacts.isActive, ServiceCalls.isComplete. */
export const isNumberFlag = (field: FieldFile): boolean =>
  /^is[A-Z]/.test(field.name) && ['integer', 'short'].includes(field.dataType) && field.isPickList !== true;
