import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { Incoming } from './incoming.js';

export async function receive(request: IncomingMessage): Promise<Incoming> {
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
export function belowBase(path: string): string {
  return path.replace(/^\/+(?:zone\d+\/+)?(?:atservicesrest\/+)?/i, '');
}
