import { AutotaskError } from '../../errors.js';
import { currentCallUsage, withCallLimits } from '../../limits/call-usage.js';
import type { ClientCore } from '../client-core.js';
import { isObject, member, textMember, toNumber } from '../json.js';
import { startDeadline } from '../pipeline/deadline.js';
import type { ApiRequest } from '../pipeline/request.js';
import type { AutotaskReader, CallOptions, MetadataOptions, QueryOptions, Row } from '../types.js';
import { readEntityInformation, readFields, readThreshold, unexpectedShape } from './metadata.js';
import { checkRow, filterOf, maxPageSize, pageSizeFor } from './paging.js';
import { firstPage, followPages, get, post, readRows } from './read-pages.js';

/** The body of a GET, or what stands for it when Autotask has nothing there. */
async function getOr(
  core: ClientCore,
  path: string,
  absent: unknown,
  options?: CallOptions,
): Promise<unknown> {
  try {
    return await core.send(get(path), options);
  } catch (error) {
    if (error instanceof AutotaskError && error.status === 404) return absent;
    throw error;
  }
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
  throw unexpectedShape(path);
}

/** Metadata from the cache, unless it is not there, unreadable or unwanted. */
async function cachedMetadata<T>(
  core: ClientCore,
  path: string,
  read: (body: unknown, path: string) => T,
  send: () => Promise<unknown>,
  { fresh = false, maxAgeMs }: MetadataOptions,
): Promise<T> {
  const key = path.toLowerCase();
  if (!fresh) {
    const body = await core.tenantState.load(key, maxAgeMs);
    try {
      if (body !== undefined) return read(body, path);
    } catch {
      // A damaged cache is no reason to fail: Autotask is asked instead.
    }
  }
  const body = await send();
  const value = read(body, path);
  await core.tenantState.save(key, body);
  return value;
}

export function readerOf(core: ClientCore): AutotaskReader {
  const { withRedactedErrors } = core;
  const metadata = <T>(
    path: string,
    read: (body: unknown, path: string) => T,
    options: MetadataOptions = {},
  ) =>
    withRedactedErrors(() => {
      const send = () => core.send(get(path), options);
      return cachedMetadata(core, path, read, send, options);
    });

  const rows = (path: string, first: () => ApiRequest, { signal, ...rest }: QueryOptions) =>
    withRedactedErrors(async () => {
      const deadline = startDeadline(core.totalTimeoutMs, signal);
      try {
        return await withCallLimits(() => readRows(core, path, first(), rest, deadline));
      } finally {
        deadline.dispose();
      }
    });

  return {
    query: (path, search, options) =>
      rows(path, () => firstPage(path, search, pageSizeFor(options.limit)), options),
    list: (path, options) => rows(path, () => get(path), options),
    async *pages(path, search, options = {}) {
      const pages = followPages(core, path, firstPage(path, search, maxPageSize), options);
      for (;;) {
        const page = await withRedactedErrors(() => pages.next());
        if (page.done) return;
        yield page.value.rows;
      }
    },
    count: (path, filter, options) =>
      withRedactedErrors(async () => {
        const request = post(`${path}/query/count`, JSON.stringify({ filter: filterOf(filter) }));
        const count = toNumber(member(await core.send(request, options), 'queryCount'));
        if (count === null) throw unexpectedShape(`the number of ${path}`);
        return count;
      }),
    item: (path, options) =>
      withRedactedErrors(async () => {
        const body = await getOr(core, path, { item: null }, options);
        currentCallUsage()?.hold(body);
        return readItem(body, path);
      }),
    entityInformation: (path, options) =>
      metadata(`${path}/entityInformation`, readEntityInformation, options),
    fields: (path, options) => metadata(`${path}/entityInformation/fields`, readFields, options),
    userDefinedFields: (path, options = {}) =>
      withRedactedErrors(() => {
        const address = `${path}/entityInformation/userDefinedFields`;
        // Entities without user-defined fields have no such path.
        const send = () => getOr(core, address, { fields: [] }, options);
        return cachedMetadata(core, address, readFields, send, options);
      }),
    threshold: (options) =>
      withRedactedErrors(async () => {
        const threshold = readThreshold(await core.send(get('ThresholdInformation'), options));
        await core.recordThreshold(threshold);
        return threshold;
      }),
    version: (options) =>
      withRedactedErrors(async () => {
        const body = await core.send(get('Version'), options);
        const parts = ['majorVersion', 'minorVersion', 'build'].map((name) => textMember(body, name));
        const version = parts.filter((part) => part !== null).join('.');
        if (version === '') throw unexpectedShape('its version');
        return version;
      }),
    zone: (options) => core.zone(options),
    requestsSent: () => core.requestsSent(),
    longestMs: core.totalTimeoutMs,
    now: () => core.now(),
  };
}
