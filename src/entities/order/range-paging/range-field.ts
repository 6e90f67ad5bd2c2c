import type { FilterNode, Row } from '../../../client/types.js';
import { idOf } from '../../display/row-id.js';

/**
 * A field whose ranges are asked for one after the other, the first of the order first. A position is a whole
 * number, smallest for the first record: milliseconds since 1970 or an id, with the sign turned when the order
 * descends. Only fields that Autotask compares and whose value all records never share can be one.
 */
export interface RangeField {
  /** Null for records without a value; they come after all others. */
  position(row: Row): number | null;
  /** Conditions for `from <= position < until`; infinite ends are left out. */
  within(from: number, until: number): FilterNode[];
  /** The nearest position before (or behind) at which a bound is a plain number, e.g. a full second. */
  align(position: number, side: 'before' | 'behind'): number;
  /** Distance between such positions. */
  readonly grain: number;
  /** Between these Autotask can read a bound; no record lies elsewhere. */
  readonly first: number;
  readonly last: number;
}

const second = 1000;
/** What the database under Autotask takes for a date. */
const dates = { from: Date.UTC(1753, 0, 1), to: Date.UTC(9999, 11, 31, 23, 59, 59, 997) };

const zoned = /(Z|[+-]\d{2}:?\d{2})$/;

/** Milliseconds of a date as Autotask answers it, with or without its Z; null when it is none. */
export function millisecondsOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const at = Date.parse(zoned.test(value) ? value : `${value}Z`);
  return Number.isNaN(at) ? null : at;
}

const utc = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');

function rangeFieldOf(
  field: string,
  descending: boolean,
  grain: number,
  range: { readonly from: number; readonly to: number },
  valueAt: (row: Row) => number | null,
  literal: (value: number) => unknown,
): RangeField {
  const sign = descending ? -1 : 1;
  // An end behind the last that Autotask can read shuts nothing out, and a beginning there lets the last in.
  const bound = (op: 'gte' | 'lt', value: number): FilterNode[] =>
    Number.isFinite(value) && (op === 'gte' || value <= range.to)
      ? [{ op, field, value: literal(Math.min(value, range.to)) }]
      : [];
  return {
    grain,
    first: descending ? -range.to : range.from,
    last: descending ? -range.from : range.to,
    position: (row) => {
      const value = valueAt(row);
      return value === null ? null : sign * value || 0;
    },
    within: (from, until) =>
      descending
        ? [...bound('gte', 1 - until), ...bound('lt', 1 - from)]
        : [...bound('gte', from), ...bound('lt', until)],
    align: (position, side) => {
      const up = (side === 'behind') !== descending;
      const value = descending ? 1 - position : position;
      const aligned = (up ? Math.ceil(value / grain) : Math.floor(value / grain)) * grain;
      return descending ? 1 - aligned : aligned;
    },
  };
}

export const dateRanges = (field: string, descending: boolean): RangeField =>
  rangeFieldOf(field, descending, second, dates, (row) => millisecondsOf(row[field]), utc);

export const idRanges = (descending: boolean): RangeField =>
  rangeFieldOf('id', descending, 1, { from: 0, to: Number.MAX_SAFE_INTEGER }, idOf, (value) => value);
