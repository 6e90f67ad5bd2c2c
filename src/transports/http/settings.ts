import type { Claims } from '../../identity/claims.js';
import type { Credentials } from '../../identity/credentials.js';
import type { Redact } from '../../redact.js';
import type { McpServer } from '../../server/index.js';
import type { Metrics } from './operation/metrics.js';

/** Who signed in, by the word of an issuer that is trusted. */
export interface SignedIn {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
}

/** Who calls, as far as this server can tell, and whether without the right to write. */
export interface Principal {
  readonly name: string;
  readonly readOnly: boolean;
  /** Absent for holders of fixed tokens and for gateways. */
  readonly person?: SignedIn;
  /** What decides the rights of this person; a session goes on with the same alone. */
  readonly rule?: string;
  /** Whether another token of this person would give the right to write. */
  readonly lacksScope?: boolean;
  /** Whom a gateway names: an e-mail address, a user name or the id of a resource. */
  readonly actsFor?: string | number;
}

/** What this transport needs of a tenant. Everything behind it - client, caches, limits - is the tenant's own. */
export interface Tenant {
  /** A server for one request or one session of this caller; it must be cheap to make. */
  server(caller: Principal): McpServer;
  /** Asks Autotask for something small; throws when it cannot be reached. */
  check(signal: AbortSignal): Promise<void>;
  /** Takes the secrets of this server and of the tenant out of a text. */
  readonly redact: Redact;
  /** Last known use of the hourly request threshold, 1 when used up; undefined as long as unknown. */
  thresholdUse(): number | undefined;
}

/** A bearer token that lets its holder in. */
export interface AccessToken {
  readonly name: string;
  readonly token: string;
  readonly readOnly: boolean;
}

/** Makes one exchange, without redirects; rejects when no answer comes. */
export type Fetch = (request: {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}) => Promise<{
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}>;

/** Reads a JSON document; rejects, and says why, unless it comes with status 200. */
export type FetchJson = (url: string) => Promise<unknown>;

/** How an issuer is asked about a token (RFC 7662). */
export interface Introspection {
  readonly issuer: string;
  readonly clientId: string;
  /** A secret: it goes to the issuer and nowhere else. */
  readonly clientSecret: string;
  readonly send: Fetch;
}

/** Milliseconds. */
export interface KeyTimes {
  /** After this time keys are asked for again. */
  readonly keysFreshMs: number;
  /** So long they count when the issuer does not answer. */
  readonly keysStaleMs: number;
  /** An issuer is asked once within this time, whatever tokens come. */
  readonly keysPauseMs: number;
}

/** Whose tokens are taken, and what must stand in them; lists that are empty ask for nothing. */
export interface OAuthSettings {
  /** The address of `/mcp` as clients see it. */
  readonly publicUrl: string;
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly tenants: readonly string[];
  readonly clients: readonly string[];
  readonly tokenTypes: readonly string[];
  readonly scopePrefix: string;
  readonly fetchJson: FetchJson;
  /** Where tokens are asked about that say nothing by themselves; they are refused unless given. */
  readonly introspection?: Introspection | null;
  /** What whoever has these claims may do at most; null when they may not get in. */
  admit(claims: Claims): { readonly readOnly: boolean; readonly name?: string } | null;
}

export interface Limits extends KeyTimes {
  /** Bytes of a request body. */
  readonly bodyBytes: number;
  readonly headerBytes: number;
  /** Milliseconds until the headers, and until the whole request, must have arrived. */
  readonly headersMs: number;
  readonly requestMs: number;
  readonly connections: number;
  readonly sessions: number;
  readonly sessionIdleMs: number;
  readonly tenants: number;
  readonly tenantIdleMs: number;
  /** Milliseconds that running calls may take to finish when the server stops. */
  readonly graceMs: number;
  /** Milliseconds that the answer of `/ready` is kept: when all is well, and when it is not. */
  readonly readyMs: number;
  readonly unreadyMs: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 4 * 1024 * 1024,
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  connections: 2_000,
  sessions: 500,
  sessionIdleMs: 30 * 60_000,
  tenants: 200,
  tenantIdleMs: 30 * 60_000,
  graceMs: 25_000,
  readyMs: 30_000,
  unreadyMs: 5_000,
  keysFreshMs: 10 * 60_000,
  keysStaleMs: 24 * 60 * 60_000,
  keysPauseMs: 10_000,
};

export interface HttpSettings {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Serves `/metrics` without a token on a port of its own. */
  readonly metricsPort?: number | undefined;
  /** Milliseconds that it goes on serving after it was told to stop, while `/ready` says so; none when absent. */
  readonly drainMs?: number;
  readonly auth: 'token' | 'gateway' | 'oauth';
  /** Takes tokens of these issuers beside the fixed ones. */
  readonly oauth?: OAuthSettings | null;
  /** Key of the hash that tells people apart in metrics, null for one of this process; absent: they are not. */
  readonly metricsOfPeople?: string | null | undefined;
  /** None lets in everybody who reaches the port; the configuration allows that to a local gateway only. */
  readonly tokens: readonly AccessToken[];
  /** Lower-case host names that requests may be addressed to, besides the loopback's and `host`. */
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  /** Origins that a gateway may name as API besides Autotask's. */
  readonly apiOrigins: readonly string[];
  readonly sessions: boolean;
  /** Whether a gateway may name the person for whom it asks. */
  readonly impersonate?: boolean;
  /** Nobody gets a tool that writes. */
  readonly readOnly: boolean;
  readonly limits?: Partial<Limits>;
  /** Opens the tenant of these credentials; with null the one that this server was configured with. */
  openTenant(credentials: TenantCredentials | null, metrics: Metrics): Tenant;
  /** Tells whether Autotask can be reached when a gateway has yet to say for whom; throws when not. */
  checkReachability(signal: AbortSignal, metrics: Metrics): Promise<void>;
  /** How what replicas share is doing; absent where nothing is shared. */
  readonly sharedState?: () => SharedStateStatus;
  readonly log: (level: 'debug' | 'info' | 'warning' | 'error', message: string) => void;
}

export interface SharedStateStatus {
  /** `down`: it does not answer, and this replica goes on alone; `settling`: it answers again since a moment ago. */
  readonly mode: 'up' | 'down' | 'settling';
  /** How often it could not be asked. */
  readonly failures: number;
}

/** What a gateway says about the tenant of a request. */
export interface TenantCredentials extends Credentials {
  /** Pins the API's address; undefined lets zone discovery find it. */
  readonly apiUrl: string | undefined;
}
