import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { browserPath, type Host, listData, type Shown, type ShowOptions, startHost } from './support.js';

let host: Host;
beforeAll(async () => {
  if (browserPath !== undefined) host = await startHost();
}, 60_000);
afterAll(() => host?.close());

interface Groups {
  readonly keys: readonly string[];
  readonly metric?: string;
  /** Keys and one number each. */
  readonly rows: readonly (readonly string[])[];
  readonly lines?: readonly (readonly [label: string, value: string])[];
}

const cell = (text: string) => (text === '' ? { text } : { text, value: Number(text) });

/** Groups with these texts, and what the page says of them. */
async function showGroups({ keys, metric = 'count', rows, lines = [] }: Groups, options?: ShowOptions) {
  const structuredContent = {
    view: 'groups',
    tool: 'aggregate-entity',
    args: '{}',
    timeZone: 'UTC',
    entity: 'Tickets',
    keys,
    metrics: [metric],
    rows: rows.map((row) => row.map((text, at) => (at < keys.length ? { text } : cell(text)))),
    lines: lines.map(([label, value]) => ({ label, values: [cell(value)] })),
    total: [{ text: '' }],
    records: 9,
    remarks: [],
  };
  return host.showResult('aggregate-entity', {}, { content: [], structuredContent }, options);
}

const attributes = ({ view }: Shown, what: string, name: string) =>
  view.locator(what).evaluateAll((all, of) => all.map((one) => one.getAttribute(of)), name);
const marks = (shown: Shown) => attributes(shown, '.chart [tabindex]', 'aria-label');
const kinds = ({ view }: Shown) => view.locator('[data-kind]').allInnerTexts();
const main = ({ view }: Shown) => view.locator('main').innerText();
const labels = ({ view }: Shown) => view.locator('.chart svg svg text').allTextContents();
const choose = ({ view }: Shown, kind: string) =>
  view.getByRole('button', { name: kind, exact: true }).click();

/** What is saved under this name of a kind, in words or as bytes. */
async function saved(shown: Shown, kind: string): Promise<string> {
  const before = shown.seen.length;
  await shown.view.getByRole('button', { name: kind, exact: true }).click();
  await expect.poll(() => shown.seen.length).toBe(before + 1);
  const [file] = z
    .array(z.object({ resource: z.object({ text: z.string().optional(), blob: z.string().optional() }) }))
    .parse(shown.seen.at(-1)?.value);
  return file?.resource.text ?? Buffer.from(file?.resource.blob ?? '', 'base64').toString('latin1');
}

describe.skipIf(browserPath === undefined)('a chart over time', () => {
  test.each([
    ['day', ['2026-02-27', '2026-03-02'], 3],
    ['week', ['2026-W01 (from 2025-12-29)', '2026-W03 (from 2026-01-12)'], 2],
    ['month', ['2025-11', '2026-03'], 4],
    ['quarter', ['2025-Q3', '2026-Q2'], 3],
    ['year', ['2020', '2026'], 6],
  ])(
    'by %s has empty times as far apart as others, and no line across them',
    async (bucket, [from, to], steps) => {
      const next = {
        day: '2026-03-03',
        week: '2026-W04 (from 2026-01-19)',
        month: '2026-04',
        quarter: '2026-Q3',
        year: '2027',
      };
      const shown = await showGroups({
        keys: [`createDate:${bucket}`],
        rows: [
          [to ?? '', '3'],
          [from ?? '', '5'],
          [Object(next)[bucket], '4'],
        ],
      });
      expect(await kinds(shown)).toEqual(['Line', 'Bars']);
      const xs = (await attributes(shown, '.chart circle', 'cx')).map(Number);
      expect(xs).toHaveLength(3);
      const [first = 0, second = 0, third = 0] = xs;
      expect((second - first) / (third - second)).toBeCloseTo(steps, 3);
      // Two pieces: the first group alone, then the two that are neighbours.
      const [path] = await attributes(shown, '.chart path', 'd');
      expect(path?.match(/M/g)).toHaveLength(2);
      // As bars the times without a group have a row, and no bar.
      await choose(shown, 'Bars');
      expect(await marks(shown)).toHaveLength(3);
      const named = (await labels(shown)).filter((text) => /^\d{4}/.test(text));
      expect(named).toHaveLength(steps + 2);
      await shown.close();
    },
  );

  test('leaves out of the line what is no time, and says it below', async () => {
    const shown = await showGroups({
      keys: ['dueDateTime:month'],
      rows: [
        ['2026-01', '1'],
        ['2026-02', '2'],
        ['(none)', '7'],
      ],
      lines: [['Others (3 groups)', '5']],
    });
    expect(await marks(shown)).toEqual(['2026-01: count 1', '2026-02: count 2']);
    expect(await main(shown)).toMatch(
      /Not a time: \(none\): count 7\s+Not a time: Others \(3 groups\): count 5/,
    );
    await choose(shown, 'Bars');
    expect(await marks(shown)).toHaveLength(4);
    await shown.close();
  });

  test('is over time whichever key the time is, and is none where a key only looks like one', async () => {
    const second = await showGroups({
      keys: ['priority', 'createDate:month'],
      rows: [
        ['High', '2026-01', '1'],
        ['Low', '2026-03', '2'],
      ],
    });
    expect(await kinds(second)).toContain('Line');
    expect(await marks(second)).toEqual(['2026-01, High: count 1', '2026-03, Low: count 2']);
    await second.close();
    const product = await showGroups({
      keys: ['productID'],
      rows: [
        ['2016', '1'],
        ['2019', '2'],
      ],
    });
    expect(await kinds(product)).toEqual(['Bars']);
    await product.close();
  });

  test('of too many times is no line', async () => {
    const shown = await showGroups({
      keys: ['createDate:day'],
      rows: [
        ['1970-01-01', '1'],
        ['2026-01-01', '2'],
      ],
    });
    expect(await kinds(shown)).toEqual(['Bars']);
    expect(await marks(shown)).toHaveLength(2);
    await shown.close();
  });
});

