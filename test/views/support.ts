import { existsSync } from 'node:fs';
import type { CallToolResult } from '@modelcontextprotocol/client';
import { type Browser, type BrowserContext, chromium, type FrameLocator, type Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/types.js';
import { viewMimeType, viewUri } from '../../src/view-data.js';
import type { TestClient } from '../support/client.js';
import { spawnClient, tenantEnvironment } from '../support/tenant.js';

/** Debian's browser, or the one that is named; undefined where there is none, and then the tests of views are skipped. */
export const browserPath =
  process.env.CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((path) => existsSync(path));

if (browserPath === undefined && process.env.CI === 'true') {
  throw new Error('Chromium is not installed (apt-get install chromium)');
}

const browserLocale = 'en-GB';

const today = new Date('2026-11-20T12:00:00Z');

export interface Seen {
  readonly what: string;
  readonly value: unknown;
}

export interface Shown {
  readonly page: Page;
  readonly view: FrameLocator;
  /** What the view asked of the program that shows it: links, files, words for the model. */
  readonly seen: readonly Seen[];
  readonly errors: readonly string[];
  /** What a JavaScript expression is in the view. */
  evaluate(expression: string): Promise<unknown>;
  /** Another answer in a new view in the place of this one. */
  showInstead(result: CallToolResult): Promise<void>;
  close(): Promise<void>;
}

export interface ShowOptions {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly locale?: string;
  /** Answers to calls of the view, by tool, in the place of the server's, or made when it calls. */
  readonly answers?: Readonly<
    Record<string, CallToolResult | ((args: Record<string, unknown>) => Promise<CallToolResult>)>
  >;
  /** What the program that shows the view does not do for it: an error instead of an answer. */
  readonly refuses?: readonly ('context' | 'tools')[];
  /** What it does not even offer. */
  readonly lacks?: readonly ('serverTools' | 'updateModelContext' | 'openLinks' | 'downloadFile')[];
  /** Its colours and letters. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The clock of the page stands still, and is moved by the test. */
  readonly stopsClock?: boolean;
  readonly reducesMotion?: boolean;
}

export interface Host {
  readonly client: TestClient;
  readonly sandbox: Sandbox;
  call(name: string, args: Record<string, unknown>): Promise<CallToolResult>;
  /** Calls a tool and shows its answer in a page of its own. */
  show(name: string, args: Record<string, unknown>, options?: ShowOptions): Promise<Shown>;
  /** Shows an answer as it is. */
  showResult(
    name: string,
    args: Record<string, unknown>,
    result: CallToolResult,
    options?: ShowOptions,
  ): Promise<Shown>;
  close(): Promise<void>;
}

/** The page of the program that shows views; `src/views` is not in it. */
async function hostScript(): Promise<string> {
  const made = await rolldown({
    input: `${import.meta.dirname}/host/page.ts`,
    platform: 'browser',
    logLevel: 'silent',
  });
  const { output } = await made.generate({ format: 'iife' });
  await made.close();
  return output[0].code;
}

/** What comes at once after a page appeared is taken for a press that was meant for something else. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 500));

/** What the list view is given of these rows, all of them on one page. */
export const listData = (columns: readonly string[], rows: readonly object[]) => ({
  view: 'list',
  tool: 'query-entity',
  args: '{}',
  timeZone: 'UTC',
  entity: 'Tickets',
  columns,
  rows,
  total: null,
  more: false,
  continued: false,
  next: null,
  orderBy: null,
  remarks: [],
});

export const textOf = ({ content }: { readonly content: readonly object[] }) =>
  content.map((block) => ('text' in block ? String(block.text) : '')).join('\n');

/** For people to look at, where a folder is named for it: `VIEW_PICTURES=folder npx vitest run test/views`. */
export async function takePicture(shown: Shown, name: string, width: number): Promise<void> {
  const folder = process.env.VIEW_PICTURES;
  if (folder === undefined) return;
  // What lies outside of the window is not drawn in time otherwise.
  const { height = 900 } = (await shown.page.locator('iframe').boundingBox()) ?? {};
  await shown.page.setViewportSize({ width, height: Math.min(2500, Math.ceil(height)) });
  await shown.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 300))))',
  );
  const path = `${folder}/${name.replaceAll(' ', '-')}.png`;
  // A frame that was not painted yet comes out empty, and an empty picture is small.
  for (let turn = 0; turn < 20; turn += 1) {
    if ((await shown.page.screenshot({ path, fullPage: true })).length > 5_000) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${path} is empty`);
}

/** A client that shows views, a real server, a sandbox, and a browser. */
export async function startHost(
  options: { env?: Record<string, string>; sandbox?: SandboxOptions } = {},
): Promise<Host> {
  if (browserPath === undefined) throw new Error('there is no browser');
  const sandbox = await startSandbox({ today, ...options.sandbox });
  const env = { ...tenantEnvironment(sandbox), ...options.env };
  const client = await spawnClient([], env, { kind: 'v2', views: [viewMimeType] });
  const browser: Browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  const [script, resource] = await Promise.all([hostScript(), client.readResource({ uri: viewUri })]);
  const [content] = resource.contents;
  const html = content !== undefined && 'text' in content ? content.text : '';
  const call = async (name: string, args: Record<string, unknown>): Promise<CallToolResult> =>
    client.callTool({ name, arguments: args });

  async function showResult(
    tool: string,
    args: Record<string, unknown>,
    result: CallToolResult,
    {
      theme = 'light',
      width = 900,
      locale = browserLocale,
      answers = {},
      refuses = [],
      lacks = [],
      variables = {},
      stopsClock = false,
      reducesMotion = false,
    }: ShowOptions = {},
  ): Promise<Shown> {
    const context: BrowserContext = await browser.newContext({
      viewport: { width, height: 900 },
      locale: browserLocale,
      offline: true,
      reducedMotion: reducesMotion ? 'reduce' : 'no-preference',
    });
    const page = await context.newPage();
    if (stopsClock) {
      await page.clock.install({ time: today });
      await page.clock.pauseAt(new Date(today.getTime() + 1000));
    }
    const seen: Seen[] = [];
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    await page.exposeFunction('callServer', (name: string, given: Record<string, unknown>) => {
      const answer = answers[name] ?? ((args) => call(name, args));
      return typeof answer === 'function' ? answer(given) : answer;
    });
    await page.exposeFunction('seen', (what: string, value: unknown) => {
      seen.push({ what, value });
    });
    await page.setContent(
      `<!doctype html><html lang="en"><head><title>host</title><style>body{margin:0;background:${theme === 'dark' ? '#111' : '#fff'}}iframe{border:0;width:100%;height:200px}</style></head><body></body></html>`,
    );
    await page.addScriptTag({ content: script });
    const mount = (shown: CallToolResult) =>
      page.evaluate(
        `window.mount(${JSON.stringify({ html, tool, args, result: shown, theme, locale, refuses, lacks, variables })})`,
      );
    await mount(result);
    const view = page.frameLocator('iframe');
    await view.locator('main').waitFor();
    return {
      page,
      view,
      seen,
      errors,
      evaluate: async (expression) =>
        page
          .frames()
          .find((one) => one.parentFrame() !== null)
          ?.evaluate(expression),
      showInstead: async (other) => {
        await mount(other);
        await view.locator('main').waitFor();
      },
      close: () => context.close(),
    };
  }

  return {
    client,
    sandbox,
    call,
    showResult,
    show: async (name, args, how) => showResult(name, args, await call(name, args), how),
    close: async () => {
      await browser.close();
      await client.close();
      await sandbox.close();
    },
  };
}
