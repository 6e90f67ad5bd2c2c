import { decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import type { Claims } from '../../../../identity/claims.js';
import { shorten } from '../../../../text.js';
import type { OAuthSettings } from '../../settings.js';
import { type IssuerKeys, IssuerUnreachable } from './issuer-keys.js';

/** A token that lets nobody in. The message is for the operator's log, the caller learns nothing of it. */
export class TokenRefused extends Error {}

/** What a token says whose signature, issuer, audience and time are right. */
export interface VerifiedToken {
  readonly issuer: string;
  readonly subject: string;
  readonly claims: Claims;
}

/** Nothing symmetric, whose key would be a public one, and not `none`. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** Seconds that two clocks may differ. */
const leeway = 30;

/** A value out of a token, for one line of a log. */
const shown = (value: unknown) => shorten(JSON.stringify(value) ?? 'none', 120);

/** Of RFC 9068, and what issuers put there that do not follow it; without case and `application/`. */
const usualTypes = ['at+jwt', 'jwt'];
const typeOf = (typ: string) => typ.toLowerCase().replace(/^application\//, '');

/** The client that a token was made for, under the names that issuers give it. */
const clientOf = ({ azp, client_id, cid, appid }: Claims): unknown => azp ?? client_id ?? cid ?? appid;

function checkRestrictions(claims: Claims, { tenants, clients }: OAuthSettings): void {
  // Whoever stole it could use it here: the proof that its holder has the key (DPoP, mutual TLS) is not asked for.
  if (claims.cnf !== undefined) throw new TokenRefused('it is bound to a key of its holder (cnf)');
  const { tid } = claims;
  if (tenants.length > 0 && !(typeof tid === 'string' && tenants.includes(tid))) {
    throw new TokenRefused(`its tenant ${shown(tid)} is not in AUTOTASK_OAUTH_TENANTS`);
  }
  const client = clientOf(claims);
  if (clients.length > 0 && !(typeof client === 'string' && clients.includes(client))) {
    throw new TokenRefused(`its client ${shown(client)} is not in AUTOTASK_OAUTH_CLIENTS`);
  }
}

/** What jose found, in words that hold nothing of the token but claims. */
function reasonOf(error: unknown, audiences: readonly string[]): string {
  if (error instanceof errors.JWTExpired) return `it has expired (exp ${shown(error.payload.exp)})`;
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason, payload } = error;
    if (claim === 'aud') return `its audience ${shown(payload.aud)} is none of ${audiences.join(', ')}`;
    if (reason === 'missing') return `it has no ${claim}`;
    return `its ${claim} ${shown(payload[claim])} does not do`;
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'its key is none of its issuer';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  return error instanceof errors.JOSEError ? `it is not right (${error.code})` : 'it is not right';
}

/** Null for what says nothing by itself. What has the parts of a JWT is one, or refused: nobody is asked about it. */
function readUnverified(token: string) {
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(token);
  } catch {
    return null;
  }
  try {
    return { header, claims: decodeJwt(token) };
  } catch {
    throw new TokenRefused('it is not a signed JWT');
  }
}

/** Of those that nobody but their issuer can read: letters of RFC 6750, and no book. */
const isOpaque = (token: string) => /^[\w.~+/-]{16,2048}=*$/.test(token);

/**
 * Answers a function that checks an access token: a JWT of a configured issuer, signed with one of its keys, for
 * this server and not yet expired. `introspect` is asked about others. Rejects with TokenRefused, or IssuerUnreachable when nobody can tell.
 */
export function createTokenVerifier(
  settings: OAuthSettings,
  keysOf: ReadonlyMap<string, IssuerKeys>,
  introspect: ((token: string) => Promise<VerifiedToken>) | null = null,
): (token: string) => Promise<VerifiedToken> {
  const { audiences, tokenTypes } = settings;
  const types = tokenTypes.length === 0 ? usualTypes : tokenTypes.map(typeOf);
  return async (token) => {
    const read = readUnverified(token);
    if (read === null) {
      if (introspect === null || !isOpaque(token)) throw new TokenRefused('it is not a signed JWT');
      const told = await introspect(token);
      checkRestrictions(told.claims, settings);
      return told;
    }
    const { header, claims } = read;
    const { alg, typ } = header;
    if (alg === undefined || !algorithms.includes(alg)) {
      throw new TokenRefused(`its algorithm ${shown(alg)} is not allowed`);
    }
    // Where no type is asked for, a token need not name one.
    const fits = typeof typ === 'string' ? types.includes(typeOf(typ)) : tokenTypes.length === 0;
    if (!fits) throw new TokenRefused(`its type ${shown(typ)} is not allowed`);
    const issuer = claims.iss;
    const keys = issuer === undefined ? undefined : keysOf.get(issuer);
    if (issuer === undefined || keys === undefined) {
      throw new TokenRefused(`its issuer ${shown(issuer)} is not in AUTOTASK_OAUTH_ISSUERS`);
    }
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience: [...audiences],
        algorithms,
        clockTolerance: leeway,
        requiredClaims: ['exp', 'sub', 'aud'],
      });
      checkRestrictions(payload, settings);
      if (typeof payload.sub !== 'string' || payload.sub === '') throw new TokenRefused('it has no sub');
      return { issuer, subject: payload.sub, claims: payload };
    } catch (error) {
      if (error instanceof TokenRefused || error instanceof IssuerUnreachable) throw error;
      throw new TokenRefused(`${reasonOf(error, audiences)}; issuer ${issuer}`);
    }
  };
}
