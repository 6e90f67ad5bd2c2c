import { fold } from '../../../names/spelling.js';
import { type Decimal, divide } from '../compute/decimal.js';
import type { Scalar, Tally, TallyOptions } from '../compute/tally.js';
import type { FindPath } from './field-paths.js';
import { type Operand, resolveOperand, spanUnits } from './operands.js';

export const operations = ['count', 'sum', 'avg', 'min', 'max', 'distinct'] as const;
export type Operation = (typeof operations)[number];

/** What is computed for every group. `count` without an operand counts records, with one those that have a value. */
export interface Metric {
  /** As it is to be written: `sum(hoursWorked)`. */
  readonly name: string;
  readonly op: Operation;
  readonly operand: Operand | null;
}

const operationNames: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    count: 'count',
    counts: 'count',
    records: 'count',
    sum: 'sum',
    total: 'sum',
    avg: 'avg',
    average: 'avg',
    mean: 'avg',
    min: 'min',
    minimum: 'min',
    earliest: 'min',
    oldest: 'min',
    max: 'max',
    maximum: 'max',
    latest: 'max',
    newest: 'max',
    distinct: 'distinct',
    unique: 'distinct',
    countdistinct: 'distinct',
    distinctcount: 'distinct',
    countunique: 'distinct',
    nunique: 'distinct',
  } as const),
);

const metricPatterns = [
  /^(?<op>[a-z_ ]+?)\s*\(\s*(?<of>.*?)\s*\)$/i,
  /^(?<op>[a-z_]+)\s*:\s*(?<of>.+)$/i,
  /^(?<of>.+?)\s*:\s*(?<op>[a-z_]+)$/i,
  /^(?<op>[a-z_]+)\s+(?:of\s+)?(?<of>.+)$/i,
];

/** What is left of `sum(a)-sum(b)` within the outer brackets. */
const twoMetrics = /\)\s*[-+*/×−–]\s*[a-z]+\s*\(/iu;

const example = 'count, sum(hoursWorked), avg(completedDate-createDate:hours), min, max, distinct';

function read(text: string): { readonly op: Operation; readonly of: string } | undefined {
  if (operationNames.get(fold(text)) === 'count') return { op: 'count', of: '' };
  for (const pattern of metricPatterns) {
    const { op = '', of = '' } = pattern.exec(text)?.groups ?? {};
    const known = operationNames.get(fold(op));
    if (known === undefined) continue;
    const unique = /^(?:distinct|unique)\s+(.+)$/i.exec(of)?.[1];
    return known === 'count' && unique !== undefined ? { op: 'distinct', of: unique } : { op: known, of };
  }
  return undefined;
}

/** Whether the operation makes sense for the operand; otherwise why not. */
function operandProblem(op: Operation, operand: Operand): string | undefined {
  const { kind, name } = operand;
  if (op === 'count' || kind === 'amount' || kind === 'calculation') return undefined;
  if (kind === 'span') return op === 'distinct' ? 'cannot be counted by distinct spans' : undefined;
  if (op === 'distinct') return undefined;
  const isSum = op === 'sum' || op === 'avg';
  if (kind === 'code') return `${name} holds codes, ids or flags: use distinct(${name}), or group by it`;
  if (!isSum) return undefined;
  return kind === 'moment'
    ? `${name} is a date: measure a span, e.g. ${op}(now-${name}:days), or use min or max`
    : `${name} is text, which has no ${op}`;
}

/** The metric that a text asks for, or what is wrong with it. */
export async function resolveMetric(text: string, find: FindPath): Promise<Metric | string> {
  const requested = read(text);
  if (requested === undefined) return `${JSON.stringify(text)} is not a metric. Valid: ${example}`;
  const { op, of } = requested;
  if (op === 'count' && /^(\*|id|records?|)$/i.test(of)) return { name: 'count', op, operand: null };
  if (of === '') return `${op} needs a field: ${op}(fieldName)`;
  if (twoMetrics.test(of))
    return `${JSON.stringify(text)} is two metrics: of each record is calculated inside, ${op}(a-b), of totals by you`;
  const operand = await resolveOperand(of, find);
  if (typeof operand === 'string') return operand;
  return operandProblem(op, operand) ?? { name: `${op}(${operand.name})`, op, operand };
}

/** What tallies of the operand must keep for all metrics on it. */
export const tallyOptions = (metrics: readonly Metric[]): TallyOptions => ({
  sum: metrics.some(({ op }) => op === 'sum' || op === 'avg'),
  extremes: metrics.some(({ op }) => op === 'min' || op === 'max'),
  distinct: metrics.some(({ op }) => op === 'distinct'),
});

/** Digits after the point of averages and spans in answers; sums are exact. */
export const shownDecimals = 4;
/** And where values are compared: enough to tell any two averages apart. */
export const exactDecimals = 24;

const integer = (count: number): Decimal => ({ units: BigInt(count), scale: 0 });

/** The value of a metric over so many records with this tally; null when none of them has a value. */
export function metricValue(
  { op, operand }: Metric,
  records: number,
  tally: Tally | undefined,
  decimals: number,
): Scalar | null {
  if (operand === null || tally === undefined) return integer(records);
  if (op === 'count') return integer(tally.values);
  if (op === 'distinct') return integer(tally.seen.size);
  if (tally.values === 0) return null;
  const unit = operand.kind === 'span' ? BigInt(spanUnits[operand.unit]) : null;
  const scaled = (value: Scalar | null) =>
    unit !== null && value !== null && typeof value === 'object' ? divide(value, unit, decimals) : value;
  if (op === 'sum') return scaled(tally.sum);
  if (op === 'avg') return divide(tally.sum, BigInt(tally.values) * (unit ?? 1n), decimals);
  return scaled(op === 'min' ? tally.least : tally.most);
}
