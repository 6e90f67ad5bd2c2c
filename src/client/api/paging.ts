import { createHash } from 'node:crypto';
import { AutotaskError } from '../../errors.js';
import { limits } from '../../limits/fixed-limits.js';
import { isObject, type JsonObject, member, textMember } from '../json.js';
import type { ApiRequest } from '../pipeline/request.js';
import type { FilterNode, Row, Search } from '../types.js';
import { checkOperators } from './check-operators.js';
import { unexpectedShape } from './metadata.js';

/** Most rows that Autotask puts on a page. */
export const maxPageSize = 500;
/** Far more than any page holds; what has more is no page. */
const maxItems = 10 * maxPageSize;

/**
 * The body of a query. `filter` is mandatory in Autotask, so "everything" is spelled out; `id` is always
 * included, because paging works by it.
 */
export function queryBody(search: Search, pageSize: number): string {
  const { includeFields } = search;
  const hasId = includeFields?.some((field) => field.toLowerCase() === 'id') ?? true;
  return JSON.stringify({
    filter: filterOf(search.filter),
    MaxRecords: pageSize,
    ...(includeFields === undefined
      ? {}
      : { IncludeFields: hasId ? includeFields : ['id', ...includeFields] }),
  });
}

export function filterOf(filter: readonly FilterNode[]): readonly FilterNode[] {
  checkOperators(filter);
  return filter.length === 0 ? [{ op: 'exist', field: 'id' }] : filter;
}

/**
 * The page size with which `limit` rows and the knowledge whether there are more take the fewest requests:
 * one row beyond the limit is asked for wherever that needs no further page.
 */
export function pageSizeFor(limit: number): number {
  const pages = Math.ceil(limit / maxPageSize);
  return Math.min(maxPageSize, Math.ceil((limit + 1) / pages));
}

export function checkRow(row: JsonObject, path: string, ids: boolean): void {
  if (typeof row.id === 'number' || (!ids && member(row, 'id') === undefined)) return;
  throw unexpectedShape(
    path,
    member(row, 'id') === undefined ? 'a record without id' : 'names in another spelling',
  );
}

export interface Page {
  readonly rows: readonly Row[];
  /** Address of the following page; null on the last. */
  readonly next: string | null;
}

/**
 * `ids`: rows of a query always have one, because paging works by it. A page or a row that is spelled in another
 * way than documented is an error: read leniently, its fields would all be missing and look like empty ones.
 */
export function readPage(body: unknown, path: string, ids = true): Page {
  const items = isObject(body) ? body.items : undefined;
  if (!Array.isArray(items) || items.length > maxItems) throw unexpectedShape(path);
  const rows: readonly JsonObject[] = items.filter(isObject);
  if (rows.length < items.length) throw unexpectedShape(path, 'a row that is no record');
  for (const row of rows) checkRow(row, path, ids);
  return { rows, next: textMember(member(body, 'pageDetails'), 'nextPageUrl') };
}

/**
 * Answers a function that makes the call for the following page: the original verb and body, at the address that
 * Autotask gave. It ends a chain that leads nowhere: round in circles, or on and on without a record.
 */
export function pageFollower(first: ApiRequest): (page: Page, next: string) => ApiRequest {
  const digest = (address: string) => createHash('sha256').update(address).digest('base64');
  const seen = new Set([digest(first.path)]);
  let empty = 0;
  return ({ rows }, next) => {
    if (!URL.canParse(next)) throw unexpectedShape('the next page');
    empty = rows.length === 0 ? empty + 1 : 0;
    if (empty > limits.emptyPages) {
      throw endlessPages(`Autotask sent ${empty} pages without a record, each of which names a next one.`);
    }
    if (seen.size >= limits.callRequests) {
      throw endlessPages(
        `Autotask named ${limits.callRequests} pages, and more are not read for one question.`,
      );
    }
    const key = digest(next);
    if (seen.has(key))
      throw endlessPages('Autotask named a page that was read already as the successor of another.');
    seen.add(key);
    return { ...first, path: next, firstPath: first.path };
  };
}

const endlessPages = (message: string) =>
  new AutotaskError('unexpected', message, {
    next: 'Narrow the search with a filter so that it fits on one page.',
  });
