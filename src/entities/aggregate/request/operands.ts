import type { Row } from '../../../client/types.js';
import type { FieldMetadata } from '../../metadata/entity-metadata.js';
import { numberTypes } from '../../metadata/field-metadata.js';
import { instantOf, toUtc } from '../../values/dates.js';
import { parseDecimal } from '../compute/decimal.js';
import type { Scalar } from '../compute/tally.js';
import { type Calculation, calculate, resolveCalculation } from './calculations.js';
import { type FieldPath, type FindPath, isFieldPath } from './field-paths.js';
import type { RelatedRecords } from './related-records.js';

const dayMs = 86_400_000;

/** Units of a span between two dates, in milliseconds. */
export const spanUnits = { days: dayMs, hours: 3_600_000, minutes: 60_000 } as const;
export type SpanUnit = keyof typeof spanUnits;

type SpanEnd = FieldPath | 'now';

/** What a metric measures: a field, the time from one date to another, or what is calculated of numbers. */
export type Operand =
  | Calculation
  | {
      readonly kind: 'amount' | 'moment' | 'text' | 'code';
      readonly name: string;
      readonly path: FieldPath;
    }
  | {
      readonly kind: 'span';
      readonly name: string;
      readonly until: SpanEnd;
      readonly from: SpanEnd;
      readonly unit: SpanUnit;
    };

function kindOf(field: FieldMetadata): 'amount' | 'moment' | 'text' | 'code' {
  if (field.isPickList === true || field.referenceEntityType !== null || field.name === 'id') return 'code';
  if (numberTypes.has(field.dataType)) return 'amount';
  if (field.dataType === 'datetime') return 'moment';
  return field.dataType === 'string' ? 'text' : 'code';
}

const unitPattern = /^(.*?)\s*(?::|,|\s+in\s+|\s+)\s*(days?|d|hours?|hrs?|h|minutes?|mins?|m)$/i;

const unitOf = (text: string): SpanUnit =>
  /^h/i.test(text) ? 'hours' : /^m/i.test(text) ? 'minutes' : 'days';

async function endOf(text: string, find: FindPath): Promise<SpanEnd | string> {
  if (/^(now(\(\))?|today)$/i.test(text.trim())) return 'now';
  const path = await find(text);
  if (!isFieldPath(path)) return path;
  return path.field.dataType === 'datetime' ? path : `${path.name} is no date (${path.field.dataType})`;
}

const isEnd = (end: SpanEnd | string): end is SpanEnd => typeof end !== 'string' || end === 'now';
const endName = (end: SpanEnd) => (end === 'now' ? end : end.name);

/** `completedDate-createDate:hours`; undefined when the text has no such form. */
async function span(text: string, find: FindPath): Promise<Operand | string | undefined> {
  const age = /^(.+?)\s*:\s*age$/i.exec(text)?.[1];
  const [, difference = text, unitText = 'days'] = unitPattern.exec(text) ?? [];
  const parts = age === undefined ? difference.split(/\s*[-−–]\s*/) : ['now', age];
  const [left = '', right = ''] = parts;
  if (parts.length !== 2 || left === '' || right === '') return undefined;
  const until = await endOf(left, find);
  if (!isEnd(until)) return until;
  const from = await endOf(right, find);
  if (!isEnd(from)) return from;
  if (until === 'now' && from === 'now') return 'needs a date';
  const unit = unitOf(unitText);
  return { kind: 'span', name: `${endName(until)}-${endName(from)}:${unit}`, until, from, unit };
}

/** The operand that a text names, or what is wrong with it. */
export async function resolveOperand(text: string, find: FindPath): Promise<Operand | string> {
  const looksLikeSpan = /[-−–]|:\s*age$/i.test(text);
  const spanOperand = looksLikeSpan ? await span(text, find) : undefined;
  if (spanOperand !== undefined && typeof spanOperand !== 'string') return spanOperand;
  const path = await find(text);
  if (!isFieldPath(path)) {
    const calculation = await resolveCalculation(text, find);
    if (calculation !== undefined) return calculation;
    const isTime = /\b(days?|hours?|minutes?|time|age|duration)\b/i.test(text);
    const hint = isTime ? ' (a time between two dates is written completedDate-createDate:hours)' : '';
    return spanOperand ?? `${path}${hint}`;
  }
  return { kind: kindOf(path.field), name: path.name, path };
}

export interface OperandReader {
  /** The value of a record; null when it has none. */
  read(row: Row): Scalar | null;
  /** Records whose value is not of the field's type, as far as they were read. */
  invalidValues(): number;
}

/** How the operand of a record is read. */
export function operandReader(
  operand: Operand,
  records: RelatedRecords,
  timeZone: string,
  now: number,
): OperandReader {
  let strays = 0;
  if (operand.kind === 'span') {
    const ends = [operand.until, operand.from];
    const allDays = ends.every((end) => end !== 'now' && end.field.day);
    const instants = ends.map((end) => {
      if (end === 'now') return () => now;
      const read = records.reader(end);
      return (row: Row): number | null => {
        const instant = instantOf(read(row));
        if (instant === null || allDays || !end.field.day || instant % dayMs !== 0) return instant;
        // Beside a moment a day begins when it begins in the zone.
        return Date.parse(toUtc(new Date(instant).toISOString().slice(0, 10), timeZone));
      };
    });
    const [until, from] = instants;
    return {
      invalidValues: () => 0,
      read: (row) => {
        const [end, start] = [until?.(row) ?? null, from?.(row) ?? null];
        return end === null || start === null ? null : { units: BigInt(end - start), scale: 0 };
      },
    };
  }
  /** What a field holds that is no number counts, and has no value. */
  const countStray = <Value>(found: Value | null): Value | null => {
    if (found === null) strays += 1;
    return found;
  };
  if (operand.kind === 'calculation') {
    const read = calculate(operand, (path) => {
      const value = records.reader(path);
      return (row) => {
        const given = value(row);
        return given === null ? null : countStray(parseDecimal(given));
      };
    });
    return { invalidValues: () => strays, read };
  }
  const value = records.reader(operand.path);
  const { kind } = operand;
  const scalar = (given: unknown): Scalar | null => {
    if (kind === 'amount') return parseDecimal(given);
    if (kind === 'moment') return instantOf(given);
    if (kind === 'text') return String(given);
    return typeof given === 'number' || typeof given === 'boolean' ? given : String(given);
  };
  return {
    invalidValues: () => strays,
    read: (row) => {
      const given = value(row);
      if (given === null) return null;
      return countStray(scalar(given));
    },
  };
}
