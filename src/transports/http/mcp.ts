import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  type AuthInfo,
  createMcpHandler,
  isLegacyRequest,
  type McpHandlerRequestOptions,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { isWritingTool } from '../../server/index.js';
import { type Authenticator, asksReadOnly } from './access/bearer-token.js';
import type { Lease } from './access/tenants.js';
import { checkBodyHeaders, readBody } from './body.js';
import { type BodySummary, checkBatch, summarize } from './body-summary.js';
import type { McpRequest } from './mcp-request.js';
import { Refusal, redactRefusal, refusalResponse } from './refusal.js';
import type { Sessions } from './sessions.js';
import type { HttpSettings, Principal } from './settings.js';

export interface McpRoute {
  readonly bodyBytes: number;
  /** Nobody gets a tool that writes. */
  readonly readOnly: boolean;
  readonly authenticate: Authenticator;
  readonly onSignedIn: (issuer: string, subject: string) => void;
  /** What a person is told whose token does not let them write; null where nobody signs in. */
  readonly insufficientScope: (() => Refusal) | null;
  /** Whom a gateway names; refuses where it may not. */
  readonly actsFor: (request: IncomingMessage) => string | number | undefined;
  /** Reads whose request it is, or refuses; the tenant itself is opened by the function it answers. */
  readonly tenantOf: (request: IncomingMessage) => () => Lease;
  /** Null when every request stands for itself. */
  readonly sessions: Sessions | null;
  readonly log: HttpSettings['log'];
}

export interface McpEndpoint {
  /** Answers a request to `/mcp`; tells the method of its message as soon as it is known. */
  serve(
    request: IncomingMessage,
    response: ServerResponse,
    onMethod: (method: string) => void,
  ): Promise<void>;
  close(): Promise<void>;
}

/** The body was read: the adapter would otherwise write it out again only to make a request of it. */
const nothingMore = { async *[Symbol.asyncIterator]() {} };

/** A stream is open when its headers are there, whether or not there is news yet. */
const flushing = (response: ServerResponse): Parameters<ReturnType<typeof toNodeHandler>>[1] => ({
  writeHead(status, headers) {
    response.writeHead(status, headers);
    if (headers?.['content-type'] === 'text/event-stream') response.flushHeaders();
  },
  write: (chunk) => response.write(chunk),
  end: (chunk) => response.end(chunk),
  on: (event, listener) => response.on(event, listener),
  get destroyed() {
    return response.destroyed;
  },
});

/**
 * `/mcp`: who calls, for which tenant, with which rights; then the message, which the SDK reads, checks and
 * answers in the era that its sender speaks. A server is made for each request, or for each session of a client
 * of 2025 where there are sessions.
 */
export function createMcpEndpoint({ bodyBytes, sessions, log, ...route }: McpRoute): McpEndpoint {
  // Handlers learn who calls, and nothing of the token.
  const requests = new WeakMap<AuthInfo, McpRequest>();
  const requestOf = (auth: AuthInfo | undefined): McpRequest => {
    const mcpRequest = auth === undefined ? undefined : requests.get(auth);
    if (mcpRequest === undefined) throw new Error('a request without a caller reached the MCP handler');
    return mcpRequest;
  };
  const onerror = (error: Error) => log('debug', `MCP request: ${error.message}`);
  const modern = createMcpHandler(({ authInfo }) => requestOf(authInfo).server().server, {
    legacy: 'reject',
    onerror,
  });

  /** A client of 2025 whose request stands for itself. JSON, unless somebody wants to watch the progress. */
  async function serveLegacyOnce(
    request: Request,
    mcpRequest: McpRequest,
    message: McpHandlerRequestOptions,
  ) {
    const { server } = mcpRequest.server();
    const transport = new WebStandardStreamableHTTPServerTransport({
      enableJsonResponse: mcpRequest.outline?.wantsProgress !== true,
    });
    await server.connect(transport);
    mcpRequest.closed(() => void server.close());
    return transport.handleRequest(request, message);
  }

  const listener = toNodeHandler(
    {
      async fetch(request, { authInfo } = {}) {
        const mcpRequest = requestOf(authInfo);
        const { body: parsedBody } = mcpRequest;
        const message = { ...(authInfo === undefined ? {} : { authInfo }), parsedBody };
        const answer = !(await isLegacyRequest(request, parsedBody))
          ? modern.fetch(request, message)
          : sessions === null
            ? serveLegacyOnce(request, mcpRequest, message)
            : sessions.serve(request, mcpRequest, message).catch(refusalResponse);
        return redactRefusal(await answer, mcpRequest.redact);
      },
    },
    { onerror: (error) => log('error', `request failed: ${error.stack ?? error.message}`) },
  );

  /** Whoever may write with another token is told to get one; a tool that is not listed would only be unknown. */
  function checkScope({ lacksScope = false }: Principal, { tools }: BodySummary): void {
    if (!lacksScope || route.readOnly || route.insufficientScope === null) return;
    if (tools.some(isWritingTool)) throw route.insufficientScope();
  }

  return {
    async serve(request, response, onMethod) {
      const principal = await route.authenticate(request);
      if (principal.person !== undefined) route.onSignedIn(principal.person.issuer, principal.person.subject);
      const { method } = request;
      const allowed = sessions === null ? ['POST'] : ['POST', 'GET', 'DELETE'];
      if (method === undefined || !allowed.includes(method)) {
        throw new Refusal(405, `Use ${allowed.join(', ')} here.`, { Allow: allowed.join(', ') });
      }
      const readOnly = route.readOnly || principal.readOnly || asksReadOnly(request);
      const actsFor = route.actsFor(request);
      const openTenant = route.tenantOf(request);
      let body: unknown;
      let summary: BodySummary | null = null;
      if (method === 'POST') {
        checkBodyHeaders(request);
        body = await readBody(request, bodyBytes);
        summary = summarize(body);
        onMethod(summary.method);
        checkBatch(request, body, summary);
        checkScope(principal, summary);
      }
      const lease = openTenant();
      let kept = false;
      response.once('close', () => {
        if (!kept) lease.release();
      });
      const auth: AuthInfo = {
        token: '',
        clientId: actsFor === undefined ? principal.name : `${principal.name} for ${actsFor}`,
        scopes: [],
      };
      requests.set(auth, {
        owner: JSON.stringify([principal.name, principal.rule, actsFor, lease.key, readOnly]),
        body,
        outline: summary,
        server: () =>
          lease.tenant.server({ ...principal, readOnly, ...(actsFor === undefined ? {} : { actsFor }) }),
        redact: lease.tenant.redact,
        closed: (then) => response.once('close', () => then(!response.writableFinished)),
        keepTenant: () => {
          kept = true;
          return lease.release;
        },
      });
      const { url = '/', headers } = request;
      await listener({ method, url, headers, auth, ...nothingMore }, flushing(response));
    },
    close: () => modern.close(),
  };
}
