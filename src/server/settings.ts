import type { AuditLog } from '../audit/index.js';
import type { ChangedRecords } from '../changed-records.js';
import type { AutotaskReader, AutotaskWriter } from '../client/types.js';
import type { MarkFields } from '../entities/write/idempotency-mark.js';
import type { Person } from '../identity/acting-person.js';
import type { Policy } from '../policy/index.js';
import type { Redact } from '../redact.js';
import type { LocalFiles, ServerInfo } from '../tools/define/define-tool.js';
import type { PendingTokens } from './confirmation/pending-tokens.js';

export interface GateSettings {
  readonly mode: 'token' | 'preview' | 'elicit' | 'person';
  /** Key of preview tokens; null makes one that only this process knows. */
  readonly key: string | null;
  /** Seconds that a preview may be confirmed. */
  readonly seconds: number;
  /** Where previews wait to be confirmed; in this process unless given. */
  readonly pending?: PendingTokens;
}

export const defaultGate: GateSettings = { mode: 'token', key: null, seconds: 600 };

/** The way to one tenant, and how its records are written. */
export interface TenantAccess {
  /** Null without credentials: entities are described, and anything else says what is missing. */
  readonly reader: AutotaskReader | null;
  /** Null in read-only mode. */
  readonly writer: AutotaskWriter | null;
  readonly whyNoReader?: string;
  /** Where writes are recorded; nowhere unless given. */
  readonly audit?: AuditLog | null;
  /** Tells this tenant from others in the audit log and in confirm tokens. */
  readonly tenant?: string;
  /** The same for the cursors of a server with one tenant; that of `tenant` unless given. */
  readonly owner?: string;
  /** The resource in whose name records are written. */
  readonly actAs?: number | null;
  /** Whether the API user may write for a person where Autotask does not record in whose name; it may not unless given. */
  readonly unattributed?: 'refuse' | 'api-user';
  /** Fields that receive a mark on create. */
  readonly marks?: MarkFields;
  /** What was written to this tenant, whoever did it; of this server alone unless given. */
  readonly writeVersions?: ChangedRecords;
  /** Takes the secrets of this server out of what the audit log keeps. */
  readonly redact?: Redact;
  /** Files on this machine that may be attached; none unless given. */
  readonly files?: LocalFiles | null;
}

export interface ServerSettings {
  readonly facts: ServerInfo;
  readonly timeZone: string;
  readonly closedStatusIds: readonly number[];
  readonly log: (level: 'debug' | 'info' | 'warning' | 'error', message: string) => void;
  /** Takes the secrets of this server out of everything that leaves it; there are none unless given. */
  readonly redact?: Redact;
  /** What the operator allows; everything but customer-visible notes unless given. */
  readonly policy?: Policy;
  /** How writes are confirmed; by token unless given. */
  readonly confirm?: GateSettings;
  /** Whether one client alone reaches this server: then what it is listed depends on nobody's rights but its own. */
  readonly singleClient?: boolean;
  /** Who uses a server with one client. */
  readonly person?: Person | null;
  /** Whether the access brings files of this machine. */
  readonly files?: boolean;
  /** Asked at the first call that needs it, because most servers that clients start are never called. */
  readonly open: () => Promise<TenantAccess>;
}
