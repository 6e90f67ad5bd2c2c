import { button, el } from '../page/dom.js';
import { membersOf, toolResultOf } from '../page/host.js';
import { failure } from '../page/page.js';
import { openFrame } from './frame.js';

interface Scene {
  readonly title: string;
  readonly about: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Its own server takes nothing without this header, which no other site can send. */
const headers = { 'Content-Type': 'application/json', 'X-Autotask-Tour': '1' };

async function callTool(name: string, args: unknown): Promise<unknown> {
  const answer = await fetch('/call', {
    method: 'POST',
    headers,
    body: JSON.stringify({ name, arguments: args }),
  });
  if (!answer.ok) throw new Error(`The server of the tour answered ${answer.status}.`);
  return answer.json();
}

function scenesOf(value: unknown): Scene[] {
  const list: unknown[] = Array.isArray(value) ? value : [];
  return list.map(membersOf).map(({ title, about, tool, args }) => ({
    title: String(title),
    about: String(about),
    tool: String(tool),
    args: membersOf(args),
  }));
}

const words = {
  link: 'The view asked to open',
  file: 'The view saved',
  model: 'The model was told',
} as const;

async function start(): Promise<void> {
  const scenes = scenesOf(await (await fetch('/scenes', { headers })).json());
  const stage = el('section', { 'aria-label': 'View' });
  const events = el('ul', { class: 'events', 'aria-live': 'polite' });
  const nav = el('nav', { 'aria-label': 'Scenes' });
  let theme = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  let opened: ReturnType<typeof openFrame> | undefined;

  async function show(scene: Scene): Promise<void> {
    opened?.close();
    events.replaceChildren();
    for (const one of nav.querySelectorAll('button')) {
      one.setAttribute('aria-pressed', String(one.textContent === scene.title));
    }
    stage.replaceChildren(el('p', {}, 'Calling …'));
    const result = await callTool(scene.tool, scene.args);
    const frame = el('iframe', { title: scene.title });
    // Scripts alone: no origin, no forms, no windows, no way up.
    frame.setAttribute('sandbox', 'allow-scripts');
    opened = openFrame(frame, {
      tool: scene.tool,
      args: scene.args,
      result,
      theme,
      callTool,
      happened: (what, text) => events.append(el('li', {}, `${words[what]}: ${text}`)),
    });
    frame.src = '/view';
    stage.replaceChildren(
      el('h2', {}, scene.title),
      el('p', {}, scene.about),
      el('pre', { class: 'call' }, `${scene.tool} ${JSON.stringify(scene.args)}`),
      frame,
      el('details', {}, el('summary', {}, 'What the model reads'), el('pre', {}, toolResultOf(result).text)),
      events,
    );
  }

  const fail = (error: unknown) => {
    stage.replaceChildren(el('p', { role: 'alert' }, failure(error)));
  };
  nav.append(
    ...scenes.map((scene) =>
      button(scene.title, () => void show(scene).catch(fail), { 'aria-pressed': 'false' }),
    ),
  );
  const setTheme = (next: string) => {
    theme = next;
    document.documentElement.dataset.theme = next;
    opened?.setTheme(next);
  };
  setTheme(theme);
  const narrow = button('Narrow', () => {
    const isNarrow = stage.classList.toggle('narrow');
    narrow.setAttribute('aria-pressed', String(isNarrow));
  });
  document.body.append(
    el(
      'header',
      {},
      el('h1', {}, 'autotask-mcp: the views, on the sandbox tenant'),
      el(
        'div',
        { class: 'switches' },
        button('Light or dark', () => setTheme(theme === 'dark' ? 'light' : 'dark')),
        narrow,
      ),
    ),
    nav,
    stage,
  );
  const [first] = scenes;
  if (first !== undefined) await show(first).catch(fail);
}

void start();
