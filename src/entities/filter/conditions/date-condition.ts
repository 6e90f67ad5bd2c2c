import type { FilterNode } from '../../../client/types.js';
import type { Operator } from '../../../operators.js';
import { datetime } from '../../../scalars.js';
import type { FieldMetadata } from '../../metadata/entity-metadata.js';
import type { Conversion } from '../../values/conversion.js';
import { isDay, nextDay, parseRange, type Range, showMoment, showRange, toUtc } from '../../values/dates.js';

/** Bounds that stand for a condition on a date. */
export interface DateCondition {
  /** Null for a single bound. */
  readonly op: 'and' | 'or' | null;
  readonly nodes: readonly FilterNode[];
  /** Operator that the range is described with. */
  readonly operator: Operator;
  /** The range as days or moments, with the zone of both. */
  readonly range: string;
}

/**
 * A day compared with a moment: `eq` would only match midnight, so the whole day is meant. Ranges in words
 * and `from..to` stand for all moments in them. Fields that hold days have no zone to shift by.
 */
export function dateCondition(
  operator: Operator,
  field: FieldMetadata,
  value: unknown,
  { timeZone, now = Date.now() }: Conversion,
): DateCondition | undefined {
  if (field.dataType !== 'datetime' || typeof value !== 'string') return undefined;
  const zone = field.day ? 'UTC' : timeZone;
  const bound = (op: Operator, at: string | undefined): FilterNode[] =>
    at === undefined ? [] : [{ op, field: field.name, value: at }];
  const isNow = /^\s*now\s*$/i.test(value) && /^[gl]te?$/.test(operator);
  const isMoment = !isDay(value) && datetime.safeParse(value).success && !/in$/i.test(operator);
  if (isNow || isMoment) {
    const at = isNow ? new Date(now).toISOString() : toUtc(value, timeZone);
    const range = `${isNow ? 'now, ' : ''}${showMoment(at, field.day, timeZone)}`;
    return { op: null, nodes: bound(operator, at), operator, range };
  }
  const bounds: Range | undefined = datetime.safeParse(value).success
    ? { from: toUtc(value, zone), until: toUtc(nextDay(value), zone) }
    : parseRange(value, timeZone, field.day, now);
  if (bounds === undefined) return undefined;
  const { from, until } = bounds;
  const range = (part: Range) => showRange(part, field.day, timeZone);
  const starts = (at: string | undefined): DateCondition => ({
    op: null,
    nodes: bound('gte', at),
    operator: 'eq',
    range: range(at === undefined ? {} : { from: at }),
  });
  const ends = (at: string | undefined): DateCondition => ({
    op: null,
    nodes: bound('lt', at),
    operator: 'eq',
    range: range(at === undefined ? {} : { until: at }),
  });
  if (operator === 'gt') return starts(until);
  if (operator === 'gte') return starts(from);
  if (operator === 'lt') return ends(from);
  if (operator === 'lte') return ends(until);
  const inside = [...bound('gte', from), ...bound('lt', until)];
  const outside = [...bound('lt', from), ...bound('gte', until)];
  if (operator === 'eq') return { op: 'and', nodes: inside, operator, range: range(bounds) };
  if (operator === 'noteq') return { op: 'or', nodes: outside, operator, range: range(bounds) };
  return undefined;
}
