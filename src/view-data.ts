/**
 * What a view shows: `structuredContent` of the answer to a client that shows views (MCP Apps). All text in it is
 * text of the tenant or of the caller and is shown as text, never as markup.
 */

/** A value in words, and as a number or an ISO 8601 date where it is one, so that it sorts and speaks the reader's language. */
export interface Value {
  readonly text: string;
  readonly value?: number | string;
  /** Opens the record in Autotask's web interface. */
  readonly link?: string;
  /** Characters at the end of the text that are left out of it here. */
  readonly hidden?: number;
}

export interface ListView {
  readonly view: 'list';
  readonly entity: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  /** Records that match, where more exist than these and Autotask told how many. */
  readonly total: number | null;
  readonly more: boolean;
  /** Whether these follow records that were listed before; then `total` may be what remained. */
  readonly continued: boolean;
  /** Arguments that the same call needs besides its own to go on; null where it cannot. */
  readonly next: Readonly<Record<string, string | number>> | null;
  readonly orderBy: string | null;
  readonly remarks: readonly string[];
}

/** Several groups in one line. */
export interface GroupsLine {
  readonly label: string;
  /** In the order of the metrics. */
  readonly values: readonly Value[];
}

export interface GroupsView {
  readonly view: 'groups';
  readonly entity: string;
  readonly keys: readonly string[];
  readonly metrics: readonly string[];
  /** In the order of the keys, then of the metrics. */
  readonly rows: readonly (readonly Value[])[];
  /** Groups beyond those shown, groups that a condition leaves out, and all together. */
  readonly lines: readonly GroupsLine[];
  readonly total: readonly Value[];
  readonly records: number;
  readonly remarks: readonly string[];
}

export interface FieldView {
  readonly name: string;
  readonly value: Value;
}

/** Something that happened on a ticket. */
export interface EntryView {
  readonly kind: 'note' | 'time' | 'file' | 'charge' | 'history';
  readonly id: number;
  readonly at: Value;
  /** Who sees it, in words; null where nothing says so. */
  readonly seenBy: string | null;
  readonly head: string;
  readonly texts: readonly { readonly label: string; readonly text: string }[];
  readonly files: readonly EntryView[];
}

export interface ChecklistView {
  readonly id: number;
  readonly name: string;
  readonly done: boolean;
  readonly important: boolean;
  readonly by: string;
}

export interface TicketView {
  readonly view: 'ticket';
  readonly id: number;
  readonly link: string | null;
  readonly fields: readonly FieldView[];
  /** In the order in which they happened; null where they were not read. */
  readonly entries: readonly EntryView[] | null;
  readonly checklist: readonly ChecklistView[] | null;
  readonly secondaryResources: readonly string[];
  readonly remarks: readonly string[];
}

export interface ChangeView {
  readonly field: string;
  /** Null where there is nothing before, or nothing afterwards; what each record gets stands in `each`. */
  readonly before: Value | null;
  readonly after: Value | null;
}

/** One record that would be written. */
export interface StepView {
  readonly action: 'create' | 'update' | 'delete';
  /** The record by number and name, then those that it belongs to. */
  readonly called: readonly string[];
  readonly changes: readonly ChangeView[];
  readonly warnings: readonly string[];
  readonly audience: AudienceView;
}

export interface AudienceView {
  /** `unknown`: nothing says that it stays inside, and nothing that it does not. */
  readonly seenBy: 'customer' | 'internal' | 'unknown';
  readonly text: string;
}

export interface PreviewView {
  readonly view: 'preview';
  /** Why an earlier confirmation did not write. */
  readonly problem: string | null;
  /** What would be done: `update Ticket 101730`, `create 1 TimeEntries; update 1 Tickets`. */
  readonly title: string;
  /** Fields that every record gets alike, with that value; of several records alone. */
  readonly each: readonly { readonly field: string; readonly after: Value }[];
  /** None where there is nothing to write: then what was left out says why. */
  readonly steps: readonly StepView[];
  readonly skipped: readonly { readonly called: string; readonly reason: string }[];
  /** In whose name, how many requests, what else it concerns. */
  readonly facts: readonly string[];
  readonly notes: readonly string[];
  /** What confirms it; null where only the view may know it (see `consentKey`). */
  readonly confirm: string | null;
}

export type ViewData = (ListView | GroupsView | TicketView | PreviewView) & {
  /** The tool that answered. */
  readonly tool: string;
  /**
   * What it was called with, as JSON, without the word that confirms and, in a preview, with what confirming needs
   * besides. Null where that is long: then only the view's program knows it.
   */
  readonly args: string | null;
  /** In which the texts tell times. */
  readonly timeZone: string;
};

export type ViewOf<Name extends ViewData['view']> = Extract<ViewData, { view: Name }>;

/** The member of an answer's `_meta` that holds what a person's consent needs; a host shows `_meta` to no model. */
export const consentKey = 'autotask-mcp/consent';

/** The tool that takes it; listed for views alone. */
export const consentTool = 'confirm-write';

/** The extension of the protocol (MCP Apps), by which a client says that it shows views. */
export const viewExtension = 'io.modelcontextprotocol/ui';

/** The media type of a page that a client shows as a view. */
export const viewMimeType = 'text/html;profile=mcp-app';

/** The one resource with all views. */
export const viewUri = 'ui://autotask';
