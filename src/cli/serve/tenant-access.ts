import { hostname } from 'node:os';
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

/** Replicas that nobody named are told apart by their machines. */
export const replicaOf = ({ state, writes: { replica } }: Config): string | null =>
  replica ??
  (state === null
    ? null
    : hostname()
        .replace(/[^A-Za-z0-9._-]|^[._-]+/g, '-')
        .replace(/^-+/, '') || null);

/**
 * One file for the whole process, whatever it serves: its lines form one chain. For a gateway each tenant has
 * a file and a chain of its own, named after it: `audit-3f2a….jsonl` for `audit.jsonl`. No file is kept open.
 */
export async function auditOf(
  config: Config,
  tenant?: string,
  copy: ((line: string) => void) | null = null,
): Promise<AuditLog | null> {
  const { audit, auditKey: key } = config.writes;
  if (audit === null) return null;
  const { createAuditFile, createAuditLog } = await import('../../audit/index.js');
  const { path: log, maxBytes } = audit;
  const { dir, name, ext } = parse(log);
  const own = tenant === undefined ? { path: log } : { path: join(dir, `${name}-${tenant}${ext}`), tenant };
  return createAuditLog(createAuditFile({ ...own, maxBytes, key, replica: replicaOf(config), copy }));
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
