import { createHash, createHmac } from 'node:crypto';
import type { Credentials } from './credentials.js';

/**
 * Who a tenant is, in one spelling: user names and addresses have several, and whatever is kept or counted for a
 * tenant must not begin anew with another one. Names here tell nobody whose they are.
 */

/** Autotask compares user names without case. */
const userOf = ({ userName }: Pick<Credentials, 'userName'>): string =>
  userName.normalize('NFKC').trim().toLowerCase();

/** An http(s) address of the API without `V1.0`, superfluous slashes and trailing ones; the case of its path stays. */
export function baseOf(address: string): string {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname.replace(/\/{2,}/g, '/').replace(/\/?(v1\.0)?\/*$/i, '')}`;
}

/**
 * For what belongs to one set of credentials: client, caches, limits. The secret is the key of the hash: the name
 * cannot be guessed from it, and whoever gets anything of it wrong meets nobody else's. `address` is the pinned
 * one, or where the zone is looked up; null for the usual one.
 */
export function tenantKey(credentials: Credentials, address: string | null): string {
  const at = address !== null && URL.canParse(address) ? baseOf(address).toLowerCase() : address;
  return keyedHash(credentials, [userOf(credentials), credentials.integrationCode, at]);
}

/**
 * For what is counted: the same for every way to this user, whatever address and integration code are named with
 * it. Nobody without the secret counts for somebody else.
 */
export const writeLimitKey = (credentials: Credentials): string =>
  keyedHash(credentials, [userOf(credentials)]);

/** For logs, names of audit logs and tokens: a new secret does not change it. */
export const tagOf = (credentials: Pick<Credentials, 'userName'>): string =>
  createHash('sha256').update(userOf(credentials)).digest('hex').slice(0, 12);

const keyedHash = ({ secret }: Credentials, parts: readonly unknown[]): string =>
  createHmac('sha256', secret).update(JSON.stringify(parts)).digest('hex').slice(0, 40);