describe.skipIf(browserPath === undefined)('a chart', () => {
  test.each([
    ['one group', [['Alerts', '4']]],
    [
      'zero alone',
      [
        ['Alerts', '0'],
        ['Level 1', '0'],
      ],
    ],
    [
      'less than nothing',
      [
        ['Alerts', '-4'],
        ['Level 1', '2.5'],
      ],
    ],
    [
      'a giant number',
      [
        ['Alerts', `1${'0'.repeat(300)}`],
        ['Level 1', '1'],
      ],
    ],
    ['60 groups', Array.from({ length: 60 }, (_, at) => [`Group ${at}`, String(at)])],
  ])('of %s has the marks of the table, from zero, within its picture', async (_, rows) => {
    const shown = await showGroups({ keys: ['queueID'], rows });
    expect(await marks(shown)).toEqual(rows.map(([name, number]) => `${name}: count ${number}`));
    const zero =
      Number((await attributes(shown, '.chart svg svg', 'x'))[(await labels(shown)).indexOf('0')]) + 39;
    const [, , width = 0] = String((await attributes(shown, '.chart > svg', 'viewBox'))[0])
      .split(' ')
      .map(Number);
    const from = (await attributes(shown, '.chart rect', 'x')).map(Number);
    const wide = (await attributes(shown, '.chart rect', 'width')).map(Number);
    rows.forEach(([, number], at) => {
      const [left = Number.NaN, right = Number.NaN] = [from[at], (from[at] ?? 0) + (wide[at] ?? 0)];
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(width);
      expect(Number(number) < 0 ? right : left).toBeCloseTo(zero, 0);
    });
    expect(shown.errors).toEqual([]);
    await shown.close();
  });

  test.each([
    [
      '200 groups',
      { keys: ['queueID'], rows: Array.from({ length: 200 }, (_, at) => [`Group ${at}`, '1']) },
      /There is no chart: it shows at most 60 groups of at most 8 kinds/,
    ],
    ['three keys', { keys: ['a', 'b', 'c'], rows: [['1', '2', '3', '4']] }, /There is no chart of 3 keys/],
  ])('of %s is none, and the page says so', async (_, groups, said) => {
    const shown = await showGroups(groups);
    expect(await shown.view.locator('svg').count()).toBe(0);
    expect(await main(shown)).toMatch(said);
    expect(await shown.view.locator('tbody tr').count()).toBe(groups.rows.length);
    await shown.close();
  });

  test('stacks what is there, leaves out what is not, and shows groups in one line as such', async () => {
    const shown = await showGroups({
      keys: ['queueID', 'priority'],
      rows: [
        ['Alerts', 'High', '4'],
        ['Alerts', 'Low', '1'],
        ['Level 1', 'Low', '2'],
      ],
      lines: [['Others (3 groups)', '5']],
    });
    await choose(shown, 'Stacked bars');
    expect(await marks(shown)).toEqual([
      'Alerts, High: count 4',
      'Alerts, Low: count 1',
      'Level 1, Low: count 2',
      'Others (3 groups): count 5',
    ]);
    const bars = shown.view.locator('.chart rect[tabindex]');
    const [x = [], width = []] = [
      await bars.evaluateAll((all) => all.map((one) => Number(one.getAttribute('x')))),
      await bars.evaluateAll((all) => all.map((one) => Number(one.getAttribute('width')))),
    ];
    // The second stands on the first, the third on nothing.
    expect(x[1]).toBeCloseTo((x[0] ?? 0) + (width[0] ?? 0), 1);
    expect(x[2]).toBe(x[0]);
    expect((width[0] ?? 0) / (width[1] ?? 1)).toBeCloseTo(4, 1);
    await shown.close();
  });

  test('names every group whole where the page is narrow', async () => {
    const shown = await showGroups(
      {
        keys: ['assignedResourceID'],
        rows: [['Bartholomew Featherstonehaugh', '4']],
        lines: [['Others (19 groups)', '1600']],
      },
      { width: 380 },
    );
    expect(await labels(shown)).toEqual(
      expect.arrayContaining(['Bartholomew Featherstonehaugh', 'Others (19 groups)']),
    );
    await shown.close();
  });

  test('is walked with the arrow keys, and left with one Tab', async () => {
    const shown = await showGroups({
      keys: ['queueID'],
      rows: [
        ['A', '1'],
        ['B', '2'],
        ['C', '3'],
      ],
    });
    await shown.view.locator('.chart rect').first().focus();
    const said: string[] = [];
    for (const key of ['ArrowRight', 'ArrowRight', 'Home', 'End']) {
      await shown.page.keyboard.press(key);
      said.push(await shown.view.locator('.told').innerText());
    }
    expect(said).toEqual(['B: count 2', 'C: count 3', 'A: count 1', 'C: count 3']);
    await shown.page.keyboard.press('Tab');
    expect(await shown.evaluate('document.activeElement.textContent')).toBe('PNG');
    await shown.close();
  });
});

