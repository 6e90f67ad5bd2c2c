import type { Row } from '../../store/value.js';
import type { Draft } from '../write/draft.js';

/** What one entity demands or does beyond its field table. */
export interface Rules {
  /** Runs before the checks: defaults, derived values, fields that the service keeps to itself. */
  readonly prepare?: (draft: Draft) => void | Promise<void>;
  /** Adds to `draft.errors`. */
  readonly check?: (draft: Draft) => void | Promise<void>;
  /** Runs after the record is stored. */
  readonly after?: (draft: Draft, row: Row) => void | Promise<void>;
}
