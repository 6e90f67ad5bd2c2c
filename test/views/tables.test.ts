import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath, type Host, type Shown, startHost } from './support.js';

let host: Host;
beforeAll(async () => {
  if (browserPath !== undefined) host = await startHost();
}, 60_000);
afterAll(() => host?.close());

const heading = ({ view }: Shown) => view.locator('h1').innerText();
const column = ({ view }: Shown, at: number) => view.locator(`tbody td:nth-child(${at})`).allInnerTexts();

describe.skipIf(browserPath === undefined)('a list', () => {
  test.each([
    ['by a cursor', 'search-tickets', { openOnly: true, maxRecords: 30 }],
    ['by id', 'query-entity', { entity: 'Contacts', maxRecords: 100 }],
  ])('that goes on %s says the same total on every page', async (_, tool, args) => {
    const shown = await host.show(tool, args);
    const [, first = '', of = '', what = ''] = /^(\d+) of ([\d,]+) (\w+)$/.exec(await heading(shown)) ?? [];
    expect(Number(of)).toBeGreaterThan(2 * Number(first));
    await shown.view.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => heading(shown)).toBe(`${2 * Number(first)} of ${of} ${what}`);
    await shown.view.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => heading(shown)).toBe(`${of} ${what}, all that match`);
    await shown.close();
  });

  test('that begins where another ended does not call itself all', async () => {
    const args = { entity: 'Resources', maxRecords: 5000 };
    const whole = await host.show('query-entity', args);
    const ids = (await column(whole, 1)).map(Number).sort((a, b) => a - b);
    expect(await heading(whole)).toBe(`${ids.length} Resources, all that match`);
    await whole.close();
    const afterId = ids[2];
    const last = await host.show('query-entity', { ...args, afterId });
    expect(await heading(last)).toBe(`${ids.length - 3} Resources, the last that match`);
    await last.close();
    const middle = await host.show('query-entity', { ...args, afterId, maxRecords: 2 });
    expect(await heading(middle)).toBe(`2 of ${ids.length - 3} Resources that follow those listed before`);
    await middle.close();
    const none = await host.show('query-entity', { ...args, afterId: ids.at(-1) });
    expect(await heading(none)).toBe('No more Resources match');
    await none.close();
  });

  test('keeps the widths that the reader gave it, sorted and longer', async () => {
    const shown = await host.show('search-tickets', { openOnly: true, maxRecords: 10 });
    const edge = () => shown.view.getByRole('separator', { name: 'Width of title' });
    const told = async () => Number(await edge().getAttribute('aria-valuenow'));
    // Before anything is touched it says how wide the column is.
    const all = await shown.view.getByRole('separator').all();
    for (const one of all) {
      const now = Number(await one.getAttribute('aria-valuenow'));
      expect(now).toBeGreaterThanOrEqual(Number(await one.getAttribute('aria-valuemin')));
    }
    const first = await told();
    await edge().focus();
    for (let presses = 0; presses < 5; presses++) await shown.page.keyboard.press('ArrowRight');
    await expect.poll(told).toBe(first + 80);
    await shown.view.getByRole('button', { name: 'title' }).click();
    await expect.poll(told).toBe(first + 80);
    await shown.view.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => shown.view.locator('tbody tr').count()).toBe(20);
    expect(await told()).toBe(first + 80);
    await shown.close();
  });

  test('has what is empty last, whichever way it is sorted', async () => {
    const shown = await host.show('search-tickets', { openOnly: true, maxRecords: 50 });
    const heads = await shown.view.locator('thead th').allInnerTexts();
    const at = heads.findIndex((text) => text.startsWith('assignedResourceID')) + 1;
    for (const direction of ['ascending', 'descending']) {
      await shown.view.getByRole('button', { name: 'assignedResourceID' }).click();
      await shown.view.locator(`th[aria-sort="${direction}"]`).waitFor();
      const cells = await column(shown, at);
      const filled = cells.filter((text) => text !== '');
      expect(filled.length).toBeLessThan(cells.length);
      expect(cells.slice(0, filled.length)).toEqual(filled);
    }
    await shown.close();
  });

  test('shows 500 rows', async () => {
    const shown = await host.show('query-entity', { entity: 'Tickets', maxRecords: 500 });
    expect(await shown.view.locator('tbody tr').count()).toBe(500);
    expect(await heading(shown)).toBe('500 of 2,000 Tickets');
    const started = performance.now();
    await shown.view.getByRole('button', { name: 'title' }).click();
    await shown.view.locator('th[aria-sort="ascending"]').waitFor();
    expect(performance.now() - started).toBeLessThan(5_000);
    await shown.close();
  });
});

