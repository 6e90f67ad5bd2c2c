import { getOAuthProtectedResourceMetadataUrl } from '@modelcontextprotocol/server';
import { hasScope, readScope, writeScope } from '../../../../identity/claims.js';
import { shorten } from '../../../../text.js';
import { Refusal } from '../../refusal.js';
import type { HttpSettings, KeyTimes, OAuthSettings, Principal } from '../../settings.js';
import { createTokenVerifier, TokenRefused, type VerifiedToken } from './access-token.js';
import { createIssuerKeys, IssuerUnreachable } from './issuer-keys.js';

export interface OAuthResource {
  /** Where the metadata is served, without the public address. */
  readonly metadataPaths: readonly string[];
  /** Protected resource metadata (RFC 9728). */
  readonly metadata: unknown;
  /** Who holds the token; rejects with a Refusal. */
  authenticate(token: string): Promise<Principal>;
  /** The 401 that sends a client to an authorization server; `error` when it sent a token that does not do. */
  unauthorized(error?: 'invalid_token'): Refusal;
  /** The 403 that makes a client ask for the right to write as well. */
  insufficientScope(): Refusal;
}

/** So many lines a minute say why tokens were refused; anybody can send bad ones. */
const mostLines = 60;

function limitLines(log: (message: string) => void, now: () => number = () => performance.now()) {
  let since = Number.NEGATIVE_INFINITY;
  let lines = 0;
  let silent = 0;
  return (message: string) => {
    if (now() - since >= 60_000) {
      if (silent > 0) log(`${silent} more requests were refused for their tokens`);
      since = now();
      lines = 0;
      silent = 0;
    }
    lines += 1;
    if (lines <= mostLines) log(message);
    else silent += 1;
  };
}

/** Quoted as a parameter of a challenge is. Values come from the configuration. */
const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;

/** This server as an OAuth 2.1 resource server: it checks tokens and never makes any. */
export function createOAuthResource(
  settings: OAuthSettings,
  { readOnly, log, limits }: Pick<HttpSettings, 'readOnly' | 'log'> & { readonly limits: KeyTimes },
): OAuthResource {
  const { publicUrl, issuers, scopePrefix } = settings;
  const keys = issuers.map(
    (issuer) => [issuer, createIssuerKeys(issuer, settings.fetchJson, limits, log)] as const,
  );
  const { introspection = null } = settings;
  let asking: Promise<(token: string) => Promise<VerifiedToken>> | undefined;
  /** Loaded with the first token that needs it. */
  const introspect = async (token: string) => {
    asking ??= import('./introspection.js').then(({ createIntrospection }) => {
      if (introspection === null) throw new Error('nobody can be asked about tokens');
      return createIntrospection(introspection, settings.audiences, settings.fetchJson);
    });
    return (await asking)(token);
  };
  const verify = createTokenVerifier(settings, new Map(keys), introspection === null ? null : introspect);
  const noteRefused = limitLines((line) => log('warning', line));

  const full = (name: string) => `${scopePrefix}${name}`;
  const scopes = readOnly ? [full(readScope)] : [full(readScope), full(writeScope)];
  const metadataUrl = getOAuthProtectedResourceMetadataUrl(new URL(publicUrl));
  const challenge = (error?: string) =>
    [
      'Bearer realm="autotask-mcp"',
      `resource_metadata=${quoted(metadataUrl)}`,
      `scope=${quoted(scopes.join(' '))}`,
      ...(error === undefined ? [] : [`error=${quoted(error)}`]),
    ].join(', ');
  const unauthorized = (error?: 'invalid_token') =>
    new Refusal(
      401,
      error === undefined ? 'Authorization: Bearer <token> is required.' : 'The bearer token is not valid.',
      { 'WWW-Authenticate': challenge(error) },
      -32001,
    );
  const insufficientScope = (missing: string) =>
    new Refusal(
      403,
      `The token lacks the scope ${full(missing)}.`,
      { 'WWW-Authenticate': challenge('insufficient_scope') },
      -32001,
    );

  async function verified(token: string): Promise<VerifiedToken> {
    try {
      return await verify(token);
    } catch (error) {
      if (error instanceof TokenRefused) {
        noteRefused(`a token was refused: ${error.message}`);
        throw unauthorized('invalid_token');
      }
      if (!(error instanceof IssuerUnreachable)) throw error;
      noteRefused(`a token could not be checked: ${error.message}`);
      throw new Refusal(503, 'The token cannot be checked at the moment; try again.', {
        'Retry-After': '10',
      });
    }
  }

  const base = '/.well-known/oauth-protected-resource';
  return {
    // Behind a proxy the path of the public address may be another one than ours.
    metadataPaths: [...new Set([base, `${base}/mcp`, new URL(metadataUrl).pathname])],
    metadata: {
      resource: publicUrl,
      authorization_servers: issuers,
      scopes_supported: scopes,
      bearer_methods_supported: ['header'],
      resource_name: 'Autotask PSA',
    },
    async authenticate(token) {
      const { issuer, subject, claims } = await verified(token);
      const mayWrite = hasScope(claims, writeScope, scopePrefix);
      if (!mayWrite && !hasScope(claims, readScope, scopePrefix)) {
        noteRefused(`a token was refused: it has neither scope of this server; issuer ${issuer}`);
        throw insufficientScope(readScope);
      }
      const admitted = settings.admit(claims);
      if (admitted === null) {
        noteRefused(`${quoted(shorten(subject, 100))} of ${issuer} was refused: no rule fits the claims`);
        throw new Refusal(403, 'This server has no rule that lets you in; ask its operator.', {}, -32001);
      }
      // An issuer has no spaces: nobody has the name of somebody else.
      return {
        name: `${subject} of ${issuer}`,
        readOnly: !mayWrite || admitted.readOnly,
        person: { issuer, subject, claims },
        ...(admitted.name === undefined ? {} : { rule: admitted.name }),
        lacksScope: !mayWrite && !admitted.readOnly,
      };
    },
    unauthorized,
    insufficientScope: () => insufficientScope(writeScope),
  };
}
