import type { Person } from './acting-person.js';

/** What an issuer says of whoever signed in, under the names that issuers give it. */
export type Claims = Readonly<Record<string, unknown>>;

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
const words = (value: unknown): readonly string[] =>
  typeof value === 'string' ? value.split(/\s+/).filter((item) => item !== '') : texts(value);

/** What the right to read and the right to write are called; the second includes the first. */
export const readScope = 'autotask.read';
export const writeScope = 'autotask.write';

/**
 * `scope` of RFC 9068, or `scp` of Entra ID and Okta. Tokens of applications have neither in Entra ID, but
 * `roles`; beside scopes these are the person's, who may have given this client less.
 */
export function scopesOf({ scope, scp, roles }: Claims): readonly string[] {
  const scopes = [...words(scope), ...words(scp)];
  return scopes.length === 0 ? texts(roles) : scopes;
}

/** Whether the token carries the scope, with the prefix under which clients ask for it or without. */
export const hasScope = (claims: Claims, name: string, prefix: string): boolean =>
  scopesOf(claims).some((scope) => scope === name || scope === `${prefix}${name}`);

const spelling = (text: string) => text.trim().toLowerCase();

const isTrue = (value: unknown) => value === true || value === 1 || value === 'true' || value === '1';

/** An address that nobody verified may be that of somebody else. Entra ID says so in `xms_edov`. */
const isVerified = ({ email_verified: verified, xms_edov: ownedDomain }: Claims) =>
  isTrue(verified) || (verified === undefined && isTrue(ownedDomain));

/**
 * The address that an issuer calls unverified, in lower case. Where people choose their user names it stands in those
 * as well, and is no better for that.
 */
function unverifiedAddresses(claims: Claims): readonly string[] {
  const said = claims.email_verified ?? claims.xms_edov;
  const given = typeof claims.email === 'string' ? [claims.email] : texts(claims.email);
  return said === undefined || isVerified(claims) ? [] : given.map(spelling);
}

function member(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const key of name.split('.')) {
    const entry = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    value = entry.find(([own]) => own === key)?.[1];
  }
  return value;
}

/**
 * Values of a claim by its name, or by its path (`realm_access.roles`): texts. None of an `email` that is not verified,
 * nor that address under another name.
 */
export function claimValues(claims: Claims, name: string): readonly string[] {
  if (name === 'email' && !isVerified(claims)) return [];
  if (name === 'scope' || name === 'scp') return scopesOf(claims);
  const value = member(claims, name);
  const unverified = unverifiedAddresses(claims);
  return (typeof value === 'string' ? [value] : texts(value)).filter(
    (item) => item.trim() !== '' && !unverified.includes(spelling(item)),
  );
}

/** Whom the claims of a token are about, as Autotask may know them: `personClaims` name the claims that say so. */
export function personIn(
  { issuer, subject, claims }: { readonly issuer: string; readonly subject: string; readonly claims: Claims },
  personClaims: readonly string[],
): Person {
  const [knownAs = null] = personClaims.flatMap((name) => claimValues(claims, name).slice(0, 1));
  return { knownAs, issuer, subject };
}
