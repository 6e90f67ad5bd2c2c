import { scaleBand, scaleLinear, scalePoint } from 'd3-scale';
import { line as lineOf, stack as stackOf } from 'd3-shape';
import { svg } from '../page/dom.js';
import type { Formats } from '../page/format.js';

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
  /** One without a name where the groups have a single key. */
  readonly series: readonly string[];
  readonly points: readonly Point[];
}

export type ChartKind = 'bars' | 'stacked' | 'line';

const margin = { top: 8, right: 32, bottom: 32, left: 56 };
const barHeight = 22;
const lineHeight = 260;
/** About what a letter and a date below an axis take, in pixels. */
const letterWidth = 7;
const dateWidth = 76;

/** Two groups of the table may have one name, which is one line: the key of the second has a number on another. */
const again = '\n';
export const keyOf = (label: string, number: number): string =>
  number === 0 ? label : `${label}${again}${number}`;
export const labelOf = (key: string): string => key.split(again)[0] ?? '';

/** Colours that differ for colour-blind readers too, on light and dark ground (Okabe and Ito). */
const palette = [
  '#0072b2',
  '#e69f00',
  '#009e73',
  '#cc79a7',
  '#56b4e9',
  '#d55e00',
  '#8c7a00',
  '#7a7a7a',
] as const;
export const colourOf = (index: number): string => palette[index % palette.length] ?? palette[0];

const shorten = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

const describe = ({ category, series, text }: Point, metric: string): string =>
  `${labelOf(category)}${series === '' ? '' : `, ${series}`}: ${metric} ${text}`;

/** A shape that says its value on hover and on focus. */
function mark(shape: SVGElement, point: Point, metric: string): SVGElement {
  const text = describe(point, metric);
  shape.setAttribute('tabindex', '0');
  shape.setAttribute('role', 'img');
  shape.setAttribute('aria-label', text);
  shape.append(svg('title', {}, text));
  return shape;
}

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

function frame(width: number, height: number, label: string): SVGSVGElement {
  return svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    role: 'group',
    'aria-label': label,
    'font-family': 'system-ui, sans-serif',
    'font-size': 12,
  });
}

const axisText = (attributes: Readonly<Record<string, string | number>>, text: string) =>
  svg('text', { fill: 'currentColor', ...attributes }, text);

/** Bars beside each other or on top of each other, one row a category. */
function bars(
  { metric, categories, series, points }: ChartData,
  stacked: boolean,
  formats: Formats,
  width: number,
): SVGSVGElement {
  const numbers = byCategory(points);
  const rowHeight = stacked ? barHeight : barHeight * Math.max(1, series.length);
  const left = Math.min(200, Math.round(width * 0.35));
  const most = Math.floor((left - 12) / letterWidth);
  const height = margin.top + margin.bottom + categories.length * (rowHeight + 8);
  const places = scaleBand<string>()
    .domain(categories)
    .range([margin.top, height - margin.bottom])
    .padding(0.2);
  const inner = scaleBand<string>().domain(series).range([0, places.bandwidth()]);
  const rows = categories.map((category) => {
    const of = numbers.get(category);
    return Object.fromEntries(series.map((name) => [name, of?.get(name)?.value ?? 0]));
  });
  const layers = stackOf<Record<string, number>>().keys(series)(rows);
  const ends = stacked ? layers.flatMap((layer) => layer.flat()) : points.map(({ value }) => value);
  const x = scaleLinear()
    .domain([Math.min(0, ...ends), Math.max(0, ...ends)])
    .nice()
    .range([left, width - margin.right]);
  const drawing = frame(width, height, `${metric}, bars`);
  for (const tick of x.ticks(Math.max(2, Math.floor((width - left) / dateWidth / 1.5)))) {
    drawing.append(
      svg('line', {
        x1: x(tick),
        x2: x(tick),
        y1: margin.top,
        y2: height - margin.bottom,
        stroke: 'currentColor',
        'stroke-opacity': 0.15,
      }),
      axisText({ x: x(tick), y: height - margin.bottom + 18, 'text-anchor': 'middle' }, formats.number(tick)),
    );
  }
  categories.forEach((category, row) => {
    const top = places(category) ?? 0;
    drawing.append(
      axisText(
        { x: left - 8, y: top + places.bandwidth() / 2 + 4, 'text-anchor': 'end' },
        shorten(labelOf(category), most),
      ),
    );
    series.forEach((name, at) => {
      const point = numbers.get(category)?.get(name);
      if (point === undefined) return;
      const [from, to] = stacked ? (layers[at]?.[row] ?? [0, 0]) : [0, point.value];
      const rect = svg('rect', {
        x: Math.min(x(from), x(to)),
        width: Math.max(1, Math.abs(x(to) - x(from))),
        y: stacked ? top : top + (inner(name) ?? 0),
        height: Math.max(2, stacked ? places.bandwidth() : inner.bandwidth() - 1),
        fill: colourOf(at),
      });
      drawing.append(mark(rect, point, metric));
    });
  });
  return drawing;
}

