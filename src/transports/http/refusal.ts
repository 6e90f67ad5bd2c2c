import type { ServerResponse } from 'node:http';
import type { Redact } from '../../redact.js';
import { textBoundary } from '../../text-boundary.js';

/** A request that is not served; becomes an answer with this status, in JSON and without a stack. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
    /** JSON-RPC error code. */
    readonly code = -32000,
  ) {
    super(message);
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(text);
}

/** The shape in which JSON-RPC reports an error that belongs to no request. */
export const rpcError = (code: number, message: string) => ({
  jsonrpc: '2.0',
  error: { code, message },
  id: null,
});

/** Answers a refusal, or a defect as 500 without saying more than that. */
export function sendError(response: ServerResponse, error: unknown): void {
  const { status, message, headers, code } =
    error instanceof Refusal
      ? error
      : new Refusal(500, 'Internal error; the log of this server says more.', {}, -32603);
  if (response.headersSent) response.destroy();
  else sendJson(response, status, rpcError(code, message), headers);
}

/** The same where the answer is a web-standard one. Rejects with whatever is no refusal. */
export function refusalResponse(error: unknown): Response {
  if (!(error instanceof Refusal)) throw error;
  return Response.json(rpcError(error.code, error.message), { status: error.status, headers: error.headers });
}

function withoutLength(headers: Headers): Headers {
  const others = new Headers(headers);
  others.delete('Content-Length');
  return others;
}

/**
 * What the SDK refuses before any server sees it may repeat what was sent, so it leaves without secrets and without
 * characters that nobody sees. Answers with a status of success come from a server, which has seen to that.
 */
export async function redactRefusal(response: Response, redact: Redact): Promise<Response> {
  if (response.status < 400) return response;
  const { status, headers } = response;
  const text = await response.text();
  if (text === '') return new Response(null, { status, headers });
  const body = await textBoundary(redact).value(JSON.parse(text), new Set(['id']));
  return Response.json(body, { status, headers: withoutLength(headers) });
}
