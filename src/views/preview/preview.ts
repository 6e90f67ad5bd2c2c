import { type ChangeView, consentKey, consentTool, type StepView, type ViewOf } from '../../view-data.js';
import { button, el, quoted, scrolling } from '../page/dom.js';
import { membersOf } from '../page/host.js';
import { failure, type Page } from '../page/page.js';
import { remarkList, valueCell } from '../page/value.js';

type PreviewData = ViewOf<'preview'>;

const verbs = { create: 'Create', update: 'Update', delete: 'Delete for good' } as const;

/** A press that comes at once may be one that was meant for what stood here before. */
const settleMs = 400;

const audienceLeads = {
  customer: 'The customer can see this. ',
  internal: 'Who sees it: ',
  unknown: 'Who sees it: ',
} as const;

const audienceBadge = ({ seenBy, text }: StepView['audience']): HTMLElement =>
  el('p', { class: `audience ${seenBy}` }, el('strong', {}, audienceLeads[seenBy]), quoted(text));

function changeCells(
  action: PreviewData['action'],
  { before, after }: ChangeView,
  page: Page,
): HTMLElement[] {
  const show = (value: ChangeView['before']) =>
    value === null || value.text === '' ? el('span', { class: 'quiet' }, '(empty)') : valueCell(value, page);
  if (action === 'create') return [el('td', { class: 'after' }, show(after))];
  if (action === 'delete') return [el('td', { class: 'before' }, show(before))];
  const same = before?.text === after?.text;
  return [
    el('td', { class: 'before' }, show(before)),
    el('td', { class: same ? 'quiet' : 'after' }, same ? 'unchanged' : show(after)),
  ];
}

const columnsOf = (action: PreviewData['action']): readonly string[] =>
  action === 'update'
    ? ['Field', 'Now', 'Afterwards']
    : action === 'create'
      ? ['Field', 'Value']
      : ['Field', 'Now'];

function changeTable(action: PreviewData['action'], changes: readonly ChangeView[], page: Page): HTMLElement {
  return scrolling(
    'What would be written',
    el(
      'table',
      { class: 'changes' },
      el('thead', {}, el('tr', {}, ...columnsOf(action).map((name) => el('th', { scope: 'col' }, name)))),
      el(
        'tbody',
        {},
        ...changes.map((change) =>
          el(
            'tr',
            {},
            el('th', { scope: 'row' }, quoted(change.field)),
            ...changeCells(action, change, page),
          ),
        ),
      ),
    ),
  );
}

function oneStep(action: PreviewData['action'], step: StepView, page: Page): HTMLElement {
  return el(
    'section',
    {},
    ...step.called.map((line) => el('p', { class: 'called' }, quoted(line))),
    audienceBadge(step.audience),
    ...step.warnings.map((line) =>
      el('p', { class: 'warning', role: 'note' }, el('strong', {}, 'Warning: '), quoted(line)),
    ),
    changeTable(action, step.changes, page),
  );
}

/** Changes that every record gets alike are told once, above the table. */
function commonChanges(steps: readonly StepView[]): ReadonlyMap<string, string> {
  const [first, ...others] = steps;
  const same = (first?.changes ?? []).filter(({ field, after }) =>
    others.every(({ changes }) =>
      changes.some((one) => one.field === field && one.after?.text === after?.text),
    ),
  );
  return new Map(same.map(({ field, after }) => [field, after?.text ?? '']));
}

