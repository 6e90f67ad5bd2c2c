import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits/fixed-limits.js';
import { openClient, type TestClient } from '../support/client.js';
import { type InFront, type Intercept, sendJson, startInFront } from '../support/in-front.js';
import { program, tenantEnvironment } from '../support/tenant.js';

/**
 * A tenant that answers without bounds. The program runs with the heap that Node gives itself in the documented
 * container of 512 MB, so that an answer which takes too much ends the process and with it the test.
 */
const heapMegabytes = 256;
const containerKilobytes = 512 * 1024;

let front: InFront;
let client: TestClient;
let pid: number | null;

const call = async (name: string, args: Record<string, unknown>) => {
  const result = await client.callTool({ name, arguments: args }, { timeout: 110_000 });
  const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  return { text, isError: result.isError === true };
};

beforeAll(async () => {
  front = await startInFront();
  client = await openClient({
    command: process.execPath,
    args: [`--max-old-space-size=${heapMegabytes}`, program],
    env: { ...tenantEnvironment(front.sandbox), AUTOTASK_ZONE_URL: front.url },
  });
  pid = client.pid;
});

afterAll(async () => {
  await client.close();
  await front.close();
});

beforeEach(() => {
  front.intercept = () => false;
  front.struck = 0;
});

const nextPage = (name: string) => `${front.url}ATServicesRest/V1.0/Tickets/query/next?paging=${name}`;
const page = (items: unknown, nextPageUrl: string | null) => ({
  items,
  pageDetails: { count: 0, requestCount: 500, prevPageUrl: null, nextPageUrl },
});

/** Whatever is asked of tickets gets this answer; metadata comes from the tenant. */
const onTickets =
  (answer: (response: ServerResponse, url: string) => true): Intercept =>
  ({ path, url }, response) =>
    /^Tickets\/query(\/next)?$/i.test(path) && answer(response, url);

/** Writes the chunk until so many bytes are sent or nobody reads any more. */
function pour(response: ServerResponse, head: string, chunk: string, bytes: number): true {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write(head);
  let sent = 0;
  const more = () => {
    while (sent < bytes && !response.destroyed) {
      sent += chunk.length;
      if (!response.write(chunk)) return;
    }
    response.end();
  };
  response.on('drain', more);
  more();
  return true;
}

const megabyte = 1024 * 1024;
const bomb = gzipSync(Buffer.alloc(200 * megabyte, ' '));
let pages = 0;

const cases: readonly {
  readonly name: string;
  readonly answer: (response: ServerResponse, url: string) => true;
  readonly says: RegExp;
  readonly requests: number;
}[] = [
  {
    name: 'pages without a record and ever new addresses',
    answer: (response) => {
      pages += 1;
      return sendJson(response, page([], nextPage(`p${pages}`)));
    },
    says: /4 pages without a record/,
    requests: 4,
  },
  {
    name: 'pages that lead round in circles',
    answer: (response, url) =>
      sendJson(response, page([{ id: 1 }], nextPage(url.endsWith('paging=A') ? 'B' : 'A'))),
    says: /named a page that was read already/,
    requests: 3,
  },
  {
    name: 'an answer of 600 MB',
    answer: (response) =>
      pour(response, '{"items":[{"id":1,"title":"', 'x'.repeat(256 * 1024), 600 * megabyte),
    says: /answer is larger than 32 MiB/,
    requests: 1,
  },
  {
    name: 'an answer that swells when it is unpacked',
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(bomb);
      return true;
    },
    says: /answer is larger than 32 MiB/,
    requests: 1,
  },
  {
    name: 'an answer of very many small values',
    answer: (response) => sendJson(response, `{"items":[${'{},'.repeat(5_000_000)}{}]}`),
    says: /holds more than 1000000 values/,
    requests: 1,
  },
  {
    name: 'a page of more records than any page has',
    answer: (response) => sendJson(response, `{"items":[${'{},'.repeat(300_000)}{}]}`),
    says: /unknown shape/,
    requests: 1,
  },
  {
    name: 'thousands of errors',
    answer: (response) =>
      sendJson(
        response,
        { errors: Array.from({ length: 2_000 }, (_, n) => `${n} ${'y'.repeat(2_000)}`) },
        500,
      ),
    says: /and 1996 more texts/,
    // A refused query is sent again when the tenant's own fields were read.
    requests: 2,
  },
];

