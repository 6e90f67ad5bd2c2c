import { InvalidInput } from '../../../errors.js';
import type { RawQuery } from '../../filter/parse-query.js';
import type { ContinuationArguments } from '../../order/cursors/continuation.js';
import type { ParentArguments } from './list-path.js';

export interface QueryArguments extends ParentArguments, ContinuationArguments {
  readonly entity: string;
  readonly query?: unknown;
  readonly includeFields?: readonly string[] | undefined;
  readonly maxRecords?: number | undefined;
  /** Ids beside the names of what the records point to. */
  readonly withIds?: boolean | undefined;
  /** A field and its direction; see checkOrder. Absent: by ascending id, unless `newestFirst`. */
  readonly orderBy?: unknown;
  /** Without orderBy: by the natural date of the entity, if it has one. */
  readonly newestFirst?: boolean;
  /** What else is to be said about the query. */
  readonly notes?: readonly string[];
  /** How arguments outside of the query were understood, a line each. */
  readonly understood?: readonly string[];
}

export const defaultRecords = 25;
export const mostRecords = 5000;

/** Refuses what a query may hold besides conditions, where it would have no effect. */
export function requireConditionsOnly({ maxRecords, includeFields }: RawQuery, why: string): void {
  if (maxRecords === undefined && includeFields === undefined) return;
  throw new InvalidInput('Nothing was read.', [
    { field: 'query', problem: `takes conditions only here: ${why}` },
  ]);
}

/** How many records a list returns. */
export const limitOf = (args: QueryArguments, raw: RawQuery) =>
  Math.min(args.maxRecords ?? raw.maxRecords ?? defaultRecords, mostRecords);
