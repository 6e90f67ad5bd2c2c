/** A tenant without behaviour, in its own process so that it shares neither time nor memory with the client. */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { load } from '../generated/load.js';

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

const monthMs = 30 * 86_400_000;

/** Tickets of 50 companies over three years; the text is the same in all, as far as its size goes. */
const record = (id: number): Record<string, unknown> => {
  const created = Date.UTC(2024, 0, 1) + (id % 36) * monthMs;
  return {
    id,
    ticketNumber: 'T20260101.0001',
    title: 'Printer on the second floor prints blank pages',
    description: 'Since this morning every page comes out blank. '.repeat(6),
    companyID: id % 50,
    status: 1,
    priority: 2,
    queueID: 5,
    estimatedHours: (id % 40) / 10,
    createDate: new Date(created).toISOString(),
    completedDate: new Date(created + (id % 100) * 3_600_000).toISOString(),
    dueDateTime: '2026-01-02T08:00:00.000Z',
    userDefinedFields: [],
  };
};

const asked = z.looseObject({
  IncludeFields: z.array(z.string()).optional(),
  filter: z.array(z.looseObject({ op: z.string(), value: z.unknown().optional() })).optional(),
});
type Asked = z.infer<typeof asked>;

/** The record with nothing but what was asked for. */
function only(whole: Record<string, unknown>, { IncludeFields: names }: Asked): Record<string, unknown> {
  return names === undefined ? whole : Object.fromEntries(names.map((name) => [name, whole[name]]));
}

async function fields(): Promise<object> {
  const known = (await load.Tickets?.fields()) ?? [];
  return {
    fields: known.map((field) => ({
      ...field,
      length: field.length ?? 0,
      picklistValues: null,
      isPickList: false,
    })),
  };
}

function serve(total: number): void {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      const origin = `http://${request.headers.host}`;
      void answer(url, asked.parse(JSON.parse(body || '{}')), total, origin).then((found) =>
        response.end(JSON.stringify(found)),
      );
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const address: AddressInfo | string | null = server.address();
    if (address !== null && typeof address === 'object') process.send?.(address.port);
  });
}

async function answer(url: URL, wanted: Asked, total: number, origin: string): Promise<object> {
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
  if (/entityInformation\/fields/.test(url.pathname)) return fields();
  if (!/query/.test(url.pathname)) return { item: record(1) };
  if (/query\/count/.test(url.pathname)) return { queryCount: total };
  const [condition] = wanted.filter ?? [];
  if (condition?.op === 'in' && Array.isArray(condition.value)) {
    const items = condition.value.map((id) => ({ id, companyName: `Company ${id}` }));
    return { items, pageDetails: { count: items.length, nextPageUrl: null } };
  }
  const after = Number(url.searchParams.get('after') ?? 0);
  const last = Math.min(total, after + 500);
  const items = Array.from({ length: last - after }, (_, index) => only(record(after + index + 1), wanted));
  const nextPageUrl = last < total ? `${origin}/ATServicesRest/V1.0/Tickets/query/next?after=${last}` : null;
  return { items, pageDetails: { count: items.length, requestCount: 500, prevPageUrl: null, nextPageUrl } };
}

if (process.send !== undefined && process.argv[1] === fileURLToPath(import.meta.url)) {
  serve(Number(process.argv[2]));
}
