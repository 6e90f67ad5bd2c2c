import { createReader, createWriter } from '../client/index.js';
import type { ClientSettings } from '../client/types.js';
import type { Config } from '../config/index.js';
import { createLog } from '../log.js';
import { createServer } from '../server/index.js';
import { serveStdio } from '../transports/stdio.js';

/** What a tenant needs to be reached, and what to do when it is no longer needed. */
interface Tenant {
  readonly settings: Omit<ClientSettings, 'log'>;
  close(): Promise<void>;
}

/** The sandbox for --demo, the real API otherwise; nothing else differs. Null without credentials. */
async function tenantOf(config: Config): Promise<Tenant | null> {
  const limits = { timeoutMs: config.timeoutMs, maxConcurrency: config.maxConcurrency };
  if (config.mode === 'demo') {
    const { startSandbox } = await import('../sandbox/index.js');
    const sandbox = await startSandbox();
    return {
      settings: { ...limits, credentials: sandbox.credentials, zoneUrl: sandbox.url, cacheDir: null },
      close: () => sandbox.close(),
    };
  }
  if (config.credentials === null) return null;
  return {
    settings: {
      ...limits,
      credentials: config.credentials,
      zoneUrl: config.zoneUrl,
      ...(config.apiUrl === undefined ? {} : { apiUrl: config.apiUrl }),
      cacheDir: config.cacheDir,
    },
    close: async () => {},
  };
}

/** Serves one client over stdio until it is done. */
export async function serve(config: Config, name: { name: string; version: string }): Promise<void> {
  const tenant = await tenantOf(config);
  const log = createLog({
    level: config.logLevel,
    secrets: Object.values(tenant?.settings.credentials ?? {}),
  });
  for (const warning of config.warnings) log('warning', warning);
  const settings = tenant === null ? null : { ...tenant.settings, log };
  // In read-only mode nothing that could write is ever made.
  const writer = settings === null || config.readOnly ? null : createWriter(settings);
  const server = createServer({
    facts: { ...name, mode: config.mode, readOnly: config.readOnly },
    timeZone: config.timeZone,
    closedStatusIds: config.closedStatusIds,
    reader: writer ?? (settings === null ? null : createReader(settings)),
    writer,
    whyNoReader: `There are no complete Autotask credentials: ${config.missing.join(', ')} not set.`,
    log,
  });
  try {
    await serveStdio(server);
  } finally {
    await tenant?.close();
  }
}
