import type { CallToolResult } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserPath, type Host, startHost } from './support.js';

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
const own = new Set(['view', 'tool', 'timeZone', 'kind', 'action', 'seenBy', 'link', 'confirm']);

function filledWith(value: unknown, text: string, name = ''): unknown {
  if (typeof value === 'string') return own.has(name) ? value : text;
  if (Array.isArray(value)) return value.map((one) => filledWith(one, text, name));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filledWith(inner, text, key)]));
}

const tooWide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
/** Texts of the tenant that nothing keeps within a place of their own. */
const unclipped = `[...document.querySelectorAll('main bdi')].filter((text) => {
  for (let at = text.parentElement; at !== null && at.tagName !== 'MAIN'; at = at.parentElement) {
    const { contain, overflowX, overflowY, display } = getComputedStyle(at);
    if (display !== 'inline' && (/paint|content|strict/.test(contain) || (overflowX !== 'visible' && overflowY !== 'visible'))) return false;
  }
  return true;
}).map((text) => text.parentElement.outerHTML.slice(0, 80))`;
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
        expect(await shown.evaluate(unclipped), kind).toEqual([]);
        if (!what.startsWith('preview')) continue;
        expect(await shown.view.getByRole('button', { name: 'Confirm', exact: true }).count(), kind).toBe(1);
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
