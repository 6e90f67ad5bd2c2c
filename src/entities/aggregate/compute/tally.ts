import { add, compare, type Decimal, toText, zero } from './decimal.js';

/** A measured value: an amount, a moment in milliseconds, a text, or a code that can only be told apart. */
export type Scalar = Decimal | number | string | boolean;

/** What the metrics on one operand need to know; the rest is not kept. */
export interface TallyOptions {
  readonly sum: boolean;
  readonly extremes: boolean;
  readonly distinct: boolean;
}

export function compareScalars(a: Scalar, b: Scalar): number {
  if (typeof a === 'object' && typeof b === 'object') return compare(a, b);
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return Number(a) - Number(b);
}

/**
 * What is known about the values of one operand in one group. Two tallies merge into the tally of all their
 * records, so that totals are totals of records and never of rows.
 */
export class Tally {
  /** Records that have a value. */
  values = 0;
  sum: Decimal = zero;
  least: Scalar | null = null;
  most: Scalar | null = null;
  readonly seen = new Set<string | number | boolean>();

  constructor(private readonly options: TallyOptions) {}

  /** True when it holds one more distinct value than before. */
  add(value: Scalar): boolean {
    this.values += 1;
    if (this.options.sum && typeof value === 'object') this.sum = add(this.sum, value);
    if (this.options.extremes) this.extend(value, value);
    if (!this.options.distinct) return false;
    const before = this.seen.size;
    this.seen.add(typeof value === 'object' ? toText(value) : value);
    return this.seen.size > before;
  }

  merge(other: Tally): void {
    this.values += other.values;
    this.sum = add(this.sum, other.sum);
    if (other.least !== null && other.most !== null) this.extend(other.least, other.most);
    for (const value of other.seen) this.seen.add(value);
  }

  private extend(least: Scalar, most: Scalar): void {
    if (this.least === null || compareScalars(least, this.least) < 0) this.least = least;
    if (this.most === null || compareScalars(most, this.most) > 0) this.most = most;
  }
}
