import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AutotaskError, systemCode } from '../../../errors.js';
import { rpcError } from '../refusal.js';
import type { Limits } from '../settings.js';

/** Statuses for requests that Node gives up on before they are any. */
const parseErrorStatuses: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
};

function refuseUnparsed(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') socket.destroy();
  else answer(socket, ...(parseErrorStatuses[error.code ?? ''] ?? ([400, 'Bad Request'] as const)));
}

/** Answers without a request, in the shape of all other errors, and ends the connection. */
function answer(socket: Duplex, status: number, reason: string): void {
  const body = JSON.stringify(rpcError(-32000, reason));
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function unavailable(host: string, port: number, error: unknown): AutotaskError {
  const code = systemCode(error) ?? 'UNKNOWN';
  const why =
    {
      EADDRINUSE: 'something else uses it',
      EACCES: 'this user may not',
      EADDRNOTAVAIL: 'this machine has no such address',
      ENOTFOUND: 'nobody knows such a host',
    }[code] ?? code;
  // What is no address may be anything.
  const where = code === 'ENOTFOUND' || code === 'EAI_AGAIN' ? 'the host in AUTOTASK_HTTP_HOST' : host;
  return new AutotaskError('configuration', `Cannot listen on ${where}, port ${port}: ${why}.`, {
    next: 'Choose another PORT or AUTOTASK_HTTP_HOST.',
    cause: error,
  });
}

/** A listening HTTP server that cuts off peers who are slow or endless. */
export async function listen(
  host: string,
  port: number,
  limits: Pick<Limits, 'headerBytes' | 'headersMs' | 'requestMs' | 'connections'>,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(
    {
      maxHeaderSize: limits.headerBytes,
      // Its absence is answered like other errors, see routes.ts.
      requireHostHeader: false,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: Math.min(limits.headersMs / 2, 5_000),
      // Longer than load balancers keep idle connections, so that it is they who close them.
      keepAliveTimeout: 75_000,
    },
    handle,
  );
  server.maxConnections = limits.connections;
  // Their size is limited. By default Node drops those beyond a number, and with them what they forbid.
  server.maxHeadersCount = 0;
  server.on('clientError', refuseUnparsed);
  server.on('connect', (_request, socket) => answer(socket, 405, 'Method Not Allowed'));
  // An expectation that nobody knows is no reason not to answer.
  server.on('checkExpectation', handle);
  server.listen(port, host.replace(/^\[|\]$/g, ''));
  try {
    await once(server, 'listening');
  } catch (error) {
    throw unavailable(host, port, error);
  }
  const address = server.address();
  const bound = address === null || typeof address === 'string' ? port : address.port;
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return { server, url: `http://${name}:${bound}` };
}
