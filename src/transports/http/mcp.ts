import type { IncomingMessage, ServerResponse } from 'node:http';
import { asksReadOnly } from './access/bearer-token.js';
import type { Lease } from './access/tenants.js';
import {
  checkBatch,
  checkBodyHeaders,
  checkProtocolVersion,
  type Outline,
  outlineOf,
  readBody,
} from './body.js';
import { serveOnce } from './once.js';
import { Refusal } from './refusal.js';
import type { Sessions } from './sessions.js';
import type { Principal } from './settings.js';

export interface McpRoute {
  readonly bodyBytes: number;
  /** Nobody gets a tool that writes. */
  readonly readOnly: boolean;
  readonly authenticate: (request: IncomingMessage) => Principal;
  /** Reads whose request it is, or refuses; the tenant itself is opened by the function it answers. */
  readonly tenantOf: (request: IncomingMessage) => () => Lease;
  /** Null when every request stands for itself. */
  readonly sessions: Sessions | null;
}

/** Answers a request to `/mcp`: who calls, for which tenant, with which rights, then the message. */
export async function serveMcp(
  { bodyBytes, authenticate, tenantOf, sessions, ...route }: McpRoute,
  request: IncomingMessage,
  response: ServerResponse,
  onMethod: (method: string) => void,
): Promise<void> {
  const principal = authenticate(request);
  // Handlers learn who calls, and nothing of the token.
  Object.assign(request, { auth: { token: '', clientId: principal.name, scopes: [] } });
  const { method } = request;
  const allowed = sessions === null ? ['POST'] : ['POST', 'GET', 'DELETE'];
  if (method === undefined || !allowed.includes(method)) {
    throw new Refusal(405, `Use ${allowed.join(', ')} here.`, { Allow: allowed.join(', ') });
  }
  const readOnly = route.readOnly || principal.readOnly || asksReadOnly(request);
  const openTenant = tenantOf(request);
  let body: unknown;
  let outline: Outline | null = null;
  if (method === 'POST') {
    checkBodyHeaders(request);
    body = await readBody(request, bodyBytes);
    outline = outlineOf(body);
    onMethod(outline.method);
    checkBatch(request, body, outline);
  }
  // With `initialize` versions are agreed on in the body.
  if (outline?.initializes !== true) checkProtocolVersion(request);
  const lease = openTenant();
  const server = () => lease.tenant.server({ name: principal.name, readOnly });
  if (sessions === null) {
    response.once('close', lease.release);
    if (outline !== null) await serveOnce(request, response, server(), body, outline);
    return;
  }
  const owner = JSON.stringify([principal.name, lease.key, readOnly]);
  await sessions.serve(request, response, { owner, server, ended: lease.release }, body, outline);
}
