import * as z from 'zod';
import type { VariableName } from './variables.js';

/** Where replicas share their state, and what one of them does alone. */
export interface StateConfig {
  readonly address: {
    readonly nodes: readonly { readonly host: string; readonly port: number }[];
    /** A Unix socket instead. */
    readonly path: string | null;
    readonly user: string | null;
    readonly password: string | null;
    readonly database: number;
    readonly tls: boolean;
    /** Sentinels know the engine by a name, and may want a user and password of their own. */
    readonly via:
      | 'direct'
      | 'cluster'
      | { readonly sentinel: string; readonly user: string | null; readonly password: string | null };
  };
  /** Fraction of the limits while the engine does not answer. */
  readonly share: number;
}

type Address = StateConfig['address'];

const forms =
  'must read redis://[user:password@]host[:port][/database], rediss:// with TLS, unix:///path[?db=0&user=…&password=…], redis+cluster://host,host or redis+sentinel://host,host/name[/database][?sentinelUser=…&sentinelPassword=…]';

const shape =
  /^(?:redis|valkey)(s?)(\+sentinel|\+cluster)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/@?#]+)((?:\/[^/?#]*){0,2})(?:\?(.*))?$/i;
/** One slash before the path, so that whatever stands before it, a password for instance, is no part of it. */
const socket = /^unix:(?:\/\/)?(\/(?!\/)[^?#]*)(?:\?(.*))?$/i;

const decoded = (text: string | undefined): string | null => {
  if (text === undefined || text === '') return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};

/** What cannot be decoded is an error, and not absent. */
const isMalformed = (text: string | undefined): boolean =>
  text !== undefined && text !== '' && decoded(text) === null;

const digits = (text: string): number | null => (/^\d{1,5}$/.test(text) ? Number(text) : null);

function nodeOf(text: string, usualPort: number): { host: string; port: number } | null {
  const [, host = '', port] = /^(\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i.exec(text) ?? [];
  if (host === '') return null;
  const number = port === undefined ? usualPort : Number(port);
  return number < 1 || number > 65_535 ? null : { host: host.replace(/^\[|\]$/g, ''), port: number };
}

/** What stands behind the question mark; null when one of the names is none of those, or stands twice. */
function queryOf(query: string | undefined, names: readonly string[]): ReadonlyMap<string, string> | null {
  const given = [...new URLSearchParams(query ?? '')];
  const known = new Map(given);
  return known.size === given.length && given.every(([name]) => names.includes(name)) ? known : null;
}

function socketOf(path: string, query: string | undefined): Address | null {
  const given = queryOf(query, ['db', 'user', 'password']);
  const database = digits(given?.get('db') ?? '0');
  if (given === null || database === null) return null;
  const [user = null, password = null] = [given.get('user'), given.get('password')];
  return { nodes: [], path, user, password, database, tls: false, via: 'direct' };
}

/** Null when it is no address of an engine. */
export function readStateAddress(text: string): Address | null {
  const [, path, behind] = socket.exec(text) ?? [];
  if (path !== undefined) return socketOf(path, behind);
  const found = shape.exec(text);
  if (found === null) return null;
  const [, s = '', kind, user, password, hosts = '', rest = '', query] = found;
  if (isMalformed(user) || isMalformed(password)) return null;
  const isSentinel = kind?.toLowerCase() === '+sentinel';
  const own = queryOf(query, isSentinel ? ['sentinelUser', 'sentinelPassword'] : []);
  if (own === null) return null;
  const usualPort = isSentinel ? 26_379 : 6_379;
  const read = hosts.split(',').map((host) => nodeOf(host, usualPort));
  const nodes = read.filter((node) => node !== null);
  const parts = rest
    .split('/')
    .slice(1)
    .filter((part) => part !== '');
  const name = isSentinel ? parts.shift() : undefined;
  const [number = '0', ...more] = parts;
  const database = digits(number);
  if (nodes.length !== read.length || database === null || more.length > 0) return null;
  const common = {
    nodes,
    path: null,
    user: decoded(user),
    password: decoded(password),
    database,
    tls: s !== '',
  };
  if (kind === undefined) return nodes.length === 1 ? { ...common, via: 'direct' } : null;
  if (kind.toLowerCase() === '+cluster') return database === 0 ? { ...common, via: 'cluster' } : null;
  const sentinel = decoded(name);
  if (sentinel === null) return null;
  const [asUser = null, itsPassword = null] = [own.get('sentinelUser'), own.get('sentinelPassword')];
  return { ...common, via: { sentinel, user: asUser, password: itsPassword } };
}

const percent = (least: number) => {
  const error = `must be a whole number from ${least} to 100`;
  return z
    .string()
    .regex(/^\d{1,3}$/, { error })
    .transform(Number)
    .pipe(z.number().min(least, { error }).max(100, { error }))
    .transform((number) => number / 100);
};

/** The variables with what they must look like. The message never holds the address: a password stands in it. */
export const stateVariables = {
  AUTOTASK_STATE_URL: z
    .string()
    .transform((text, context) => {
      const address = readStateAddress(text);
      if (address !== null) return address;
      context.addIssue({ code: 'custom', message: forms });
      return z.NEVER;
    })
    .optional(),
  AUTOTASK_STATE_SHARE: percent(0),
  AUTOTASK_HOURLY_SHARE: percent(1).optional(),
} as const satisfies Partial<Record<VariableName, z.ZodType>>;

/** Variables of earlier versions, and what stands in their place. */
export const removedVariables: Readonly<Record<string, string>> = {
  AUTOTASK_CONFIRM_DIR:
    'is no longer read: replicas share the tokens of previews in AUTOTASK_STATE_URL, a Valkey or Redis (docs/http.md says how)',
};
