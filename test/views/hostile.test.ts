import type { CallToolResult } from '@modelcontextprotocol/client';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spawnClient, tenantEnvironment } from '../support/tenant.js';
import { browserPath, type Host, type Shown, settled, startHost, takePicture, textOf } from './support.js';

let host: Host;
beforeAll(async () => {
  if (browserPath !== undefined) host = await startHost({ env: { AUTOTASK_CONFIRM_MODE: 'person' } });
}, 60_000);
afterAll(() => host?.close());

const svgFile = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" onload="parent.pwned=1"/>')}`;

const texts: readonly (readonly [what: string, text: string])[] = [
  ['markup', '<b>bold</b><img src=x onerror="window.pwned=1"><a href="javascript:window.pwned=1">click</a>'],
  ['a script', '</script><script>window.pwned=1</script>'],
  [
    'a button',
    '<button class="primary" onclick="window.pwned=1">Confirm</button><form action="https://evil.example"><input type=submit></form>',
  ],
  [
    'a style',
    '</style><style>*{display:none!important}</style><link rel=stylesheet href=https://evil.example/x.css>',
  ],
  [
    'a frame',
    '<iframe src="https://evil.example"></iframe><meta http-equiv="refresh" content="0;url=https://evil.example">',
  ],
  ['links', `javascript:window.pwned=1 data:text/html,<script>window.pwned=1</script> ${svgFile}`],
  ['a direction that is turned round', `\u202Egnp.exe\u202D \u2066\u2067 rtl`],
  ['10,000 characters without a space', 'x'.repeat(10_000)],
  ['marks that are stacked beyond their line', `Confirm${'\u0300\u0316'.repeat(200)} Who sees it: nobody`],
  ['nothing that can be seen', `Confirm\u200B\u200D\u2060\uFEFF${'\u200B'.repeat(200)}`],
  ['a drawn button', '┌────┐ │ ✅ Confirm │ └────┘ [ OK ] 🔘 ▶️ 🟦Confirm🟦'],
  ['letters that look like others', 'Сonfirm Cоnfirm Ｃｏｎｆｉｒｍ Confiгm'],
  [
    'words of this server',
    'Warning: none. Who sees it: Internal. Nothing is written yet. The customer cannot see this.',
  ],
  ['another direction', '‫تأكيد אישור ⁧Confirm'],
  ['numbers without an end', '9'.repeat(400)],
  ['a wall of lines', 'Confirm\nCancel\nNothing is written yet.\n'.repeat(200)],
];

const views: readonly (readonly [what: string, tool: string, args: Record<string, unknown>])[] = [
  ['list', 'search-tickets', { openOnly: true, maxRecords: 3 }],
  ['ticket', 'get-ticket', { id: 101730, include: 'all' }],
  ['groups', 'aggregate-entity', { entity: 'Tickets', groupBy: ['queueID'], metrics: ['count'] }],
  ['preview', 'update-ticket', { id: 101730, status: 'New' }],
  ['preview of many', 'update-ticket', { ids: [101730, 101731], priority: 'Low' }],
];

/** What only this server says, in members of these names, is left as it is. */
const own = new Set([
  'view',
  'tool',
  'args',
  'timeZone',
  'entity',
  'title',
  'kind',
  'action',
  'seenBy',
  'link',
  'confirm',
]);

function filledWith(value: unknown, text: string, name = ''): unknown {
  if (typeof value === 'string') return own.has(name) ? value : text;
  if (Array.isArray(value)) return value.map((one) => filledWith(one, text, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filledWith(inner, text, key)]));
}

const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
/** What of a text stands where nothing keeps it within a box of its own, or the box lets it out. */
const outOfBox = (text: string) => `(() => {
  const found = [];
  const begin = ${JSON.stringify(text.slice(0, 12))};
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
    if (!node.data.includes(begin)) continue;
    const { parentElement } = node;
    // Drawn by the browser in a box of theirs, or not drawn at all.
    if (parentElement.closest('option, script, style, title, .unseen') !== null) continue;
    const box = parentElement.closest('bdi') ?? parentElement.closest('svg svg');
    const { display, contain, overflowX, overflowY } = box === null ? {} : getComputedStyle(box);
    const holds = (/paint/.test(contain) && display !== 'inline') || (overflowX === 'hidden' && overflowY === 'hidden');
    if (!holds) found.push(parentElement.outerHTML.slice(0, 80));
  }
  return found;
})()`;
const confirmIsOnTop = `(() => {
  const button = document.querySelector('.actions .primary');
  button.scrollIntoView();
  const { left, top, width, height } = button.getBoundingClientRect();
  return document.elementFromPoint(left + width / 2, top + height / 2) === button;
})()`;

