import { titleOf } from '../../../entities/metadata/entity-metadata.js';
import { entityNamed } from '../../../entities/metadata/entity-names.js';
import { mostRecords } from '../../../entities/read/lists/query-arguments.js';
import type {
  ListRequest,
  RecordList,
  RecordWithLists,
  UnreadList,
} from '../../../entities/read/record-with-lists.js';
import type { RecordResult } from '../../../entities/result.js';
import type { Entity } from '../../../model.js';
import { plural } from '../../../text.js';
import type { Result, ToolContext } from '../../define/define-tool.js';
import type { ChecklistItem, Entry } from '../../define/ticket-timeline.js';
import { ticketContact } from '../ticket-contact.js';
import { alwaysCounted, countLines, countsOf, hides, type TicketCounts } from '../ticket-counts.js';
import { checklistItems, checklistLines } from './checklist.js';
import * as entries from './entries.js';
import { mostCharacters, renderEntries } from './render.js';
import { systemNoteKind } from './system-notes.js';

type Policy = ToolContext['entities']['policy'];

/** What a caller can ask for, and where it stands. */
const entrySources = {
  notes: { entity: 'TicketNotes', fields: entries.noteFields, entry: entries.noteEntry },
  time: { entity: 'TimeEntries', fields: entries.timeFields, entry: entries.timeEntry },
  // One index lists the files of the ticket, of its notes, time entries and other files.
  attachments: {
    entity: 'AttachmentInfo',
    fields: entries.fileFields,
    ids: entries.fileOwnerFields,
    entry: entries.fileEntry,
  },
  charges: { entity: 'TicketCharges', fields: entries.chargeFields, entry: entries.chargeEntry },
  history: { entity: 'TicketHistory', fields: entries.historyFields, entry: entries.historyEntry },
} as const;

const checklist = 'TicketChecklistItems';
const secondaryResources = 'TicketSecondaryResources';

export const partNames = ['notes', 'time', 'attachments', 'charges', 'checklist', 'history'] as const;
export type PartName = (typeof partNames)[number];

function listRequests(names: readonly PartName[], all: boolean, ticketID: number): ListRequest[] {
  const filter = [{ op: 'eq', field: 'ticketID', value: ticketID }];
  const lists = names.map((name) =>
    name === 'checklist'
      ? {
          entity: checklist,
          fields: [
            'id',
            'position',
            'itemName',
            'isCompleted',
            'isImportant',
            'completedByResourceID',
            'completedDateTime',
          ],
        }
      : entrySources[name],
  );
  const people = all ? [{ entity: secondaryResources, fields: ['id', 'resourceID'] }] : [];
  return [...lists, ...people].map((list) => ({ ...list, filter, most: mostRecords }));
}

/** The entity a file of the index belongs to: what may not be read there is not shown here. */
function fileEntity(reading: ReturnType<typeof entries.entryRows>[number]): Entity | undefined {
  const { row } = reading;
  if (typeof row.parentAttachmentID === 'number') return entityNamed('AttachmentNestedAttachments');
  if (typeof row.ticketNoteID === 'number') return entityNamed('TicketNoteAttachments');
  return entityNamed(typeof row.timeEntryID === 'number' ? 'TimeEntryAttachments' : 'TicketAttachments');
}

function fileEntries(part: RecordList, policy: Policy): { shown: Entry[]; withheld: number } {
  const shown: Entry[] = [];
  let withheld = 0;
  for (const reading of entries.entryRows(part)) {
    const entity = fileEntity(reading);
    if (entity === undefined || !policy.may('read', entity)) {
      withheld++;
      continue;
    }
    const hides = (field: string) => policy.masks(entity, field);
    const entry = entries.fileEntry(part, {
      row: Object.fromEntries(Object.entries(reading.row).filter(([name]) => !hides(name))),
      shown: (field) => (hides(field) ? '' : reading.shown(field)),
      text: (field) => (hides(field) ? '' : reading.text(field)),
    });
    shown.push(hides('publish') ? { ...entry, seenBy: entries.hiddenAudience } : entry);
  }
  return { shown, withheld };
}

