import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ClientSettings } from '../../src/client/types.js';

/** A request that arrived. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  /** Below `V1.0/`, without query string. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly body: unknown;
  /** True once the client closed the connection before it had an answer. */
  aborted: boolean;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Objects are sent as JSON, text as it is. */
  readonly body?: unknown;
  readonly delayMs?: number;
  /** Closes the connection instead of answering, or in the middle of the answer. */
  readonly drop?: 'before' | 'middle';
}

export interface Fake {
  /** With a trailing slash, as the address for zone discovery. */
  readonly url: string;
  /** Requests other than for the zone. */
  readonly calls: Seen[];
  readonly zoneCalls: Seen[];
  /** Requests being answered right now, and the most there ever were, per first path segment. */
  readonly most: Map<string, number>;
  mostOverall: number;
  settings(overrides?: Partial<ClientSettings>): ClientSettings;
  close(): Promise<void>;
}

export type Script = (seen: Seen, index: number, fake: Fake) => Reply | Promise<Reply>;

/** Delays of the client shortened to what a test can wait for. */
export const quick = { backoffMs: 10, maxBackoffMs: 40, maxThrottleDelayMs: 200 } as const;

function pathOf(url: string): string {
  return url.replace(/^.*?\/v1\.0\/+/i, '').replace(/\?.*$/s, '');
}

async function read(request: IncomingMessage): Promise<Seen> {
  let text = '';
  for await (const chunk of request) text += chunk;
  const { method = '', url = '', headers } = request;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { method, url, path: pathOf(url), headers, text, body, aborted: false };
}

async function send(response: ServerResponse, reply: Reply): Promise<void> {
  if (reply.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
  if (reply.drop === 'before') return void response.destroy();
  const isText = typeof reply.body === 'string';
  const text = isText ? String(reply.body) : JSON.stringify(reply.body ?? {});
  response.writeHead(reply.status ?? 200, {
    'content-type': isText && text.startsWith('<') ? 'text/html' : 'application/json',
    ...(reply.drop === 'middle' ? { 'content-length': String(text.length + 100) } : {}),
    ...reply.headers,
  });
  if (reply.drop === 'middle') {
    response.write(text);
    setTimeout(() => response.destroy(), 20);
    return;
  }
  response.end(text);
}

/** A scripted Autotask on a real port. It answers zone discovery itself unless `zone` does. */
export async function startFake(script: Script, zone?: Script): Promise<Fake> {
  const inFlight = new Map<string, number>();
  let overall = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const seen = await read(request);
    response.on('close', () => {
      if (!response.writableEnded) seen.aborted = true;
    });
    if (/zoneInformation/i.test(seen.url)) {
      fake.zoneCalls.push(seen);
      const usual = {
        body: { zoneName: 'Test', url: `${fake.url}ATServicesRest/`, webUrl: fake.url, ci: 1 },
      };
      return send(response, zone === undefined ? usual : await zone(seen, fake.zoneCalls.length - 1, fake));
    }
    fake.calls.push(seen);
    const endpoint = seen.path.split('/', 1)[0] ?? '';
    const now = (inFlight.get(endpoint) ?? 0) + 1;
    overall += 1;
    inFlight.set(endpoint, now);
    fake.most.set(endpoint, Math.max(now, fake.most.get(endpoint) ?? 0));
    fake.mostOverall = Math.max(fake.mostOverall, overall);
    try {
      const reply = await script(seen, fake.calls.length - 1, fake);
      if (reply.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, reply.delayMs));
      const { delayMs: _waited, ...rest } = reply;
      overall -= 1;
      inFlight.set(endpoint, (inFlight.get(endpoint) ?? 1) - 1);
      await send(response, rest);
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined);
    }
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}/`;
  const fake: Fake = {
    url,
    calls: [],
    zoneCalls: [],
    most: new Map(),
    mostOverall: 0,
    settings: (overrides = {}) => ({
      credentials: {
        userName: `api-${randomUUID()}@example.com`,
        secret: `s-${randomUUID()}`,
        integrationCode: `c-${randomUUID()}`,
      },
      zoneUrl: url,
      timeoutMs: 5_000,
      maxConcurrency: 10,
      cacheDir: null,
      log: () => undefined,
      ...overrides,
      tuning: { ...quick, ...overrides.tuning },
    }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return fake;
}
