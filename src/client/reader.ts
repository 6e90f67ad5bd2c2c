import { AutotaskError } from '../errors.js';
import { type Call, checkPath } from './call.js';
import { isObject, member, textMember, toNumber } from './json.js';
import { readEntityInformation, readFields, readThreshold, unreadable } from './metadata.js';
import { filterOf, largestPage, nextCall, type Page, pageSizeFor, queryBody, readPage } from './paging.js';
import type { Tenant } from './tenant.js';
import type { AutotaskReader, CallOptions, Row, Search } from './types.js';

function get(path: string): Call {
  checkPath(path);
  return { method: 'GET', path, write: false };
}

function post(path: string, body: string): Call {
  checkPath(path);
  return { method: 'POST', path, body, write: false };
}

function isNotFound(error: unknown): boolean {
  return error instanceof AutotaskError && error.kind === 'notFound';
}

export function readerOf(tenant: Tenant): AutotaskReader {
  async function* follow(path: string, search: Search, size: number, options: CallOptions) {
    let call = post(`${path}/query`, queryBody(search, size));
    for (;;) {
      const page: Page = readPage(await tenant.send(call, options), path);
      yield page;
      if (page.next === null) return;
      call = nextCall(call, page.next, (await tenant.zones.current()).apiUrl);
    }
  }

  return {
    async query(path, search, { limit, onProgress, ...options }) {
      if (!Number.isInteger(limit) || limit < 1) {
        throw new AutotaskError('invalid', `limit: must be a whole number of at least 1, not ${limit}.`);
      }
      const rows: Row[] = [];
      for await (const page of follow(path, search, pageSizeFor(limit), options)) {
        rows.push(...page.rows);
        onProgress?.(Math.min(rows.length, limit));
        const full = rows.length > limit || (rows.length === limit && page.next !== null);
        if (full) return { rows: rows.slice(0, limit), more: true };
      }
      return { rows, more: false };
    },
    async *pages(path, search, options = {}) {
      for await (const page of follow(path, search, largestPage, options)) yield page.rows;
    },
    async count(path, filter, options) {
      const body = JSON.stringify({ filter: filterOf(filter) });
      const count = toNumber(
        member(await tenant.send(post(`${path}/query/count`, body), options), 'queryCount'),
      );
      if (count === null) throw unreadable(`the number of ${path}`);
      return count;
    },
    async item(path, options) {
      try {
        const body = await tenant.send(get(path), options);
        const item = member(body, 'item');
        if (isObject(item)) return item;
        // A single attachment comes as a list of one; only there does it carry its data.
        const items = member(body, 'items');
        const first: unknown = Array.isArray(items) ? items[0] : undefined;
        if (isObject(first)) return first;
        if (item === null || Array.isArray(items)) return null;
        throw unreadable(path);
      } catch (error) {
        if (isNotFound(error)) return null;
        throw error;
      }
    },
    async entityInformation(path, options) {
      return readEntityInformation(await tenant.send(get(`${path}/entityInformation`), options), path);
    },
    async fields(path, options) {
      return readFields(await tenant.send(get(`${path}/entityInformation/fields`), options), path);
    },
    async userDefinedFields(path, options) {
      try {
        const body = await tenant.send(get(`${path}/entityInformation/userDefinedFields`), options);
        return readFields(body, path);
      } catch (error) {
        if (isNotFound(error)) return [];
        throw error;
      }
    },
    async threshold(options) {
      return readThreshold(await tenant.send(get('ThresholdInformation'), options));
    },
    async version(options) {
      const body = await tenant.send(get('Version'), options);
      const parts = ['majorVersion', 'minorVersion', 'build'].map((name) => textMember(body, name));
      const version = parts.filter((part) => part !== null).join('.');
      if (version === '') throw unreadable('its version');
      return version;
    },
    zone: () => tenant.zones.current(),
    requestsSent: () => tenant.requestsSent(),
  };
}
