import type { AutotaskReader, FilterNode, Row, Search } from '../../client/types.js';
import { idOf } from '../display/row-id.js';
import type { CheckedFilter } from '../filter/checked-filter.js';
import { orNull } from '../read/optional-read.js';
import type { Order } from './order.js';
import type { ListPosition } from './range-paging/first-in-order.js';

export interface OrderedQuery {
  readonly path: string;
  readonly filter: CheckedFilter;
  readonly order: Order;
  /** Fields to show; undefined for all. */
  readonly include: readonly string[] | undefined;
  /** Whether records can be asked for by their ids alone; not where Autotask lists those of one owner only. */
  readonly byId: boolean;
  readonly limit: number;
  /** Where the list was left. */
  readonly after: ListPosition | null;
  /** Stands for a text in a cursor. */
  readonly fingerprint: (text: string) => number;
}

export interface OrderedRows {
  readonly rows: readonly Row[];
  readonly more: boolean;
  /** Records that match; null when unknown. */
  readonly total: number | null;
  /** Where the list goes on; null at its end. */
  readonly next: ListPosition | null;
  /** Whether the calls were used up before the list was full. */
  readonly stopped: boolean;
}

/** Rows that Autotask puts on a page, and ids that a query may name. */
export const page = 500;

/** That a record has an id says nothing beside other conditions; the client adds it where there are none. */
const restricts = ({ op, field }: FilterNode) => !(op === 'exist' && field === 'id');

export function searchOf(filter: readonly FilterNode[], fields: readonly string[] | undefined): Search {
  const restricting = filter.filter(restricts);
  return fields === undefined ? { filter: restricting } : { filter: restricting, includeFields: fields };
}

/**
 * What is read of a record while it is not known whether it will be shown: the shown fields when they are
 * named, because that saves a call; of all fields only those that are compared.
 */
export function fieldsToRead({ include, order, filter, byId }: OrderedQuery) {
  const needed = ['id', order.field.name, ...filter.postFilterFields];
  // Autotask refuses to include a field that cannot be queried, but returns it when none are named.
  const compared = !byId || order.field.isQueryable === false ? undefined : [...new Set(needed)];
  return { compared, shown: include === undefined ? compared : [...new Set([...include, ...needed])] };
}

/** Shown fields of those records of which only the compared ones were read. */
export async function readShownFields(
  reader: AutotaskReader,
  { path, include }: OrderedQuery,
  rows: readonly Row[],
  partial: ReadonlySet<Row>,
  options: { readonly signal?: AbortSignal },
): Promise<Row[]> {
  const ids = rows.filter((row) => partial.has(row)).flatMap((row) => idOf(row) ?? []);
  const shownRows = new Map<number | null, Row>();
  for (let from = 0; from < ids.length; from += page) {
    const value = ids.slice(from, from + page);
    const search = searchOf([{ op: 'in', field: 'id', value }], include);
    const found = await reader.query(path, search, { limit: value.length, ...options });
    for (const row of found.rows) shownRows.set(idOf(row), row);
  }
  return rows
    .map((row) => (partial.has(row) ? shownRows.get(idOf(row)) : row))
    .filter((row): row is Row => row !== undefined);
}

/** How many match helps to guess where they lie; a list is right without it. */
export const countOrNull = (
  reader: AutotaskReader,
  path: string,
  filter: readonly FilterNode[],
  options: { readonly signal?: AbortSignal },
): Promise<number | null> => orNull(() => reader.count(path, filter.filter(restricts), options));
