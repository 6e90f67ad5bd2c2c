import type { ChangeView, StepView, ViewOf } from '../../view-data.js';
import { el, quoted, scrolling } from '../page/dom.js';
import type { Page } from '../page/page.js';
import { remarkList } from '../page/value.js';
import { audienceBadge } from './audience.js';
import { changeValue } from './change-value.js';
import { decision, previewAgain } from './decision.js';
import { recordTable } from './records.js';

type PreviewData = ViewOf<'preview'>;
type Action = StepView['action'];

function changeCells(action: Action, { field, before, after }: ChangeView, page: Page): HTMLElement[] {
  const show = (value: ChangeView['before']) => changeValue(field, value, page);
  if (action === 'create') return [el('td', { class: 'after' }, show(after))];
  if (action === 'delete') return [el('td', { class: 'before' }, show(before))];
  const same = before?.text === after?.text;
  return [
    el('td', { class: 'before' }, show(before)),
    el('td', { class: same ? 'quiet' : 'after' }, same ? 'unchanged' : show(after)),
  ];
}

const columnsOf = (action: Action): readonly string[] =>
  action === 'update'
    ? ['Field', 'Now', 'Afterwards']
    : action === 'create'
      ? ['Field', 'Value']
      : ['Field', 'Now'];

function changeTable({ action, changes }: StepView, page: Page): HTMLElement {
  return scrolling(
    action === 'delete' ? 'What would be deleted' : 'What would be written',
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

const oneStep = (step: StepView, page: Page): HTMLElement =>
  el(
    'section',
    {},
    ...step.called.map((line) => el('p', { class: 'called' }, quoted(line))),
    audienceBadge(step.audience),
    ...step.warnings.map((line) =>
      el('p', { class: 'warning', role: 'note' }, el('strong', {}, 'Warning: '), quoted(line)),
    ),
    changeTable(step, page),
  );

function leftOut({ skipped, steps }: PreviewData, page: Page): HTMLElement | null {
  if (skipped.length === 0) return null;
  return el(
    'details',
    { open: steps.length === 0 },
    el('summary', {}, `${page.formats.number(skipped.length)} left out`),
    el('ul', {}, ...skipped.map(({ called, reason }) => el('li', {}, quoted(called), ': ', quoted(reason)))),
  );
}

/** Characters that would be written and are not on this page. */
const unshown = ({ each, steps }: PreviewData): number =>
  [...each, ...steps.flatMap(({ changes }) => changes)].reduce(
    (sum, { after }) => sum + (after?.hidden ?? 0),
    0,
  );

const heading = (title: string, state: HTMLElement): HTMLElement =>
  el('header', {}, el('h1', { tabindex: -1 }, title), state);

const stateLine = (text: string) => el('p', { class: 'quiet' }, text);

/** What would be written, who would see it, and the two buttons. */
export function previewView(data: PreviewData, page: Page): HTMLElement {
  const { title, steps, facts, notes, problem } = data;
  const [only, ...others] = steps;
  if (only === undefined) {
    return el(
      'main',
      { class: 'preview' },
      heading('There is nothing to write', stateLine('Nothing was written.')),
      leftOut(data, page),
      remarkList(notes),
      previewAgain(data, page),
    );
  }
  const missing = unshown(data);
  const state = stateLine('Nothing is written yet.');
  return el(
    'main',
    { class: 'preview' },
    heading(`${title.charAt(0).toUpperCase()}${title.slice(1)}?`, state),
    problem === null ? null : el('p', { class: 'warning', role: 'alert' }, quoted(problem)),
    others.length === 0 ? oneStep(only, page) : recordTable(data, page),
    leftOut(data, page),
    remarkList(notes),
    remarkList(facts),
    missing === 0
      ? null
      : el(
          'p',
          { class: 'warning', role: 'alert' },
          el('strong', {}, 'Not everything is shown: '),
          `${page.formats.number(missing)} characters that Confirm would write are not on this page.`,
        ),
    decision(data, state, page),
  );
}