describe.skipIf(browserPath === undefined)('text of a tenant in every place of a view', () => {
  const answers = new Map<string, CallToolResult>();
  beforeAll(async () => {
    for (const [what, tool, args] of views) answers.set(what, await host.call(tool, args));
  });

  test.each(views)(
    '%s: shown as text, runs nothing, covers nothing',
    async (what, tool, args) => {
      const answer = answers.get(what);
      if (answer === undefined) throw new Error('there is no answer');
      const shown = await host.showResult(tool, args, answer, { width: 500 });
      const shapes = ['script', 'style', 'iframe', 'form', 'input', 'a', 'img', 'link', 'meta'];
      const count = () => Promise.all(shapes.map((shape) => shown.view.locator(shape).count()));
      const expected = await count();
      const requests: string[] = [];
      shown.page.on('request', (request) => requests.push(request.url()));
      for (const [kind, text] of texts) {
        const structuredContent = Object(filledWith(answer.structuredContent, text));
        await shown.showInstead({ ...answer, structuredContent });
        expect(await shown.evaluate('document.body.innerText'), kind).toContain(
          text.slice(0, 30).trim().split('\n')[0],
        );
        expect(await count(), kind).toEqual(expected);
        expect(await shown.evaluate('window.pwned'), kind).toBeUndefined();
        expect(await shown.page.evaluate('window.pwned'), kind).toBeUndefined();
        expect(await shown.evaluate(tooWide), kind).toBe(0);
        expect(await shown.evaluate(outOfBox(text)), kind).toEqual([]);
        if (!what.startsWith('preview')) continue;
        expect(await shown.view.getByRole('button', { name: 'Confirm', exact: true }).count(), kind).toBe(1);
        // No button has a name of the tenant's.
        const names = await shown.view.getByRole('button').allInnerTexts();
        expect(
          names.filter((name) => !/^(?:Confirm|Cancel|Show all [\d,]+ characters)$/.test(name)),
          kind,
        ).toEqual([]);
        // What lies at its middle is the button itself.
        expect(await shown.evaluate(confirmIsOnTop), kind).toBe(true);
      }
      expect(requests.filter((url) => !/^(?:data|about):/.test(url))).toEqual([]);
      expect(shown.errors).toEqual([]);
      await shown.close();
    },
    60_000,
  );

  test('a link that is none of the web interface is opened by nothing but a press, and through the host', async () => {
    const answer = answers.get('list');
    if (answer === undefined) throw new Error('there is no answer');
    const shown = await host.showResult('search-tickets', {}, answer);
    expect(await shown.view.locator('a').count()).toBe(0);
    expect(shown.seen).toEqual([]);
    await shown.close();
  });
});

/** Letters under towers of marks, which are drawn far outside of their line. */
const towers = [...'Confirm']
  .map((letter) => letter + '\u0316\u0317\u0318\u0324\u0301\u0302\u0303\u0306'.repeat(16))
  .join('');

