import type { Row } from '../../store/value.js';
import type { PendingRecord } from '../write/pending-record.js';

/** What one entity demands or does beyond its field table. */
export interface Rules {
  /** Runs before the checks: defaults, derived values, fields that the service keeps to itself. */
  readonly prepare?: (pending: PendingRecord) => void | Promise<void>;
  /** Adds to `pending.errors`. */
  readonly check?: (pending: PendingRecord) => void | Promise<void>;
  /** Runs after the record is stored. */
  readonly after?: (pending: PendingRecord, row: Row) => void | Promise<void>;
}

/** What a new record is when the body does not say. */
export function defaults(values: Readonly<Record<string, string | number | boolean>>): Rules {
  return {
    prepare: (pending) => {
      if (pending.mode !== 'create') return;
      for (const [field, value] of Object.entries(values)) pending.values[field] ??= value;
    },
  };
}
