import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authenticator } from './access/bearer-token.js';
import { tenantHeaders } from './access/gateway.js';
import {
  type AllowedCallers,
  checkHostAndOrigin,
  corsHeaders,
  metadataPreflightHeaders,
  preflightHeaders,
} from './access/host-and-origin.js';
import type { OAuthResource } from './access/oauth/index.js';
import type { McpEndpoint } from './mcp.js';
import type { Metrics } from './operation/metrics.js';
import { Refusal, sendError, sendJson } from './refusal.js';
import type { HttpSettings } from './settings.js';

export interface RoutesSettings {
  readonly allowedCallers: AllowedCallers;
  readonly mcp: McpEndpoint;
  readonly ready: () => Promise<boolean>;
  /** Undefined where replicas share nothing. */
  readonly sharedState: () => string | undefined;
  /** Null when there are no tokens; then metrics are only on a port of their own. */
  readonly authenticateMetrics: Authenticator | null;
  /** Where clients read who issues tokens for this server; null where nobody signs in. */
  readonly resource: Pick<OAuthResource, 'metadata' | 'metadataPaths'> | null;
  readonly metrics: Metrics;
  /** Answers being written, without the streams that only wait for news. */
  readonly running: Set<ServerResponse>;
  readonly draining: () => boolean;
  readonly stopping: () => boolean;
  readonly log: HttpSettings['log'];
}

type Handle = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

function onlyRead(request: IncomingMessage): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  throw new Refusal(405, 'Use GET here.', { Allow: 'GET, HEAD' });
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/';
}

/** What decides who calls, with which rights and for whom, must not have two readings. */
const singleHeaders = [
  'host',
  'authorization',
  'origin',
  'content-type',
  'mcp-session-id',
  'mcp-protocol-version',
  'x-autotask-read-only',
  ...tenantHeaders,
];

function checkHeaderLines({ headersDistinct: lines, httpVersion }: IncomingMessage): void {
  const repeated = singleHeaders.find((name) => (lines[name]?.length ?? 0) > 1);
  if (repeated !== undefined) throw new Refusal(400, `The header ${repeated} was sent more than once.`);
  if (lines.host === undefined && httpVersion !== '1.0')
    throw new Refusal(400, 'The header host is missing.');
}

/** Handlers of the two ports. Whatever goes wrong below becomes a JSON answer here. */
export function createRoutes(settings: RoutesSettings) {
  const { allowedCallers, mcp, metrics, running, draining, stopping, log } = settings;

  const health: Handle = async (request, response) => {
    onlyRead(request);
    sendJson(response, 200, { status: 'ok' });
  };
  const ready: Handle = async (request, response) => {
    onlyRead(request);
    const status = draining() ? 'stopping' : (await settings.ready()) ? 'ready' : 'unavailable';
    sendJson(response, status === 'ready' ? 200 : 503, { status, sharedState: settings.sharedState() });
  };
  const showMetrics: Handle = async (request, response) => {
    onlyRead(request);
    response.writeHead(200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' });
    response.end(await metrics.text());
  };
  const guardedMetrics: Handle = async (request, response) => {
    if (settings.authenticateMetrics === null)
      throw new Refusal(
        404,
        'Metrics need AUTOTASK_HTTP_METRICS_PORT, or a fixed token (AUTOTASK_HTTP_TOKEN).',
      );
    await settings.authenticateMetrics(request);
    await showMetrics(request, response);
  };
  /** For everybody, pages of any origin included: it is the way to a first token. */
  const showResource: Handle = async (request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.method === 'OPTIONS') {
      response.writeHead(204, metadataPreflightHeaders).end();
      return;
    }
    onlyRead(request);
    sendJson(response, 200, settings.resource?.metadata, { 'Cache-Control': 'public, max-age=300' });
  };
  const serve: Handle = async (request, response) => {
    checkHostAndOrigin(request, allowedCallers);
    const cors = corsHeaders(request.headers.origin, allowedCallers.allowedOrigins);
    for (const [name, value] of Object.entries(cors)) response.setHeader(name, value);
    if (request.method === 'OPTIONS' && Object.keys(cors).length > 0) {
      response.writeHead(204, preflightHeaders).end();
      return;
    }
    if (stopping()) throw new Refusal(503, 'This server is stopping.', { 'Retry-After': '1' });
    const since = performance.now();
    let method = String(request.method);
    if (request.method !== 'GET') running.add(response);
    response.once('close', () => {
      running.delete(response);
      const seconds = (performance.now() - since) / 1_000;
      metrics.request(method, response.statusCode, seconds);
      log('debug', `${method} ${response.statusCode} in ${Math.round(seconds * 1_000)} ms`);
    });
    await mcp.serve(request, response, (name) => {
      method = name;
    });
  };

  const handler =
    (paths: Readonly<Record<string, Handle>>) =>
    (request: IncomingMessage, response: ServerResponse): void => {
      if (draining()) response.setHeader('Connection', 'close');
      const path = pathOf(request);
      const answer = async () => {
        checkHeaderLines(request);
        const handle = Object.hasOwn(paths, path) ? paths[path] : undefined;
        if (handle === undefined) throw new Refusal(404, 'There is nothing here. MCP is served at /mcp.');
        await handle(request, response);
      };
      answer().catch((error: unknown) => {
        if (!(error instanceof Refusal)) {
          log(
            'error',
            `request failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
          );
        }
        sendError(response, error);
      });
    };
  return {
    main: handler({
      '/health': health,
      '/ready': ready,
      '/metrics': guardedMetrics,
      '/mcp': serve,
      ...Object.fromEntries((settings.resource?.metadataPaths ?? []).map((path) => [path, showResource])),
    }),
    metricsOnly: handler({ '/metrics': showMetrics, '/health': health }),
  };
}
