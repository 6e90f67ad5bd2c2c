import type { Row } from './value.js';

/** Position of the first row whose id is at least `id`, in rows sorted by id. */
export function lowerBound(rows: readonly Row[], id: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle]?.id ?? Number.POSITIVE_INFINITY) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function insertSorted(rows: Row[], row: Row): void {
  const last = rows.at(-1);
  if (last === undefined || last.id < row.id) rows.push(row);
  else rows.splice(lowerBound(rows, row.id), 0, row);
}

export function removeSorted(rows: Row[] | undefined, row: Row): void {
  if (rows === undefined) return;
  const at = lowerBound(rows, row.id);
  if (rows[at] === row) rows.splice(at, 1);
}
