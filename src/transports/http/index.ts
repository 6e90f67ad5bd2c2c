import type { ServerResponse } from 'node:http';
import { createAuthenticator, trustedGateway } from './access/bearer-token.js';
import { readActsFor, readTenant } from './access/gateway.js';
import type { OAuthResource } from './access/oauth/index.js';
import { createTenants } from './access/tenants.js';
import { createMcpEndpoint } from './mcp.js';
import { listen } from './operation/listen.js';
import { createMetrics } from './operation/metrics.js';
import { createReadiness } from './operation/readiness.js';
import { createRoutes } from './routes.js';
import { createSessions } from './sessions.js';
import { defaultLimits, type HttpSettings, type Limits } from './settings.js';

export type { Metrics } from './operation/metrics.js';
export type {
  HttpSettings,
  Limits,
  OAuthSettings,
  Principal,
  Tenant,
  TenantCredentials,
} from './settings.js';

export interface HttpServer {
  /** e.g. `http://127.0.0.1:3000` */
  readonly url: string;
  readonly metricsUrl: string | null;
  /** Stops taking requests, lets running calls finish for a while, then ends the rest. */
  close(): Promise<void>;
}

/** What checks the tokens of people who sign in; null, and nothing of it is loaded, where nobody does. */
async function resourceOf(settings: HttpSettings, limits: Limits): Promise<OAuthResource | null> {
  const { oauth = null } = settings;
  if (oauth === null) return null;
  const { createOAuthResource } = await import('./access/oauth/index.js');
  return createOAuthResource(oauth, { ...settings, limits });
}

/** Serves MCP over HTTP. Rejects when the port is taken. */
export async function startHttp(settings: HttpSettings): Promise<HttpServer> {
  const limits = { ...defaultLimits, ...settings.limits };
  const { log, auth, tokens, apiOrigins, metricsPort, drainMs = 0 } = settings;
  const running = new Set<ServerResponse>();
  const sessions = settings.sessions ? createSessions(limits) : null;
  const gauges = {
    running: () => running.size,
    sessions: () => sessions?.open ?? 0,
    tenants: () => open().length,
    ...(settings.sharedState === undefined ? {} : { sharedState: settings.sharedState }),
    thresholdUse: () => {
      const known = open().flatMap((tenant) => tenant.thresholdUse() ?? []);
      return known.length === 0 ? undefined : Math.max(...known);
    },
  };
  const metrics = createMetrics(gauges, settings.metricsOfPeople);
  const tenants = createTenants((credentials) => settings.openTenant(credentials, metrics), limits);
  const singleTenant = auth === 'gateway' ? null : settings.openTenant(null, metrics);
  const oauth = await resourceOf(settings, limits);
  const fixed = createAuthenticator(tokens);
  const authenticate =
    oauth !== null
      ? createAuthenticator(tokens, oauth)
      : tokens.length === 0 && auth === 'gateway'
        ? trustedGateway
        : fixed;
  const open = () => (singleTenant === null ? tenants.all() : [singleTenant]);
  /** No longer ready, though whatever still arrives is served. */
  let draining = false;
  let stopping = false;

  const mcp = createMcpEndpoint({
    bodyBytes: limits.bodyBytes,
    readOnly: settings.readOnly,
    authenticate,
    onSignedIn: metrics.signedIn,
    insufficientScope: oauth?.insufficientScope ?? null,
    sessions,
    log,
    actsFor: ({ headers }) => readActsFor(headers, auth === 'gateway' && settings.impersonate === true),
    tenantOf: (request) => {
      if (singleTenant !== null) return () => ({ tenant: singleTenant, key: '', release: () => {} });
      const credentials = readTenant(request.headers, apiOrigins);
      return () => tenants.lease(credentials);
    },
  });
  const route = createRoutes({
    allowedCallers: settings,
    mcp,
    ready: createReadiness(
      async (signal) =>
        singleTenant === null ? settings.checkReachability(signal, metrics) : singleTenant.check(signal),
      limits,
      (error) => log('warning', `not ready: ${error instanceof Error ? error.message : String(error)}`),
    ),
    sharedState: () => settings.sharedState?.().mode,
    authenticateMetrics: tokens.length === 0 ? null : fixed,
    resource: oauth,
    metrics,
    running,
    draining: () => draining,
    stopping: () => stopping,
    log,
  });
  const { server, url } = await listen(settings.host, settings.port, limits, route.main);
  const metricsServer =
    metricsPort === undefined ? null : await listen(settings.host, metricsPort, limits, route.metricsOnly);

  const allAnswered = async () => {
    while (running.size > 0) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return {
    url,
    metricsUrl: metricsServer?.url ?? null,
    async close() {
      draining = true;
      // So that whoever balances learns of it before a connection is refused.
      if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, drainMs));
      stopping = true;
      const closed = new Promise((resolve) => server.close(resolve));
      metricsServer?.server.close();
      const grace = new Promise((resolve) => setTimeout(resolve, limits.graceMs).unref());
      await Promise.race([allAnswered(), grace]);
      await Promise.all([sessions?.close(), mcp.close()]);
      tenants.close();
      server.closeAllConnections();
      metricsServer?.server.closeAllConnections();
      await closed;
    },
  };
}
