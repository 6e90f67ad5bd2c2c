import { lowerBound } from '../sorted-rows.js';
import type { Table } from '../table.js';
import type { Row } from '../value.js';
import type { Group, Test } from './filter.js';
import { matcher } from './match.js';

export interface Page {
  readonly rows: readonly Row[];
  /** Id after which the next page starts; undefined on the last page. */
  readonly next: number | undefined;
}

/** Rows that can match at all, sorted by id: from an index where a condition asks for equality, else all. */
function candidates(table: Table, filter: Group): readonly Row[] {
  let best: readonly Row[] = table.rows;
  for (const condition of filter.items) {
    if (condition.kind !== 'test') continue;
    const found = indexed(table, condition);
    if (found !== undefined && found.length < best.length) best = found;
  }
  return best;
}

function indexed(table: Table, { op, field, values }: Test): readonly Row[] | undefined {
  if (field.key === 'id') return byId(table, op, values);
  if (op === 'notExist') return table.equal(field.key, null);
  if (op === 'eq' && values[0] !== undefined) return table.equal(field.key, values[0]);
  if (isRange(op)) return byRange(table, field.key, op, values[0]);
  if (op !== 'in') return undefined;
  const lists: (readonly Row[])[] = [];
  let total = 0;
  for (const value of new Set(values)) {
    const list = table.equal(field.key, value);
    if (list === undefined) return undefined;
    lists.push(list);
    total += list.length;
  }
  // Merging long lists costs more than looking at every row.
  if (total > table.rows.length / 4) return undefined;
  return lists.flat().sort((a, b) => a.id - b.id);
}

type RangeOperator = 'gt' | 'gte' | 'lt' | 'lte';

function isRange(op: Test['op']): op is RangeOperator {
  return op === 'gt' || op === 'gte' || op === 'lt' || op === 'lte';
}

/** Rows of a range in id order, when they are so few that sorting them is worth it. */
function byRange(table: Table, key: string, op: RangeOperator, wanted: Test['values'][number] | undefined) {
  if (typeof wanted !== 'number') return undefined;
  const index = table.sorted(key);
  if (index === undefined) return undefined;
  const [from, to] = index.span(op, wanted);
  return to - from > table.rows.length / 16 ? undefined : index.slice(from, to).sort((a, b) => a.id - b.id);
}

function byId(table: Table, op: Test['op'], values: Test['values']): readonly Row[] | undefined {
  const wanted = values[0];
  if (typeof wanted !== 'number') return undefined;
  const { rows } = table;
  switch (op) {
    case 'eq':
      return rows.slice(lowerBound(rows, wanted), lowerBound(rows, wanted + 1));
    case 'in': {
      const ids = [...new Set(values)].filter((value) => typeof value === 'number').sort((a, b) => a - b);
      return ids.flatMap((id) => table.get(id) ?? []);
    }
    case 'gt':
      return rows.slice(lowerBound(rows, Math.floor(wanted) + 1));
    case 'gte':
      return rows.slice(lowerBound(rows, Math.ceil(wanted)));
    default:
      return undefined;
  }
}

/** One page of matching rows with ids greater than `after`, in ascending id order. */
export function page(table: Table, filter: Group, size: number, after: number | undefined): Page {
  const rows = candidates(table, filter);
  const matches = matcher(filter);
  const found: Row[] = [];
  for (let i = after === undefined ? 0 : lowerBound(rows, after + 1); i < rows.length; i++) {
    const row = rows[i];
    if (row === undefined || !matches(row)) continue;
    if (found.length === size) return { rows: found, next: found.at(-1)?.id };
    found.push(row);
  }
  return { rows: found, next: undefined };
}

export function count(table: Table, filter: Group): number {
  const [only, second] = filter.items;
  if (only === undefined) return table.rows.length;
  if (second === undefined && only.kind === 'test') {
    const known = exactCount(table, only);
    if (known !== undefined) return known;
  }
  const matches = matcher(filter);
  let total = 0;
  for (const row of candidates(table, filter)) if (matches(row)) total++;
  return total;
}

/** How many rows a single condition matches, where an index tells without looking at them. */
function exactCount(table: Table, test: Test): number | undefined {
  const { op, field, values } = test;
  const wanted = values[0];
  if (field.key === 'id') return op === 'exist' ? table.rows.length : byId(table, op, values)?.length;
  if (isRange(op)) {
    const span = typeof wanted === 'number' ? table.sorted(field.key)?.span(op, wanted) : undefined;
    return span === undefined ? undefined : span[1] - span[0];
  }
  return op === 'eq' || op === 'notExist' ? indexed(table, test)?.length : undefined;
}
