import { createServer, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/types.js';

/** A request as the tenant saw it. Times in milliseconds of this process. */
export interface SeenRequest {
  readonly tenant: string;
  readonly endpoint: string;
  readonly method: string;
  readonly path: string;
  readonly from: number;
  readonly body: string;
  to: number;
  status: number;
}

export interface WatchedTenant {
  /** For AUTOTASK_API_URL. */
  readonly apiUrl: string;
  readonly sandbox: Sandbox;
  readonly seen: SeenRequest[];
  /** Milliseconds that each request takes besides. */
  latency: number;
  /** Answered instead of the tenant, with 429 and these seconds; null: the tenant itself answers. */
  limited: ((request: SeenRequest) => number | null) | null;
  /** Most requests of one tenant and endpoint at the same time, among those that began since then. */
  mostTogether(since?: number): number;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/**
 * A sandbox tenant behind a server that writes down when each request began and ended. One whose sender died goes
 * on until it would have been answered, as it does at Autotask.
 */
export async function watchTenant(options: SandboxOptions = {}): Promise<WatchedTenant> {
  // Its own limit on threads would only hide what arrives.
  const sandbox = await startSandbox({ ...options, limits: { threads: 1_000, ...options.limits } });
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const answer = async () => {
      const { method = 'GET', url = '/', headers } = request;
      const path = decodeURIComponent(url.replace(/\?.*$/s, '')).replace(/^.*?\/v1\.0\//i, '');
      const endpoint = (path.split('/')[0] ?? '').toLowerCase();
      const tenant = String(headers.username ?? '');
      const body = await bodyOf(request);
      const one: SeenRequest = {
        tenant,
        endpoint,
        method,
        path,
        from: performance.now(),
        body: body.toString('utf8'),
        to: Number.POSITIVE_INFINITY,
        status: 0,
      };
      seen.push(one);
      const seconds = watched.limited?.(one) ?? null;
      if (watched.latency > 0) await sleep(watched.latency);
      if (seconds !== null) {
        one.status = 429;
        one.to = performance.now();
        response.writeHead(429, { 'content-type': 'application/json', 'retry-after': String(seconds) });
        response.end('{"errors":["too many"]}');
        return;
      }
      const forwarded = Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) =>
          /^(host|connection|content-length|accept-encoding)$/.test(name) ? [] : [[name, String(value)]],
        ),
      );
      const answered = await fetch(new URL(url, sandbox.url), {
        method,
        headers: forwarded,
        ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
      });
      const text = (await answered.text()).replaceAll(new URL(sandbox.url).origin, origin);
      one.status = answered.status;
      one.to = performance.now();
      response.writeHead(answered.status, { 'content-type': 'application/json' });
      response.end(text);
    };
    answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const origin = `http://127.0.0.1:${address.port}`;
  const watched: WatchedTenant = {
    apiUrl: `${origin}${new URL(sandbox.apiUrl).pathname}`,
    sandbox,
    seen,
    latency: 0,
    limited: null,
    mostTogether(since = 0) {
      const events = seen
        .filter(({ from }) => from >= since)
        .flatMap((one) => [
          { at: one.from, key: `${one.tenant} ${one.endpoint}`, change: 1 },
          { at: one.to, key: `${one.tenant} ${one.endpoint}`, change: -1 },
        ])
        // What ends when another begins has ended.
        .sort((a, b) => a.at - b.at || a.change - b.change);
      const running = new Map<string, number>();
      let most = 0;
      for (const { key, change } of events) {
        const now = (running.get(key) ?? 0) + change;
        running.set(key, now);
        most = Math.max(most, now);
      }
      return most;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await sandbox.close();
    },
  };
  return watched;
}