describe.skipIf(browserPath === undefined)('a chart that is saved', () => {
  const markup = '<script>alert(1)</script><image href="https://evil.example/x.png"/>&"\'';
  test.each([
    ['markup', markup],
    ['half a character, and none of XML', `\uD83D\u0001\u0000 ${'\u{1F600}'.repeat(90)}`],
    ['another direction', '\u202Eabc \u05d0\u05d9\u05e9\u05d5\u05e8'],
  ])('holds %s as text alone', async (_, text) => {
    const shown = await showGroups({
      keys: ['queueID', 'title'],
      rows: [
        [text, 'a', '1'],
        [text, `${text} b`, '2'],
      ],
    });
    const drawing = await saved(shown, 'SVG');
    const parsed = await shown.evaluate(`(() => {
      const { documentElement } = new DOMParser().parseFromString(${JSON.stringify(drawing)}, 'image/svg+xml');
      const all = [documentElement, ...documentElement.querySelectorAll('*')];
      return [...new Set(all.map(({ tagName }) => tagName))].sort().join(' ')
        + [...new Set(all.flatMap((one) => [...one.attributes].map(({ name }) => name)))].filter((name) => /^on|href/.test(name));
    })()`);
    expect(parsed).toBe('line rect svg text title');
    expect(drawing).not.toMatch(/<script|<image|tabindex/);
    // The names of the series and of the metric are in it.
    expect(drawing).toMatch(/>count<[\s\S]*>a</);
    expect(await saved(shown, 'PNG')).toMatch(/^.PNG/);
    expect(shown.errors).toEqual([]);
    await shown.close();
  });
});

describe.skipIf(browserPath === undefined)('a table that is saved', () => {
  const texts = [
    '=HYPERLINK("https://evil.example")',
    '+1+1',
    '-1+cmd|x',
    '@SUM(A1)',
    '\uFF1D1+1',
    ' =1+1',
    '\t=1',
    'a,b;c',
    'say "no"',
    '"starts',
    'line\r\nend',
    '-12.5',
    'Stra\u00DFe \u{1F600}',
  ];
  const list = () =>
    listData(
      ['id', '=cmd'],
      texts.map((text, at) => [{ text: String(at), value: at }, { text }]),
    );

  test('as CSV runs nothing in a spreadsheet, loses nothing, and says how it is written', async () => {
    const shown = await host.showResult('query-entity', {}, { content: [], structuredContent: list() });
    const csv = await saved(shown, 'CSV');
    expect(csv.startsWith("\uFEFFid,'=cmd\r\n")).toBe(true);
    const [, ...rows] = [...csv.slice(1).matchAll(/([^,"\r\n]*),("(?:[^"]|"")*"|[^\r\n]*)(?:\r\n|$)/g)];
    const cells = rows.map(([, , text = '']) =>
      text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text,
    );
    expect(cells).toEqual(texts.map((text) => (/^\s*[=+@\uFF1D]|^-1\+|^\t/.test(text) ? `'${text}` : text)));
    await shown.close();
  });

  test('on the clipboard runs nothing either, and stays in its cells', async () => {
    const shown = await host.showResult('query-entity', {}, { content: [], structuredContent: list() });
    await shown.view.getByRole('button', { name: 'Copy' }).click();
    const copied = await shown.view.locator('textarea').inputValue();
    const lines = copied.split('\n');
    expect(lines).toHaveLength(texts.length + 1);
    for (const line of lines)
      expect(line).toMatch(/^[^\t]*\t(?:[^\t=+@"\uFF1D -][^\t]*|-[\d.]+|"""[^\t]*"|"[^"\t]*")$/);
    await shown.close();
  });
});
