import type { RecordResult } from '../../entities/result.js';

/** Something that happened on a ticket. */
export interface Entry {
  readonly kind: 'note' | 'time' | 'file' | 'charge' | 'history';
  readonly id: number;
  /** Sorts by time: ISO 8601 in UTC; a day counts as its end. */
  readonly key: string;
  /** When, as it is shown. */
  readonly at: string;
  readonly seenBy?: string;
  /** Who, what and how much, on one line. */
  readonly head: string;
  /** Free texts with what they are; the text alone where that is clear. */
  readonly texts: readonly { readonly label: string; readonly text: string }[];
  /** Files that hang on it. */
  readonly files: readonly Entry[];
  /** Id of the note or time entry that a file hangs on. */
  readonly owner?: number;
}

/** One item of a ticket's checklist. */
export interface ChecklistItem {
  readonly id: number;
  readonly name: string;
  readonly done: boolean;
  readonly important: boolean;
  /** Who completed it and when; empty when nobody did. */
  readonly by: string;
}

/** A ticket with what happened on it, for whoever shows it otherwise than as lines. */
export interface TicketTimeline {
  readonly record: RecordResult;
  /** Oldest first, as far as they are shown. */
  readonly entries: readonly Entry[];
  /** Null where it was not asked for. */
  readonly checklist: readonly ChecklistItem[] | null;
  readonly secondaryResources: readonly string[];
  readonly notes: readonly string[];
}
