import type { ViewData } from '../view-data.js';
import { groupsView } from './groups/groups.js';
import { listView } from './list/list.js';
import { el } from './page/dom.js';
import { createFormats, languageOf } from './page/format.js';
import { connectHost, type Host, type HostContext, type ToolResult } from './page/host.js';
import { failure, isViewData, type Page } from './page/page.js';
import { answerText } from './page/value.js';
import { previewView } from './preview/preview.js';
import { ticketView } from './ticket/ticket.js';

const status = el('div', { id: 'status', role: 'status', 'aria-live': 'polite' });
const container = el('div', { id: 'place' });

function announce(text: string, tone: 'info' | 'danger' | 'success' = 'info'): void {
  status.className = tone;
  status.textContent = text;
}

/** Colours, letters and corners of the program around; the page has its own for what is not told. */
function applyContext({ theme, styles }: HostContext): void {
  const root = document.documentElement;
  if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
  for (const [name, value] of Object.entries(styles?.variables ?? {})) {
    if (value !== undefined && /^--[a-z0-9-]+$/.test(name)) root.style.setProperty(name, value);
  }
}

function viewOf(data: ViewData, page: Page): HTMLElement {
  if (data.view === 'list') return listView(data, page);
  if (data.view === 'groups') return groupsView(data, page);
  return data.view === 'ticket' ? ticketView(data, page) : previewView(data, page);
}

/** An answer that is text alone: what was written, or why it was not. */
const textView = ({ text, isError }: ToolResult): HTMLElement =>
  el('main', {}, answerText(text, isError ? 'outcome danger' : 'outcome'));

async function start(): Promise<void> {
  document.body.append(container, status);
  let args: Readonly<Record<string, unknown>> = {};
  let context: HostContext = {};
  let host: Host | undefined;
  let shown: ToolResult | undefined;

  function show(result: ToolResult): void {
    shown = result;
    if (host === undefined) return;
    const { structuredContent: data, meta } = result;
    announce('');
    if (result.isError || !isViewData(data)) {
      container.replaceChildren(textView(result));
      return;
    }
    // The page itself is in English, whatever the reader's language: that one is for dates, numbers and orders.
    const language = languageOf(context.locale);
    const formats = createFormats(language, data.timeZone);
    const collator = new Intl.Collator(language, { numeric: true });
    const page: Page = {
      host,
      formats,
      language,
      collator,
      args: () => args,
      meta,
      announce,
      show: showNext,
    };
    container.replaceChildren(viewOf(data, page));
  }

  /** What a press on this page led to: whoever reads with a screen reader is brought to its beginning. */
  function showNext(result: ToolResult, given: Readonly<Record<string, unknown>>): void {
    args = given;
    show(result);
    container.querySelector('h1')?.focus();
  }

  const connected = await connectHost({
    toolInput: (given) => {
      args = given;
    },
    toolResult: show,
    toolCancelled: () => {
      container.replaceChildren();
      announce('The call was cancelled.');
    },
    context: (changed) => {
      context = changed;
      applyContext(changed);
    },
  });
  ({ host, context } = connected);
  applyContext(context);
  const opened = host;
  new ResizeObserver(() =>
    opened.resized(Math.ceil(document.documentElement.getBoundingClientRect().height)),
  ).observe(document.documentElement);
  if (shown !== undefined) show(shown);
}

start().catch((error: unknown) => announce(failure(error), 'danger'));
