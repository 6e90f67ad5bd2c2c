import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSandbox } from '../../../src/sandbox/index.js';

/** A request as its tenant saw it. Times in milliseconds of this process. */
export interface Arrival {
  readonly tenant: number;
  readonly endpoint: string;
  /** The replica that sent it. */
  readonly replica: number;
  readonly from: number;
  /** Name of the record that it creates. */
  readonly creates: string | null;
  to: number;
  status: number;
  /** After "too many": when it may be tried again. */
  pauseUntil: number;
}

export interface SoakTenants {
  /** Where all tenants live. */
  readonly apiUrl: string;
  readonly arrivals: Arrival[];
  readonly headersOf: (tenant: number) => Record<string, string>;
  /** Makes the records that will be asked for: a sandbox makes them when they are first looked at. */
  prepare(endpoints: readonly string[]): Promise<void>;
  /** Another integration of the tenant sends so many requests. */
  useElsewhere(tenant: number, requests: number): Promise<void>;
  /** Until then a tenant answers everything with 429. */
  storm(tenant: number, until: number): void;
  readonly secrets: readonly string[];
  close(): Promise<void>;
}

/** The address from which a replica sends; Linux has all that begin with 127. */
export const addressOf = (replica: number): string => `127.0.1.${replica + 1}`;

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function nameIn(body: string): string | null {
  const found: unknown = body === '' ? null : JSON.parse(body);
  return typeof found === 'object' && found !== null && 'name' in found ? String(found.name) : null;
}

/**
 * Sandbox tenants behind a server that writes down when each request began and ended. One whose
 * sender died goes on until it would have been answered, as it does at Autotask.
 */
export async function startTenants(
  thresholds: readonly number[],
  latency: () => number,
): Promise<SoakTenants> {
  const credentials = thresholds.map((_, tenant) => ({
    userName: `soak-${tenant}@example.com`,
    secret: `soak-secret-${tenant}-0123456789`,
    integrationCode: `SOAKCODE${tenant}ABCDEFGHIJ`,
  }));
  const sandbox = await startSandbox({
    scale: 0.05,
    tenants: thresholds.map((threshold, tenant) => ({
      ...(credentials[tenant] === undefined ? {} : { credentials: credentials[tenant] }),
      // Its own limit on threads would only hide what arrives.
      limits: { threshold, threads: 1_000 },
    })),
  });
  const numbers = new Map(credentials.map(({ userName }, tenant) => [userName, tenant]));
  const arrivals: Arrival[] = [];
  const storms = new Map<number, number>();

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '', headers } = request;
    const { pathname, search } = new URL(url, sandbox.url);
    const replica = Number(/^127\.0\.1\.(\d+)$/.exec(request.socket.remoteAddress ?? '')?.[1]) - 1;
    const endpoint = (/\/v1\.0\/([^/]*)/i.exec(pathname)?.[1] ?? '').toLowerCase();
    const from = performance.now();
    const body = await bodyOf(request);
    const creates = method === 'POST' && !/\/query/.test(pathname) ? nameIn(body.toString('utf8')) : null;
    const tenant = numbers.get(String(headers.username)) ?? -1;
    const one: Arrival = { tenant, endpoint, replica, from, creates, to: Infinity, status: 0, pauseUntil: 0 };
    arrivals.push(one);
    await sleep(latency());
    const stormMs = (storms.get(tenant) ?? 0) - performance.now();
    if (stormMs > 0) {
      const seconds = Math.ceil(stormMs / 1_000);
      one.status = 429;
      one.to = performance.now();
      one.pauseUntil = one.to + seconds * 1_000;
      response.writeHead(429, { 'content-type': 'application/json', 'retry-after': String(seconds) });
      response.end('{"errors":["too many"]}');
      return;
    }
    const forwarded = Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        /^(host|connection|content-length|accept-encoding)$/.test(name) ? [] : [[name, String(value)]],
      ),
    );
    const answered = await fetch(new URL(`${pathname}${search}`, sandbox.url), {
      method,
      headers: forwarded,
      ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    });
    const text = await answered.text();
    one.status = answered.status;
    one.to = performance.now();
    const wait = answered.headers.get('retry-after');
    if (wait !== null) one.pauseUntil = one.to + Number(wait) * 1_000;
    response.writeHead(answered.status, {
      'content-type': 'application/json',
      ...(wait === null ? {} : { 'retry-after': wait }),
    });
    response.end(text);
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const apiUrl = `http://127.0.0.1:${address.port}${new URL(sandbox.apiUrl).pathname}`;
  const credentialsOf = (tenant: number) => {
    const { userName = '', secret = '', integrationCode = '' } = credentials[tenant] ?? {};
    return { UserName: userName, Secret: secret, ApiIntegrationCode: integrationCode };
  };
  return {
    apiUrl,
    arrivals,
    secrets: credentials.flatMap((one) => Object.values(one)),
    headersOf: (tenant) => ({
      'X-Autotask-Username': credentials[tenant]?.userName ?? '',
      'X-Autotask-Secret': credentials[tenant]?.secret ?? '',
      'X-Autotask-Integration-Code': credentials[tenant]?.integrationCode ?? '',
      'X-Autotask-Api-Url': apiUrl,
    }),
    async prepare(endpoints) {
      for (const endpoint of endpoints)
        for (const tenant of credentials.keys())
          await (
            await fetch(`${sandbox.apiUrl}V1.0/${endpoint}/1`, { headers: credentialsOf(tenant) })
          ).arrayBuffer();
    },
    async useElsewhere(tenant, requests) {
      const headers = credentialsOf(tenant);
      for (let sent = 0; sent < requests; sent += 1)
        await (await fetch(`${sandbox.apiUrl}V1.0/Version`, { headers })).arrayBuffer();
    },
    storm: (tenant, until) => {
      storms.set(tenant, until);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await sandbox.close();
    },
  };
}
