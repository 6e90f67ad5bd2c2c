import { type AuditLog, createAuditFile, createAuditLog } from '../audit/index.js';
import { createReader, createWriter } from '../client/index.js';
import type { AutotaskReader, AutotaskWriter, ClientSettings } from '../client/types.js';
import type { Config } from '../config/index.js';
import type { Credentials } from '../credentials.js';
import { createLog, createRedactor, type Log } from '../log.js';
import { createServer, type ServerSettings } from '../server/index.js';
import { serveStdio } from '../transports/stdio.js';
import { openFiles } from './files.js';

/** Where Autotask is, and what to do when it is no longer needed. */
interface Upstream {
  readonly settings: Omit<ClientSettings, 'credentials' | 'log'>;
  /** Null when there are none, or not all of them. */
  readonly credentials: Credentials | null;
  close(): Promise<void>;
}

/** The sandbox for --demo, the real API otherwise; nothing else differs. */
export async function upstreamOf(config: Config): Promise<Upstream> {
  const limits = { timeoutMs: config.timeoutMs, maxConcurrency: config.maxConcurrency };
  if (config.mode === 'demo') {
    const { startSandbox } = await import('../sandbox/index.js');
    const sandbox = await startSandbox();
    return {
      settings: { ...limits, zoneUrl: sandbox.url, cacheDir: null },
      credentials: sandbox.credentials,
      close: () => sandbox.close(),
    };
  }
  return {
    settings: {
      ...limits,
      zoneUrl: config.zoneUrl,
      ...(config.apiUrl === undefined ? {} : { apiUrl: config.apiUrl }),
      cacheDir: config.cacheDir,
    },
    credentials: config.credentials,
    close: async () => {},
  };
}

/** One file for the whole process, whatever it serves: its lines form one chain. */
export const auditOf = ({ writes: { audit, auditKey: key } }: Config): AuditLog | null =>
  audit === null ? null : createAuditLog(createAuditFile({ ...audit, key }));

/** What the configuration says about writes, for the server. */
export const writeRules = (
  config: Config,
  audit: AuditLog | null,
  secrets: readonly string[],
  tenant?: string,
): Pick<ServerSettings, 'policy' | 'confirm' | 'audit' | 'actAs' | 'marks' | 'redact' | 'tenant'> => ({
  ...(tenant === undefined ? {} : { tenant }),
  policy: config.policy,
  confirm: config.writes.confirm,
  actAs: config.writes.actAs,
  marks: config.writes.marks,
  redact: createRedactor(secrets),
  audit,
});

export interface Clients {
  readonly reader: AutotaskReader | null;
  readonly writer: AutotaskWriter | null;
}

/** Null settings are missing credentials. In read-only mode nothing that could write is ever made. */
export function clientsOf(config: Config, settings: ClientSettings | null): Clients {
  if (settings === null) return { reader: null, writer: null };
  if (config.readOnly) return { reader: createReader(settings), writer: null };
  const writer = createWriter(settings);
  return { reader: writer, writer };
}

export interface ProgramName {
  readonly name: string;
  readonly version: string;
}

export const serverSettings = (
  config: Config,
  name: ProgramName,
  { reader, writer }: Clients,
  log: Log,
): ServerSettings => ({
  facts: { ...name, mode: config.mode, readOnly: config.readOnly },
  timeZone: config.timeZone,
  closedStatusIds: config.closedStatusIds,
  reader,
  writer,
  whyNoReader: `There are no complete Autotask credentials: ${config.missing.join(', ')} not set.`,
  log,
});

/** Serves one client over stdio until it is done. */
export async function serve(config: Config, name: ProgramName): Promise<void> {
  const { settings, credentials, close } = await upstreamOf(config);
  const log = createLog({
    level: config.logLevel,
    format: config.logFormat,
    secrets: Object.values(credentials ?? {}),
  });
  for (const warning of config.warnings) log('warning', warning);
  const files = config.filesDir === null ? null : await openFiles(config.filesDir);
  const clients = clientsOf(config, credentials === null ? null : { ...settings, credentials, log });
  const server = createServer({
    ...serverSettings(config, name, clients, log),
    ...writeRules(config, auditOf(config), Object.values(credentials ?? {})),
    files,
  });
  try {
    await serveStdio(server);
  } finally {
    await close();
  }
}