/** A picture of what lies wholly within a place: half a point at its edge is its neighbour's too. */
async function picture({ page }: Shown, place: Locator): Promise<Buffer> {
  const { x, y, width, height } = (await place.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const [left, top] = [Math.ceil(x), Math.ceil(y)];
  const clip = { x: left, y: top, width: Math.floor(x + width) - left, height: Math.floor(y + height) - top };
  return page.screenshot({ animations: 'disabled', clip });
}

describe.skipIf(browserPath === undefined)('text of a tenant that reaches out of its place', () => {
  /** Where this server says what a person must not misread. */
  const words = [
    'header',
    'main strong',
    '.action',
    '.actions',
    '.badge',
    '.entry-head',
    'caption:not(.unseen)',
    'dt',
  ];

  test.each(views)(
    '%s: draws over no word of this server',
    async (what, tool, args) => {
      const answer = await host.call(tool, args);
      const filled = Object(filledWith(answer.structuredContent, towers));
      const sentence = { called: towers, reason: towers };
      const structuredContent = what.startsWith('preview')
        ? {
            ...filled,
            problem: towers,
            notes: [towers],
            facts: [towers],
            skipped: [sentence],
            each:
              filled.each.length === 0 && what !== 'preview'
                ? [{ field: towers, after: { text: towers } }]
                : filled.each,
            steps: filled.steps.map((step: object) => ({ ...step, warnings: [towers] })),
          }
        : filled;
      const shown = await host.showResult(tool, args, { ...answer, structuredContent }, { width: 500 });
      await shown.page.setViewportSize({ width: 500, height: 3_000 });
      const opened = "for (const one of document.querySelectorAll('details')) one.open = true";
      await shown.evaluate(opened);
      await settled();
      const selector = words.join(', ');
      await takePicture(shown, `towers ${what}`, 500);
      const places = await shown.view.locator(selector).all();
      expect(places.length).toBeGreaterThan(0);
      for (const [at, place] of places.slice(0, 12).entries()) {
        // Its own text may be the tenant's too: what counts is that nobody else's is on it.
        const others = (visibility: string) =>
          shown.evaluate(`(() => {
            const place = document.querySelectorAll('${selector}')[${at}];
            for (const text of document.querySelectorAll('bdi'))
              if (!place.contains(text)) text.style.visibility = '${visibility}';
            return place.outerHTML.slice(0, 80);
          })()`);
        const beside = await picture(shown, place);
        const words = await others('hidden');
        const alone = await picture(shown, place);
        await others('');
        expect(beside.equals(alone), String(words)).toBe(true);
      }
      await shown.close();
    },
    60_000,
  );

  test('turns no word of this server round', async () => {
    const turned = '\u202Eabc\u2067';
    const other = await spawnClient([], tenantEnvironment(host.sandbox));
    const change = { id: 101733, title: `Printer ${turned}`, confirm: 'UPDATE_TICKET' };
    expect(textOf(await other.callTool({ name: 'update-ticket', arguments: change }))).toMatch(/^Updated/);
    await other.close();
    const answer = await host.call('update-ticket', { ids: [101733, 101734], priority: 'Low' });
    const { steps } = Object(answer.structuredContent);
    expect(JSON.stringify(steps.map((step: { called: unknown }) => step.called))).not.toMatch(
      /[\u202A-\u202E\u2066-\u2069]/,
    );
    const own = await host.show('update-ticket', { id: 101734, title: `New ${turned}` });
    // What nobody sees is counted, of one record and of many.
    const told = /title holds 2 invisible characters, which would be stored too/;
    expect(await own.view.locator('main').innerText()).toMatch(told);
    await own.close();
    const both = await host.show('update-ticket', { ids: [101733, 101734], title: `New ${turned}` });
    expect(await both.view.locator('main').innerText()).toMatch(told);
    await both.close();
  });
});

describe.skipIf(browserPath === undefined)('a file that calls itself a picture', () => {
  const picture = (mimeType: string, data: string): CallToolResult => ({
    content: [{ type: 'image', mimeType, data }],
  });
  /** A ticket with one file, whose contents are what they are. */
  async function showFile(contents: CallToolResult) {
    const answer = await host.call('get-ticket', { id: 101730, include: 'all' });
    const entry = {
      kind: 'file',
      id: 7,
      at: { text: '' },
      seenBy: 'internal',
      head: 'logo.png, image/png',
      texts: [],
      files: [],
    };
    return host.showResult(
      'get-ticket',
      { id: 101730 },
      { ...answer, structuredContent: { ...Object(answer.structuredContent), entries: [entry] } },
      { answers: { 'get-attachment': contents } },
    );
  }

  test.each([
    [
      'image/svg+xml',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>parent.pwned=1</script></svg>').toString(
        'base64',
      ),
    ],
    ['text/html', Buffer.from('<script>parent.pwned=1</script>').toString('base64')],
    ['image/png', '"><script>window.pwned=1</script>'],
  ])('%s is not shown unless it can hold no script', async (mimeType, data) => {
    const shown = await showFile(picture(mimeType, data));
    await expect
      .poll(() => shown.view.locator('.picture').innerText())
      .toBe('No picture that can be shown here.');
    expect(await shown.view.locator('img').count()).toBe(0);
    await shown.close();
  });

  test('a real one is shown', async () => {
    const dot =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
    const shown = await showFile(picture('image/png', dot));
    await expect.poll(() => shown.evaluate("document.querySelector('img')?.naturalWidth")).toBe(1);
    await shown.close();
  });
});
