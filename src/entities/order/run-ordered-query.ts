import type { AutotaskReader, FilterNode } from '../../client/types.js';
import type { References } from '../references/references.js';
import type { CallContext } from '../result.js';
import {
  countOrNull,
  fieldsToRead,
  type OrderedQuery,
  type OrderedRows,
  page,
  readShownFields,
  searchOf,
} from './ordered-query.js';
import { type FirstInOrder, type ListPosition, readFirstInOrder } from './range-paging/first-in-order.js';
import type { RangeField } from './range-paging/range-field.js';
import { sortInMemory } from './sort-in-memory.js';
import { compareKeyedRows, type KeyedRow, keyedPosition, keyRows } from './sort-keys.js';

/** Calls that a list may take for each of its queries before it says how far it came. */
const mostCalls = (limit: number) => 30 + Math.ceil(limit / 50);

function positionAt(last: KeyedRow, shown: readonly KeyedRow[], total: number | null): ListPosition {
  const keys = shown.flatMap(({ key }) => (typeof key === 'number' ? [key] : []));
  const [first = 0] = keys;
  const span = (keys.at(-1) ?? first) - first;
  return {
    key: typeof last.key === 'number' ? last.key : null,
    id: Number.isSafeInteger(last.id) && last.id >= 0 ? last.id : null,
    total,
    spacing: span === 0 ? null : Math.ceil(span / keys.length),
  };
}

/** The pages of several queries as one. What lies behind the place where one of them stopped is not known. */
function merge(parts: readonly FirstInOrder[], { order, limit, after, filter }: OrderedQuery): OrderedRows {
  const byOrder = (a: KeyedRow, b: KeyedRow) => compareKeyedRows(a, b, order.descending);
  const [earliestStop] = parts
    .flatMap(({ stopped }) => (stopped === null ? [] : [keyedPosition(stopped, order.descending)]))
    .sort(byOrder);
  const rows = parts
    .flatMap((part) => part.rows)
    .sort(byOrder)
    .filter((row) => earliestStop === undefined || byOrder(row, earliestStop) <= 0);
  const chosen = rows.slice(0, limit);
  const full = rows.length > limit;
  const total = parts.reduce<number | null>(
    (sum, part) => (sum === null || part.total === null ? null : sum + part.total),
    0,
  );
  const last = full ? chosen.at(-1) : earliestStop;
  const known =
    filter.postFilters.length === 0 ? total : last === undefined && after === null ? rows.length : null;
  return {
    rows: chosen.map(({ row }) => row),
    more: last !== undefined,
    total: known,
    next: last === undefined ? null : positionAt(last, chosen, total),
    stopped: !full && earliestStop !== undefined,
  };
}

async function byRanges(
  reader: AutotaskReader,
  references: References,
  query: OrderedQuery,
  ranges: RangeField,
  context: CallContext,
): Promise<OrderedRows> {
  const { path, filter, order, limit, after } = query;
  const options = context.signal ? { signal: context.signal } : {};
  const { shown } = fieldsToRead(query);
  const parts: FirstInOrder[] = [];
  let read = 0;
  for (const batch of filter.batches) {
    const source = {
      read: async (conditions: readonly FilterNode[]) => {
        const search = searchOf([...batch, ...conditions], shown);
        const found = await reader.query(path, search, { limit: page, ...options });
        read += found.rows.length;
        context.progress?.(read);
        return found;
      },
      count: (conditions: readonly FilterNode[]) =>
        countOrNull(reader, path, [...batch, ...conditions], options),
    };
    const part = await readFirstInOrder(source, {
      ranges,
      field: order.field.name,
      descending: order.descending,
      filter: batch,
      need: limit + 1,
      after,
      isPostFiltered: filter.postFilters.length > 0,
      mostCalls: mostCalls(limit),
      keyed: (rows) =>
        keyRows(
          rows.filter((row) => filter.postFilters.every((matches) => matches(row))),
          order,
          references,
          context.signal,
        ),
    });
    parts.push(part);
  }
  return merge(parts, query);
}

/** The first records of an order, or the next ones; Autotask itself has no order but that of ids. */
export async function runOrderedQuery(
  reader: AutotaskReader,
  references: References,
  query: OrderedQuery,
  context: CallContext,
): Promise<OrderedRows> {
  const { ranges } = query.order;
  if (ranges === null) return sortInMemory(reader, references, query, context);
  const found = await byRanges(reader, references, query, ranges, context);
  if (query.include !== undefined || fieldsToRead(query).compared === undefined) return found;
  const options = context.signal ? { signal: context.signal } : {};
  return { ...found, rows: await readShownFields(reader, query, found.rows, new Set(found.rows), options) };
}
