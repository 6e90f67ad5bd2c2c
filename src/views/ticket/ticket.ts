import type { EntryView, FieldView, ViewOf } from '../../view-data.js';
import { button, el, quoted } from '../page/dom.js';
import { loadButton } from '../page/load-button.js';
import { isViewData, type Page } from '../page/page.js';
import { openLink, remarkList, valueCell } from '../page/value.js';
import { pictureOf, showFirstPictures } from './picture.js';
import { relative, slaClocks } from './sla.js';

type TicketData = ViewOf<'ticket'>;

/** Fields that the head, the clocks and the people show; the rest stands below. */
const headFields = ['status', 'priority', 'queueID', 'companyID', 'ticketType', 'issueType', 'subIssueType'];
const clockFields = [
  'firstResponseDueDateTime',
  'firstResponseDateTime',
  'resolutionPlanDueDateTime',
  'resolutionPlanDateTime',
  'resolvedDueDateTime',
  'resolvedDateTime',
  'dueDateTime',
];
const peopleFields = [
  'contactID',
  'contact.phone',
  'contact.mobilePhone',
  'contact.emailAddress',
  'assignedResourceID',
  'assignedResourceRoleID',
];
const textFields = ['description', 'resolution'];
const shownAbove = new Set([
  ...headFields,
  ...clockFields,
  ...peopleFields,
  ...textFields,
  'ticketNumber',
  'title',
  'id',
]);

const fieldIn = (fields: readonly FieldView[], name: string) =>
  fields.find((field) => field.name === name)?.value;

const audienceOf = ({ seenBy }: EntryView): 'customer' | 'internal' | 'unknown' =>
  seenBy === null
    ? 'unknown'
    : seenBy.startsWith('customer')
      ? 'customer'
      : seenBy === 'internal'
        ? 'internal'
        : 'unknown';

const badges = { customer: 'Customer sees it', internal: 'Internal', unknown: '' } as const;

function entryNode(entry: EntryView, page: Page): HTMLElement {
  const audience = audienceOf(entry);
  const badge = badges[audience];
  /** As the tenant calls whoever sees it. */
  const who = entry.seenBy?.startsWith('customer: ') ? entry.seenBy.slice('customer: '.length) : '';
  return el(
    'li',
    { class: `entry ${audience}`, 'data-audience': audience },
    el(
      'p',
      { class: 'entry-head' },
      el('span', { class: 'kind' }, entry.kind),
      el('time', {}, quoted(page.formats.value(entry.at))),
      badge === ''
        ? null
        : el(
            'span',
            { class: `badge ${audience}` },
            badge,
            who === '' ? '' : ': ',
            who === '' ? null : quoted(who),
          ),
    ),
    el('p', {}, quoted(entry.head)),
    ...entry.texts.map(({ label, text }) =>
      el('p', { class: 'text' }, label === '' ? null : el('strong', {}, quoted(label), ': '), quoted(text)),
    ),
    pictureOf(entry, page),
    entry.files.length === 0
      ? null
      : el('ul', { class: 'entries' }, ...entry.files.map((file) => entryNode(file, page))),
  );
}

const filters = [
  ['all', 'Everything'],
  ['customer', 'What the customer sees'],
  ['internal', 'Internal'],
] as const;

/** What happened, oldest first; what the customer sees and what stays inside can be looked at apart. */
function timeline(entries: readonly EntryView[], page: Page): HTMLElement {
  const list = el('ol', { class: 'entries' }, ...entries.map((entry) => entryNode(entry, page)));
  const choose = (wanted: string) => {
    list.setAttribute('data-only', wanted);
    const shown = entries.filter((entry) => wanted === 'all' || audienceOf(entry) === wanted).length;
    page.announce(`${page.formats.number(shown)} entries.`);
    for (const one of row.querySelectorAll('button')) {
      one.setAttribute('aria-pressed', String(one.dataset.wanted === wanted));
    }
  };
  const row = el(
    'div',
    { class: 'actions', role: 'group', 'aria-label': 'Which entries' },
    ...filters.map(([wanted, label]) =>
      button(label, () => choose(wanted), {
        'data-wanted': wanted,
        'aria-pressed': String(wanted === 'all'),
      }),
    ),
  );
  showFirstPictures(list);
  return el(
    'section',
    {},
    el('h2', {}, 'What happened, oldest first'),
    entries.length === 0 ? el('p', { class: 'quiet' }, 'Nothing yet.') : row,
    list,
  );
}

/** Reads the rest where the answer holds the ticket alone: the model did not ask for it, the reader gets it. */
function unreadRest(data: TicketData, page: Page): HTMLElement {
  const section = el('section', {});
  const load = async () => {
    const answer = await page.host.callTool(data.tool, {
      id: data.id,
      include: ['notes', 'time', 'attachments', 'checklist'],
    });
    const { structuredContent: found } = answer;
    if (answer.isError || !isViewData(found) || found.view !== 'ticket') {
      section.replaceChildren(el('p', { class: 'warning' }, quoted(answer.text)));
      return;
    }
    section.replaceChildren(...storyNodes(found, page));
  };
  section.append(loadButton('Show notes, time, files and checklist', load, page));
  return section;
}

