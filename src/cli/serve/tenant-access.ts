import { join, parse } from 'node:path';
import type { AuditLog } from '../../audit/index.js';
import { createChangedRecords } from '../../changed-records.js';
import type { ClientSettings } from '../../client/types.js';
import type { Config } from '../../config/index.js';
import type { Credentials } from '../../identity/credentials.js';
import type { Log } from '../../log.js';
import { createRedactor } from '../../redact.js';
import type { ServerSettings, TenantAccess } from '../../server/index.js';
import type { LocalFiles } from './files.js';

/** Where Autotask is, and what to do when it is no longer needed. */
interface Upstream {
  readonly settings: Omit<ClientSettings, 'credentials' | 'log'>;
  /** Null when there are none, or not all of them. */
  readonly credentials: Credentials | null;
  close(): Promise<void>;
}

/** The sandbox for --demo, the real API otherwise; nothing else differs. */
export async function upstreamOf(config: Config): Promise<Upstream> {
  const { timeoutMs, maxConcurrency, hourlyShare } = config;
  const limits = { timeoutMs, maxConcurrency, hourlyShare };
  if (config.mode === 'demo') {
    const { startSandbox } = await import('../../sandbox/index.js');
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

/**
 * One file for the whole process, whatever it serves: its lines form one chain. For a gateway each tenant has
 * a file and a chain of its own, named after it: `audit-3f2a….jsonl` for `audit.jsonl`. No file is kept open.
 */
export async function auditOf(
  { writes: { audit, auditKey: key } }: Config,
  tenant?: string,
): Promise<AuditLog | null> {
  if (audit === null) return null;
  const { createAuditFile, createAuditLog } = await import('../../audit/index.js');
  const { dir, name, ext } = parse(audit.path);
  const path = tenant === undefined ? audit.path : join(dir, `${name}-${tenant}${ext}`);
  return createAuditLog(createAuditFile({ ...audit, path, key }));
}

export type Clients = Pick<TenantAccess, 'reader' | 'writer'>;

/** Null settings are missing credentials. In read-only mode nothing that could write is ever made. */
export async function clientsOf(config: Config, settings: ClientSettings | null): Promise<Clients> {
  if (settings === null) return { reader: null, writer: null };
  const { createReader, createWriter } = await import('../../client/index.js');
  if (config.readOnly) return { reader: createReader(settings), writer: null };
  const writer = createWriter(settings);
  return { reader: writer, writer };
}

/** The way to a tenant as the configuration wants it used. `secrets` never reach an answer or the audit log. */
export const accessOf = (
  { missing, writes }: Config,
  clients: Clients,
  audit: AuditLog | null,
  secrets: readonly string[],
  tenant?: string,
  files: LocalFiles | null = null,
): TenantAccess => ({
  ...clients,
  files,
  whyNoReader: `There are no complete Autotask credentials: ${missing.join(', ')} not set.`,
  audit,
  actAs: writes.actAs,
  unattributed: writes.unattributed,
  marks: writes.marks,
  writeVersions: createChangedRecords(),
  redact: createRedactor(secrets),
  ...(tenant === undefined ? {} : { tenant }),
});

export interface ProgramName {
  readonly name: string;
  readonly version: string;
}

export const serverSettings = (
  config: Config,
  name: ProgramName,
  log: Log,
  secrets: readonly string[] = Object.values(config.credentials ?? {}),
): Omit<ServerSettings, 'open'> => ({
  facts: { ...name, mode: config.mode, readOnly: config.readOnly },
  timeZone: config.timeZone,
  closedStatusIds: config.closedStatusIds,
  policy: config.policy,
  confirm: config.writes.confirm,
  files: config.filesDir !== null,
  log,
  redact: createRedactor(secrets),
});
