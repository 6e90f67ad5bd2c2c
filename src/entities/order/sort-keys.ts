import type { Row } from '../../client/types.js';
import { fieldValue } from '../display/display.js';
import { idOf } from '../display/row-id.js';
import type { FieldMetadata } from '../metadata/entity-metadata.js';
import { entityOfType } from '../metadata/entity-names.js';
import { numberTypes } from '../metadata/field-metadata.js';
import { canName } from '../references/record-names.js';
import type { References } from '../references/references.js';
import type { Order } from './order.js';
import { millisecondsOf } from './range-paging/range-field.js';

/** What a record is sorted by: a position, or a text; null sorts last in both directions. */
export type SortKey = number | string | null;

export interface KeyedRow {
  readonly row: Row;
  readonly id: number;
  readonly key: SortKey;
}

const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

/** Numbers to ten digits, which more than Autotask's decimals have, so that a cursor can carry them exactly. */
const rounded = (value: number) => (Number.isInteger(value) ? value : Number(value.toFixed(10)));

function plainKey(value: unknown, field: FieldMetadata): SortKey {
  if (value === null || value === undefined || value === '') return null;
  if (field.dataType === 'datetime') return millisecondsOf(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (numberTypes.has(field.dataType) && Number.isFinite(Number(value))) return rounded(Number(value));
  return String(value);
}

/**
 * Keys of rows that were read: picklists by their place in the picklist, as Autotask shows them, references
 * by the names that the list shows, everything else by its value.
 */
export async function keyRows(
  rows: readonly Row[],
  { field, descending, ranges }: Order,
  references: References,
  signal?: AbortSignal,
): Promise<KeyedRow[]> {
  let keyOf = (row: Row): SortKey => plainKey(fieldValue(row, field), field);
  if (ranges !== null) keyOf = ranges.position;
  else if (field.isPickList === true && field.choices.length > 0) {
    const places = new Map(
      [...field.choices]
        .sort((a, b) => a.sortOrder - b.sortOrder)
        .map((choice, position) => [choice.value, position]),
    );
    // A code that the picklist no longer has comes after those it has.
    keyOf = (row) => {
      const value = fieldValue(row, field);
      return value === null || value === undefined ? null : (places.get(String(value)) ?? places.size);
    };
  } else if (field.referenceEntityType !== null && canName(entityOfType(field.referenceEntityType))) {
    const ids = rows.flatMap((row) => {
      const id = Number(fieldValue(row, field) ?? Number.NaN);
      return Number.isInteger(id) ? [id] : [];
    });
    const { names } = await references.lookup(field.referenceEntityType, ids, signal);
    keyOf = (row) => {
      const value = fieldValue(row, field);
      return value === null || value === undefined ? null : (names.get(Number(value)) ?? `#${String(value)}`);
    };
  }
  const sign = ranges === null && descending ? -1 : 1;
  return rows.flatMap((row) => {
    const id = idOf(row);
    const key = keyOf(row);
    return id === null ? [] : [{ row, id, key: typeof key === 'number' ? sign * key || 0 : key }];
  });
}

/** Near to far; equal keys by id in the direction of the order, records without a value last, by ascending id. */
export function compareKeyedRows(a: KeyedRow, b: KeyedRow, descending: boolean): number {
  if (a.key === null || b.key === null) {
    return a.key === b.key ? a.id - b.id : a.key === null ? 1 : -1;
  }
  const byKey =
    typeof a.key === 'number' && typeof b.key === 'number'
      ? a.key - b.key
      : (descending ? -1 : 1) * collator.compare(String(a.key), String(b.key));
  return byKey || (descending ? b.id - a.id : a.id - b.id);
}

/** A place in the order as a record at it; without an id it lies before all records of its key. */
export const keyedPosition = (
  { key, id }: { readonly key: number | null; readonly id: number | null },
  descending: boolean,
): KeyedRow => ({ row: {}, key, id: id ?? (key !== null && descending ? Number.POSITIVE_INFINITY : -1) });
