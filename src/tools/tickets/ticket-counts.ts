import { findEntity } from '../../entities/metadata/entity-names.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import type { ToolContext } from '../define/define-tool.js';

/** Files of the ticket, of its notes, of its time entries and of other files, which one index lists. */
export const fileIndex = 'AttachmentInfo';
const fileEntities = [
  'TicketAttachments',
  'TicketNoteAttachments',
  'TimeEntryAttachments',
  'AttachmentNestedAttachments',
];

/** What is on every ticket, zero included. */
export const alwaysCounted = ['TicketNotes', 'TimeEntries', fileIndex];

/** How many there are; null where the API user may not read them. */
export type TicketCounts = ReadonlyMap<string, number | null>;

/** Whether the policy hides the records, or some of those that an index lists. */
export function hides(entity: string, { entities: { policy } }: ToolContext): boolean {
  const readable = (one: string) => policy.may('read', findEntity(one));
  return !readable(entity) || (entity === fileIndex && !fileEntities.every(readable));
}

/** Counts of those that the policy does not hide, all at once. */
export async function countsOf(
  entities: readonly string[],
  ticketID: number,
  context: ToolContext,
): Promise<TicketCounts> {
  const { reads } = context.entities.tenant();
  const counted = entities.filter((entity) => !hides(entity, context));
  const found = counted.map(async (entity) => {
    const read = () => reads.count({ entity, query: { ticketID } }, context);
    return [entity, (await ifAllowed(read, null))?.count ?? null] as const;
  });
  return new Map(await Promise.all(found));
}

/** What a ticket has, and what a reader has to notice of that. */
export interface CountLines {
  /** `on this ticket: 2 TicketNotes, 0 TimeEntries, 1 files`; none where nothing is known. */
  readonly facts: readonly string[];
  /** What may not be read, or is hidden. */
  readonly notes: readonly string[];
}

export function countLines(
  entities: readonly string[],
  counts: TicketCounts,
  context: ToolContext,
): CountLines {
  const called = (entity: string) => (entity === fileIndex ? 'files' : entity);
  const numbers = entities.flatMap((entity) => {
    const count = counts.get(entity) ?? null;
    return count === null ? [] : [`${count} ${called(entity)}`];
  });
  const unread = entities.filter((entity) => counts.get(entity) === null).map(called);
  const hidden = entities.filter((entity) => hides(entity, context));
  return {
    facts: numbers.length > 0 ? [`on this ticket: ${numbers.join(', ')}`] : [],
    notes: [
      ...(unread.length > 0 ? [`on this ticket the API user may not read ${unread.join(', ')}`] : []),
      ...(hidden.length > 0 ? [`hidden by the policy of this server: ${hidden.join(', ')}`] : []),
    ],
  };
}