const order = ['history', 'note', 'time', 'file', 'charge'];
const chronological = (a: Entry, b: Entry) =>
  a.key.localeCompare(b.key) || order.indexOf(a.kind) - order.indexOf(b.kind) || a.id - b.id;

/** Files under the note or time entry that they hang on, the rest in the order of time. */
function withOwnedFiles(list: readonly Entry[], files: readonly Entry[]): Entry[] {
  const owners = new Set(list.map(({ kind, id }) => `${kind} ${id}`));
  const isOwned = ({ owner }: Entry) => owners.has(`note ${owner}`) || owners.has(`time ${owner}`);
  return [
    ...list.map((entry) =>
      entry.kind === 'note' || entry.kind === 'time'
        ? { ...entry, files: files.filter(({ owner }) => owner === entry.id) }
        : entry,
    ),
    ...files.filter((file) => !isOwned(file)),
  ].sort(chronological);
}

const entityOfPart = (name: PartName) => (name === 'checklist' ? checklist : entrySources[name].entity);

/** Parts that were read and hold nothing, in the words of `include`. */
const emptyOf = (names: readonly PartName[], { lists }: RecordWithLists) =>
  names.filter((name) =>
    lists.some((part) => 'rows' in part && part.entity.name === entityOfPart(name) && part.rows.length === 0),
  );

/** How many there are of what was read; counted where not all was read. */
async function readCounts(
  { lists }: RecordWithLists,
  id: number,
  context: ToolContext,
): Promise<TicketCounts> {
  const read = lists.filter((part) => 'rows' in part && !hides(part.entity.name, context));
  const cut = read.filter((part) => 'rows' in part && part.more).map(({ entity }) => entity.name);
  const known = read.flatMap((part) =>
    'rows' in part ? [[part.entity.name, part.rows.length] as const] : [],
  );
  return new Map([...known, ...(await countsOf(cut, id, context))]);
}

/** Whose ids stand in the lines of the account; what a caller needs for the next call. */
const idsOf = { note: 'TicketNotes', time: 'TimeEntries', charge: 'TicketCharges' } as const;

const counted = (words: readonly string[]) =>
  [...new Set(words)].map((word) => `${words.filter((other) => other === word).length} ${word}`).join(', ');

interface TicketTimeline {
  readonly list: Entry[];
  readonly items: readonly ChecklistItem[] | null;
  readonly people: readonly string[];
  readonly notes: string[];
}

function collectTimeline({ lists }: RecordWithLists, ticketID: number, policy: Policy): TicketTimeline {
  const list: Entry[] = [];
  const notes: string[] = [];
  let files: Entry[] = [];
  let found: readonly ChecklistItem[] | null = null;
  let people: readonly string[] = [];
  const unread = lists.filter((part): part is UnreadList => 'reason' in part);
  for (const part of lists) {
    if ('reason' in part) continue;
    const { name } = part.entity;
    if (part.more) notes.push(`only the first ${part.rows.length} ${name} were read: the ticket has more`);
    if (part.hidden.length > 0) {
      notes.push(`hidden by the policy of this server: ${part.hidden.map((f) => `${name}.${f}`).join(', ')}`);
    }
    if (name === checklist) found = checklistItems(part);
    else if (name === secondaryResources)
      people = part.cells.map((row) => row[1]?.text ?? '').filter((text) => text !== '');
    else if (name === entrySources.attachments.entity) {
      const { shown, withheld } = fileEntries(part, policy);
      files = shown;
      if (withheld > 0) notes.push(`hidden by the policy of this server: ${plural(withheld, 'file')}`);
    } else {
      const source = Object.values(entrySources).find(({ entity }) => entity === name);
      const readings = entries.entryRows(part);
      const noise =
        name === entrySources.notes.entity
          ? readings.map(({ row }) => systemNoteKind(row, part.metadata))
          : [];
      const folded = noise.filter((word) => word !== null);
      if (folded.length > 0) {
        notes.push(
          `${plural(folded.length, 'system note')} folded (${counted(folded)}); query-entity TicketNotes with ticketID ${ticketID} shows them`,
        );
      }
      readings.forEach((reading, at) => {
        if ((noise[at] ?? null) === null && source !== undefined) list.push(source.entry(part, reading));
      });
    }
  }
  if (unread.length > 0) {
    notes.push(`not shown: ${unread.map(({ entity, reason }) => `${entity.name} (${reason})`).join(', ')}`);
  }
  return { list: withOwnedFiles(list, files), items: found, people, notes };
}

