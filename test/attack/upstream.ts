import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import type { Sandbox } from '../../src/sandbox/types.js';
import type { Random } from './hostile.js';
import { isWrite } from './tally.js';

/** An address that must never be asked for anything. */
export async function startForbiddenHost() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.2', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.2:${port}/`, asked, close: () => new Promise((done) => server.close(done)) };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

const headersOf = (request: IncomingMessage) =>
  Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      typeof value === 'string' && !/^(host|connection|content-length|accept-encoding)$/.test(name)
        ? [[name, value]]
        : [],
    ),
  );

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** What a service that was taken over, or is broken, could answer instead. */
function hostileAnswer(
  random: Random,
  texts: readonly [string, ...string[]],
  body: string,
  elsewhere: string,
): Answer {
  const text = random.pick(texts);
  const page = (next: string) => ({
    status: 200,
    body: JSON.stringify({
      items: [{ id: 1, title: text }],
      pageDetails: { count: 1, requestCount: 500, nextPageUrl: next },
    }),
  });
  const answers: readonly [() => Answer, ...(() => Answer)[]] = [
    () => ({ status: 500, body: JSON.stringify({ errors: [text, text] }) }),
    () => ({ status: 500, body: JSON.stringify({ errors: Array(500).fill(text.slice(0, 500)) }) }),
    () => ({ status: 200, body: JSON.stringify({ errors: [text] }) }),
    () => ({
      status: random.pick([301, 302, 307, 308]),
      body: '',
      headers: { Location: `${elsewhere}V1.0/Tickets` },
    }),
    () => ({
      status: random.chance(0.02) ? random.pick([401, 429]) : random.pick([400, 403, 404, 409, 418, 503]),
      body: text,
    }),
    () => ({ status: 200, body: body.slice(0, Math.floor(body.length / 2)) }),
    () => ({ status: 200, body: `<title>${text}</title>` }),
    () => ({ status: 200, body: nested(random.pick([50, 3_000])) }),
    () => ({ status: 200, body: `{"item":{"id":1,"title":${nested(2_000)}}}` }),
    () => page(`${elsewhere}V1.0/Tickets/query/next`),
    () => page('file:///etc/passwd'),
    () => ({ status: 200, body: '{"items":[{"__proto__":{"x":1},"id":1}],"pageDetails":{}}' }),
    () => ({ status: 200, body: '{"items":null,"item":[],"fields":7,"queryCount":"x"}' }),
    () => ({
      status: 200,
      body: body.replace(/"[A-Z][^"\\]{3,40}"/g, () => JSON.stringify(text.slice(0, 300))),
    }),
    () => ({
      status: 200,
      body: body.replace(/:\d+/g, () => `:${random.pick(['-1', '1e400', 'null', '"x"', '[]'])}`),
    }),
    () => ({
      status: 200,
      body: JSON.stringify({ items: Array(2_000).fill({ id: 1, title: text.slice(0, 300) }) }),
    }),
  ];
  return random.pick(answers)();
}

/** What may come after a write was carried out; nothing of it says that it was not. */
function answerAfterStoring(
  random: Random,
  texts: readonly [string, ...string[]],
  body: string,
  elsewhere: string,
): Answer {
  const text = random.pick(texts);
  const answers: readonly [() => Answer, ...(() => Answer)[]] = [
    () => ({
      status: 500,
      body: JSON.stringify({
        errors: [
          random.pick([
            'Execution Timeout Expired.',
            'Object reference not set to an instance of an object.',
            text,
          ]),
        ],
      }),
    }),
    () => ({ status: random.pick([500, 502, 503, 504]), body: text }),
    () => ({ status: 200, body: JSON.stringify({ errors: [random.pick(['name is required', text])] }) }),
    () => ({ status: 302, body: '', headers: { Location: `${elsewhere}V1.0/ContactGroups` } }),
    () => ({ status: random.pick([401, 409, 429]), body: JSON.stringify({ errors: [text] }) }),
    () => ({ status: 200, body: body.slice(0, Math.floor(body.length / 2)) }),
    () => ({ status: 200, body: `<title>${text}</title>` }),
    () => ({ status: 200, body: '{}' }),
    () => ({ status: 200, body: nested(3_000) }),
    () => ({ status: 200, body: '' }),
  ];
  return random.pick(answers)();
}

