import * as z from 'zod';
import type { RecordedRequest } from '../../src/sandbox/types.js';
import type { Connection } from './tenant.js';

const query = z.looseObject({ filter: z.array(z.unknown()).optional() });

const isWrite = ({ method, path }: RecordedRequest) =>
  ['PATCH', 'PUT', 'DELETE'].includes(method) || (method === 'POST' && !/\/query(\/|$)/.test(path));

/** Calls a tool: what its caller reads, and what reached the tenant meanwhile. */
export async function observedCall(tenant: Connection, tool: string, args: Record<string, unknown>) {
  let answer = { text: '', isError: false };
  const requests = await tenant.requestsOf(async () => {
    answer = await tenant.call(tool, args);
  });
  const filters = requests
    .filter(({ path }) => /query/.test(path))
    .map(({ body }) => query.parse(body).filter);
  return { ...answer, filters, requests, writes: requests.filter(isWrite) };
}
