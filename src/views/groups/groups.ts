import type { Value, ViewOf } from '../../view-data.js';
import { button, el, quoted, scrolling } from '../page/dom.js';
import type { Page } from '../page/page.js';
import { csvOf, saveButton } from '../page/save.js';
import { remarkList, valueCell } from '../page/value.js';
import { drawChart } from './chart.js';
import { type ChartKind, chartData, describePoint, kindsFor, partsFor, whyNoChart } from './chart-data.js';
import { pngFile, svgFile } from './chart-file.js';

type GroupsData = ViewOf<'groups'>;

const kindNames: Readonly<Record<ChartKind, string>> = {
  bars: 'Bars',
  stacked: 'Stacked bars',
  line: 'Line',
};

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
      announcement.replaceChildren(quoted(label));
  };
  chartSection.addEventListener('pointerover', tell);
  chartSection.addEventListener('focusin', tell);

  function render(): void {
    if (!drawable) {
      chartSection.replaceChildren(el('p', { class: 'quiet' }, whyNoChart(data)));
      return;
    }
    const chart = chartData(data, metric);
    const kinds = chart === null ? [] : kindsFor(chart);
    const kind = wanted !== null && kinds.includes(wanted) ? wanted : (kinds[0] ?? 'bars');
    drawnWidth = chartWidth();
    const parts = chart === null ? null : partsFor(chart, kind);
    const drawing = parts === null ? null : drawChart(parts.drawn, kind, page.formats, drawnWidth);
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
      ...(parts === null || drawing === null
        ? [el('p', { class: 'quiet' }, `${metrics[metric]} has no value that could be drawn.`)]
        : [
            el('div', { class: 'chart' }, drawing),
            announcement,
            ...parts.beside.map((point) =>
              el(
                'p',
                { class: 'quiet' },
                'Not a time: ',
                quoted(describePoint(point, metrics[metric] ?? '')),
              ),
            ),
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
