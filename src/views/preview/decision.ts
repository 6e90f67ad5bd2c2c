import { consentKey, consentTool, type ViewOf } from '../../view-data.js';
import { button, el } from '../page/dom.js';
import { membersOf, type ToolResult } from '../page/host.js';
import { argsOf, failure, isViewData, type Page } from '../page/page.js';
import { answerText } from '../page/value.js';

type PreviewData = ViewOf<'preview'>;

/** A press that comes at once may be one that was meant for what stood here before. */
const settleMs = 400;

const tooSoon = 'That was too soon after Confirm appeared: look at it, then press again.';

/** Whether somebody could have seen the element, all of it, for a while: it was neither scrolled away nor hidden. */
function watchSeen(element: HTMLElement): () => boolean {
  let since: number | null = null;
  let isInSight = false;
  const note = () => {
    since = isInSight && document.visibilityState === 'visible' ? performance.now() : null;
  };
  new IntersectionObserver(
    (entries) => {
      isInSight = (entries.at(-1)?.intersectionRatio ?? 0) > 0.9;
      note();
    },
    { threshold: [0, 0.91] },
  ).observe(element);
  document.addEventListener('visibilitychange', () => note());
  return () => since !== null && performance.now() - since >= settleMs;
}

/** What the server needs to write this: the tool itself with its word, or the person's consent. */
function confirmation(data: PreviewData, page: Page) {
  const { tool, confirm } = data;
  const args = argsOf(data, page);
  if (confirm !== null) return { name: tool, given: { ...args, confirm } };
  const token = membersOf(page.meta)[consentKey];
  return typeof token === 'string' ? { name: consentTool, given: { tool, arguments: args, token } } : null;
}

/** Tells the model; where that fails, the person, who can do it. What was decided stands. */
async function tell(text: string, page: Page): Promise<void> {
  try {
    await page.host.tellModel(text);
  } catch {
    page.announce('Your program could not pass this on to the model: tell it what you decided.');
  }
}

/** Whether an answer is another preview, and so writes nothing. */
const isPreview = ({ isError, structuredContent: data }: ToolResult): boolean =>
  !isError && isViewData(data) && data.view === 'preview';

/** Calls the tool again without a confirmation: a preview of how things are now. */
export function previewAgain(data: PreviewData, page: Page): HTMLElement | null {
  if (!page.host.can.callTools) return null;
  const read = async () => page.show(await page.host.callTool(data.tool, argsOf(data, page)));
  return el(
    'div',
    { class: 'actions' },
    button(
      'Preview again',
      () => void read().catch((error: unknown) => page.announce(failure(error), 'danger')),
    ),
  );
}

/** The two buttons and what became of it. A press is sent once. `state` says above that nothing is written yet. */
export function decision(data: PreviewData, state: HTMLElement, page: Page): HTMLElement {
  const call = confirmation(data, page);
  if (!page.host.can.callTools) {
    const why = 'Your program lets this page call no tools: nothing can be confirmed here.';
    return el('p', { class: 'warning' }, why);
  }
  if (call === null) {
    return el('p', { class: 'warning' }, 'This view cannot confirm: ask for the preview again.');
  }
  const { name, given } = call;
  const outcome = el('div', { role: 'status', 'aria-live': 'polite' });
  let decided = false;
  /** Once, by a person's own press: no program's, and none that they could not mean. */
  const decide = (make: () => Promise<void>, { isTrusted }: MouseEvent) => {
    if (decided || !isTrusted) return;
    decided = true;
    page.keepUntil(make());
  };
  const confirm = button(
    'Confirm',
    (event) => {
      if (isSeen()) decide(write, event);
      else outcome.textContent = tooSoon;
    },
    { class: data.steps.some(({ action }) => action === 'delete') ? 'primary danger' : 'primary' },
  );
  const cancel = button('Cancel', (event) => decide(refuse, event));
  const buttons = el('div', { class: 'actions' }, confirm, cancel);
  const isSeen = watchSeen(confirm);

  const close = (text: string, className: string) => {
    buttons.remove();
    state.textContent = 'Decided: see below.';
    outcome.replaceChildren(answerText(text, className));
  };

  async function write(): Promise<void> {
    confirm.disabled = true;
    cancel.disabled = true;
    state.textContent = 'Confirmed.';
    outcome.textContent = 'Writing …';
    let answer: ToolResult;
    try {
      answer = await page.host.callTool(name, given);
    } catch (error) {
      const unknown = `It is not known whether this was written: ${failure(error)}.`;
      close(`${unknown} Look before you try again.`, 'outcome danger');
      void tell(`The user pressed Confirm. ${unknown} Look before anything is written again.`, page);
      return;
    }
    if (isPreview(answer)) {
      page.show(answer);
      return;
    }
    // Of several records each may have become something else: the text says what.
    const isDone = !answer.isError && !answer.text.startsWith('PREVIEW') && data.steps.length === 1;
    close(answer.text, answer.isError ? 'outcome danger' : isDone ? 'outcome success' : 'outcome');
    void tell(`The user pressed Confirm. ${answer.text}`, page);
  }

  async function refuse(): Promise<void> {
    close('Cancelled: nothing was written.', 'outcome');
    void tell('The user pressed Cancel: nothing was written. Ask what should be different.', page);
  }

  return el('div', {}, buttons, outcome);
}
