import * as z from 'zod';
import type { Problem } from '../errors.js';
import { isLoopback } from './loopback.js';
import { type OAuthConfig, oauthVariables, readOAuth } from './oauth.js';
import type { VariableName } from './variables.js';

/** A bearer token that lets its holder in. */
export interface AccessToken {
  /** Who holds it; stands in the log. */
  readonly name: string;
  readonly token: string;
  /** The holder gets no tool that writes. */
  readonly readOnly: boolean;
  /** File with what the holder may do of what the server may; null: all of it. */
  readonly policyFile: string | null;
}

/** How the server is reached over HTTP. */
export interface HttpConfig {
  readonly host: string;
  readonly port: number;
  /** Serves `/metrics` without a token on a port of its own. */
  readonly metricsPort: number | undefined;
  readonly drainMs: number;
  /** `gateway`: whoever stands in front names the tenant of each request in headers. `oauth`: people sign in. */
  readonly auth: 'token' | 'gateway' | 'oauth';
  /** Null unless `auth` is `oauth`. */
  readonly oauth: OAuthConfig | null;
  readonly tokens: readonly AccessToken[];
  /** Host names that requests may be addressed to, besides the loopback's. */
  readonly allowedHosts: readonly string[];
  /** Origins of web pages that may call, e.g. `https://assistant.example.com`. */
  readonly allowedOrigins: readonly string[];
  /** API addresses that a gateway may name besides those of Autotask, as origins. */
  readonly apiOrigins: readonly string[];
  readonly sessions: boolean;
  /** Whether a gateway may name the person for whom it asks. */
  readonly impersonate: boolean;
  /** Whether metrics tell people who sign in apart, by a hash. */
  readonly metricsOfPeople: boolean;
}

const shortestToken = 16;

const list = z.string().transform((text) => text.split(/[\s,]+/).filter((item) => item !== ''));

const origins = (what: string, example: string) =>
  list.pipe(
    z.array(
      z
        .url({ protocol: /^https?$/, error: `must list ${what}, e.g. ${example}` })
        .transform((url) => new URL(url).origin),
    ),
  );

