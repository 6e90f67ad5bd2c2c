import { createHash } from 'node:crypto';
import * as oauth from 'oauth4webapi';
import type { Claims } from '../../../../identity/claims.js';
import type { FetchJson, Introspection } from '../../settings.js';
import { TokenRefused, type VerifiedToken } from './access-token.js';
import { discover, IssuerUnreachable, isTrustworthy } from './issuer-keys.js';

/** So long a token counts without being asked for again: one that is revoked does as long. */
const goodMs = 60_000;
/** So long one that did not do is not asked for again. */
const badMs = 10_000;
const mostRemembered = 5_000;
/** Questions at the same time; anybody can send tokens. */
const mostAsked = 20;
/** So long the address of the endpoint counts. */
const addressMs = 600_000;
/** Seconds that two clocks may differ. */
const leeway = 30;

type Outcome = { readonly token: VerifiedToken } | { readonly refused: string };

const numberIn = (claims: Claims, name: string) =>
  typeof claims[name] === 'number' ? claims[name] : undefined;

/** What is wrong with an answer that says the token is active; null when it does. */
function problemOf(claims: Claims, issuer: string, audiences: readonly string[]): string | null {
  const { iss, aud, sub, token_type: type } = claims;
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  const seconds = Date.now() / 1_000;
  const until = numberIn(claims, 'exp');
  if (iss !== undefined && iss !== issuer) return 'its issuer is another one';
  // The endpoint answers for refresh tokens as well, and for those that are bound to a key.
  if (type !== undefined && String(type).toLowerCase() !== 'bearer') return 'it is no bearer token';
  if (!named.some((one) => typeof one === 'string' && audiences.includes(one)))
    return `its audience is none of ${audiences.join(', ')}`;
  if (until === undefined) return 'it has no exp';
  if (until <= seconds - leeway) return 'it has expired';
  if ((numberIn(claims, 'nbf') ?? 0) > seconds + leeway) return 'it is not valid yet';
  return typeof sub === 'string' && sub !== '' ? null : 'it has no sub';
}

/**
 * Answers a function that asks the issuer about a token that is none to be read here (RFC 7662). Rejects with
 * TokenRefused, or with IssuerUnreachable when nobody can tell. Only a hash of a token is kept.
 */
export function createIntrospection(
  { issuer, clientId, clientSecret, send }: Introspection,
  audiences: readonly string[],
  fetchJson: FetchJson,
  now: () => number = Date.now,
): (token: string) => Promise<VerifiedToken> {
  const kept = new Map<string, { readonly until: number; readonly outcome: Outcome }>();
  const running = new Map<string, Promise<Outcome>>();
  let server: { readonly at: number; readonly as: oauth.AuthorizationServer } | undefined;

  const customFetch = async (url: string, given: oauth.CustomFetchOptions<string, unknown>) => {
    const body = given.body === undefined ? {} : { body: String(given.body) };
    const { status, headers, text } = await send({ method: 'POST', url, headers: given.headers, ...body });
    const type = headers['content-type'];
    return new Response(text, { status, headers: typeof type === 'string' ? { 'content-type': type } : {} });
  };

  async function authorizationServer(): Promise<oauth.AuthorizationServer> {
    if (server !== undefined && server.at > now() - addressMs) return server.as;
    const { introspection_endpoint: address } = await discover(issuer, fetchJson);
    if (typeof address !== 'string' || !isTrustworthy(address))
      throw new Error('its metadata has no introspection_endpoint that is an https address');
    server = { at: now(), as: { issuer, introspection_endpoint: address } };
    return server.as;
  }

  async function ask(token: string): Promise<Outcome> {
    let claims: Claims;
    try {
      const as = await authorizationServer();
      const client = { client_id: clientId };
      const response = await oauth.introspectionRequest(
        as,
        client,
        oauth.ClientSecretBasic(clientSecret),
        token,
        {
          additionalParameters: { token_type_hint: 'access_token' },
          // On the loopback alone: see isTrustworthy.
          [oauth.allowInsecureRequests]: true,
          [oauth.customFetch]: customFetch,
        },
      );
      if (response.status === 401) {
        throw new IssuerUnreachable(
          `${issuer} does not take AUTOTASK_OAUTH_INTROSPECTION_CLIENT and its secret`,
        );
      }
      claims = await oauth.processIntrospectionResponse(as, client, response);
    } catch (error) {
      if (error instanceof IssuerUnreachable) throw error;
      // What went wrong may repeat what was sent: its kind is enough.
      const kind = error instanceof oauth.OperationProcessingError ? `: ${error.code}` : '';
      throw new IssuerUnreachable(`${issuer} cannot be asked about it${kind}`);
    }
    if (claims.active !== true) return { refused: 'its issuer calls it inactive' };
    const problem = problemOf(claims, issuer, audiences);
    if (problem !== null) return { refused: problem };
    return { token: { issuer, subject: String(claims.sub), claims } };
  }

  function keep(key: string, outcome: Outcome): void {
    const expires = 'token' in outcome ? (numberIn(outcome.token.claims, 'exp') ?? 0) * 1_000 : now() + badMs;
    const until = Math.min(expires, now() + ('token' in outcome ? goodMs : badMs));
    kept.delete(key);
    kept.set(key, { until, outcome });
    for (const oldest of kept.keys()) {
      if (kept.size <= mostRemembered) return;
      kept.delete(oldest);
    }
  }

  async function outcomeOf(token: string): Promise<Outcome> {
    const key = createHash('sha256').update(token).digest('base64');
    const known = kept.get(key);
    if (known !== undefined && known.until > now()) return known.outcome;
    const asked = running.get(key);
    if (asked !== undefined) return asked;
    if (running.size >= mostAsked) throw new IssuerUnreachable(`${issuer} is asked about too many tokens`);
    const asking = ask(token).finally(() => running.delete(key));
    running.set(key, asking);
    const outcome = await asking;
    keep(key, outcome);
    return outcome;
  }

  return async (token) => {
    const outcome = await outcomeOf(token);
    if ('refused' in outcome) throw new TokenRefused(`${outcome.refused}; issuer ${issuer}`);
    return outcome.token;
  };
}
