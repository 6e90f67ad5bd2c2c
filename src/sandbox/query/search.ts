import { lowerBound, type Table } from '../store/table.js';
import type { Row } from '../store/value.js';
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
  const rows = candidates(table, filter);
  const [only, second] = filter.items;
  if (only === undefined) return rows.length;
  // An index answers a single equality by itself.
  if (second === undefined && only.kind === 'test' && isExact(table, only)) return rows.length;
  const matches = matcher(filter);
  let total = 0;
  for (const row of rows) if (matches(row)) total++;
  return total;
}

function isExact(table: Table, test: Test): boolean {
  if (test.field.key === 'id') return test.op === 'exist' || byId(table, test.op, test.values) !== undefined;
  return test.values.length < 2 && indexed(table, test) !== undefined;
}
