import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';

/** Answers a request itself, or leaves it to the tenant behind with false. */
export type Intercept = (
  request: { readonly method: string; readonly path: string; readonly url: string },
  response: ServerResponse,
) => boolean | Promise<boolean>;

export interface InFront {
  /** Stands in for the sandbox's own address. */
  readonly url: string;
  readonly sandbox: Sandbox;
  /** Set by each test. */
  intercept: Intercept;
  /** Headers of a request as they reach the sandbox; set by each test. */
  rewrite: (headers: Record<string, string>) => Record<string, string>;
  /** Requests that were answered here. */
  struck: number;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** A tenant that may answer anything: a server in front of the sandbox. */
export async function startInFront(): Promise<InFront> {
  const sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z') });
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const { method = 'GET', url = '/' } = request;
    const body = await bodyOf(request);
    const path = decodeURIComponent(url.replace(/\?.*$/s, '')).replace(/^.*?\/v1\.0\//i, '');
    if (await front.intercept({ method, path, url }, response)) {
      front.struck += 1;
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) =>
        /^(host|connection|content-length|accept-encoding)$/.test(name) ? [] : [[name, String(value)]],
      ),
    );
    const answer = await fetch(new URL(url, sandbox.url), {
      method,
      headers: front.rewrite(headers),
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
    const text = (await answer.text()).replaceAll(new URL(sandbox.url).origin, new URL(front.url).origin);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(text);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const front: InFront = {
    url: `http://127.0.0.1:${address.port}/`,
    sandbox,
    intercept: () => false,
    rewrite: (headers) => headers,
    struck: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await sandbox.close();
    },
  };
  return front;
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): true {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
  return true;
}
