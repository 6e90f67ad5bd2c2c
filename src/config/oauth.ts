import * as z from 'zod';
import type { Problem } from '../errors.js';
import { isLoopback } from './loopback.js';
import type { VariableName } from './variables.js';

/** Who may issue tokens for this server, and what must stand in them. */
export interface OAuthConfig {
  /** The address of `/mcp` as clients see it. */
  readonly publicUrl: string;
  /** As they stand in `iss`, character for character. */
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  /** Values of `tid`; none allows all. */
  readonly tenants: readonly string[];
  /** Values of `azp`, `client_id`, `cid` or `appid`; none allows all. */
  readonly clients: readonly string[];
  /** Values of `typ`; none allows the usual ones and tokens without. */
  readonly tokenTypes: readonly string[];
  /** Stands before the names of scopes where clients ask for them. */
  readonly scopePrefix: string;
  /** Claims by whose values Autotask knows a person; the first that has one counts. */
  readonly personClaims: readonly string[];
  /** Who is asked about tokens that are no JWTs, and as whom; null: they are refused. */
  readonly introspection: {
    readonly issuer: string;
    readonly clientId: string;
    readonly clientSecret: string;
  } | null;
  /** File with what people may do, by their claims; undefined: all of it. */
  readonly policyFile: string | undefined;
}

const list = z.string().transform((text) => text.split(/[\s,]+/).filter((item) => item !== ''));

function isAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  const encrypted = protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
  return encrypted && username === '' && password === '' && search === '' && hash === '';
}

const addressForm = 'without query, over https (http on the loopback alone)';

export const oauthVariables = {
  AUTOTASK_HTTP_PUBLIC_URL: z
    .string()
    .refine(isAddress, { error: `must be the address of /mcp as clients see it, ${addressForm}` })
    .optional(),
  AUTOTASK_OAUTH_ISSUERS: list
    .pipe(z.array(z.string().refine(isAddress, { error: `must list addresses of issuers, ${addressForm}` })))
    .optional(),
  AUTOTASK_OAUTH_AUDIENCES: list.optional(),
  AUTOTASK_OAUTH_TENANTS: list.optional(),
  AUTOTASK_OAUTH_CLIENTS: list.optional(),
  AUTOTASK_OAUTH_TOKEN_TYPES: list.optional(),
  AUTOTASK_OAUTH_SCOPE_PREFIX: z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]*$/, { error: 'must be one word, e.g. api://autotask-mcp/' })
    .optional(),
  AUTOTASK_OAUTH_INTROSPECTION_ISSUER: z.string().optional(),
  AUTOTASK_OAUTH_INTROSPECTION_CLIENT: z.string().optional(),
  AUTOTASK_OAUTH_INTROSPECTION_SECRET: z.string().optional(),
  AUTOTASK_OAUTH_POLICY_FILE: z.string().optional(),
  AUTOTASK_ME_CLAIMS: list.optional(),
} as const satisfies Partial<Record<VariableName, z.ZodType>>;

type Given = z.infer<z.ZodObject<typeof oauthVariables>>;

/** All of it or nothing; which issuer goes without saying where there is one. */
function readIntrospection(
  given: Given,
  issuers: readonly string[],
  problems: Problem[],
): OAuthConfig['introspection'] {
  const {
    AUTOTASK_OAUTH_INTROSPECTION_ISSUER: named,
    AUTOTASK_OAUTH_INTROSPECTION_CLIENT: clientId,
    AUTOTASK_OAUTH_INTROSPECTION_SECRET: clientSecret,
  } = given;
  if (named === undefined && clientId === undefined && clientSecret === undefined) return null;
  const [only, ...others] = issuers;
  const issuer = named ?? (others.length === 0 ? only : undefined);
  if (issuer === undefined || !issuers.includes(issuer)) {
    problems.push({
      field: 'AUTOTASK_OAUTH_INTROSPECTION_ISSUER',
      problem: 'must be one of AUTOTASK_OAUTH_ISSUERS',
    });
  }
  for (const [field, value] of [
    ['AUTOTASK_OAUTH_INTROSPECTION_CLIENT', clientId],
    ['AUTOTASK_OAUTH_INTROSPECTION_SECRET', clientSecret],
  ] as const) {
    if (value === undefined) problems.push({ field, problem: 'is required to ask an issuer about tokens' });
  }
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null;
  return { issuer, clientId, clientSecret };
}

/** Null unless people sign in with OAuth. Whatever is missing, or has no effect, is added to `problems`. */
export function readOAuth(given: Given, auth: string, problems: Problem[]): OAuthConfig | null {
  if (auth !== 'oauth') {
    const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    for (const field of names.filter((name) => name in oauthVariables)) {
      problems.push({ field, problem: 'has no effect unless AUTOTASK_HTTP_AUTH is oauth: leave it out' });
    }
    return null;
  }
  const { AUTOTASK_HTTP_PUBLIC_URL: publicUrl, AUTOTASK_OAUTH_ISSUERS: issuers = [] } = given;
  if (publicUrl === undefined) {
    problems.push({
      field: 'AUTOTASK_HTTP_PUBLIC_URL',
      problem: 'is required when AUTOTASK_HTTP_AUTH is oauth, e.g. https://mcp.example.com/mcp',
    });
  }
  if (issuers.length === 0) {
    problems.push({
      field: 'AUTOTASK_OAUTH_ISSUERS',
      problem: 'is required when AUTOTASK_HTTP_AUTH is oauth: list the issuers whose tokens are taken',
    });
  }
  if (publicUrl === undefined) return null;
  return {
    publicUrl,
    issuers,
    audiences: given.AUTOTASK_OAUTH_AUDIENCES ?? [publicUrl],
    tenants: given.AUTOTASK_OAUTH_TENANTS ?? [],
    clients: given.AUTOTASK_OAUTH_CLIENTS ?? [],
    tokenTypes: given.AUTOTASK_OAUTH_TOKEN_TYPES ?? [],
    scopePrefix: given.AUTOTASK_OAUTH_SCOPE_PREFIX ?? '',
    personClaims: given.AUTOTASK_ME_CLAIMS ?? ['email', 'preferred_username', 'upn'],
    introspection: readIntrospection(given, issuers, problems),
    policyFile: given.AUTOTASK_OAUTH_POLICY_FILE,
  };
}
