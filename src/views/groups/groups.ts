import type { Value, ViewOf } from '../../view-data.js';
import { button, el, quoted, scrolling } from '../page/dom.js';
import type { Page } from '../page/page.js';
import { csvOf, saveButton } from '../page/save.js';
import { remarkList, valueCell } from '../page/value.js';
import {
  type ChartData,
  type ChartKind,
  colourOf,
  drawChart,
  keyOf,
  labelOf,
  type Point,
  pngFile,
  svgFile,
} from './chart.js';

type GroupsData = ViewOf<'groups'>;

/** More than these are not told apart by colour, nor by eye. */
const maxSeries = 8;
const maxCategories = 60;
const time = /^\d{4}(?:-\d{2}(?:-\d{2})?|-[QW]\d{1,2})?$/;

const numberOf = ({ value, text }: Value): number =>
  typeof value === 'number' ? value : text === '' ? Number.NaN : Number(text);

/** What of the table a chart can show: groups of one or two keys, and lines of several groups where there is one key. */
function chartData({ keys, metrics, rows, lines }: GroupsData, metric: number): ChartData | null {
  if (keys.length === 0 || keys.length > 2) return null;
  const pointOf = (category: string, series: string, value: Value | undefined): Point[] => {
    const number = value === undefined ? Number.NaN : numberOf(value);
    return Number.isNaN(number) || value === undefined
      ? []
      : [{ category, series, value: number, text: value.text }];
  };
  const seen = new Map<string, number>();
  const points = rows.flatMap((row) => {
    const [category = '', series = ''] = row.slice(0, keys.length).map(({ text }) => text);
    const both = JSON.stringify([category, series]);
    const number = seen.get(both) ?? 0;
    seen.set(both, number + 1);
    return pointOf(keyOf(category, number), series, row[keys.length + metric]);
  });
  if (keys.length === 1)
    points.push(...lines.flatMap(({ label, values }) => pointOf(label, '', values[metric])));
  const categories = [...new Set(points.map(({ category }) => category))];
  const series = [...new Set(points.map(({ series: name }) => name))];
  if (points.length === 0 || series.length > maxSeries || categories.length > maxCategories) return null;
  return { metric: metrics[metric] ?? '', categories, series, points };
}

const kindNames: Readonly<Record<ChartKind, string>> = {
  bars: 'Bars',
  stacked: 'Stacked bars',
  line: 'Line',
};

const isOverTime = ({ categories }: ChartData): boolean => categories.every((key) => time.test(labelOf(key)));

/** The sum of parts says something about numbers of records and about sums, and nothing about averages or extremes. */
const addsUp = ({ metric, points }: ChartData): boolean =>
  /^(?:count$|sum\()/.test(metric) && points.every(({ value }) => value >= 0);

function kindsFor(chart: ChartData): readonly ChartKind[] {
  const kinds: ChartKind[] = isOverTime(chart) ? ['line', 'bars'] : ['bars'];
  return chart.series.length > 1 && addsUp(chart) ? [...kinds, 'stacked'] : kinds;
}

/** The order of the table, where it is not one of times. */
const inOrder = (chart: ChartData): ChartData =>
  isOverTime(chart)
    ? {
        ...chart,
        categories: [...chart.categories].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
      }
    : chart;

function table(data: GroupsData, page: Page): HTMLElement {
  const { keys, metrics, rows, lines, total } = data;
  const sums = [...lines, { label: 'Total', values: total }];
  return scrolling(
    `${data.entity}, groups`,
    el(
      'table',
      {},
      el('caption', { class: 'unseen' }, `${data.entity}, ${page.formats.number(rows.length)} groups`),
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ...keys.map((name) => el('th', { scope: 'col' }, quoted(name))),
          ...metrics.map((name) => el('th', { scope: 'col', class: 'number' }, quoted(name))),
        ),
      ),
      el(
        'tbody',
        {},
        ...rows.map((row) =>
          el(
            'tr',
            {},
            ...row.map((value, at) =>
              at < keys.length
                ? el('th', { scope: 'row' }, valueCell(value, page))
                : el('td', { class: 'number' }, valueCell(value, page)),
            ),
          ),
        ),
      ),
      el(
        'tfoot',
        {},
        ...sums.map(({ label, values }) =>
          el(
            'tr',
            {},
            el('th', { scope: 'row', colspan: Math.max(1, keys.length) }, label),
            ...values.map((value) => el('td', { class: 'number' }, valueCell(value, page))),
          ),
        ),
      ),
    ),
    'scroll tall',
  );
}

