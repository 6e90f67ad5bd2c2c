import type { OAuthConfig } from '../../config/oauth.js';
import type { Person } from '../../identity/acting-person.js';
import { type Claims, claimValues } from '../../identity/claims.js';

/** Whom the claims of a token are about, as Autotask may know them. */
export function personIn(
  { issuer, subject, claims }: { readonly issuer: string; readonly subject: string; readonly claims: Claims },
  { personClaims }: Pick<OAuthConfig, 'personClaims'>,
): Person {
  const [knownAs = null] = personClaims.flatMap((name) => claimValues(claims, name).slice(0, 1));
  return { knownAs, issuer, subject };
}