function manySteps({ action, steps }: PreviewData, page: Page): HTMLElement {
  const common = action === 'delete' ? new Map<string, string>() : commonChanges(steps);
  const text = (step: StepView) =>
    step.changes.map(({ field, before, after }) => {
      const now = before === null ? '' : page.formats.value(before) || '(empty)';
      const then =
        after === null || common.has(field)
          ? ''
          : `${action === 'update' ? ' → ' : ''}${page.formats.value(after) || '(empty)'}`;
      return now === '' && then === '' ? null : el('div', {}, quoted(field), ': ', quoted(`${now}${then}`));
    });
  const audiences = new Map<string, { seenBy: StepView['audience']['seenBy']; count: number }>();
  for (const { audience } of steps) {
    const known = audiences.get(audience.text);
    audiences.set(audience.text, { seenBy: audience.seenBy, count: (known?.count ?? 0) + 1 });
  }
  const many = page.formats.number(steps.length);
  return el(
    'section',
    {},
    ...[...audiences].map(([audience, { seenBy, count }]) =>
      audienceBadge({
        seenBy,
        text: audiences.size === 1 ? audience : `${page.formats.number(count)} of them: ${audience}`,
      }),
    ),
    ...[...common].map(([field, after]) =>
      el('p', { class: 'common' }, 'Each: ', quoted(field), ' → ', quoted(after || '(empty)')),
    ),
    scrolling(
      `${many} records`,
      el(
        'table',
        {},
        el('caption', {}, `${many} records`),
        el(
          'thead',
          {},
          el('tr', {}, ...['Record', 'Change', 'To notice'].map((name) => el('th', { scope: 'col' }, name))),
        ),
        el(
          'tbody',
          {},
          ...steps.map((step) =>
            el(
              'tr',
              {},
              el('th', { scope: 'row' }, ...step.called.map((line) => el('div', {}, quoted(line)))),
              el('td', {}, ...text(step)),
              el('td', {}, ...step.warnings.map((line) => el('div', { class: 'warning' }, quoted(line)))),
            ),
          ),
        ),
      ),
      'scroll tall',
    ),
  );
}

/** What the server needs to write this: the tool itself with its word, or the person's consent. */
function confirmation(
  { tool, confirm }: PreviewData,
  page: Page,
): { name: string; args: Record<string, unknown> } | null {
  const args = { ...page.args() };
  if (confirm !== null) return { name: tool, args: { ...args, confirm } };
  const token = membersOf(page.meta)[consentKey];
  return typeof token === 'string' ? { name: consentTool, args: { tool, arguments: args, token } } : null;
}

/** What would be written, who would see it, and the two buttons. A press is sent once. */
export function previewView(data: PreviewData, page: Page): HTMLElement {
  const { action, what, steps, skipped, facts, notes, problem } = data;
  const confirmCall = confirmation(data, page);
  const [only, ...others] = steps;
  const outcome = el('div', { role: 'status', 'aria-live': 'polite' });
  const confirm = button('Confirm', () => void write(), {
    class: action === 'delete' ? 'primary danger' : 'primary',
  });
  const cancel = button('Cancel', () => void refuse());
  const buttons = el('div', { class: 'actions' }, confirm, cancel);
  const shownAt = performance.now();
  let decided = false;

  const close = (text: string, className: string) => {
    buttons.remove();
    outcome.replaceChildren(el('pre', { class: className }, quoted(text)));
  };

  async function write(): Promise<void> {
    // A hidden or just replaced page confirms nothing.
    if (decided || confirmCall === null || performance.now() - shownAt < settleMs) return;
    decided = true;
    confirm.disabled = true;
    cancel.disabled = true;
    outcome.textContent = 'Writing …';
    try {
      const answer = await page.host.callTool(confirmCall.name, confirmCall.args);
      if (!answer.isError && answer.structuredContent !== undefined) {
        page.show(answer);
        return;
      }
      close(answer.text, answer.isError ? 'outcome danger' : 'outcome success');
      await page.host.tellModel(`The user pressed Confirm. ${answer.text}`);
    } catch (error) {
      close(
        `It is not known whether this was written: ${failure(error)}. Look before you try again.`,
        'outcome danger',
      );
    }
  }

  async function refuse(): Promise<void> {
    if (decided) return;
    decided = true;
    close('Cancelled: nothing was written.', 'outcome');
    await page.host.tellModel('The user pressed Cancel: nothing was written. Ask what should be different.');
  }

  return el(
    'main',
    { class: 'preview' },
    el(
      'header',
      {},
      el('h1', {}, `${verbs[action]} ${what}?`),
      el('p', { class: 'quiet' }, 'Nothing is written yet.'),
    ),
    problem === null ? null : el('p', { class: 'warning', role: 'alert' }, quoted(problem)),
    only !== undefined && others.length === 0 ? oneStep(action, only, page) : manySteps(data, page),
    skipped.length === 0
      ? null
      : el(
          'details',
          {},
          el('summary', {}, `${page.formats.number(skipped.length)} left out`),
          el(
            'ul',
            {},
            ...skipped.map(({ called, reason }) => el('li', {}, quoted(called), ': ', quoted(reason))),
          ),
        ),
    remarkList(notes),
    remarkList(facts),
    confirmCall === null
      ? el('p', { class: 'warning' }, 'This view cannot confirm: ask for the preview again.')
      : buttons,
    outcome,
  );
}
