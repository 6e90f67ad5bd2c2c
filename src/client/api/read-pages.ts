import { AutotaskError } from '../../errors.js';
import { currentCallUsage } from '../../limits/call-usage.js';
import type { ClientCore } from '../client-core.js';
import { type ApiRequest, checkPath } from '../pipeline/request.js';
import type { CallOptions, QueryOptions, QueryResult, Row, Search } from '../types.js';
import { type Page, pageFollower, queryBody, readPage } from './paging.js';

export function get(path: string): ApiRequest {
  checkPath(path);
  return { method: 'GET', path, write: false };
}

export function post(path: string, body: string): ApiRequest {
  checkPath(path);
  return { method: 'POST', path, body, write: false };
}

export const firstPage = (path: string, search: Search, size: number): ApiRequest =>
  post(`${path}/query`, queryBody(search, size));

/** The pages of a query; those that are `kept` stay in memory until the call ends. */
export async function* followPages(
  core: ClientCore,
  path: string,
  first: ApiRequest,
  options: CallOptions,
  buffered = false,
) {
  // Lists below a parent are GETs, and a few of their records have no id.
  const ids = first.method === 'POST';
  const nextRequest = pageFollower(first);
  let request = first;
  for (;;) {
    const body = await core.send(request, options);
    if (buffered) currentCallUsage()?.hold(body);
    const page: Page = readPage(body, path, ids);
    yield page;
    if (page.next === null) return;
    request = nextRequest(page, page.next);
  }
}

/** Rows of the first page and those that follow it, at most `limit`. */
export async function readRows(
  core: ClientCore,
  path: string,
  first: ApiRequest,
  { limit, onProgress }: Pick<QueryOptions, 'limit' | 'onProgress'>,
  options: CallOptions,
): Promise<QueryResult> {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new AutotaskError('invalid', `limit: must be a whole number of at least 1, not ${limit}.`);
  }
  const rows: Row[] = [];
  for await (const page of followPages(core, path, first, options, true)) {
    for (const row of page.rows) rows.push(row);
    onProgress?.(Math.min(rows.length, limit));
    if (rows.length > limit || (rows.length === limit && page.next !== null)) {
      return { rows: rows.slice(0, limit), more: true };
    }
  }
  return { rows, more: false };
}
