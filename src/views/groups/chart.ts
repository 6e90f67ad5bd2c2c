import { scaleLinear, scalePoint } from 'd3-scale';
import { line as lineOf } from 'd3-shape';
import { svg } from '../page/dom.js';
import type { Formats } from '../page/format.js';
import { type ChartData, type ChartKind, describePoint, labelOf, type Point } from './chart-data.js';
import { colourOf, frame, gridLine, heading, label, mark, textWidth } from './chart-parts.js';
import { shortPeriod } from './periods.js';

const right = 40;
const axisHeight = 28;
const barHeight = 20;
const gap = 8;
const nameHeight = 18;
const lineChartHeight = 240;
/** Below this names stand above their bars. */
const narrow = 520;

type Numbers = ReadonlyMap<string, ReadonlyMap<string, Point>>;

function byCategory(points: readonly Point[]): Numbers {
  const found = new Map<string, Map<string, Point>>();
  for (const point of points) {
    const of = found.get(point.category) ?? new Map<string, Point>();
    of.set(point.series, point);
    found.set(point.category, of);
  }
  return found;
}

/** From the least to the most of them, and zero, with something between. */
const domainOf = (values: readonly number[]): [number, number] => {
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  return [least, least === most ? 1 : most];
};

interface Bar {
  readonly point: Point;
  readonly from: number;
  readonly to: number;
}

/** The bars of one category, beside each other or on top of each other; none for what has no number. */
function barsOf(
  of: ReadonlyMap<string, Point> | undefined,
  series: readonly string[],
  stacked: boolean,
): Bar[] {
  let from = 0;
  return series.flatMap((name) => {
    const point = of?.get(name);
    if (point === undefined) return [];
    const bar = { point, from, to: from + point.value };
    if (stacked) from = bar.to;
    return [bar];
  });
}

/** One row a category. */
function bars(data: ChartData, stacked: boolean, formats: Formats, width: number): SVGSVGElement {
  const { metric, categories, series, points } = data;
  const numbers = byCategory(points);
  const head = heading(metric, series, width);
  const isNarrow = width < narrow;
  const widest = Math.max(40, ...categories.map((category) => textWidth(labelOf(category))));
  const left = isNarrow ? 8 : Math.min(Math.round(width * 0.35), Math.ceil(widest) + 12);
  const above = isNarrow ? nameHeight : 0;
  const rows = categories.map((category) => ({
    category,
    bars: barsOf(numbers.get(category), series, stacked),
  }));
  const x = scaleLinear()
    .domain(domainOf(rows.flatMap((row) => row.bars.flatMap(({ from, to }) => [from, to]))))
    .nice()
    .range([left, width - right]);
  const marks: SVGElement[] = [];
  let top = head.height;
  for (const row of rows) {
    const deep = stacked ? 1 : Math.max(1, row.bars.length);
    const name = labelOf(row.category);
    marks.push(
      isNarrow
        ? label(name, { x: left, y: top + nameHeight / 2, width: width - left })
        : label(name, { x: left - 8, y: top + (deep * barHeight) / 2, width: left - 8, align: 'end' }),
    );
    row.bars.forEach(({ point, from, to }, at) => {
      const rect = svg('rect', {
        x: Math.min(x(from), x(to)),
        width: Math.max(1, Math.abs(x(to) - x(from))),
        y: top + above + (stacked ? 0 : at * barHeight),
        height: barHeight - 1,
        fill: colourOf(series, point.series),
      });
      marks.push(mark(rect, describePoint(point, metric)));
    });
    top += above + deep * barHeight + gap;
  }
  const ticks = x
    .ticks(Math.max(2, Math.floor((width - left) / 110)))
    .flatMap((tick) => [
      gridLine({ x1: x(tick), x2: x(tick), y1: head.height, y2: top }),
      label(formats.tick(tick), { x: x(tick), y: top + 12, width: 78, align: 'middle' }),
    ]);
  return frame(width, top + axisHeight, `${metric}, bars`, ...head.parts, ...ticks, ...marks);
}

/** One line a series over times, equal times equally far apart. A time without a group leaves a gap. */
function lines(data: ChartData, formats: Formats, width: number): SVGSVGElement {
  const { metric, categories, series, points } = data;
  const numbers = byCategory(points);
  const head = heading(metric, series, width);
  const bottom = head.height + lineChartHeight;
  const y = scaleLinear()
    .domain(domainOf(points.map(({ value }) => value)))
    .nice()
    .range([bottom, head.height + 8]);
  const ticks = y.ticks(5);
  const dateWidth = Math.max(...categories.map((category) => textWidth(shortPeriod(category)))) + 12;
  const numberWidth = Math.max(...ticks.map((tick) => textWidth(formats.tick(tick))));
  const left = Math.max(Math.min(90, Math.ceil(numberWidth)) + 12, Math.ceil(dateWidth / 2));
  const x = scalePoint<string>()
    .domain(categories)
    .range([left, width - right]);
  const parts: SVGElement[] = [...head.parts];
  for (const tick of ticks) {
    parts.push(
      gridLine({ x1: left, x2: width - right, y1: y(tick), y2: y(tick) }),
      label(formats.tick(tick), { x: left - 8, y: y(tick), width: left - 8, align: 'end' }),
    );
  }
  const every = Math.max(1, Math.ceil((categories.length * dateWidth) / (width - left - right)));
  categories.forEach((category, at) => {
    if (at % every !== 0) return;
    const place = { x: x(category) ?? 0, y: bottom + 14, width: dateWidth, align: 'middle' } as const;
    parts.push(label(shortPeriod(category), place));
  });
  for (const name of series) {
    const of = categories.map((category) => numbers.get(category)?.get(name));
    const path = lineOf<Point | undefined>()
      .defined((point) => point !== undefined)
      .x((_, index) => x(categories[index] ?? '') ?? 0)
      .y((point) => y(point?.value ?? 0));
    const stroke = colourOf(series, name);
    parts.push(svg('path', { d: path(of) ?? '', fill: 'none', stroke, 'stroke-width': 2 }));
    for (const point of of) {
      if (point === undefined) continue;
      const dot = svg('circle', { cx: x(point.category) ?? 0, cy: y(point.value), r: 4, fill: stroke });
      parts.push(mark(dot, describePoint(point, metric)));
    }
  }
  return frame(width, bottom + axisHeight, `${metric}, line`, ...parts);
}

/** Tab leads to one value, arrow keys from it to the others. */
function withKeys(drawing: SVGSVGElement): SVGSVGElement {
  const marks = [...drawing.querySelectorAll<SVGElement>('[tabindex]')];
  const [first] = marks;
  first?.setAttribute('tabindex', '0');
  drawing.addEventListener('keydown', (event) => {
    const at = marks.findIndex((one) => one.matches(':focus'));
    const places: Readonly<Record<string, number>> = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: marks.length - 1,
    };
    const next = marks[places[event.key] ?? -1];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    for (const one of marks) one.setAttribute('tabindex', one === next ? '0' : '-1');
    next.focus();
  });
  return drawing;
}

/** `width` in pixels, so that letters are as large as on the rest of the page. */
export const drawChart = (data: ChartData, kind: ChartKind, formats: Formats, width: number): SVGSVGElement =>
  withKeys(kind === 'line' ? lines(data, formats, width) : bars(data, kind === 'stacked', formats, width));
