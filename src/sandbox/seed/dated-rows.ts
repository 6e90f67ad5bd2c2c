import type { Row } from '../store/value.js';
import { firstId } from './lookup-tables.js';
import { numberOf } from './seed.js';

/** Between a ticket's start and its last activity, so that dates never contradict each other. */
export function within(row: Row, from: string, to: string, share: number): number {
  const start = numberOf(row, from);
  const span = Math.max(numberOf(row, to), start) - start;
  return start + Math.floor((span * share) / 1000) * 1000;
}

/** Sorts by date and numbers in that order. Dates are read once: half a million rows are compared often. */
export function numberByDate(rows: readonly Row[], entity: string, date: string): Row[] {
  const dates = Float64Array.from(rows, (row) => numberOf(row, date));
  const order = Uint32Array.from(rows.keys()).sort((a, b) => (dates[a] ?? 0) - (dates[b] ?? 0) || a - b);
  const sorted: Row[] = [];
  for (const at of order) {
    const row = rows[at];
    if (row === undefined) continue;
    row.id = firstId(entity) + sorted.length;
    sorted.push(row);
  }
  return sorted;
}
