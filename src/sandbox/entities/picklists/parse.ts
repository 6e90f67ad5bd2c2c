import type { PicklistValue } from '../../../model.js';

/** A picklist value as a tenant's metadata tells it. */
export interface PicklistEntry {
  readonly value: string;
  readonly label: string;
  readonly isDefaultValue: boolean;
  readonly sortOrder: number;
  /** Value of the parent picklist; empty when there is none. */
  readonly parentValue: string;
  readonly isActive: boolean;
  readonly isSystem: boolean;
}

/** A picklist that mirrors the records, the fields or the user-defined fields of an entity. */
export type PicklistSource =
  | { readonly from: string }
  | { readonly fieldsOf: string }
  | { readonly udfsOf: string };

export type PicklistData = Readonly<Record<string, string | PicklistSource>>;

/**
 * Reads `1 High|2 *Medium|9 -Retired|10 Printer@4`: value, label, `*` the default, `-` inactive,
 * `@4` belongs to value 4 of the parent picklist. Values Autotask itself defines come first.
 */
export function parsePicklist(data: string, system: readonly PicklistValue[]): readonly PicklistEntry[] {
  const entries = new Map<string, PicklistEntry>();
  for (const { value, label } of system) {
    entries.set(value, {
      value,
      label,
      isDefaultValue: false,
      sortOrder: entries.size + 1,
      parentValue: '',
      isActive: true,
      isSystem: true,
    });
  }
  for (const part of data === '' ? [] : data.split('|')) {
    const [, value = '', flag = '', label = '', parentValue = ''] =
      /^(\S+) ([*-]?)(.*?)(?:@(\S+))?$/.exec(part) ?? [];
    const known = entries.get(value);
    entries.set(value, {
      value,
      label: known?.label ?? label,
      isDefaultValue: flag === '*',
      sortOrder: known?.sortOrder ?? entries.size + 1,
      parentValue,
      isActive: flag !== '-',
      isSystem: known !== undefined,
    });
  }
  return [...entries.values()];
}