/** Host names as browsers write them in a Host header, without port and brackets. */
const hosts = list.pipe(
  z.array(
    z
      .string()
      .refine((name) => /^(\[[0-9a-f:.]+\]|[^/:?#@*\\[\]]+)$/i.test(name) && URL.canParse(`http://${name}`), {
        error: 'must list host names without scheme and port, e.g. mcp.example.com',
      })
      .transform((name) => new URL(`http://${name}`).hostname.replace(/^\[|\]$/g, '')),
  ),
);

const flag = z.stringbool({
  truthy: ['true', '1', 'yes', 'on'],
  falsy: ['false', '0', 'no', 'off'],
  error: 'must be true or false',
});

const port = (lowest: number) => {
  const error = `must be a port number from ${lowest} to 65535`;
  return z
    .string()
    .regex(/^\d{1,5}$/, { error })
    .transform(Number)
    .pipe(z.number().min(lowest, { error }).max(65_535, { error }));
};

/** The variables of the HTTP transport, with what they must look like. Read only when it is in use. */
export const httpVariables = {
  AUTOTASK_HTTP_HOST: z.string(),
  PORT: port(0),
  AUTOTASK_HTTP_METRICS_PORT: port(1).optional(),
  AUTOTASK_HTTP_DRAIN_SECONDS: z
    .string()
    .regex(/^\d{1,3}$/, { error: 'must be a whole number from 0 to 120' })
    .transform(Number)
    .pipe(z.number().max(120, { error: 'must be a whole number from 0 to 120' })),
  AUTOTASK_HTTP_AUTH: z.enum(['token', 'gateway', 'oauth'], { error: 'must be token, gateway or oauth' }),
  ...oauthVariables,
  AUTOTASK_HTTP_TOKEN: z.string().optional(),
  AUTOTASK_HTTP_TOKENS: z.string().optional(),
  AUTOTASK_HTTP_ALLOWED_HOSTS: hosts,
  AUTOTASK_HTTP_ALLOWED_ORIGINS: origins('origins of web pages', 'https://assistant.example.com'),
  AUTOTASK_HTTP_API_ORIGINS: origins('origins of APIs', 'https://autotask.example.com'),
  AUTOTASK_HTTP_SESSIONS: flag,
  AUTOTASK_HTTP_IMPERSONATE: flag,
  AUTOTASK_HTTP_METRICS_PEOPLE: flag,
} as const satisfies Partial<Record<VariableName, z.ZodType>>;

const schema = z.object(httpVariables);

/** What is wrong with a token; null when it is strong enough and can stand in a header. */
function tokenProblem(token: string): string | null {
  if (token.length < shortestToken) return `must have at least ${shortestToken} characters`;
  return /^[\x21-\x7e]+$/.test(token) ? null : 'must consist of printable ASCII characters without spaces';
}

const tokenFormat = 'must read: name token [read-only] [policy=FILE]';

/** Reads `name token [read-only] [policy=FILE]`; answers what is wrong as text, without the token. */
function readToken(entry: string): AccessToken | string {
  const [name = '', token = '', ...flags] = entry.split(/\s+/);
  const readOnly = flags.includes('read-only');
  const files = flags.filter((flag) => flag.startsWith('policy=')).map((flag) => flag.slice(7));
  const known = (readOnly ? 1 : 0) + files.length;
  if (flags.length !== known || files.length > 1 || files[0] === '') return tokenFormat;
  const problem = tokenProblem(token);
  if (problem !== null) return `has a token that ${problem}`;
  return { name, token, readOnly, policyFile: files[0] ?? null };
}

/**
 * Lines or comma-separated entries; `#` starts a comment, which ends with its line. Two holders of one name,
 * or of one token, could not be told apart: `taken` is the token that has a variable of its own.
 */
function readTokens(text: string, taken: readonly AccessToken[], problems: Problem[]): AccessToken[] {
  const entries = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const tokens: AccessToken[] = [];
  for (const [index, entry] of entries.entries()) {
    const read = readToken(entry);
    // Which one is told by its number: the text may be a token in the wrong place.
    const wrong = (problem: string) =>
      problems.push({ field: 'AUTOTASK_HTTP_TOKENS', problem: `entry ${index + 1} ${problem}` });
    if (typeof read === 'string') wrong(read);
    else if ([...taken, ...tokens].some(({ name }) => name === read.name)) {
      wrong('has the name of another token (that of AUTOTASK_HTTP_TOKEN is default)');
    } else if ([...taken, ...tokens].some(({ token }) => token === read.token)) {
      wrong('has the token of another holder');
    } else tokens.push(read);
  }
  return tokens;
}

/** Null, and `problems` says why, when the HTTP transport could not be started safely. */
export function readHttp(values: Readonly<Record<string, string>>, problems: Problem[]): HttpConfig | null {
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      problems.push({ field: String(issue.path[0]), problem: issue.message });
    }
    return null;
  }
  const given = parsed.data;
  const { AUTOTASK_HTTP_TOKEN: single, AUTOTASK_HTTP_TOKENS: several, AUTOTASK_HTTP_HOST: host } = given;
  const taken: AccessToken[] = [];
  if (single !== undefined) {
    const problem = tokenProblem(single);
    if (problem === null) taken.push({ name: 'default', token: single, readOnly: false, policyFile: null });
    else problems.push({ field: 'AUTOTASK_HTTP_TOKEN', problem });
  }
  const oauth = readOAuth(given, given.AUTOTASK_HTTP_AUTH, problems);
  const tokens = [...taken, ...(several === undefined ? [] : readTokens(several, taken, problems))];
  const open = tokens.length === 0 && problems.length === 0;
  if (open && given.AUTOTASK_HTTP_AUTH === 'token') {
    problems.push({
      field: 'AUTOTASK_HTTP_TOKEN',
      problem: `is required to serve HTTP: set a secret of at least ${shortestToken} characters, e.g. from "openssl rand -hex 32"`,
    });
  }
  if (open && given.AUTOTASK_HTTP_AUTH === 'gateway' && !isLoopback(host)) {
    problems.push({
      field: 'AUTOTASK_HTTP_TOKEN',
      problem: `is required when AUTOTASK_HTTP_HOST is ${host}: only on the loopback may a gateway call without a token`,
    });
  }
  if (given.AUTOTASK_HTTP_AUTH === 'gateway' && values.AUTOTASK_IMPERSONATION_RESOURCE_ID !== undefined) {
    problems.push({
      field: 'AUTOTASK_IMPERSONATION_RESOURCE_ID',
      problem: 'is a resource of one tenant, and a gateway serves many: leave it out',
    });
  }
  if (given.AUTOTASK_HTTP_METRICS_PEOPLE && given.AUTOTASK_HTTP_AUTH !== 'oauth') {
    problems.push({
      field: 'AUTOTASK_HTTP_METRICS_PEOPLE',
      problem: 'has no effect unless AUTOTASK_HTTP_AUTH is oauth: leave it out',
    });
  }
  if (given.AUTOTASK_HTTP_IMPERSONATE && given.AUTOTASK_HTTP_AUTH !== 'gateway') {
    problems.push({
      field: 'AUTOTASK_HTTP_IMPERSONATE',
      problem: 'has no effect unless AUTOTASK_HTTP_AUTH is gateway: leave it out',
    });
  }
  if (values.AUTOTASK_ME !== undefined) {
    problems.push({
      field: 'AUTOTASK_ME',
      problem: 'is who uses a server over stdio: over HTTP people sign in (AUTOTASK_HTTP_AUTH=oauth)',
    });
  }
  return {
    host,
    port: given.PORT,
    metricsPort: given.AUTOTASK_HTTP_METRICS_PORT,
    drainMs: given.AUTOTASK_HTTP_DRAIN_SECONDS * 1_000,
    auth: given.AUTOTASK_HTTP_AUTH,
    oauth,
    tokens,
    // Whoever follows the public address comes with its host.
    allowedHosts: [
      ...given.AUTOTASK_HTTP_ALLOWED_HOSTS,
      ...(oauth === null ? [] : [new URL(oauth.publicUrl).hostname.replace(/^\[|\]$/g, '')]),
    ],
    allowedOrigins: given.AUTOTASK_HTTP_ALLOWED_ORIGINS,
    apiOrigins: given.AUTOTASK_HTTP_API_ORIGINS,
    sessions: given.AUTOTASK_HTTP_SESSIONS,
    impersonate: given.AUTOTASK_HTTP_IMPERSONATE,
    metricsOfPeople: given.AUTOTASK_HTTP_METRICS_PEOPLE,
  };
}
