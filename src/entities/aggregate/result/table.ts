import { oneLine, shorten } from '../../../text.js';
import type { Cell, DisplayOptions } from '../../display/display.js';
import { showDate } from '../../values/dates.js';
import { toJson, toText } from '../compute/decimal.js';
import type { Group, Groups, operandsOf } from '../compute/groups.js';
import type { Scalar } from '../compute/tally.js';
import type { KeyValue } from '../request/group-keys.js';
import { type MetricReader, meetsHaving, metricReader } from '../request/having.js';
import { type Metric, shownDecimals } from '../request/metrics.js';
import type { AggregateRequest } from '../request/request.js';
import { keyLabels } from './labels.js';
import { sortGroups } from './order.js';

/** Several groups in one line: their metrics over all of their records. */
export interface GroupSum {
  readonly groups: number;
  readonly records: number;
  readonly cells: readonly Cell[];
}

export interface Table {
  /** Names of the keys, then of the metrics. */
  readonly keys: readonly string[];
  readonly metrics: readonly string[];
  /** Cells in the order of the columns. */
  readonly rows: readonly (readonly Cell[])[];
  /** Groups beyond `top`. */
  readonly others: GroupSum | null;
  /** Groups that do not meet `having`. */
  readonly outside: GroupSum | null;
  /** All groups. */
  readonly total: GroupSum;
}

function metricCell(metric: Metric, value: Scalar | null, timeZone: string): Cell {
  if (value === null) return { text: '', json: null };
  if (typeof value === 'object') return { text: toText(value), json: toJson(value) };
  const { operand } = metric;
  if (typeof value === 'number' && operand?.kind === 'moment') {
    const iso = new Date(value).toISOString().replace('.000Z', 'Z');
    return { text: showDate(iso, operand.path.field.day, timeZone), json: iso };
  }
  return { text: shorten(oneLine(String(value)), 120), json: value };
}

/** Orders, cuts and names the groups, of which `whole` is the sum. Nothing gets lost: what no row shows is in `others` or `outside`. */
export async function createTable(
  groups: Groups,
  grandTotal: Group,
  { keys, metrics, having, order, top }: AggregateRequest,
  operands: ReturnType<typeof operandsOf>,
  options: DisplayOptions,
): Promise<Table> {
  const compare: MetricReader = metricReader(operands);
  const show: MetricReader = metricReader(operands, shownDecimals);
  const { all } = groups;
  const fitting: Group[] = [];
  const outside: Group[] = [];
  for (const group of all) (meetsHaving(having, group, compare) ? fitting : outside).push(group);

  const column = (index: number, of: readonly Group[]): KeyValue[] =>
    of.map((group) => group.keys[index] ?? null);
  // People are put in order by their names, which then have to be known of every group.
  const texts = await Promise.all(
    keys.map(async (key, index) => {
      const ordersBy = order.some((by) => 'key' in by && by.key === index);
      if (!ordersBy || key.by !== 'value' || key.field.referenceEntityType === null) return undefined;
      const cells = await keyLabels(key, column(index, fitting), options);
      return new Map([...cells].map(([value, cell]) => [value, cell.text.toLowerCase()]));
    }),
  );
  const inOrder = sortGroups(fitting, order, keys, texts, compare);
  const shown = inOrder.slice(0, keys.length === 0 ? 0 : top);
  const named = await Promise.all(keys.map((key, index) => keyLabels(key, column(index, shown), options)));

  const measures = (group: Group) =>
    metrics.map((metric) => metricCell(metric, show(metric, group), options.timeZone));
  const line = (count: number, sum: Group): GroupSum => ({
    groups: count,
    records: sum.records,
    cells: measures(sum),
  });
  const sumOf = (of: readonly Group[]) => line(of.length, groups.total(of));
  const rest = keys.length === 0 ? [] : inOrder.slice(top);
  return {
    keys: keys.map(({ name }) => name),
    metrics: metrics.map(({ name }) => name),
    rows: shown.map((group) => [
      ...named.flatMap((cells, index) => cells.get(group.keys[index] ?? null) ?? []),
      ...measures(group),
    ]),
    others: rest.length === 0 ? null : sumOf(rest),
    outside: outside.length === 0 ? null : sumOf(outside),
    total: line(all.length, grandTotal),
  };
}