/**
 * One chronological account of a ticket; `names` are the parts of it that are wanted, `which` what is to be said about
 * how it was found.
 */
export async function readTicketTimeline(
  id: number,
  names: readonly PartName[],
  context: ToolContext,
  telling: (record: RecordResult) => RecordResult,
  which: readonly string[] = [],
): Promise<Result> {
  const { account } = context.entities.tenant();
  const all = names.length === partNames.length;
  const contact = ticketContact(context);
  const wanted = listRequests(names, all, id);
  const parts = wanted.map(({ entity }) => entity);
  const [found, others] = await Promise.all([
    account({ entity: 'Tickets', id }, wanted, context, contact.read),
    countsOf(
      alwaysCounted.filter((entity) => !parts.includes(entity)),
      id,
      context,
    ),
  ]);
  const counts = new Map([...others, ...(await readCounts(found, id, context))]);
  const { list, items: checked, people, notes } = collectTimeline(found, id, context.entities.policy);
  const record = contact.shownIn(telling(found.record));
  const fields = record.fields.map((field, at) => `${titleOf(field)}: ${record.cells[at]?.text ?? ''}`);
  if (people.length > 0) fields.push(`secondaryResources: ${people.join(', ')}`);
  const checks = checked === null || checked.length === 0 ? [] : ['', ...checklistLines(checked)];
  const used = [...fields, ...checks].join('\n').length;
  const rendering = renderEntries(list, mostCharacters - used);
  const legend = [
    ...(list.some(({ seenBy }) => seenBy !== undefined)
      ? ['[customer]: the customer can see it; [internal]: not']
      : []),
    ...(list.some(({ kind }) => kind === 'time')
      ? ['time entries: customers can read the summary, not the internal text']
      : []),
  ];
  const hasFiles = list.some(({ kind, files }) => kind === 'file' || files.length > 0);
  const empty = emptyOf(names, found);
  const ids = Object.entries(idsOf)
    .filter(([kind]) => list.some((entry) => entry.kind === kind))
    .map(([kind, entity]) => `${kind} of ${entity}`);
  if (checks.length > 0) ids.push(`checklist of ${checklist}`);
  // Of a part that is hidden the account says so itself.
  const countedParts = [...new Set([...alwaysCounted, ...parts])].filter(
    (entity) => !parts.includes(entity) || counts.has(entity),
  );
  const counted = countLines(countedParts, counts, context);
  const facts = [
    ...counted.facts,
    ...(empty.length > 0 ? [`looked at and empty: ${empty.join(', ')}`] : []),
    ...legend,
    ...(ids.length > 0 ? [`ids: ${ids.join(', ')}`] : []),
    ...(hasFiles ? ['files: get-attachment reads one by its id'] : []),
  ];
  const remarks = [...which, ...counted.notes, ...notes, ...rendering.notes];
  const title = `Ticket ${id}`;
  return {
    kind: 'facts',
    lines: [title],
    labels: [
      ...facts,
      ...remarks.map((note) => `Note: ${note}`),
      ...fields,
      ...(list.length > 0
        ? ['', 'What happened, oldest first:', ...rendering.lines]
        : checks.length > 0
          ? []
          : ['', 'Nothing of what was asked for is on this ticket.']),
      ...checks,
    ],
    timeline: {
      record,
      entries: rendering.shown,
      checklist: checked,
      secondaryResources: people,
      notes: [...facts, ...remarks],
    },
    json: {
      entity: 'Tickets',
      record: Object.fromEntries(
        record.fields.map((field, at) => [titleOf(field), record.cells[at]?.json ?? null]),
      ),
      ...(people.length > 0 ? { secondaryResources: people } : {}),
      entries: rendering.shown,
      ...(checked === null ? {} : { checklist: checked }),
      facts,
      notes: remarks,
    },
  };
}
