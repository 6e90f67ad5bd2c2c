import type { FilterNode, Row } from '../../client/types.js';
import type { Interpretation } from './interpretation.js';

/** A filter that Autotask understands, and what this server does besides. */
export interface CheckedFilter {
  /** One or more top-level lists of conditions; several when an `in` list was too long for one query. */
  readonly batches: readonly (readonly FilterNode[])[];
  /** Conditions that Autotask cannot take in the same query, applied to the rows it returns. */
  readonly postFilters: readonly ((row: Row) => boolean)[];
  /** Fields that those conditions read. */
  readonly postFilterFields: readonly string[];
  /** What a reader has to notice. */
  readonly notes: readonly string[];
  /** How names, labels and ranges were understood, and what has to be looked at when nothing matches. */
  readonly interpretation: Interpretation;
}
