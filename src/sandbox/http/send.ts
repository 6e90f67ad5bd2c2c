import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from './reply.js';

export function send(response: ServerResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(reply.status, {
    'content-length': String(Buffer.byteLength(reply.body)),
    ...reply.headers,
  });
  response.end(reply.body);
}

export function setDate(response: ServerResponse, aheadMs: number): void {
  response.setHeader('date', new Date(Date.now() + aheadMs).toUTCString());
}

export function reset(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

/** Announces the whole body and sends half of it. */
export function truncate(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': String(Buffer.byteLength(reply.body)),
  });
  response.write(reply.body.slice(0, Math.floor(reply.body.length / 2)), () => response.destroy());
}
