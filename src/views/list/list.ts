import type { Value, ViewOf } from '../../view-data.js';
import { type Attributes, button, el, quoted, scrolling } from '../page/dom.js';
import { compareValues } from '../page/format.js';
import { loadButton } from '../page/load-button.js';
import { argsOf, isViewData, type Page } from '../page/page.js';
import { copy, csvOf, saveButton, tabbedOf } from '../page/save.js';
import { remarkList, valueCell } from '../page/value.js';
import { resizable } from './resize.js';

type ListData = ViewOf<'list'>;

const isNumeric = (rows: readonly (readonly Value[])[], column: number): boolean =>
  rows.some((row) => typeof row[column]?.value === 'number') &&
  rows.every((row) => row[column]?.text === '' || typeof row[column]?.value === 'number');

/** Letters from which on a column gets room for a few words a line. */
const wideText = 22;

const isWide = (rows: readonly (readonly Value[])[], column: number): boolean =>
  rows.some((row) => (row[column]?.text.length ?? 0) >= wideText);

/** What is shown of how much, as the answer says it. */
function countText({ entity, rows, total, more, continued, next }: ListData, page: Page): string {
  const shown = page.formats.number(rows.length);
  if (rows.length === 0 && !more) return `No ${continued ? 'more ' : ''}${entity} match`;
  if (!more) return `${shown} ${entity}, ${continued ? 'the last that match' : 'all that match'}`;
  if (total === null || total <= rows.length) return `${shown} ${entity}, more exist`;
  const all = page.formats.number(total);
  if (!continued) return `${shown} of ${all} ${entity}`;
  // After an id Autotask counts what is left; a cursor knows what there was when the list began.
  return next !== null && 'afterId' in next
    ? `${shown} of ${all} ${entity} that follow those listed before`
    : `${shown} more of ${all} ${entity}`;
}

/** What a query answered: sortable, resizable, with the next part of it on request. */
export function listView(first: ListData, page: Page): HTMLElement {
  let data = first;
  let sorted: { column: number; descending: boolean } | null = null;
  const widths = new Map<string, number>();
  const count = el('h1', { tabindex: -1 });
  const table = el('table');
  const copyPlace = el('div');
  const remarks = el('div');

  const rowsInOrder = () => {
    if (sorted === null) return data.rows;
    const { column, descending } = sorted;
    const none: Value = { text: '' };
    return [...data.rows].sort((a, b) =>
      compareValues(a[column] ?? none, b[column] ?? none, page.collator, descending),
    );
  };

  const sortBy = (column: number) => {
    sorted = { column, descending: sorted?.column === column && !sorted.descending };
    render();
    table.querySelectorAll('th')[column]?.querySelector('button')?.focus();
    page.announce(`Sorted by ${data.columns[column]}, ${sorted.descending ? 'descending' : 'ascending'}.`);
  };

  const header = (name: string, column: number, className: Attributes) => {
    const direction =
      sorted?.column === column ? (sorted.descending ? 'descending' : 'ascending') : undefined;
    const arrow = direction === undefined ? '' : direction === 'descending' ? ' ↓' : ' ↑';
    const sorter = button('', () => sortBy(column), { title: `Sort by ${name}` });
    sorter.append(quoted(name), arrow);
    const head = el(
      'th',
      {
        scope: 'col',
        ...className,
        ...(direction === undefined ? {} : { 'aria-sort': direction }),
      },
      sorter,
    );
    resizable(head, name, widths);
    return head;
  };

  const more = loadButton('Show more', readOn, page);

  async function readOn(): Promise<void> {
    const { next } = data;
    if (next === null) return;
    const answer = await page.host.callTool(first.tool, { ...argsOf(first, page), ...next });
    const { structuredContent: found } = answer;
    if (answer.isError || !isViewData(found) || found.view !== 'list') {
      page.announce(answer.text, 'danger');
      return;
    }
    const { total, continued } = data;
    const columns = [...new Set([...data.columns, ...found.columns])];
    const rows = [...alignRows(data, columns), ...alignRows(found, columns)];
    // What is left of a list is not how long it is: its first part knows that, and whether anything came before.
    data = { ...found, columns, total, continued, rows };
    render();
    page.announce(`${page.formats.number(found.rows.length)} more.`);
  }

  function render(): void {
    const rows = rowsInOrder();
    const { columns } = data;
    const classes = columns.map((_, at): Attributes => {
      if (isNumeric(data.rows, at)) return { class: 'number' };
      return isWide(data.rows, at) ? { class: 'wide' } : {};
    });
    count.textContent = countText(data, page);
    more.hidden = data.next === null || !data.more || !page.host.can.callTools;
    table.replaceChildren(
      el('caption', { class: 'unseen' }, countText(data, page)),
      el('thead', {}, el('tr', {}, ...columns.map((name, at) => header(name, at, classes[at] ?? {})))),
      el(
        'tbody',
        {},
        ...rows.map((row) =>
          el('tr', {}, ...row.map((value, at) => el('td', classes[at], valueCell(value, page)))),
        ),
      ),
    );
    remarks.replaceChildren(remarkList(data.remarks) ?? '');
  }
  render();

  const name = `${data.entity}.csv`;
  return el(
    'main',
    {},
    el(
      'header',
      {},
      count,
      data.orderBy === null ? null : el('p', { class: 'quiet' }, 'by ', quoted(data.orderBy)),
    ),
    remarks,
    scrolling(`${data.entity}, table`, table),
    el(
      'div',
      { class: 'actions' },
      more,
      button('Copy', () => void copy(tabbedOf(data.columns, rowsInOrder()), page, copyPlace)),
      saveButton('CSV', name, 'text/csv', () => ({ text: csvOf(data.columns, rowsInOrder()) }), page),
    ),
    copyPlace,
  );
}

/** Columns that are empty on a page are left out of it: its cells are put under the columns of all pages. */
function alignRows({ columns, rows }: ListData, shown: readonly string[]): readonly (readonly Value[])[] {
  const columnIndexes = shown.map((name) => columns.indexOf(name));
  return rows.map((row) => columnIndexes.map((columnIndex) => row[columnIndex] ?? { text: '' }));
}
