import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath, type Host, listData, type Shown, settled, startHost, textOf } from './support.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let host: Host;
beforeAll(async () => {
  if (browserPath !== undefined) host = await startHost({ env: { AUTOTASK_CONFIRM_MODE: 'person' } });
}, 60_000);
afterAll(() => host?.close());

const main = ({ view }: Shown) => view.locator('main').innerText();
const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
const unreadable = async ({ evaluate }: Shown) => {
  await evaluate(axeSource);
  return evaluate(
    "axe.run(document, { runOnly: ['color-contrast'] }).then(({ violations }) => violations.flatMap(({ nodes }) => nodes.map(({ html }) => html.slice(0, 120))))",
  );
};

const list = listData(
  ['id', 'when'],
  [[{ text: '1' }, { text: '2026-11-20 23:30 (as told)', value: '2026-11-20T12:00:00Z' }]],
);
const showList = (changed: object, options = {}) =>
  host.showResult(
    'query-entity',
    {},
    { content: [{ type: 'text', text: 'the text' }], structuredContent: { ...list, ...changed } },
    options,
  );

describe.skipIf(browserPath === undefined)('a program that shows a view', () => {
  test.each([
    [
      'none at all',
      {
        '--color-text-primary': 'banana',
        '--color-background-primary': 'url(https://evil.example)',
        '--font-sans': '}',
        '--border-radius-md': '-3',
      },
    ],
    [
      'letters as dark as the ground',
      { '--color-text-primary': '#222', '--color-background-primary': '#111' },
    ],
    ['a dark ground to light letters of ours', { '--color-background-primary': '#000000' }],
    ['letters that nobody sees', { '--color-text-secondary': 'transparent' }],
    [
      'a ground of the colour of Confirm',
      {
        '--color-background-primary': '#0b57b7',
        '--color-text-primary': '#fff',
        '--color-background-secondary': '#0b57b7',
        '--color-text-secondary': '#fff',
      },
    ],
  ])('and tells it colours that are %s leaves it readable', async (_, variables) => {
    const shown = await host.show('update-ticket', { id: 101730, title: 'Colours' }, { variables });
    await settled();
    expect(await unreadable(shown)).toEqual([]);
    expect(shown.errors).toEqual([]);
    await shown.close();
  });

  test('and tells it colours that can be read sees them taken, and its theme while it is open', async () => {
    const variables = {
      '--color-background-primary': 'rgb(250, 240, 230)',
      '--color-text-primary': '#222222',
    };
    const shown = await host.show('update-ticket', { id: 101730, title: 'Colours' }, { variables });
    const ground = () => shown.evaluate('getComputedStyle(document.body).backgroundColor');
    await expect.poll(ground).toBe('rgb(250, 240, 230)');
    await shown.page.evaluate('window.setTheme("dark")');
    await settled();
    expect(await unreadable(shown)).toEqual([]);
    await shown.close();
  });

  test('and can do nothing for it still shows everything, and no button that would do nothing', async () => {
    const lacks = ['serverTools', 'updateModelContext', 'openLinks', 'downloadFile'] as const;
    for (const [tool, args] of [
      ['search-tickets', { maxRecords: 2 }],
      ['get-ticket', { id: 101730, include: 'all' }],
      ['aggregate-entity', { entity: 'Tickets', groupBy: ['queueID'], metrics: ['count'] }],
      ['update-ticket', { id: 101730, title: 'No' }],
    ] as const) {
      const shown = await host.show(tool, args, { lacks });
      const names = await shown.view.getByRole('button').allInnerTexts();
      expect(names.filter((name) => /Confirm|Show|Open|CSV|PNG|SVG/.test(name))).toEqual([]);
      expect(await shown.view.locator('button.link').count()).toBe(0);
      expect(shown.errors).toEqual([]);
      await shown.close();
    }
  });

  test.each([
    ['search-tickets', { maxRecords: 5 }],
    ['get-ticket', { id: 101730, include: 'all' }],
    ['aggregate-entity', { entity: 'Tickets', groupBy: ['queueID', 'priority'], metrics: ['count'] }],
    ['update-ticket', { ids: [101730, 101731], title: 'Narrow' }],
  ])('in 200 pixels shows %s without anything that is wider', async (tool, args) => {
    const shown = await host.show(tool, args, { width: 200, reducesMotion: true });
    await expect.poll(() => shown.evaluate(tooWide)).toBe(0);
    expect(
      await shown.evaluate(
        "[...document.querySelectorAll('button')].filter((one) => getComputedStyle(one).transitionDuration !== '0s').length",
      ),
    ).toBe(0);
    await shown.page.setViewportSize({ width: 900, height: 600 });
    await expect.poll(() => shown.evaluate(tooWide)).toBe(0);
    expect(shown.errors).toEqual([]);
    await shown.close();
  });

  test.each([
    ['ar-EG', 'UTC', /[\u0660-\u0669]/],
    ['he-IL', 'Pacific/Chatham', /2026/],
    ['fa-IR', 'Pacific/Kiritimati', /[\u06F0-\u06F9]/],
    ['en-GB', 'Pacific/Chatham', /21 Nov 2026, 01:45/],
    ['en-GB', '+02:00:00 or so', /2026-11-20 23:30 \(as told\)/],
    ['en-GB', '', /2026-11-20 23:30 \(as told\)/],
  ])(
    'to a reader of %s writes times of the zone %j, or as the answer tells them',
    async (locale, timeZone, date) => {
      const shown = await showList({ timeZone }, { locale });
      expect(await shown.view.locator('tbody td').nth(1).innerText()).toMatch(date);
      expect(await shown.evaluate('getComputedStyle(document.body).direction')).toBe('ltr');
      expect(shown.errors).toEqual([]);
      await shown.close();
    },
  );

  test('and hands over what is no answer of this page gets its text', async () => {
    for (const changed of [{ rows: null }, { view: 'other' }, { columns: 7 }]) {
      const shown = await showList(changed);
      await expect.poll(() => main(shown)).toBe('the text');
      expect(shown.errors).toEqual([]);
      await shown.close();
    }
  });

  test('shows an empty answer, one row, and 500 rows of 40 columns', async () => {
    const none = await showList({ rows: [] });
    expect(await main(none)).toMatch(/^No Tickets match/);
    await none.close();
    const one = await showList({});
    expect(await main(one)).toMatch(/^1 Tickets, all that match/);
    await one.close();
    const columns = Array.from({ length: 40 }, (_, at) => `column${at}`);
    const rows = Array.from({ length: 500 }, (_, row) =>
      columns.map((_, at) => ({ text: `${(row * 7) % 500} ${at}` })),
    );
    const many = await showList({ columns, rows });
    expect(await many.view.locator('tbody td').count()).toBe(20_000);
    const started = performance.now();
    await many.view.getByRole('button', { name: 'column0', exact: true }).click();
    await many.view.locator('th[aria-sort="ascending"]').waitFor();
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(await many.view.locator('tbody td').first().innerText()).toBe('0 0');
    expect(await many.evaluate(tooWide)).toBe(0);
    await many.close();
  }, 60_000);

  test('goes on with a list of which a later part has columns that the first has not', async () => {
    const next = { ...list, columns: ['id', 'late'], rows: [[{ text: '2' }, { text: 'only here' }]] };
    const answers = { 'query-entity': { content: [], structuredContent: next } };
    const shown = await showList({ more: true, next: { afterId: 1 } }, { answers });
    await shown.view.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => shown.view.locator('thead th').allInnerTexts()).toEqual(['id', 'when', 'late']);
    const rows = await shown.view.locator('tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split('\t').map((text) => text.trim()))[1]).toEqual(['2', '', 'only here']);
    await shown.close();
  });
});

test.skipIf(browserPath === undefined)(
  'flags are Yes or No to people, and to models what they were',
  async () => {
    for (const [entity, text] of [
      ['Contacts', '1'],
      ['Companies', 'true'],
    ] as const) {
      const answer = await host.call('query-entity', { entity, query: { isActive: true }, maxRecords: 1 });
      expect(textOf(answer).split('\t')).toContain(text);
      const shown = await host.showResult('query-entity', {}, answer);
      expect(await shown.view.locator('tbody td').allInnerTexts()).toContain('Yes');
      await shown.close();
    }
  },
);
