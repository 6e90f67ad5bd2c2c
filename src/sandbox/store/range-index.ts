import type { Row } from './value.js';

/** The rows that hold a number in one field, sorted by it; for dates and other ranges. */
export class RangeIndex {
  private readonly rows: Row[];

  constructor(
    private readonly field: string,
    rows: readonly Row[],
  ) {
    this.rows = rows.filter((row) => typeof row[field] === 'number').sort((a, b) => this.compare(a, b));
  }

  private valueOf(row: Row): number {
    const value = row[this.field];
    return typeof value === 'number' ? value : 0;
  }

  private compare(a: Row, b: Row): number {
    return this.valueOf(a) - this.valueOf(b) || a.id - b.id;
  }

  /** Position of the first row whose value is at least `value`, or more than it. */
  private bound(value: number, beyond: boolean): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const row = this.rows[middle];
      const found = row === undefined ? Number.POSITIVE_INFINITY : this.valueOf(row);
      if (found < value || (beyond && found === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Positions of the rows that `op value` lets through: from, and up to but without. */
  span(op: 'gt' | 'gte' | 'lt' | 'lte', value: number): readonly [number, number] {
    if (op === 'gt' || op === 'gte') return [this.bound(value, op === 'gt'), this.rows.length];
    return [0, this.bound(value, op === 'lte')];
  }

  slice(from: number, to: number): Row[] {
    return this.rows.slice(from, to);
  }

  /** Call before the row's value changes. */
  remove(row: Row): void {
    if (typeof row[this.field] !== 'number') return;
    const at = this.position(row);
    if (this.rows[at] === row) this.rows.splice(at, 1);
  }

  add(row: Row): void {
    if (typeof row[this.field] === 'number') this.rows.splice(this.position(row), 0, row);
  }

  private position(row: Row): number {
    let low = 0;
    let high = this.rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.rows[middle];
      if (other !== undefined && this.compare(other, row) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
