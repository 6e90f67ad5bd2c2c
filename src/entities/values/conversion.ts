import type { Row } from '../../client/types.js';
import type { ExactMatcher } from '../references/exact-match.js';
import type { References } from '../references/references.js';

/** Everything needed to turn what a caller wrote into what Autotask stores. */
export interface Conversion {
  readonly references: References | null;
  readonly timeZone: string;
  readonly signal?: AbortSignal;
  /** For a filter, where inactive records and ranges of time are welcome; otherwise a value to store. */
  readonly filter?: boolean;
  /** Status codes of tickets that count as closed. */
  readonly closedStatusIds?: readonly number[];
  /** The value is one of a list. */
  readonly many?: boolean;
  /** The operator says that it is another value. */
  readonly negated?: boolean;
  /** The moment from which `today` and its like count; milliseconds, the present unless given. */
  readonly now?: number;
  /**
   * Values of the same record or filter that are known already, by field. A name that several records have means
   * the one that belongs to the same: the phase of this project, the contact of this company.
   */
  readonly knownValues?: Row;
  /** Finds the one record that a value to store names; in filters a part of a name is enough. */
  readonly identify?: ExactMatcher;
}