describe('a tenant without bounds', () => {
  it.each(cases)('$name: the call ends with an error that says so', async ({ answer, says, requests }) => {
    front.intercept = onTickets(answer);
    const { text, isError } = await call('query-entity', {
      entity: 'Tickets',
      query: { filter: [{ op: 'gt', field: 'id', value: 0 }], includeFields: ['id', 'title'] },
      maxRecords: 3000,
    });
    expect(text.length).toBeLessThan(20_000);
    expect(text).toMatch(says);
    expect(isError).toBe(true);
    expect(front.struck).toBe(requests);
  });

  it('a value nested thousands of levels deep costs itself and not the list', async () => {
    const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    front.intercept = onTickets((response) =>
      sendJson(
        response,
        `{"items":[{"id":1,"title":"first","description":${deep}},{"id":2,"title":"second"}],"pageDetails":{"nextPageUrl":null}}`,
      ),
    );
    const { text, isError } = await call('query-entity', { entity: 'Tickets', query: { id: [1, 2] } });
    expect(isError).toBe(false);
    expect(text).toContain('first');
    expect(text).toContain('second');
    expect(text.length).toBeLessThan(5_000);
    const listed = await call('query-entity', {
      entity: 'Tickets',
      query: { filter: [{ op: 'in', field: 'id', value: [1, 2] }], includeFields: ['title', 'description'] },
    });
    expect(listed.text).toContain('second');
    expect(listed.isError).toBe(false);
  });

  it('a call keeps no more than its share, and what it kept is free for the next', async () => {
    // 24 MB a page: the third does not fit beside the others.
    const title = 'x'.repeat(24 * megabyte);
    let id = 0;
    front.intercept = onTickets((response) => {
      id += 1;
      return sendJson(
        response,
        `{"items":[{"id":${id},"title":"${title}"}],"pageDetails":{"nextPageUrl":"${nextPage(`k${id}`)}"}}`,
      );
    });
    for (const round of [1, 2]) {
      const { text } = await call('query-entity', { entity: 'Tickets', maxRecords: 3000 });
      expect(text, `round ${round}`).toMatch(/This call was ended: what it reads takes more than 64 MiB/);
    }
  });

  it('a call sends no more than its share of requests', async () => {
    let id = 0;
    front.intercept = onTickets((response) => {
      id += 1;
      return sendJson(response, page([{ id, title: 'x' }], nextPage(`r${id}`)));
    });
    const { text } = await call('aggregate-entity', { entity: 'Tickets', groupBy: ['title'] });
    expect(text).toMatch(/^This call was ended: it has sent 2500 requests to Autotask.*\(this server\)$/m);
    expect(front.struck).toBeGreaterThan(2_490);
    expect(front.struck).toBeLessThanOrEqual(limits.callRequests);
  }, 120_000);

  it('a call reads no more than its share of bytes, although it keeps none of them', async () => {
    const title = gzipSync('x'.repeat(31 * megabyte));
    let id = 0;
    front.intercept = onTickets((response) => {
      id += 1;
      const next = nextPage(`b${id}`);
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.write(gzipSync(`{"items":[{"id":${id},"status":1,"title":"`));
      response.write(title);
      response.end(gzipSync(`"}],"pageDetails":{"nextPageUrl":"${next}"}}`));
      return true;
    });
    const { text } = await call('aggregate-entity', { entity: 'Tickets', groupBy: ['status'] });
    expect(text).toMatch(/^This call was ended: it has read 1024 MiB from Autotask.*\(this server\)$/m);
    expect(front.struck).toBe(34);
  }, 120_000);

  it('several calls at once take no more than the process may, which says itself who refuses', async () => {
    const coming: ServerResponse[] = [];
    // Of one entity three are asked at a time.
    const entities = ['Tickets', 'Contacts', 'Companies'].flatMap((entity) => [entity, entity, entity]);
    front.intercept = ({ path }, response) => {
      if (!/^\w+\/query$/i.test(path)) return false;
      coming.push(response);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(`{"items":[{"id":1,"title":"${'x'.repeat(20 * megabyte)}`);
      return true;
    };
    const calls = entities.map((entity, at) =>
      call('query-entity', { entity, query: { id: [at, at + 100] } }),
    );
    await expect.poll(() => coming.length, { timeout: 10_000 }).toBe(entities.length);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    for (const response of coming) response.end('"}],"pageDetails":{"nextPageUrl":null}}');
    const answers = await Promise.all(calls);
    const refused = answers.filter(({ isError }) => isError);
    // Four of them fit into 96 MiB.
    expect(refused.length).toBeGreaterThanOrEqual(5);
    for (const { text } of refused) {
      expect(text).toMatch(
        /^This server is reading as much at once as its memory allows\. \(this server\)$/m,
      );
      expect(text).toContain('Try again in 5 seconds.');
    }
    front.intercept = () => false;
    const after = await Promise.all(entities.map(() => call('count-entity', { entity: 'Tickets' })));
    for (const { text } of after) expect(text).toMatch(/^\d+ Tickets$/);
  }, 60_000);

  it('a write whose answer is too large may have happened', async () => {
    front.intercept = ({ method, path }, response) =>
      method === 'POST' &&
      path === 'ContactGroups' &&
      pour(response, '{"itemId":1,"x":"', 'x'.repeat(256 * 1024), 40 * megabyte);
    const data = { name: 'Large', isActive: true };
    const { text, isError } = await call('create-entity', {
      entity: 'ContactGroups',
      data,
      confirm: 'CREATE_ENTITY',
    });
    expect(isError).toBe(true);
    expect(text).toMatch(/was sent, but Autotask's answer is larger than 32 MiB.*may or may not/);
    expect(text).toMatch(/To find out, call query-entity with/);
    expect(front.struck).toBe(1);
  });

  it('survives all of it within the documented container, and goes on answering', async () => {
    const { text } = await call('count-entity', { entity: 'Tickets' });
    expect(text).toMatch(/^\d+ Tickets$/);
    if (process.platform !== 'linux' || pid === null) return;
    const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    expect(peak).toBeGreaterThan(10_000);
    expect(peak).toBeLessThan(containerKilobytes);
  });
});

describe('docs/configuration.md', () => {
  it('states every bound', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
    const section = /### Bounds\n(.*?)\n## /s.exec(page)?.[1] ?? '';
    for (const [name, value] of Object.entries(limits)) {
      const shown = name.endsWith('Bytes') ? value / megabyte : value;
      expect(section, name).toMatch(new RegExp(`\\| .*\\b${shown.toLocaleString('en')}\\b`));
    }
  });
});
