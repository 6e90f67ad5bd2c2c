import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { browserPath, type Host, type Shown, startHost, takePicture } from './support.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let host: Host;
beforeAll(async () => {
  if (browserPath !== undefined) host = await startHost({ env: { AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' } });
}, 60_000);
afterAll(() => host?.close());

const axeResult = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
});

/** What a checker of accessibility finds in the view, by rule. */
async function accessibilityFaults({ evaluate }: Shown): Promise<string[]> {
  await evaluate(axeSource);
  const found = axeResult.parse(await evaluate('axe.run(document, { resultTypes: ["violations"] })'));
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
  );
}

const note = {
  ticketID: 101730,
  title: 'Done',
  description: 'Replaced the switch.\nPlease test.',
  publish: 'All Autotask Users',
};

const shownViews: readonly (readonly [
  what: string,
  tool: string,
  args: Record<string, unknown>,
  text: RegExp,
])[] = [
  ['a list', 'search-tickets', { openOnly: true, maxRecords: 8 }, /8 of 81 Tickets/],
  ['a list of another entity', 'query-entity', { entity: 'Contacts', maxRecords: 5 }, /5 of [\d,]+ Contacts/],
  ['a ticket', 'get-ticket', { id: 101730, include: 'all' }, /Bad call quality/],
  [
    'groups over time',
    'aggregate-entity',
    { entity: 'Tickets', groupBy: ['createDate:month', 'priority'], metrics: ['count'] },
    /2,000 Tickets, complete/,
  ],
  [
    'groups',
    'aggregate-entity',
    { entity: 'Tickets', groupBy: ['assignedResourceID'], metrics: ['count'], top: 4 },
    /Others \(\d+ groups\)/,
  ],
  ['a preview', 'create-ticket-note', note, /The customer can see this/],
  ['a preview of an update', 'update-ticket', { id: 101730, status: 'New' }, /Complete \(5\)/],
  [
    'a preview of many',
    'update-ticket',
    { query: { companyID: 'Contoso Ltd', status: 'New' }, priority: 'Low' },
    /Update \d+ Tickets[\s\S]*Query: companyID: Contoso Ltd/,
  ],
];

describe.skipIf(browserPath === undefined)('a view', () => {
  for (const [what, tool, args, text] of shownViews) {
    for (const theme of ['light', 'dark'] as const) {
      test(`of ${what}, ${theme}, is shown without a fault, wide and narrow`, async () => {
        const shown = await host.show(tool, args, { theme, width: 960 });
        try {
          await expect.poll(() => shown.view.locator('main').innerText()).toMatch(text);
          expect(await shown.view.locator('html').getAttribute('data-theme')).toBe(theme);
          for (const width of [960, 380]) {
            await shown.page.setViewportSize({ width, height: 900 });
            await expect
              .poll(() => shown.evaluate('document.documentElement.clientWidth'))
              .toBeLessThanOrEqual(width);
            // Nothing is wider than the page: what is wide scrolls in a place of its own.
            await expect
              .poll(() =>
                shown.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
              )
              .toBe(0);
            expect(await accessibilityFaults(shown)).toEqual([]);
            await takePicture(shown, `${what}-${theme}-${width}`, width);
          }
          expect(shown.errors).toEqual([]);
        } finally {
          await shown.close();
        }
      });
    }
  }

  test('writes dates and numbers in the language of the reader', async () => {
    const german = await host.show('get-ticket', { id: 101730, include: ['notes'] }, { locale: 'de-DE' });
    await expect
      .poll(() => german.view.locator('.clock').first().innerText())
      .toMatch(/\d+\. \S+ 2026, \d\d:\d\d|\d\d\.\d\d\.2026, \d\d:\d\d/);
    await german.close();
    const groups = await host.show(
      'aggregate-entity',
      { entity: 'Tickets', groupBy: ['queueID'], metrics: ['count'] },
      { locale: 'de-DE' },
    );
    await expect.poll(() => groups.view.locator('h1').innerText()).toBe('2.000 Tickets, complete');
    await groups.close();
  });

  test('follows the theme of the program that shows it', async () => {
    const shown = await host.show('search-tickets', { maxRecords: 3 });
    const ground = () => shown.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await shown.page.evaluate('window.setTheme("dark")');
    await expect.poll(ground).not.toBe(light);
    await shown.close();
  });

  test('is one page that loads nothing and is small', async () => {
    const file = `${import.meta.dirname}/../../dist/views.html`;
    expect(statSync(file).size).toBeLessThan(150_000);
    const html = readFileSync(file, 'utf8');
    expect(html).toMatch(/Content-Security-Policy" content="default-src 'none'; script-src 'sha256-/);
    expect(html).not.toMatch(/<(?:link|img|iframe|script src)/);
    // Nothing of the tenant can become markup: nothing on the page makes any.
    expect(html).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function/,
    );
  });
});

