import { AutotaskError } from '../../errors.js';
import { currentUse, withinBudget } from '../../resource-budget.js';
import type { ClientCore } from '../client-core.js';
import { isObject, member, textMember, toNumber } from '../json.js';
import { startDeadline } from '../pipeline/deadline.js';
import { type ApiRequest, checkPath } from '../pipeline/request.js';
import type {
  AutotaskReader,
  CallOptions,
  MetadataOptions,
  QueryOptions,
  QueryResult,
  Row,
  Search,
} from '../types.js';
import { readEntityInformation, readFields, readThreshold, unreadable } from './metadata.js';
import {
  checkRow,
  filterOf,
  largestPage,
  type Page,
  pageFollower,
  pageSizeFor,
  queryBody,
  readPage,
} from './paging.js';

function get(path: string): ApiRequest {
  checkPath(path);
  return { method: 'GET', path, write: false };
}

function post(path: string, body: string): ApiRequest {
  checkPath(path);
  return { method: 'POST', path, body, write: false };
}

/** The body of a GET, or what stands for it when Autotask has nothing there. */
async function getOr(
  tenant: ClientCore,
  path: string,
  absent: unknown,
  options?: CallOptions,
): Promise<unknown> {
  try {
    return await tenant.send(get(path), options);
  } catch (error) {
    if (error instanceof AutotaskError && error.status === 404) return absent;
    throw error;
  }
}

const firstPage = (path: string, search: Search, size: number): ApiRequest =>
  post(`${path}/query`, queryBody(search, size));

/** The pages of a query; those that are `kept` stay in memory until the call ends. */
async function* follow(
  tenant: ClientCore,
  path: string,
  first: ApiRequest,
  options: CallOptions,
  kept = false,
) {
  // Lists below a parent are GETs, and a few of their records have no id.
  const ids = first.method === 'POST';
  const callFor = pageFollower(first);
  let call = first;
  for (;;) {
    const body = await tenant.send(call, options);
    if (kept) currentUse()?.hold(body);
    const page: Page = readPage(body, path, ids);
    yield page;
    if (page.next === null) return;
    call = callFor(page, page.next);
  }
}

/** Rows of the first page and those that follow it, at most `limit`. */
async function rowsFrom(
  tenant: ClientCore,
  path: string,
  first: ApiRequest,
  { limit, onProgress }: Pick<QueryOptions, 'limit' | 'onProgress'>,
  options: CallOptions,
): Promise<QueryResult> {
  if (!Number.isInteger(limit) || limit < 1) {
    throw new AutotaskError('invalid', `limit: must be a whole number of at least 1, not ${limit}.`);
  }
  const rows: Row[] = [];
  for await (const page of follow(tenant, path, first, options, true)) {
    for (const row of page.rows) rows.push(row);
    onProgress?.(Math.min(rows.length, limit));
    if (rows.length > limit || (rows.length === limit && page.next !== null)) {
      return { rows: rows.slice(0, limit), more: true };
    }
  }
  return { rows, more: false };
}

/** Reads the record of a GET; null when Autotask has none. */
function readItem(body: unknown, path: string): Row | null {
  const { item, items } = isObject(body) ? body : {};
  // A single attachment comes as a list of one, and only there does it carry its data.
  const found: unknown = isObject(item) ? item : Array.isArray(items) ? items[0] : undefined;
  if (isObject(found)) {
    checkRow(found, path, false);
    return found;
  }
  if (item === null || (Array.isArray(items) && items.length === 0)) return null;
  throw unreadable(path);
}

/** Metadata from the cache, unless it is not there, unreadable or unwanted. */
async function cached<T>(
  tenant: ClientCore,
  path: string,
  read: (body: unknown, path: string) => T,
  ask: () => Promise<unknown>,
  { fresh = false, maxAgeMs }: MetadataOptions,
): Promise<T> {
  const key = path.toLowerCase();
  if (!fresh) {
    const body = await tenant.share.load(key, maxAgeMs);
    try {
      if (body !== undefined) return read(body, path);
    } catch {
      // A damaged cache is no reason to fail: Autotask is asked instead.
    }
  }
  const body = await ask();
  const value = read(body, path);
  await tenant.share.save(key, body);
  return value;
}

export function readerOf(tenant: ClientCore): AutotaskReader {
  const { sealed } = tenant;
  const metadata = <T>(
    path: string,
    read: (body: unknown, path: string) => T,
    options: MetadataOptions = {},
  ) =>
    sealed(() => {
      const ask = () => tenant.send(get(path), options);
      return cached(tenant, path, read, ask, options);
    });

  const rows = (path: string, first: () => ApiRequest, { signal, ...wanted }: QueryOptions) =>
    sealed(async () => {
      const deadline = startDeadline(tenant.totalTimeoutMs, signal);
      try {
        return await withinBudget(() => rowsFrom(tenant, path, first(), wanted, deadline));
      } finally {
        deadline.end();
      }
    });

  return {
    query: (path, search, options) =>
      rows(path, () => firstPage(path, search, pageSizeFor(options.limit)), options),
    list: (path, options) => rows(path, () => get(path), options),
    async *pages(path, search, options = {}) {
      const pages = follow(tenant, path, firstPage(path, search, largestPage), options);
      for (;;) {
        const page = await sealed(() => pages.next());
        if (page.done) return;
        yield page.value.rows;
      }
    },
    count: (path, filter, options) =>
      sealed(async () => {
        const call = post(`${path}/query/count`, JSON.stringify({ filter: filterOf(filter) }));
        const count = toNumber(member(await tenant.send(call, options), 'queryCount'));
        if (count === null) throw unreadable(`the number of ${path}`);
        return count;
      }),
    item: (path, options) =>
      sealed(async () => {
        const body = await getOr(tenant, path, { item: null }, options);
        currentUse()?.hold(body);
        return readItem(body, path);
      }),
    entityInformation: (path, options) =>
      metadata(`${path}/entityInformation`, readEntityInformation, options),
    fields: (path, options) => metadata(`${path}/entityInformation/fields`, readFields, options),
    userDefinedFields: (path, options = {}) =>
      sealed(() => {
        const address = `${path}/entityInformation/userDefinedFields`;
        // Entities without user-defined fields have no such path.
        const ask = () => getOr(tenant, address, { fields: [] }, options);
        return cached(tenant, address, readFields, ask, options);
      }),
    threshold: (options) =>
      sealed(async () => {
        const threshold = readThreshold(await tenant.send(get('ThresholdInformation'), options));
        await tenant.thresholdSeen(threshold);
        return threshold;
      }),
    version: (options) =>
      sealed(async () => {
        const body = await tenant.send(get('Version'), options);
        const parts = ['majorVersion', 'minorVersion', 'build'].map((name) => textMember(body, name));
        const version = parts.filter((part) => part !== null).join('.');
        if (version === '') throw unreadable('its version');
        return version;
      }),
    zone: (options) => tenant.zone(options),
    requestsSent: () => tenant.requestsSent(),
  };
}
