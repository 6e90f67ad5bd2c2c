import type { AudienceView, StepView, Value, ViewOf } from '../../view-data.js';
import { el, quoted, scrolling } from '../page/dom.js';
import type { Page } from '../page/page.js';
import { audienceBadge, audienceNames } from './audience.js';
import { changeValue, isLong } from './change-value.js';

type PreviewData = ViewOf<'preview'>;
type Change = StepView['changes'][number];

/** One field of one record, as far as it is not told above for all of them. */
function changeNode(
  { field, before, after }: Change,
  action: StepView['action'],
  same: Value | undefined,
  page: Page,
): HTMLElement | null {
  const name = quoted(field);
  if (action === 'delete') return el('div', {}, name, ': ', changeValue(field, before, page));
  if (action === 'create') {
    return same === undefined ? el('div', {}, name, ': ', changeValue(field, after, page)) : null;
  }
  const then =
    same !== undefined && isLong(same)
      ? el('span', { class: 'quiet' }, 'as above')
      : el('span', { class: 'after' }, changeValue(field, same ?? after, page));
  return el('div', {}, name, ': ', changeValue(field, before, page), ' → ', then);
}

/** Who sees how many of them; those that the customer sees first. */
function audiences(steps: readonly StepView[], page: Page): HTMLElement[] {
  const found = new Map<string, { audience: AudienceView; count: number }>();
  for (const { audience } of steps) {
    found.set(audience.text, { audience, count: (found.get(audience.text)?.count ?? 0) + 1 });
  }
  const rank = { customer: 0, unknown: 1, internal: 2 } as const;
  return [...found.values()]
    .sort((a, b) => rank[a.audience.seenBy] - rank[b.audience.seenBy])
    .map(({ audience, count }) =>
      audienceBadge(audience, found.size === 1 ? '' : `${page.formats.number(count)} of them: `),
    );
}

const verbs = { create: 'Create', update: 'Update', delete: 'Delete for good' } as const;

/**
 * Several records in one table: what all get alike above it, who sees each of them, and, where they differ in that,
 * what would be done with each.
 */
export function recordTable({ steps, each }: PreviewData, page: Page): HTMLElement {
  const actions = new Set(steps.map(({ action }) => action));
  const same = new Map(each.map(({ field, after }) => [field, after]));
  const many = `${page.formats.number(steps.length)} records`;
  const columns = ['Record and who sees it', actions.has('update') ? 'Now → afterwards' : 'Fields'];
  return el(
    'section',
    {},
    ...audiences(steps, page),
    ...each.map(({ field, after }) =>
      el('div', { class: 'common' }, 'Each: ', quoted(field), ' → ', changeValue(field, after, page)),
    ),
    scrolling(
      many,
      el(
        'table',
        { class: 'records' },
        el('caption', {}, many),
        el('thead', {}, el('tr', {}, ...columns.map((name) => el('th', { scope: 'col' }, name)))),
        el(
          'tbody',
          {},
          ...steps.map(({ action, called, changes, warnings, audience: { seenBy } }) =>
            el(
              'tr',
              {},
              el(
                'th',
                { scope: 'row' },
                actions.size === 1 ? null : el('div', { class: `action ${action}` }, verbs[action]),
                ...called.map((line) => el('div', {}, quoted(line))),
                el('span', { class: `badge ${seenBy}` }, audienceNames[seenBy]),
              ),
              el(
                'td',
                {},
                ...changes.map((change) => changeNode(change, action, same.get(change.field), page)),
                ...warnings.map((line) =>
                  el('div', { class: 'warning' }, el('strong', {}, 'Warning: '), quoted(line)),
                ),
              ),
            ),
          ),
        ),
      ),
      'scroll tall',
    ),
  );
}
