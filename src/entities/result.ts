import type { Row } from '../client/types.js';
import type { Entity } from '../model.js';
import type { Cell } from './display/display.js';
import type { FieldMetadata } from './metadata/entity-metadata.js';

/** What reads answer; the server turns it into text or JSON. */

export interface CallContext {
  readonly signal?: AbortSignal;
  readonly timeZone: string;
  /** Status codes of tickets that count as closed. */
  readonly closedStatusIds?: readonly number[];
  /** `what` was done to so many records; read unless given. */
  readonly progress?: (rows: number, total?: number, what?: 'read' | 'written') => void;
  /** Records that were read for this call already, by `Tickets/42`. */
  readonly rows?: ReadonlyMap<string, Row>;
  /** The records of the preview that this call confirms, where a query chose them. */
  readonly previewed?: readonly number[];
  /** Who calls, as far as the transport knows; cursors are good for nobody else. */
  readonly caller?: string;
}

export interface ListResult {
  readonly entity: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Records that match, when more exist than are shown and Autotask told. */
  readonly total: number | null;
  readonly more: boolean;
  /** Id of the last record. A list in the order of ids continues after it. */
  readonly lastId: number | null;
  /** What the records are sorted by, e.g. `createDate desc`; absent for the order of ids. */
  readonly orderBy?: string;
  /** How a sorted list goes on, and until when. */
  readonly cursor?: { readonly text: string; readonly until: string };
  /** Whether these follow records that were listed before. */
  readonly continued?: boolean;
  /** How names, labels and ranges of the query were understood: `companyID: Contoso Ltd (id 175)`. */
  readonly understood?: readonly string[];
  readonly notes: readonly string[];
}

export interface RecordResult {
  readonly entity: Entity;
  readonly row: Row;
  readonly fields: readonly FieldMetadata[];
  readonly cells: readonly Cell[];
  readonly notes: readonly string[];
}
