import type { LiveField } from '../../client/types.js';
import type { Entity, Field } from '../../model.js';
import type { FieldMetadata } from './entity-metadata.js';

/** Fields that Autotask keeps as days although their type says datetime. `createDate` and `lastActivityDate` are not. */
export const isDayField = (entity: string, name: string): boolean =>
  // A project starts and ends on a day, although its fields are called like moments.
  (entity === 'Projects' && /^(start|end)DateTime$/.test(name)) ||
  // So is an invoice of a day.
  (entity === 'Invoices' && name === 'invoiceDateTime') ||
  /^(dateWorked|weekEnding|holidayDate|itemDate|fromDate|toDate|requestDate|hireDate|throughDate)$/i.test(
    name,
  ) ||
  /(start|end|due|effective|expiration|invoice|purchase|warrantyExpiration|expense|install)Date$/i.test(
    name,
  ) ||
  /(period|posted|webService|paid|close|fulfillment|salesOrder|arrival|shipping)Date$/i.test(name) ||
  /^date(Purchased|Due|From|To)$/i.test(name);

/** Types of fields that hold numbers: codes of picklists and ids of records have them too. */
export const numberTypes: ReadonlySet<string> = new Set(['integer', 'long', 'short', 'decimal', 'double']);

/** Whether a field holds a number that counts or measures something, and no code and no id. */
export const holdsNumber = ({ name, dataType, isPickList, referenceEntityType }: FieldMetadata): boolean =>
  numberTypes.has(dataType) && isPickList !== true && referenceEntityType === null && name !== 'id';

export function fromSnapshot(entity: Entity, field: Field): FieldMetadata {
  const { picklistValues, ...rest } = field;
  const choices = (picklistValues ?? []).map((choice, index) => ({
    ...choice,
    sortOrder: index,
    isActive: true,
    isDefaultValue: false,
    parentValue: '',
  }));
  return {
    ...rest,
    label: null,
    udf: false,
    day: isDayField(entity.name, field.name),
    deadline: entity.deadlines.includes(field.name),
    choices,
    parentField: null,
  };
}

/** Older zones name fields like their classes, `QueueID`; records spell the same name with a small letter. */
const wireName = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** `known`: what the snapshot says; it is corrected where the metadata of tenants does not flag a reference. */
export function fromTenant(entity: Entity, field: LiveField, udf: boolean, known?: Field): FieldMetadata {
  const pointsTo = field.isPickList ? null : (known?.referenceEntityType ?? null);
  return {
    name: udf ? field.name : (known?.name ?? wireName(field.name)),
    // A tenant calls it `byte`; its values are base64 text.
    dataType: /^byte$/i.test(field.dataType) ? 'byte[]' : field.dataType.toLowerCase(),
    length: field.length > 0 ? field.length : null,
    isRequired: field.isRequired,
    isReadOnly: field.isReadOnly,
    isQueryable: field.isQueryable,
    isReference: field.isReference,
    referenceEntityType: field.referenceEntityType ?? pointsTo,
    isPickList: field.isPickList,
    label: field.label,
    udf,
    // Dates of user-defined fields have no time in Autotask.
    day: udf ? field.dataType === 'datetime' : isDayField(entity.name, known?.name ?? wireName(field.name)),
    deadline: !udf && entity.deadlines.includes(known?.name ?? wireName(field.name)),
    choices: field.picklistValues ?? [],
    parentField: field.picklistParentValueField === null ? null : wireName(field.picklistParentValueField),
  };
}