/** One line a series over categories, which are times in their order. A group that is not there leaves a gap. */
function lines(
  { metric, categories, series, points }: ChartData,
  formats: Formats,
  width: number,
): SVGSVGElement {
  const numbers = byCategory(points);
  const values = points.map(({ value }) => value);
  const x = scalePoint<string>()
    .domain(categories)
    .range([margin.left, width - margin.right]);
  const y = scaleLinear()
    .domain([Math.min(0, ...values), Math.max(0, ...values)])
    .nice()
    .range([lineHeight - margin.bottom, margin.top]);
  const drawing = frame(width, lineHeight, `${metric}, line`);
  for (const tick of y.ticks(5)) {
    drawing.append(
      svg('line', {
        x1: margin.left,
        x2: width - margin.right,
        y1: y(tick),
        y2: y(tick),
        stroke: 'currentColor',
        'stroke-opacity': 0.15,
      }),
      axisText({ x: margin.left - 8, y: y(tick) + 4, 'text-anchor': 'end' }, formats.number(tick)),
    );
  }
  const every = Math.max(
    1,
    Math.ceil((categories.length * dateWidth) / (width - margin.left - margin.right)),
  );
  categories.forEach((category, at) => {
    if (at % every === 0)
      drawing.append(
        axisText(
          { x: x(category) ?? 0, y: lineHeight - margin.bottom + 18, 'text-anchor': 'middle' },
          labelOf(category),
        ),
      );
  });
  series.forEach((name, at) => {
    const of = categories.map((category) => numbers.get(category)?.get(name));
    const path = lineOf<Point | undefined>()
      .defined((point) => point !== undefined)
      .x((_, index) => x(categories[index] ?? '') ?? 0)
      .y((point) => y(point?.value ?? 0));
    drawing.append(svg('path', { d: path(of) ?? '', fill: 'none', stroke: colourOf(at), 'stroke-width': 2 }));
    for (const point of of) {
      if (point === undefined) continue;
      const dot = svg('circle', { cx: x(point.category) ?? 0, cy: y(point.value), r: 4, fill: colourOf(at) });
      drawing.append(mark(dot, point, metric));
    }
  });
  return drawing;
}

/** `width` in pixels, so that letters are as large as on the rest of the page. */
export const drawChart = (
  data: ChartData,
  kind: ChartKind,
  formats: Formats,
  width: number,
): SVGSVGElement =>
  kind === 'line' ? lines(data, formats, width) : bars(data, kind === 'stacked', formats, width);

/** A drawing as a file of its own, in the colours it has on the page. */
export function svgFile(drawing: SVGSVGElement): string {
  const copy = drawing.cloneNode(true);
  if (!(copy instanceof SVGSVGElement)) throw new Error('The chart could not be copied.');
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('color', getComputedStyle(drawing).color);
  copy.setAttribute('width', String(drawing.viewBox.baseVal.width));
  copy.style.background = getComputedStyle(document.body).backgroundColor;
  return new XMLSerializer().serializeToString(copy);
}

/** The same as a picture of twice its size, base64. */
export async function pngFile(drawing: SVGSVGElement): Promise<string> {
  const { width: wide, height: high } = drawing.viewBox.baseVal;
  const picture = new Image(wide, high);
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgFile(drawing))}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = wide * 2;
  canvas.height = high * 2;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This program draws no pictures.');
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/, '');
}