describe.skipIf(browserPath === undefined)('a list', () => {
  test('sorts by a column, also numbers and dates, by mouse and by keyboard', async () => {
    const shown = await host.show('search-tickets', { openOnly: true, maxRecords: 10 });
    const column = async (at: number) => shown.view.locator(`tbody td:nth-child(${at + 1})`).allInnerTexts();
    const heads = await shown.view.locator('thead th').allInnerTexts();
    const due = heads.findIndex((text) => text.startsWith('dueDateTime'));
    await shown.view.getByRole('button', { name: 'dueDateTime' }).click();
    const dates = (await column(due))
      .filter((text) => text !== '')
      .map((text) => Date.parse(text.replace(',', '')));
    expect(dates).toEqual([...dates].sort((a, b) => a - b));
    await shown.view.getByRole('button', { name: 'title' }).focus();
    await shown.page.keyboard.press('Enter');
    const titles = await column(heads.findIndex((text) => text.startsWith('title')));
    expect(titles).toEqual([...titles].sort(new Intl.Collator('en-GB', { numeric: true }).compare));
    expect(await shown.view.locator('th[aria-sort="ascending"]').count()).toBe(1);
    await shown.close();
  });

  test('makes a column wider with the arrow keys', async () => {
    const shown = await host.show('search-tickets', { maxRecords: 3 });
    const edge = shown.view.getByRole('separator', { name: 'Width of title' });
    await edge.focus();
    const before = Number(await edge.getAttribute('aria-valuenow'));
    await shown.page.keyboard.press('ArrowRight');
    await shown.page.keyboard.press('ArrowRight');
    expect(Number(await edge.getAttribute('aria-valuenow'))).toBe(before + 32);
    await shown.close();
  });

  test('goes on where it ends, says how much it shows, and is saved as CSV', async () => {
    const shown = await host.show('search-tickets', { openOnly: true, maxRecords: 50 });
    await shown.view.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => shown.view.locator('h1').innerText()).toBe('81 Tickets, all that match');
    const ids = await shown.view.locator('tbody td:first-child').allInnerTexts();
    expect(new Set(ids).size).toBe(81);
    await shown.view.getByRole('button', { name: 'CSV' }).click();
    await expect.poll(() => shown.seen.find(({ what }) => what === 'download')).toBeDefined();
    const saved = z
      .array(z.object({ resource: z.object({ uri: z.string(), text: z.string() }) }))
      .parse(shown.seen.find(({ what }) => what === 'download')?.value);
    expect(saved[0]?.resource.uri).toBe('file:///Tickets.csv');
    expect(saved[0]?.resource.text.split('\r\n')).toHaveLength(82);
    await shown.close();
  });

  test('opens a record by its name, through the program that shows it', async () => {
    const shown = await host.show('search-tickets', { maxRecords: 1, openOnly: true });
    await shown.view.locator('tbody td:nth-child(2) button').click();
    await expect.poll(() => shown.seen).toHaveLength(1);
    expect(shown.seen[0]?.value).toMatch(
      new RegExp(
        `^${host.sandbox.url.replace(/\/$/, '')}/Autotask/AutotaskExtend/ExecuteCommand\\.aspx\\?Code=OpenTicketDetail&TicketID=\\d+$`,
      ),
    );
    await shown.close();
  });
});

describe.skipIf(browserPath === undefined)('a ticket', () => {
  test('tells what the customer sees from what stays inside', async () => {
    const shown = await host.show('get-ticket', { id: 101730, include: 'all' });
    const badges = await shown.view.locator('.badge.customer, .badge.internal').allInnerTexts();
    expect(badges).toContain('Internal');
    expect(badges).toContain('Customer sees it');
    await shown.view.getByRole('button', { name: 'Internal' }).click();
    expect(await shown.view.locator('.entry.customer:visible').count()).toBe(0);
    expect(await shown.view.locator('.entry.internal:visible').count()).toBeGreaterThan(0);
    await shown.close();
  });

  test('reads the rest when the answer holds the record alone', async () => {
    const shown = await host.show('get-ticket', { id: 101730 });
    await shown.view.getByRole('button', { name: 'Show notes' }).click();
    await expect.poll(() => shown.view.locator('.entry').count()).toBeGreaterThan(2);
    await shown.close();
  });
});

describe.skipIf(browserPath === undefined)('groups', () => {
  test('a chart says no number that the table does not say, on focus as on hover', async () => {
    const shown = await host.show('aggregate-entity', {
      entity: 'Tickets',
      groupBy: ['queueID'],
      metrics: ['count', 'avg(estimatedHours)'],
      top: 3,
    });
    const table = await shown.view.locator('table tr').allInnerTexts();
    const rows = table.slice(1).map((row) => row.split('\t'));
    const marks = await shown.view.locator('svg [aria-label][tabindex]').all();
    const told = await Promise.all(marks.map((mark) => mark.getAttribute('aria-label')));
    expect(told).toEqual(
      rows
        .filter(([name]) => name !== 'Total')
        .map(([name, count]) => `${name}: count ${count?.replaceAll(',', '')}`),
    );
    await shown.view.locator('svg rect').nth(1).focus();
    expect(await shown.view.locator('.told').innerText()).toBe(told[1]);
    await shown.view.getByLabel('Metric').selectOption('1');
    expect(await shown.view.locator('svg rect').first().getAttribute('aria-label')).toMatch(
      /: avg\(estimatedHours\) /,
    );
    await shown.close();
  });

  test('is saved as a picture and as a drawing', async () => {
    const shown = await host.show('aggregate-entity', {
      entity: 'Tickets',
      groupBy: ['createDate:month', 'priority'],
      metrics: ['count'],
    });
    for (const kind of ['Stacked bars', 'Bars', 'Line']) {
      await shown.view.getByRole('button', { name: kind, exact: true }).click();
      expect(await shown.view.locator('svg [tabindex]').count()).toBeGreaterThan(60);
    }
    await shown.view.getByRole('button', { name: 'PNG' }).click();
    await expect.poll(() => shown.seen.length).toBe(1);
    await shown.view.getByRole('button', { name: 'SVG' }).click();
    await expect.poll(() => shown.seen.length).toBe(2);
    const saved = shown.seen.map(({ value }) =>
      z
        .array(z.object({ resource: z.object({ blob: z.string().optional(), text: z.string().optional() }) }))
        .parse(value),
    );
    expect(
      Buffer.from(saved[0]?.[0]?.resource.blob ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    expect(saved[1]?.[0]?.resource.text).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    await shown.close();
  });
});
