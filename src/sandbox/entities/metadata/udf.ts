import type { DataType } from '../../../model.js';
import { kindOf, type Row } from '../../store/value.js';
import type { PicklistEntry } from '../picklists/index.js';
import type { FieldDefinition } from './definition.js';

/** A user-defined field of a tenant, read from its UserDefinedFieldDefinitions records. */
export interface UdfDefinition extends FieldDefinition {
  readonly id: number;
  readonly label: string;
  readonly description: string | null;
  readonly defaultValue: string;
}

/** UserDefinedFieldDefinitions.udfType by the entity that carries the field. */
export const udfTypes: Readonly<Record<string, number>> = {
  Companies: 1,
  Contacts: 2,
  Opportunities: 3,
  SalesOrders: 4,
  Projects: 5,
  Products: 6,
  ConfigurationItems: 7,
  ConfigurationItemExts: 7,
  Tickets: 8,
  CompanySiteConfigurations: 9,
  Tasks: 10,
  Contracts: 11,
  Subscriptions: 12,
  Services: 13,
  ServiceBundles: 14,
};

/** UserDefinedFieldDefinitions.dataType: text, long text, list, number, date. */
export const udfDataTypes = { text: 1, longText: 2, list: 3, number: 4, date: 5 } as const;

const wireTypes: Readonly<Record<number, DataType>> = {
  [udfDataTypes.text]: 'string',
  [udfDataTypes.longText]: 'string',
  [udfDataTypes.list]: 'integer',
  [udfDataTypes.number]: 'double',
  [udfDataTypes.date]: 'datetime',
};

export function udfKey(name: string): string {
  return `udf:${name}`;
}

export function defineUdf(row: Row, listItems: readonly Row[]): UdfDefinition {
  const name = String(row.name);
  const dataType = wireTypes[Number(row.dataType)] ?? 'string';
  const isPickList = Number(row.dataType) === udfDataTypes.list;
  const picklist: PicklistEntry[] = listItems.map((item, position) => ({
    value: String(item.id),
    label: String(item.valueForDisplay),
    isDefaultValue: false,
    sortOrder: position + 1,
    parentValue: '',
    isActive: item.isActive !== false,
    isSystem: false,
  }));
  return {
    id: row.id,
    name,
    key: udfKey(name),
    label: name,
    description: typeof row.description === 'string' ? row.description : null,
    defaultValue: typeof row.defaultValue === 'string' ? row.defaultValue : '',
    kind: kindOf(dataType),
    dataType,
    length: dataType === 'string' ? 8000 : 0,
    isRequired: row.isRequired === true,
    access: 'writable',
    isReadOnly: false,
    isQueryable: true,
    isPickList,
    picklist,
    picklistParent: '',
    isReference: false,
    reference: undefined,
  };
}