function storyNodes({ entries, checklist }: TicketData, page: Page): HTMLElement[] {
  const steps = checklist ?? [];
  return [
    ...(steps.length === 0
      ? []
      : [
          el(
            'section',
            {},
            el(
              'h2',
              {},
              `Checklist, ${page.formats.number(steps.filter(({ done }) => done).length)} of ${page.formats.number(steps.length)} done`,
            ),
            el(
              'ul',
              { class: 'checklist' },
              ...steps.map(({ name, done, important, by }) =>
                el(
                  'li',
                  {},
                  el('span', { role: 'img', 'aria-label': done ? 'done' : 'open' }, done ? '☑' : '☐'),
                  ' ',
                  quoted(name),
                  important ? ' (important)' : '',
                  by === '' ? '' : el('span', { class: 'quiet' }, ' ', quoted(by)),
                ),
              ),
            ),
          ),
        ]),
    ...(entries === null ? [] : [timeline(entries, page)]),
  ];
}

function people({ fields, secondaryResources }: TicketData, page: Page): HTMLElement {
  const rows: [string, HTMLElement][] = [];
  const contact = fieldIn(fields, 'contactID');
  if (contact !== undefined) rows.push(['Contact', valueCell(contact, page)]);
  for (const [name, label] of [
    ['contact.phone', 'Phone'],
    ['contact.mobilePhone', 'Mobile'],
    ['contact.emailAddress', 'E-mail'],
  ] as const) {
    const value = fieldIn(fields, name);
    if (value !== undefined && value.text !== '') rows.push([label, quoted(value.text)]);
  }
  const assigned = fieldIn(fields, 'assignedResourceID');
  rows.push([
    'Assigned to',
    assigned === undefined ? el('span', { class: 'quiet' }, 'nobody') : valueCell(assigned, page),
  ]);
  const role = fieldIn(fields, 'assignedResourceRoleID');
  if (role !== undefined) rows.push(['Role', valueCell(role, page)]);
  for (const name of secondaryResources) rows.push(['Also', quoted(name)]);
  return facts('People', rows);
}

const facts = (title: string, rows: readonly (readonly [string, HTMLElement])[]): HTMLElement =>
  el(
    'section',
    {},
    el('h2', {}, title),
    el('dl', {}, ...rows.flatMap(([name, node]) => [el('dt', {}, name), el('dd', {}, node)])),
  );

function clocks({ fields }: TicketData, page: Page): HTMLElement | null {
  const list = slaClocks(fields, Date.now());
  if (list.length === 0) return null;
  const met = fieldIn(fields, 'serviceLevelAgreementHasBeenMet');
  return el(
    'section',
    {},
    el('h2', {}, 'Service level'),
    el(
      'ul',
      { class: 'clocks' },
      ...list.map(({ name, due, state, left }) =>
        el(
          'li',
          { class: `clock ${state}` },
          el('strong', {}, name),
          el('span', { class: 'badge' }, state),
          el(
            'span',
            {},
            page.formats.value(due),
            state === 'running' || state === 'overdue' ? ` (${relative(left, page.language)})` : '',
          ),
        ),
      ),
    ),
    met === undefined ? null : el('p', { class: 'quiet' }, 'Service level agreement met: ', quoted(met.text)),
  );
}

/** One ticket: its head, its clocks, who is concerned, and what happened. */
export function ticketView(data: TicketData, page: Page): HTMLElement {
  const { fields, link, id } = data;
  const number = fieldIn(fields, 'ticketNumber')?.text ?? `Ticket ${id}`;
  const title = fieldIn(fields, 'title')?.text ?? '';
  const heads = headFields.flatMap((name) => {
    const value = fieldIn(fields, name);
    return value === undefined
      ? []
      : [
          el(
            'li',
            {},
            el('span', { class: 'quiet' }, `${name.replace(/ID$/, '')}: `),
            valueCell(value, page),
          ),
        ];
  });
  const texts = textFields.flatMap((name) => {
    const value = fieldIn(fields, name);
    return value === undefined || value.text === ''
      ? []
      : [el('section', {}, el('h2', {}, name), el('p', { class: 'text' }, quoted(value.text)))];
  });
  const rest = fields.filter(({ name }) => !shownAbove.has(name));
  return el(
    'main',
    { class: 'ticket' },
    el(
      'header',
      {},
      el('p', { class: 'quiet' }, quoted(number)),
      el('h1', { tabindex: -1 }, quoted(title)),
      el('ul', { class: 'chips' }, ...heads),
      link !== null && page.host.can.openLinks
        ? button('Open in Autotask', () => openLink(link, page))
        : null,
    ),
    el('div', { class: 'columns' }, people(data, page), clocks(data, page)),
    ...texts,
    ...storyNodes(data, page),
    data.entries === null ? unreadRest(data, page) : null,
    el(
      'details',
      {},
      el('summary', {}, `${page.formats.number(rest.length)} more fields`),
      el(
        'dl',
        {},
        ...rest.flatMap(({ name, value }) => [
          el('dt', {}, quoted(name)),
          el('dd', {}, valueCell(value, page)),
        ]),
      ),
    ),
    remarkList(data.remarks),
  );
}
