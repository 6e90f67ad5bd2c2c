import type { ClientObserver, ClientSettings } from '../client/types.js';
import type { HttpConfig } from '../config/http.js';
import type { Config } from '../config/index.js';
import { AutotaskError } from '../errors.js';
import { createLog, type Log } from '../log.js';
import { prepareServer } from '../server/index.js';
import { type Metrics, startHttp, type Tenant } from '../transports/http/index.js';
import {
  auditOf,
  clientsOf,
  ownerOf,
  type ProgramName,
  serverSettings,
  tagOf,
  upstreamOf,
  writeRules,
} from './serve.js';

const stopped = () =>
  new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

/** Serves many clients over HTTP until the process is told to stop. */
export async function serveHttp(config: Config, http: HttpConfig, name: ProgramName): Promise<void> {
  const upstream = await upstreamOf(config);
  const tokens = http.tokens.map(({ token }) => token);
  const logFor = (credentials: object | null): Log =>
    createLog({
      level: config.logLevel,
      format: config.logFormat,
      secrets: [...tokens, ...Object.values(credentials ?? {})],
    });
  const log = logFor(upstream.credentials);
  for (const warning of config.warnings) log('warning', warning);

  const audit = auditOf(config);

  /** Everything that belongs to one tenant and to nobody else hangs on what this makes. */
  const open = (settings: ClientSettings | null, metrics: Metrics): Tenant => {
    let use: number | undefined;
    const observer: ClientObserver = {
      ...metrics.upstream,
      threshold: ({ currentTimeframeRequestCount: used, externalRequestThreshold: most }) => {
        use = most > 0 ? used / most : undefined;
      },
    };
    const clients = clientsOf(config, settings === null ? null : { ...settings, observer });
    const credentials = settings?.credentials;
    const prepared = {
      ...serverSettings(config, name, clients, settings?.log ?? log),
      ...writeRules(config, audit, [...tokens, ...Object.values(credentials ?? {})], tagOf(credentials)),
      ...ownerOf(credentials),
    };
    return {
      server: prepareServer(prepared),
      check: async (signal) => {
        if (clients.reader === null) throw new AutotaskError('configuration', prepared.whyNoReader ?? '');
        await clients.reader.version({ signal });
      },
      thresholdUse: () => use,
    };
  };

  const server = await startHttp({
    ...http,
    readOnly: config.readOnly,
    log,
    openTenant: (named, metrics) => {
      if (named === null) {
        const { credentials, settings } = upstream;
        return open(credentials === null ? null : { ...settings, credentials, log }, metrics);
      }
      const { apiUrl, ...credentials } = named;
      const { apiUrl: _, ...settings } = upstream.settings;
      const pinned = apiUrl === undefined ? {} : { apiUrl };
      return open({ ...settings, ...pinned, credentials, log: logFor(credentials) }, metrics);
    },
  });
  log(
    'info',
    `serving MCP at ${server.url}/mcp (${http.auth === 'gateway' ? 'for a gateway' : 'one tenant'})`,
  );
  try {
    await stopped();
    log('info', 'stopping; running calls may finish');
    await server.close();
  } finally {
    await upstream.close();
  }
}
