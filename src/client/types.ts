import type { Credentials } from '../identity/credentials.js';
import type { Threshold } from './rate-limiting/threshold.js';
import type { KeptState, TenantState } from './tenant-state/tenant-state.js';
import type { Tuning } from './tuning.js';

export type { Threshold };

/**
 * The interface of this client for the rest of the program. Paths are relative to `V1.0` and come from the entity
 * table (`Tickets`, `Tickets/42/Notes`); the client adds zone, credentials, limits, retries and paging.
 */

export type Row = Readonly<Record<string, unknown>>;

/** A condition or a group of conditions, as Autotask's query body takes them. */
export interface FilterNode {
  readonly op: string;
  readonly field?: string;
  readonly value?: unknown;
  /** True for a user-defined field; Autotask allows one such condition in a query. */
  readonly udf?: boolean;
  readonly items?: readonly FilterNode[];
}

export interface Search {
  readonly filter: readonly FilterNode[];
  /** Fields to return; the client adds `id`, which paging needs. Absent means all. */
  readonly includeFields?: readonly string[];
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

export interface MetadataOptions extends CallOptions {
  /** Asks Autotask even when the answer is cached. */
  readonly fresh?: boolean;
  /** Takes a cached answer that is not older, in milliseconds, and asks Autotask otherwise. */
  readonly maxAgeMs?: number;
}

export interface QueryOptions extends CallOptions {
  /** Most rows to return; pages are followed until then. */
  readonly limit: number;
  /** Called after each page with the rows read so far. */
  readonly onProgress?: (rows: number) => void;
}

export interface QueryResult {
  readonly rows: readonly Row[];
  /** Whether Autotask holds more rows that match. */
  readonly more: boolean;
}

export interface Zone {
  /** Base URL with `V1.0/`. */
  readonly apiUrl: string;
  /** Base URL of the web interface, for links to records; null when the zone was pinned and not looked up. */
  readonly webUrl: string | null;
  readonly name: string | null;
}

/** `entityInformation`: what this tenant and user allow. */
export interface EntityInformation {
  readonly name: string;
  readonly canCreate: boolean;
  readonly canDelete: boolean;
  readonly canQuery: boolean;
  readonly canUpdate: boolean;
  readonly hasUserDefinedFields: boolean;
}

export interface LivePicklistValue {
  readonly value: string;
  readonly label: string;
  readonly isDefaultValue: boolean;
  readonly sortOrder: number;
  /** Value of the parent picklist this one belongs to; empty when none. */
  readonly parentValue: string;
  readonly isActive: boolean;
  readonly isSystem: boolean;
}

/** A row of `entityInformation/fields` or `…/userDefinedFields`, in one shape. */
export interface LiveField {
  readonly name: string;
  /** Display name; user-defined fields only. */
  readonly label: string | null;
  readonly dataType: string;
  /** 0 when the field has no limit. */
  readonly length: number;
  readonly isRequired: boolean;
  readonly isReadOnly: boolean;
  readonly isQueryable: boolean;
  readonly isReference: boolean;
  readonly referenceEntityType: string | null;
  readonly isPickList: boolean;
  readonly picklistValues: readonly LivePicklistValue[] | null;
  readonly picklistParentValueField: string | null;
}

/** The half of the client that cannot write. Read-only mode hands out nothing else. */
export interface AutotaskReader {
  /** `POST {path}/query`, following pages up to the limit. */
  query(path: string, search: Search, options: QueryOptions): Promise<QueryResult>;
  /** The same as a stream of pages, for reads that should not sit in memory. */
  pages(path: string, search: Search, options?: CallOptions): AsyncGenerator<readonly Row[], void, undefined>;
  /** `POST {path}/query/count`. */
  count(path: string, filter: readonly FilterNode[], options?: CallOptions): Promise<number>;
  /** `GET {path}`, e.g. `Tickets/42`; null when Autotask has no such record. */
  item(path: string, options?: CallOptions): Promise<Row | null>;
  /** `GET {path}` of a collection below a parent, e.g. `Resources/7/TimeOffBalances`, following pages. */
  list(path: string, options: QueryOptions): Promise<QueryResult>;
  entityInformation(path: string, options?: MetadataOptions): Promise<EntityInformation>;
  fields(path: string, options?: MetadataOptions): Promise<readonly LiveField[]>;
  /** Empty for entities without user-defined fields. */
  userDefinedFields(path: string, options?: MetadataOptions): Promise<readonly LiveField[]>;
  threshold(options?: CallOptions): Promise<Threshold>;
  /** `GET Version`, e.g. `2026.3.1.120`. */
  version(options?: CallOptions): Promise<string>;
  zone(options?: CallOptions): Promise<Zone>;
  /** HTTP requests this client has sent so far, retries included. */
  requestsSent(): number;
  /** The time by Autotask's clock, which stamps records, as its answers tell it; this machine's before the first. */
  now(): Date;
  /** What was to be sent longer ago than this has ended, answered or not. Milliseconds. */
  readonly longestMs: number;
}

export interface WriteOptions extends CallOptions {
  /** The resource in whose name the record is written; only some entities take it. */
  readonly impersonationResourceId?: number;
  /** Asked last, when nothing is waited for any more: nothing is sent when it rejects, and that is the error. */
  readonly beforeSending?: () => Promise<void>;
}

/** Each method sends exactly one request and never repeats it. All answer the record's id. */
export interface AutotaskWriter extends AutotaskReader {
  /** `POST {path}`: `Tickets`, or `Companies/5/Contacts`. Some creations are bound to another method. */
  create(path: string, body: Row, options?: WriteOptions & { readonly method?: 'GET' }): Promise<number>;
  /** `PATCH {path}` with the id in the body. */
  patch(path: string, body: Row, options?: WriteOptions): Promise<number>;
  /** `DELETE {path}`, e.g. `TimeEntries/7`. */
  remove(path: string, options?: WriteOptions): Promise<number>;
}

/** Events for logs and metrics; none of them names a tenant or a record. */
export interface ClientObserver {
  /** A request ended: `ok` or the kind of its error. */
  requestEnded(request: {
    readonly method: string;
    readonly write: boolean;
    readonly outcome: string;
    readonly ms: number;
    /** How far Autotask's clock is ahead of this one's, within a second; null when its answer has no `Date`. */
    readonly clockAheadMs: number | null;
  }): void;
  /** A read is sent again. */
  requestRetried(): void;
  /** So many requests more, or fewer, wait for their turn. */
  queueChanged(change: 1 | -1): void;
  thresholdReported(threshold: Threshold): void;
}

/** Makes the state of a tenant that several processes share; the tenant is named by a hash. */
export type ShareState = (tenant: string, maxConcurrency: number, tuning: Tuning) => KeptState;

export interface ClientSettings {
  readonly credentials: Credentials;
  /** Pins the API's base URL and skips zone discovery; with or without trailing slash and `V1.0`. */
  readonly apiUrl?: string;
  /** Where zone discovery asks. */
  readonly zoneUrl: string;
  /** For one request, from connecting to the last byte. */
  readonly timeoutMs: number;
  /** For a whole call: waiting, retries, all pages of a query. Twice `timeoutMs` unless given. */
  readonly totalTimeoutMs?: number;
  /** Most requests at the same time; per endpoint never more than 3. */
  readonly maxConcurrency: number;
  /** Folder for cached metadata; null keeps it in memory only. */
  readonly cacheDir: string | null;
  readonly log: (level: 'debug' | 'info' | 'warning' | 'error', message: string) => void;
  readonly observer?: ClientObserver;
  /** Of the tenant's hourly threshold, what is used before requests stop; all of it unless given. */
  readonly hourlyShare?: number | null;
  /** Keeps limits and cache where replicas share them; in this process's memory unless given. */
  readonly share?: ShareState;
  /** Limits and cache of this client, for tests and benchmarks. */
  readonly state?: TenantState;
  /** Replaces single defaults, for tests and benchmarks. */
  readonly tuning?: Partial<Tuning>;
}