/** Stands in front of the sandbox and answers a part of the requests as nobody should. Writes pass or fail unseen. */
export async function startFaultyProxy(
  sandbox: Sandbox,
  random: Random,
  texts: readonly [string, ...string[]],
  elsewhere: string,
) {
  let part = 0;
  let writesOnly = false;
  const server = createServer((request, response) => {
    const pass = async () => {
      const own = `http://${request.headers.host}/`;
      const headers = headersOf(request);
      const method = request.method ?? 'GET';
      const body = await bodyOf(request);
      const target = new URL(request.url ?? '/', sandbox.url);
      const answer = await fetch(target, { method, headers, ...(body.length === 0 ? {} : { body }) });
      const text = (await answer.text()).replaceAll(sandbox.url, own);
      const spoilt = writesOnly
        ? isWrite({ method, path: target.pathname })
          ? answerAfterStoring(random, texts, text, elsewhere)
          : null
        : random.chance(part)
          ? hostileAnswer(random, texts, text, elsewhere)
          : null;
      response.writeHead(spoilt?.status ?? answer.status, {
        'Content-Type': 'application/json',
        ...spoilt?.headers,
      });
      response.end(spoilt?.body ?? text);
    };
    pass().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    /** Which part of the answers is spoilt, from 0 to 1. */
    spoil: (wanted: number) => {
      part = wanted;
    },
    /** Every write is carried out, and answered as if it were not. */
    spoilWrites: () => {
      writesOnly = true;
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}

const mebibyte = 1024 * 1024;

/** Answers metadata and single records as the sandbox does, and lists without end, each time in another way. */
export async function startEndlessService(sandbox: Sandbox, texts: readonly string[]) {
  const ways = [
    'fresh empty pages',
    'A-B-A',
    'full pages',
    'an answer without end',
    'gzip bomb',
    'errors',
    'deep',
  ] as const;
  let turn = 0;
  let page = 0;
  const bomb = gzipSync(Buffer.alloc(300 * mebibyte, 32));
  const record = { id: 1, title: texts.join(' ').slice(0, 2_000) };
  const server = createServer((request, response) => {
    const answer = async () => {
      service.asked += 1;
      const body = await bodyOf(request);
      const target = new URL(request.url ?? '/', sandbox.url);
      const own = `http://${request.headers.host}/`;
      const send = (items: unknown, next: string | null) => {
        response.writeHead(200, { 'Content-Type': 'application/json' });
        response.end(
          JSON.stringify({ items, pageDetails: { count: 500, requestCount: 500, nextPageUrl: next } }),
        );
      };
      const list = `${own}ATServicesRest/V1.0/Tickets/query/next?paging=`;
      page += 1;
      const full = Array.from({ length: 500 }, (_, at) => ({ ...record, id: page * 500 + at }));
      const lists: Readonly<Record<(typeof ways)[number], () => void>> = {
        'fresh empty pages': () => send([], `${list}${page}`),
        'A-B-A': () => send([record], `${list}${page % 2}`),
        'full pages': () => send(full, `${list}${page}`),
        'an answer without end': () => {
          response.writeHead(200, { 'Content-Type': 'application/json' });
          const more = () => {
            while (!response.destroyed && response.write(' '.repeat(mebibyte)));
            if (!response.destroyed) response.once('drain', more);
          };
          more();
        },
        'gzip bomb': () => {
          response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' });
          response.end(bomb);
        },
        errors: () => {
          response.writeHead(400, { 'Content-Type': 'application/json' });
          response.end(JSON.stringify({ errors: Array(2_000).fill(texts[3]?.repeat(20)) }));
        },
        deep: () => {
          response.writeHead(200, { 'Content-Type': 'application/json' });
          response.end(`{"items":[{"id":1,"title":${nested(5_000)}}],"pageDetails":{}}`);
        },
      };
      if (/Tickets\/query(\/next)?$/i.test(target.pathname)) {
        lists[ways[turn % ways.length] ?? 'deep']();
        return;
      }
      const method = request.method ?? 'GET';
      const passed = await fetch(target, {
        method,
        headers: headersOf(request),
        ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
      });
      response.writeHead(passed.status, { 'Content-Type': 'application/json' });
      response.end((await passed.text()).replaceAll(sandbox.url, own));
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const service = {
    url: `http://127.0.0.1:${port}/`,
    /** Requests that came since it was last set. */
    asked: 0,
    /** Turns to the next way, and names it. */
    next: (): string => {
      turn += 1;
      return ways[turn % ways.length] ?? '';
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
  return service;
}
