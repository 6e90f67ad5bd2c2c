import type { AutotaskWriter, Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import type { Cell } from '../display/display.js';
import type { OutcomeQuery } from './outcome-query.js';
import type { Audience } from './visibility.js';

export interface Change {
  readonly field: string;
  readonly before: Cell | null;
  readonly after: Cell;
}

/** What happened, as Autotask's database tells it afterwards. */
export interface WriteResult {
  readonly action: WritePlan['action'];
  readonly entity: Entity;
  readonly id: number;
  /** Opens the record in Autotask's web interface; null when not known how. */
  readonly link: string | null;
  /** The record by number and name, then those that it belongs to, a line each. */
  readonly called: readonly string[];
  readonly changes: readonly Change[];
  /** Every field that was sent and stored so, `name: value`. */
  readonly stored: readonly string[];
  /** Fields that were not sent and changed, `name: before -> after`. */
  readonly moved: readonly string[];
  /** Fields whose stored value is not the one that was sent. */
  readonly differences: readonly string[];
  readonly notes: readonly string[];
}

/**
 * A write that was checked and routed but not made. Only `execute` writes, and it needs a writer, which
 * the dispatcher hands out after the gate.
 */
export interface WritePlan {
  readonly action: 'create' | 'update' | 'delete';
  readonly entity: Entity;
  readonly id: number | null;
  readonly path: string;
  /** Exactly what is sent; null for a delete. */
  readonly body: Row | null;
  /** The field with the mark of this attempt, which another plan of the same write has otherwise; null without. */
  readonly mark: string | null;
  /** The record as it was when the plan was made; null for a create. */
  readonly stored: Row | null;
  /** The record by number and name, then those that it belongs to, a line each. */
  readonly called: readonly string[];
  readonly audience: Audience;
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
  /** What should make whoever confirms look twice: read for a preview, empty where it may not be read. */
  readonly warnings: () => Promise<readonly string[]>;
  /** Lines about what else the write concerns, for a preview: read when one is shown. Never rejects. */
  readonly childCounts?: () => Promise<readonly string[]>;
  /** Finds out whether the write happened, when its answer was lost. */
  readonly outcomeQuery: OutcomeQuery;
  execute(writer: AutotaskWriter): Promise<WriteResult>;
}
