import { InvalidInput } from '../../../errors.js';
import type { CallContext, ListResult } from '../../result.js';
import { type Order, orderText } from '../order.js';
import type { ListPosition } from '../range-paging/first-in-order.js';
import { type CursorPosition, type Cursors, expiresAt } from './cursor.js';

export interface ContinuationArguments {
  /** Only records with a higher id: how a list in the order of ids goes on. */
  readonly afterId?: number | undefined;
  /** How a sorted list goes on. */
  readonly cursor?: string | undefined;
}

const invalid = (field: string, problem: string) =>
  new InvalidInput('Nothing was sent to Autotask.', [{ field, problem }]);

/** Refuses what cannot be meant together. */
export function checkContinuation({ afterId, cursor }: ContinuationArguments, order: Order | null): void {
  if (afterId === undefined) return;
  if (cursor !== undefined)
    throw invalid('afterId', 'cannot be given with a cursor: use the one that the list named');
  if (order !== null)
    throw invalid('afterId', 'continues lists in the order of ids: a sorted list goes on with its cursor');
}

/** The moment at which a list begins, in seconds. */
export const nowInSeconds = (): number => Math.floor(Date.now() / 1000);

/** What must be the same when a list is continued. */
export interface ListIdentity {
  readonly entity: string;
  readonly path: string;
  /** Conditions as the caller gave them: those in words mean other dates on another day. */
  readonly conditions: readonly unknown[];
}

const cursorIdentity = (identity: ListIdentity, order: Order, { timeZone, caller = '' }: CallContext) => ({
  ...identity,
  order: orderText(order),
  timeZone,
  caller,
});

/** The place that a cursor names; null without one. Throws InvalidInput when it is not good here. */
export function readCursor(
  cursors: Cursors,
  { cursor }: ContinuationArguments,
  identity: ListIdentity,
  order: Order | null,
  context: CallContext,
): CursorPosition | null {
  if (cursor === undefined) return null;
  if (order === null)
    throw invalid('cursor', 'continues sorted lists: this one is in the order of ids, give afterId');
  return cursors.read(cursor, cursorIdentity(identity, order, context));
}

/** How a sorted list goes on, for its answer. */
export function nextCursor(
  cursors: Cursors,
  position: ListPosition | null,
  since: number,
  identity: ListIdentity,
  order: Order,
  context: CallContext,
): Pick<ListResult, 'orderBy' | 'cursor'> {
  const orderBy = orderText(order);
  if (position === null) return { orderBy };
  const text = cursors.issue({ ...position, since }, cursorIdentity(identity, order, context));
  return { orderBy, cursor: { text, until: new Date(expiresAt({ since })).toISOString() } };
}
