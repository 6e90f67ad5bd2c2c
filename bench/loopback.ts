/** A tenant without behaviour, in its own process so that it shares neither time nor memory with the client. */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface Loopback {
  readonly url: string;
  close(): void;
}

/** Starts a tenant with so many tickets; every page carries 500 of them. */
export async function startLoopback(tickets: number): Promise<Loopback> {
  const child = fork(fileURLToPath(import.meta.url), [String(tickets)], { execArgv: ['--import', 'tsx'] });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve(Number(message)));
    child.once('error', reject);
  });
  return { url: `http://127.0.0.1:${port}/`, close: () => void child.kill() };
}

const record = {
  ticketNumber: 'T20260101.0001',
  title: 'Printer on the second floor prints blank pages',
  description: 'Since this morning every page comes out blank. '.repeat(6),
  companyID: 175,
  status: 1,
  priority: 2,
  queueID: 5,
  createDate: '2026-01-01T08:00:00.000Z',
  dueDateTime: '2026-01-02T08:00:00.000Z',
  userDefinedFields: [],
};

function serve(total: number): void {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer(url, total, `http://${request.headers.host}`)));
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const address: AddressInfo | string | null = server.address();
    if (address !== null && typeof address === 'object') process.send?.(address.port);
  });
}

function answer(url: URL, total: number, origin: string): object {
  if (/zoneInformation/i.test(url.pathname)) {
    return { zoneName: 'Bench', url: `${origin}/ATServicesRest/`, webUrl: origin };
  }
  if (/ThresholdInformation/.test(url.pathname)) {
    return {
      externalRequestThreshold: 1_000_000_000,
      requestThresholdTimeframe: 60,
      currentTimeframeRequestCount: 1,
    };
  }
  if (!/query/.test(url.pathname)) return { item: { id: 1, ...record } };
  const after = Number(url.searchParams.get('after') ?? 0);
  const last = Math.min(total, after + 500);
  const items = Array.from({ length: last - after }, (_, index) => ({ id: after + index + 1, ...record }));
  const nextPageUrl = last < total ? `${origin}/ATServicesRest/V1.0/Tickets/query/next?after=${last}` : null;
  return { items, pageDetails: { count: items.length, requestCount: 500, prevPageUrl: null, nextPageUrl } };
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  serve(Number(process.argv[2]));
}
