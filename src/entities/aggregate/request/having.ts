import { datetime } from '../../../scalars.js';
import { toUtc } from '../../values/dates.js';
import { parseDecimal } from '../compute/decimal.js';
import type { Group } from '../compute/groups.js';
import { compareScalars, type Scalar } from '../compute/tally.js';
import { exactDecimals, type Metric, metricValue } from './metrics.js';

/** A condition on a metric that a group must meet to be shown. */
export interface Having {
  readonly metric: Metric;
  readonly holds: (order: number) => boolean;
  readonly value: Scalar;
}

const operators: Readonly<Record<string, (order: number) => boolean>> = {
  '>': (order) => order > 0,
  gt: (order) => order > 0,
  '>=': (order) => order >= 0,
  gte: (order) => order >= 0,
  '<': (order) => order < 0,
  lt: (order) => order < 0,
  '<=': (order) => order <= 0,
  lte: (order) => order <= 0,
  '=': (order) => order === 0,
  '==': (order) => order === 0,
  eq: (order) => order === 0,
  '!=': (order) => order !== 0,
  '<>': (order) => order !== 0,
  noteq: (order) => order !== 0,
  ne: (order) => order !== 0,
};

const havingPattern = /^(.+?)\s*(>=|<=|<>|!=|==|=|>|<|\s(?:gte|gt|lte|lt|eq|noteq|ne)\s)\s*(.+)$/i;

/** Takes `sum(hoursWorked) > 10` apart; a text when it is no condition. */
export function readHaving(text: string): { metric: string; op: string; value: string } | string {
  const [, metric, op, value] = havingPattern.exec(text.trim()) ?? [];
  if (metric === undefined || op === undefined || value === undefined) {
    return `${JSON.stringify(text)} is no condition on a metric. Valid: a metric, one of > >= < <= = !=, and a value, e.g. count >= 5`;
  }
  return { metric, op: op.trim().toLowerCase(), value: value.trim().replace(/^(["'])(.*)\1$/, '$2') };
}

/** The value that a metric's values are compared with; undefined when the text is none of that kind. */
function operandOf(metric: Metric, text: string, timeZone: string): Scalar | undefined {
  const isExtreme = metric.op === 'min' || metric.op === 'max';
  if (isExtreme && metric.operand?.kind === 'text') return text;
  if (isExtreme && metric.operand?.kind === 'moment') {
    if (!datetime.safeParse(text).success) return undefined;
    return Date.parse(toUtc(text, metric.operand.path.field.day ? 'UTC' : timeZone));
  }
  return parseDecimal(text) ?? undefined;
}

export function toHaving(metric: Metric, op: string, text: string, timeZone: string): Having | string {
  const holds = operators[op];
  const value = operandOf(metric, text, timeZone);
  if (holds === undefined || value === undefined) {
    const wanted = metric.op === 'min' || metric.op === 'max' ? 'its kind of value' : 'a number';
    return `${JSON.stringify(text)} cannot be compared with ${metric.name}, which takes ${wanted}; several conditions are a list, and all must hold`;
  }
  return { metric, holds, value };
}

export type MetricReader = (metric: Metric, group: Group) => Scalar | null;

/** Values of metrics as precise as comparing needs. */
export const metricReader =
  (
    operands: readonly { readonly operand: { readonly name: string } }[],
    decimals = exactDecimals,
  ): MetricReader =>
  (metric, group) => {
    const at = operands.findIndex(({ operand }) => operand.name === metric.operand?.name);
    return metricValue(metric, group.records, group.tallies[at], decimals);
  };

/** A group without the value meets no condition on it. */
export const meetsHaving = (having: readonly Having[], group: Group, measure: MetricReader): boolean =>
  having.every(({ metric, holds, value }) => {
    const found = measure(metric, group);
    return found !== null && holds(compareScalars(found, value));
  });
