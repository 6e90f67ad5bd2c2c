import type { AutotaskReader, FilterNode, Row } from '../../client/types.js';
import { InvalidInput } from '../../errors.js';
import { idOf } from '../display/row-id.js';
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
import type { ListPosition } from './range-paging/first-in-order.js';
import { compareKeyedRows, type KeyedRow, keyedPosition, keyRows } from './sort-keys.js';

/** Matches that are read to sort them by a field that Autotask cannot be asked for in stretches. */
export const mostSorted = 2500;

const tooMany = (field: string, many: string) =>
  new InvalidInput('Nothing was listed.', [
    {
      field: 'orderBy',
      problem: `${field} is sorted by reading every match, at most ${mostSorted}, and ${many} match: narrow the query, or sort by a date field`,
    },
  ]);

/** Index of the first record after the place where the list was left. */
function indexAfter(
  all: readonly KeyedRow[],
  position: ListPosition,
  { order, fingerprint }: OrderedQuery,
): number {
  if (position.key !== null && all.some(({ key }) => typeof key === 'string')) {
    // The cursor does not hold the text, so the record that had it must still have it.
    const at = all.findIndex(({ id }) => id === position.id);
    const key = all[at]?.key;
    if (typeof key === 'string' && fingerprint(key) === position.key) return at + 1;
    throw new InvalidInput('Nothing was listed.', [
      {
        field: 'cursor',
        problem: `the record at which the list was left is gone, or its ${order.field.name} changed: ask for the list anew, without a cursor`,
      },
    ]);
  }
  const last = keyedPosition(position, order.descending);
  const next = all.findIndex((keyed) => compareKeyedRows(keyed, last, order.descending) > 0);
  return next < 0 ? all.length : next;
}

/** One page of records that were all read: sorted, and cut where the cursor says. */
export async function sortRows(
  found: readonly Row[],
  query: OrderedQuery,
  references: References,
  signal?: AbortSignal,
): Promise<OrderedRows> {
  const { order, limit, after, fingerprint, filter } = query;
  const matching = found.filter((row) => filter.postFilters.every((matches) => matches(row)));
  const all = await keyRows(matching, order, references, signal);
  all.sort((a, b) => compareKeyedRows(a, b, order.descending));
  const from = after === null ? 0 : indexAfter(all, after, query);
  const chosen = all.slice(from, from + limit);
  const last = chosen.at(-1);
  const more = all.length > from + limit;
  const key = typeof last?.key === 'string' ? fingerprint(last.key) : (last?.key ?? null);
  return {
    rows: chosen.map(({ row }) => row),
    more,
    total: all.length,
    next: more && last !== undefined ? { key, id: last.id, total: all.length, spacing: null } : null,
    stopped: false,
  };
}

/** Reads all matches and sorts them; refuses when they are too many. */
export async function sortInMemory(
  reader: AutotaskReader,
  references: References,
  query: OrderedQuery,
  context: CallContext,
): Promise<OrderedRows> {
  const { path, filter, order, include } = query;
  const options = context.signal ? { signal: context.signal } : {};
  const { compared, shown } = fieldsToRead(query);
  const found: Row[] = [];
  const partial = new Set<Row>();
  for (const batch of filter.batches) {
    const first = await reader.query(path, searchOf(batch, shown), { limit: page, ...options });
    if (include === undefined && compared !== undefined) for (const row of first.rows) partial.add(row);
    found.push(...first.rows);
    if (!first.more) continue;
    const count = await countOrNull(reader, path, batch, options);
    if (count !== null && found.length - first.rows.length + count > mostSorted) {
      throw tooMany(order.field.name, String(count));
    }
    const rest: FilterNode[] = [...batch, { op: 'gt', field: 'id', value: idOf(first.rows.at(-1)) }];
    const before = found.length;
    const others = await reader.query(path, searchOf(rest, compared), {
      limit: Math.max(1, mostSorted - before),
      onProgress: (rows) => context.progress?.(before + rows),
      ...options,
    });
    if (others.more) throw tooMany(order.field.name, `more than ${mostSorted}`);
    if (compared !== undefined) for (const row of others.rows) partial.add(row);
    found.push(...others.rows);
  }
  const sorted = await sortRows(found, query, references, context.signal);
  return { ...sorted, rows: await readShownFields(reader, query, sorted.rows, partial, options) };
}
