import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { isObject } from '../json.js';
import { Refusal } from '../refusal.js';
import type { RecordedRequest } from '../types.js';
import { dispatch } from './dispatch.js';
import { type Fault, replyAfter, replyTo } from './faults.js';
import type { HostSettings, Incoming } from './incoming.js';
import { parseJson } from './lenient-json.js';
import { belowBase, receive } from './receive.js';
import { errors, type Reply } from './reply.js';
import { reset, send, setDate, truncate } from './send.js';

/** Requests that stay in the log; the oldest go first. */
const longestLog = 10_000;

export function listen(settings: HostSettings, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    serve(settings, request, response).catch((error: unknown) => {
      send(response, errors([error instanceof Error ? error.message : String(error)]));
    });
  });
  // Clients keep connections open; a close of the sandbox ends them.
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      resolve(server);
    });
  });
}

async function serve(
  settings: HostSettings,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const incoming = await receive(request);
  record(settings.log, incoming);
  const faults = settings.faults.strike(incoming.method, belowBase(incoming.path));
  if (settings.latency > 0) await wait(settings.latency);
  for (const fault of faults) {
    if (fault.kind === 'latency') await wait(fault.ms);
    if (fault.kind === 'hang') return;
    if (fault.kind === 'reset' && fault.when === 'before') return reset(request);
  }
  const reply = await answer(settings, incoming, faults);
  for (const fault of faults) if (fault.kind === 'clock') setDate(response, fault.ms);
  if (faults.some((fault) => fault.kind === 'reset')) return reset(request);
  if (faults.some((fault) => fault.kind === 'truncated')) return truncate(response, reply);
  send(response, reply);
}

async function answer(settings: HostSettings, incoming: Incoming, faults: readonly Fault[]): Promise<Reply> {
  for (const fault of faults) {
    const reply = replyTo(fault, incoming.headers.host ?? '');
    if (reply !== undefined) return reply;
  }
  try {
    const reply = await dispatch(settings, incoming, faults);
    return faults.map(replyAfter).find((after) => after !== undefined) ?? reply;
  } catch (error) {
    if (error instanceof Refusal) return errors(error.texts, error.status);
    throw error;
  }
}

function record(log: RecordedRequest[], { method, path, search, headers, bodyText }: Incoming): void {
  let body: unknown;
  try {
    body = bodyText === '' ? undefined : parseJson(bodyText);
  } catch {
    body = undefined;
  }
  log.push({
    method,
    path: belowBase(path),
    search,
    headers,
    body: isObject(body) || Array.isArray(body) ? body : undefined,
  });
  if (log.length > longestLog) log.splice(0, log.length - longestLog);
}
