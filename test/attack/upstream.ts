import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../../src/sandbox/types.js';
import type { Random } from './hostile.js';

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
    () => ({ status: random.pick([400, 401, 403, 404, 409, 418, 429, 503]), body: text }),
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

/** Stands in front of the sandbox and answers a part of the requests as nobody should. Writes pass or fail unseen. */
export async function startFaultyProxy(
  sandbox: Sandbox,
  random: Random,
  texts: readonly [string, ...string[]],
  elsewhere: string,
) {
  let part = 0;
  const server = createServer((request, response) => {
    const pass = async () => {
      const own = `http://${request.headers.host}/`;
      const headers = Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) =>
          typeof value === 'string' && !/^(host|connection|content-length|accept-encoding)$/.test(name)
            ? [[name, value]]
            : [],
        ),
      );
      const method = request.method ?? 'GET';
      const body = await bodyOf(request);
      const target = new URL(request.url ?? '/', sandbox.url);
      const answer = await fetch(target, { method, headers, ...(body.length === 0 ? {} : { body }) });
      const text = (await answer.text()).replaceAll(sandbox.url, own);
      const spoilt = random.chance(part) ? hostileAnswer(random, texts, text, elsewhere) : null;
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
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  };
}
