import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { isObject } from '../json.js';
import { Refusal } from '../refusal.js';
import type { RecordedRequest } from '../types.js';
import { dispatch } from './dispatch.js';
import { type Fault, replyAfter, replyTo } from './faults.js';
import type { HostSettings, Incoming } from './incoming.js';
import { parseJson } from './lenient-json.js';
import { errors, type Reply } from './reply.js';

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

async function receive(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: decode(mark < 0 ? url : url.slice(0, mark)),
    search: mark < 0 ? '' : url.slice(mark),
    headers,
    bodyText: unpack(Buffer.concat(chunks), headers['content-encoding']),
    origin: `http://${headers.host ?? '127.0.0.1'}/`,
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** A body that is not packed the way its header says becomes text that no parser accepts. */
function unpack(body: Buffer, encoding: string | undefined): string {
  if (encoding !== 'gzip') return body.toString('utf8');
  try {
    return gunzipSync(body).toString('utf8');
  } catch {
    return '\u001f';
  }
}

/** `V1.0/Tickets/query` */
function belowBase(path: string): string {
  return path.replace(/^\/+(?:zone\d+\/+)?(?:atservicesrest\/+)?/i, '');
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

function send(response: ServerResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(reply.status, {
    'content-length': String(Buffer.byteLength(reply.body)),
    ...reply.headers,
  });
  response.end(reply.body);
}

function setDate(response: ServerResponse, aheadMs: number): void {
  response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString());
}

function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

/** Announces the whole body and sends half of it. */
function truncate(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': String(Buffer.byteLength(reply.body)),
  });
  response.write(reply.body.slice(0, Math.floor(reply.body.length / 2)), () => response.destroy());
}
