import type { FilterNode, Row } from '../../../client/types.js';
import { InvalidInput } from '../../../errors.js';
import { compareKeyedRows, type KeyedRow, keyedPosition } from '../sort-keys.js';
import { boundsOf } from './filter-bounds.js';
import type { RangeField } from './range-field.js';
import { readRanges } from './read-ranges.js';
import { type RecordBatch, type RecordSource, readById } from './record-source.js';

/** What is wanted of the records of one query that lie in ranges of a field. */
export interface FirstInOrderQuery {
  readonly ranges: RangeField;
  readonly field: string;
  readonly descending: boolean;
  /** The checked conditions that the source stands for. */
  readonly filter: readonly FilterNode[];
  /** Records that are wanted at least, if there are so many. */
  readonly need: number;
  readonly after: ListPosition | null;
  /** Whether conditions are applied here: then a range may hold few of what it gives. */
  readonly isPostFiltered: boolean;
  readonly mostCalls: number;
  /** Those that the conditions applied here let through, with their keys. */
  keyed(rows: readonly Row[]): Promise<readonly KeyedRow[]>;
}

/** Where a list was left, and what was learned until then. */
export interface ListPosition {
  readonly key: number | null;
  readonly id: number | null;
  readonly total: number | null;
  readonly spacing: number | null;
}

export interface FirstInOrder {
  /** Sorted; the first records of the order, without a gap. */
  readonly rows: readonly KeyedRow[];
  /** Records that Autotask holds for the query; null when it did not tell. */
  readonly total: number | null;
  /** Set when the calls were used up before there was enough: how far everything is known. */
  readonly stopped: { readonly key: number | null; readonly id: number | null } | null;
}

const page = 500;
const day = 86_400_000;
/** Over how long the records of a list lie, for a first guess. */
const usualSpan = 3 * 365 * day;

/**
 * The first records of an order. What fits on one page is read whole and sorted; otherwise
 * ranges of the field are, and records without a value come last.
 */
export async function readFirstInOrder(given: RecordSource, query: FirstInOrderQuery): Promise<FirstInOrder> {
  const { ranges, field, descending, filter, need, after, isPostFiltered, mostCalls } = query;
  let calls = 0;
  const source: RecordSource = {
    read: (conditions) => {
      calls++;
      return given.read(conditions);
    },
    count: (conditions) => {
      calls++;
      return given.count(conditions);
    },
  };

  const position = after === null ? null : keyedPosition(after, descending);
  const rows = new Map<number, KeyedRow>();
  const add = async (found: readonly Row[]) => {
    for (const keyed of await query.keyed(found)) {
      if (position === null || compareKeyedRows(keyed, position, descending) > 0) rows.set(keyed.id, keyed);
    }
  };
  const result = (total: number | null, stopped: FirstInOrder['stopped'] = null): FirstInOrder => ({
    rows: [...rows.values()].sort((a, b) => compareKeyedRows(a, b, descending)),
    total,
    stopped,
  });

  let reached: FirstInOrder['stopped'] = after;
  /** Takes batches: true at their end, false when there is enough or no call left. */
  const readBatches = async (from: AsyncIterable<RecordBatch>, empty: boolean): Promise<boolean> => {
    for await (const { rows: found, watermark } of from) {
      await add(found);
      if (watermark !== null) {
        const ended = empty || watermark.position === Number.POSITIVE_INFINITY;
        reached = { key: ended ? null : watermark.position, id: watermark.id };
      }
      if (rows.size >= need || calls >= mostCalls) return false;
    }
    return true;
  };
  const stopResult = (total: number | null) => {
    if (rows.size >= need) return result(total);
    if (reached !== null) return result(total, reached);
    throw new InvalidInput('Nothing was listed.', [
      { field: 'query', problem: `too many records match to sort them by ${field}: narrow the query` },
    ]);
  };

  const isAfterValues = after !== null && after.key === null;
  const isUnfiltered = filter.every(({ op, field: name }) => op === 'exist' && name === 'id');
  const bySample = field === 'id' || !descending;
  const mayFitOnePage =
    after === null ? !isUnfiltered || bySample : after.total !== null && after.total < page * 0.9;
  const firstPage = mayFitOnePage ? await source.read([]) : null;
  if (firstPage !== null && !firstPage.more) {
    await add(firstPage.rows);
    return result(firstPage.rows.length);
  }
  const total = after === null ? await source.count([]) : after.total;
  const unread = total === null ? Number.POSITIVE_INFINITY : total - (firstPage?.rows.length ?? 0);
  if (after === null && (unread <= page * 0.9 || unread <= need * 1.5)) {
    await add(firstPage?.rows ?? []);
    const last = firstPage?.rows.at(-1)?.id;
    const rest = readById(source, typeof last === 'number' ? last : null, () => ({ position: 0, id: null }));
    for await (const batch of rest) await add(batch.rows);
    return result(isPostFiltered ? total : rows.size);
  }

  const bounds = boundsOf(filter, field);
  const isBounded = Number.isFinite(bounds.from) || Number.isFinite(bounds.until);
  if (!isAfterValues) {
    const end = descending ? -bounds.until : bounds.from;
    const span = bounds.until - bounds.from;
    const start = {
      after: after === null || after.key === null ? null : { position: after.key, id: after.id },
      near: Number.isFinite(end) ? end : descending ? -Date.now() : Date.now() - usualSpan,
      spacing: after?.spacing ?? Math.min(span, usualSpan) / Math.max(1, total ?? 20 * page),
      wanted: () => (isPostFiltered ? page : Math.max(1, need - rows.size)),
      ...(firstPage !== null && bySample ? { sample: firstPage.rows } : {}),
    };
    const batches = readRanges(source, ranges, start, descending);
    if (!(await readBatches(batches, false))) return stopResult(total);
    if (field === 'id' || isBounded || (!isPostFiltered && after === null && rows.size === total))
      return result(total);
  }
  const empty: RecordSource = {
    ...source,
    read: (conditions) => source.read([{ op: 'notExist', field }, ...conditions]),
  };
  const lastEmpty = readById(empty, isAfterValues ? (after?.id ?? null) : null, (id) => ({
    position: 0,
    id,
  }));
  return (await readBatches(lastEmpty, true)) ? result(total) : stopResult(total);
}