const legend = ({ series }: ChartData): HTMLElement | null => {
  if (series.length < 2) return null;
  return el(
    'ul',
    { class: 'legend' },
    ...series.map((name, at) => {
      const swatch = el('span', { class: 'swatch' });
      swatch.style.background = colourOf(at);
      return el('li', {}, swatch, quoted(name));
    }),
  );
};

/** As wide as the page, within what can be read. */
const chartWidth = (): number => Math.min(920, Math.max(320, document.documentElement.clientWidth - 24));

/** What an aggregation answered: always as a table; as a chart of one metric where that can be told apart. */
export function groupsView(data: GroupsData, page: Page): HTMLElement {
  const { metrics, keys, entity, records } = data;
  const isDrawn = (at: number) => chartData(data, at) !== null;
  const drawable = metrics.some((_, at) => isDrawn(at));
  let metric = Math.max(
    0,
    metrics.findIndex((_, at) => isDrawn(at)),
  );
  let drawnWidth = 0;
  let wanted: ChartKind | null = null;
  const chartSection = el('section', { 'aria-label': 'Chart' });
  const announcement = el('p', { class: 'quiet told', 'aria-live': 'polite' });

  const tell = (event: Event) => {
    const { target } = event;
    const label = target instanceof SVGElement ? target.getAttribute('aria-label') : null;
    if (label !== null && target instanceof SVGElement && target.tagName !== 'svg')
      announcement.textContent = label;
  };
  chartSection.addEventListener('pointerover', tell);
  chartSection.addEventListener('focusin', tell);

  function render(): void {
    if (!drawable) return;
    const found = chartData(data, metric);
    const chart = found === null ? null : inOrder(found);
    const kinds = chart === null ? [] : kindsFor(chart);
    const kind = wanted !== null && kinds.includes(wanted) ? wanted : (kinds[0] ?? 'bars');
    drawnWidth = chartWidth();
    const drawing = chart === null ? null : drawChart(chart, kind, page.formats, drawnWidth);
    const choose = (next: ChartKind) => {
      wanted = next;
      render();
      chartSection.querySelector<HTMLButtonElement>(`[data-kind="${next}"]`)?.focus();
    };
    const select = el(
      'select',
      { 'aria-label': 'Metric' },
      ...metrics.map((name, at) => el('option', { value: String(at), selected: at === metric }, name)),
    );
    select.addEventListener('change', () => {
      metric = Number(select.value);
      render();
      chartSection.querySelector('select')?.focus();
    });
    announcement.textContent = '';
    chartSection.replaceChildren(
      el(
        'div',
        { class: 'actions', role: 'group', 'aria-label': 'Kind of chart' },
        ...kinds.map((one) =>
          button(kindNames[one], () => choose(one), {
            'data-kind': one,
            'aria-pressed': String(one === kind),
          }),
        ),
        metrics.length > 1 ? select : null,
      ),
      ...(chart === null || drawing === null
        ? [el('p', { class: 'quiet' }, `${metrics[metric]} has no value that could be drawn.`)]
        : [
            el('div', { class: 'chart' }, drawing),
            legend(chart) ?? '',
            announcement,
            el(
              'div',
              { class: 'actions' },
              saveButton(
                'PNG',
                `${entity}.png`,
                'image/png',
                async () => ({ blob: await pngFile(drawing) }),
                page,
              ),
              saveButton('SVG', `${entity}.svg`, 'image/svg+xml', () => ({ text: svgFile(drawing) }), page),
            ),
          ]),
    );
  }
  render();
  const redraw = () => {
    if (!chartSection.isConnected) window.removeEventListener('resize', redraw);
    else if (chartWidth() !== drawnWidth) render();
  };
  window.addEventListener('resize', redraw);

  const columns = [...keys, ...metrics];
  const sumRows = [...data.lines, { label: 'Total', values: data.total }].map(({ label, values }) => [
    ...keys.map((_, at): Value => ({ text: at === 0 ? label : '' })),
    ...values,
  ]);
  return el(
    'main',
    {},
    el('header', {}, el('h1', { tabindex: -1 }, `${page.formats.number(records)} ${entity}, complete`)),
    remarkList(data.remarks),
    chartSection,
    table(data, page),
    el(
      'div',
      { class: 'actions' },
      saveButton(
        'CSV',
        `${entity}.csv`,
        'text/csv',
        () => ({ text: csvOf(columns, [...data.rows, ...sumRows]) }),
        page,
      ),
    ),
  );
}