interface Groups {
  readonly keys: readonly string[];
  readonly metrics: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Groups with these texts; numbers are those of the metrics. */
async function showGroups({ keys, metrics, rows }: Groups): Promise<Shown> {
  const args = { entity: 'Tickets', groupBy: ['queueID'], metrics: ['count'] };
  const answer = await host.call('aggregate-entity', args);
  const cells = rows.map((row) =>
    row.map((text, at) => (at < keys.length || text === '' ? { text } : { text, value: Number(text) })),
  );
  const total = metrics.map(() => ({ text: '' }));
  const structuredContent = {
    ...Object(answer.structuredContent),
    keys,
    metrics,
    rows: cells,
    lines: [],
    total,
  };
  return host.showResult('aggregate-entity', args, { ...answer, structuredContent });
}

const marks = ({ view }: Shown) =>
  view
    .locator('svg [aria-label][tabindex]')
    .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
const kinds = ({ view }: Shown) => view.locator('[data-kind]').allInnerTexts();

describe.skipIf(browserPath === undefined)('a chart', () => {
  test('over time is in the order of time, whatever the order of the table', async () => {
    const shown = await showGroups({
      keys: ['createDate:month'],
      metrics: ['count'],
      rows: [
        ['2026-03', '9'],
        ['2025-12', '7'],
        ['2026-01', '5'],
      ],
    });
    expect(await marks(shown)).toEqual(['2025-12: count 7', '2026-01: count 5', '2026-03: count 9']);
    const xs = await shown.view
      .locator('svg circle')
      .evaluateAll((all) => all.map((one) => Number(one.getAttribute('cx'))));
    expect(xs).toEqual([...xs].sort((a, b) => a - b));
    expect(await column(shown, 2)).toEqual(['9', '7', '5']);
    await shown.close();
  });

  test('has a mark for each of two groups of one name', async () => {
    const one = await showGroups({
      keys: ['contactID'],
      metrics: ['count'],
      rows: [
        ['Ann Smith', '4'],
        ['Ann Smith', '2'],
      ],
    });
    expect(await marks(one)).toEqual(['Ann Smith: count 4', 'Ann Smith: count 2']);
    const tops = await one.view
      .locator('svg rect')
      .evaluateAll((all) => all.map((rect) => rect.getAttribute('y')));
    expect(new Set(tops).size).toBe(2);
    await one.close();
    const two = await showGroups({
      keys: ['contactID', 'priority'],
      metrics: ['count'],
      rows: [
        ['Ann Smith', 'High', '4'],
        ['Ann Smith', 'Low', '1'],
        ['Ann Smith', 'High', '2'],
      ],
    });
    expect((await marks(two)).sort()).toEqual([
      'Ann Smith, High: count 2',
      'Ann Smith, High: count 4',
      'Ann Smith, Low: count 1',
    ]);
    await two.close();
  });

  test.each([
    ['count', true],
    ['sum(estimatedHours)', true],
    ['avg(estimatedHours)', false],
    ['min(estimatedHours)', false],
    ['max(estimatedHours)', false],
  ])('of %s is stacked: %s', async (metric, isStacked) => {
    const shown = await showGroups({
      keys: ['queueID', 'priority'],
      metrics: [metric],
      rows: [
        ['Alerts', 'High', '4'],
        ['Alerts', 'Low', '1'],
      ],
    });
    expect((await kinds(shown)).includes('Stacked bars')).toBe(isStacked);
    await shown.close();
  });

  test('lets the reader choose the metric although the first one is empty', async () => {
    const shown = await showGroups({
      keys: ['queueID'],
      metrics: ['avg(estimatedHours)', 'count'],
      rows: [
        ['Alerts', '', '4'],
        ['Level 1', '', '1'],
      ],
    });
    expect(await marks(shown)).toEqual(['Alerts: count 4', 'Level 1: count 1']);
    const select = shown.view.getByLabel('Metric');
    expect(await select.inputValue()).toBe('1');
    await select.selectOption('0');
    expect(await shown.view.locator('main').innerText()).toContain('has no value that could be drawn');
    await shown.view.getByLabel('Metric').selectOption('1');
    expect(await marks(shown)).toHaveLength(2);
    await shown.close();
  });

  test('is as wide as the page, and its letters as large', async () => {
    const args = { entity: 'Tickets', groupBy: ['createDate:month'], metrics: ['count'] };
    for (const width of [380, 960]) {
      const shown = await host.show('aggregate-entity', args, { width });
      const scale = await shown.view
        .locator('svg[role=group]')
        .evaluate(
          (one) => one.getBoundingClientRect().width / Number(one.getAttribute('viewBox')?.split(' ')[2]),
        );
      expect(scale).toBeGreaterThan(0.95);
      expect(scale).toBeLessThan(1.1);
      await shown.close();
    }
  });
});
