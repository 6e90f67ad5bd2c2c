import type { ViewData } from '../view-data.js';
import { groupsView } from './groups/groups.js';
import { listView } from './list/list.js';
import { el, quoted } from './page/dom.js';
import { createFormats, languageOf } from './page/format.js';
import { connectHost, type Host, type HostContext, type ToolResult } from './page/host.js';
import { failure, isViewData, type Page } from './page/page.js';
import { applyTheme } from './page/theme.js';
import { answerText } from './page/value.js';
import { previewView } from './preview/preview.js';
import { ticketView } from './ticket/ticket.js';

const status = el('div', { id: 'status', role: 'status', 'aria-live': 'polite' });
const container = el('div', { id: 'place' });

function announce(text: string, tone: 'info' | 'danger' | 'success' = 'info'): void {
  status.className = tone;
  status.replaceChildren(text === '' ? '' : quoted(text));
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
  /** What the host handed over last, in writing: it may do so twice. */
  let handedOver = '';
  /** What a press set going, and whether what is shown tells of one. */
  let work: Promise<void> | undefined;
  let isDecided = false;
  let late: ToolResult | undefined;

  function show(result: ToolResult): void {
    shown = result;
    if (host === undefined) return;
    const { structuredContent: data, meta } = result;
    announce('');
    isDecided = false;
    if (result.isError || !isViewData(data)) {
      container.replaceChildren(textView(result));
      return;
    }
    // The page itself is in English, whatever the reader's language: that one is for dates, numbers and orders.
    const language = languageOf(context.locale);
    const page: Page = {
      host,
      formats: createFormats(language, data.timeZone),
      language,
      collator: new Intl.Collator(language, { numeric: true }),
      toldArgs: () => args,
      meta,
      announce,
      show: showNext,
      keepUntil,
    };
    try {
      container.replaceChildren(viewOf(data, page));
    } catch (error) {
      container.replaceChildren(textView(result));
      announce(`This answer cannot be laid out (${failure(error)}): it is shown as text.`, 'danger');
    }
  }

  /** What a press on this page led to: whoever reads with a screen reader is brought to its beginning. */
  function showNext(result: ToolResult): void {
    show(result);
    container.querySelector('h1')?.focus();
  }

  function keepUntil(made: Promise<void>): void {
    isDecided = true;
    work = made.then(() => {
      work = undefined;
      if (late === undefined) return;
      const outcome = container.querySelector('.outcome')?.textContent;
      show(late);
      late = undefined;
      if (outcome !== undefined) announce(`Of what was decided here before: ${outcome}`);
    });
  }

  const connected = await connectHost({
    toolInput: (given) => {
      args = given;
    },
    toolResult: (result) => {
      const inWriting = JSON.stringify(result);
      if (inWriting === handedOver) return;
      handedOver = inWriting;
      if (work === undefined) show(result);
      else late = result;
    },
    toolCancelled: () => {
      if (isDecided) return;
      container.replaceChildren();
      announce('The call was cancelled.');
    },
    context: (changed) => {
      context = changed;
      applyTheme(changed);
    },
    teardown: async () => work,
  });
  ({ host, context } = connected);
  applyTheme(context);
  const opened = host;
  new ResizeObserver(() =>
    opened.resized(Math.ceil(document.documentElement.getBoundingClientRect().height)),
  ).observe(document.documentElement);
  if (shown !== undefined) show(shown);
}

start().catch((error: unknown) => announce(failure(error), 'danger'));
