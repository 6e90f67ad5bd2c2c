import type { Value, ViewOf } from '../../view-data.js';
import { bucketOf, inTime, startOf } from './periods.js';

type GroupsData = ViewOf<'groups'>;

/** One number of the table, where the chart shows it. Categories and series are keys: see `labelOf`. */
export interface Point {
  readonly category: string;
  readonly series: string;
  readonly value: number;
  /** As the table writes it. */
  readonly text: string;
}

export interface ChartData {
  readonly metric: string;
  readonly categories: readonly string[];
  /** One without a name where the groups have a single key; without a name also where several groups stand in one line. */
  readonly series: readonly string[];
  readonly points: readonly Point[];
  /** Where the categories are times, those of the chart that are none. */
  readonly timeless: ReadonlySet<string> | null;
}

export type ChartKind = 'bars' | 'stacked' | 'line';

/** More than these are not told apart by colour, nor by eye. */
const maxSeries = 8;
const maxCategories = 60;

/** Two groups of the table may have one name, which is one line: the key of the second has a number on another. */
const again = '\n';
const keyOf = (label: string, number: number): string => (number === 0 ? label : `${label}${again}${number}`);
export const labelOf = (key: string): string => key.split(again)[0] ?? '';

const numberOf = ({ value, text }: Value): number =>
  typeof value === 'number' ? value : text === '' ? Number.NaN : Number(text);

function pointOf(category: string, series: string, value: Value | undefined): Point[] {
  const number = value === undefined ? Number.NaN : numberOf(value);
  return Number.isNaN(number) || value === undefined
    ? []
    : [{ category, series, value: number, text: value.text }];
}

/** Times stand along the axis, whichever key they are. */
const categoryKey = (keys: readonly string[]): number =>
  keys.length === 2 && bucketOf(keys[0] ?? '') === null && bucketOf(keys[1] ?? '') !== null ? 1 : 0;

function pointsOf({ keys, rows, lines }: GroupsData, metric: number): Point[] {
  const categoryAt = categoryKey(keys);
  const seen = new Map<string, number>();
  const points = rows.flatMap((row) => {
    const category = row[categoryAt]?.text ?? '';
    const series = keys.length === 2 ? (row[1 - categoryAt]?.text ?? '') : '';
    const both = JSON.stringify([category, series]);
    const number = seen.get(both) ?? 0;
    seen.set(both, number + 1);
    return pointOf(keyOf(category, number), series, row[keys.length + metric]);
  });
  return [...points, ...lines.flatMap(({ label, values }) => pointOf(label, '', values[metric]))];
}

/** What of the table a chart can show: groups of one or two keys, and lines of several groups. */
export function chartData(data: GroupsData, metric: number): ChartData | null {
  const { keys, metrics } = data;
  if (keys.length === 0 || keys.length > 2) return null;
  const points = pointsOf(data, metric);
  const found = [...new Set(points.map(({ category }) => category))];
  const series = [...new Set(points.map(({ series: name }) => name))];
  const named = keys.length === 1 ? series : series.filter((name) => name !== '');
  if (points.length === 0 || named.length > maxSeries || found.length > maxCategories) return null;
  const bucket = bucketOf(keys[categoryKey(keys)] ?? '');
  const isTimeless = (category: string) => Number.isNaN(startOf(category));
  const times =
    bucket === null
      ? null
      : inTime(
          bucket,
          found.filter((one) => !isTimeless(one)),
        );
  const timeless = found.filter(isTimeless);
  return {
    metric: metrics[metric] ?? '',
    categories: times === null ? found : [...times, ...timeless],
    series,
    points,
    timeless: times === null ? null : new Set(timeless),
  };
}

/** Why there is no chart of any metric; empty where nobody would expect one. */
export function whyNoChart({ keys, rows }: GroupsData): string {
  if (keys.length === 0 || rows.length === 0) return '';
  if (keys.length > 2) return `There is no chart of ${keys.length} keys: the table shows every group.`;
  return `There is no chart: it shows at most ${maxCategories} groups of at most ${maxSeries} kinds, and numbers alone. The table shows every group.`;
}

/** The sum of parts says something about numbers of records and about sums, and nothing about averages or extremes. */
const addsUp = ({ metric, points }: ChartData): boolean =>
  /^(?:count$|sum\()/.test(metric) && points.every(({ value }) => value >= 0);

export function kindsFor(chart: ChartData): readonly ChartKind[] {
  const kinds: ChartKind[] = chart.timeless === null ? ['bars'] : ['line', 'bars'];
  return chart.series.length > 1 && addsUp(chart) ? [...kinds, 'stacked'] : kinds;
}

/** What a kind of chart shows: a line goes through times, and what is none stands beside it. */
export function partsFor(chart: ChartData, kind: ChartKind): { drawn: ChartData; beside: readonly Point[] } {
  const { categories, points, timeless } = chart;
  if (kind !== 'line' || timeless === null) {
    // Rows for times without a group only as far as they can be read.
    const filled = new Set(points.map(({ category }) => category));
    const rows = categories.length > maxCategories ? categories.filter((one) => filled.has(one)) : categories;
    return { drawn: { ...chart, categories: rows }, beside: [] };
  }
  const isDrawn = ({ category }: Point) => !timeless.has(category);
  const drawn = points.filter(isDrawn);
  const series = chart.series.filter((name) => drawn.some((point) => point.series === name));
  const times = categories.filter((one) => !timeless.has(one));
  return {
    drawn: { ...chart, categories: times, series, points: drawn },
    beside: points.filter((point) => !isDrawn(point)),
  };
}

/** What a point says, in the words of the table. */
export const describePoint = ({ category, series, text }: Point, metric: string): string =>
  `${labelOf(category)}${series === '' ? '' : `, ${series}`}: ${metric} ${text}`;
