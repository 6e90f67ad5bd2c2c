import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWSHeaderParameters,
  type LocalJWKSet,
} from 'jose';
import { shorten } from '../../../../text.js';
import type { FetchJson, KeyTimes } from '../../settings.js';

/** Its keys are not known and cannot be asked for at the moment: nobody can say whether a token is good. */
export class IssuerUnreachable extends Error {}

export type IssuerKeys = (header: JWSHeaderParameters, token: FlattenedJWSInput) => ReturnType<LocalJWKSet>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const mostKeys = 100;

const isKeySet = (value: unknown): value is JSONWebKeySet =>
  isObject(value) && Array.isArray(value.keys) && value.keys.length <= mostKeys && value.keys.every(isObject);

/** Where the metadata of an issuer stands: as OpenID Connect has it, then as RFC 8414 does. */
function metadataAddresses(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/+$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

const isLoopback = (hostname: string) => /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);

/** Whether keys from there are those of the host that is named: encrypted, or never on a wire. */
export function isTrustworthy(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** The metadata of an authorization server (RFC 8414, OpenID Connect Discovery). Rejects with what is wrong. */
export async function discover(
  issuer: string,
  fetchJson: FetchJson,
): Promise<Readonly<Record<string, unknown>>> {
  const problems: string[] = [];
  let cause: unknown;
  for (const address of metadataAddresses(issuer)) {
    try {
      const metadata = await fetchJson(address);
      // Somebody else's document would make their keys count for this issuer.
      if (isObject(metadata) && metadata.issuer === issuer) return metadata;
      const named = isObject(metadata) ? JSON.stringify(metadata.issuer ?? null) : 'nothing';
      problems.push(`${address} names ${shorten(named, 200)} as issuer`);
    } catch (error) {
      cause = error;
      problems.push(`${address}: ${messageOf(error)}`);
    }
  }
  throw new Error(problems.join('; '), { cause });
}

/** The public keys of an issuer, found by its metadata. Rejects with what is wrong. */
export async function fetchKeys(issuer: string, fetchJson: FetchJson): Promise<JSONWebKeySet> {
  const { jwks_uri: address } = await discover(issuer, fetchJson);
  if (typeof address !== 'string' || !isTrustworthy(address)) {
    throw new Error('its metadata has no jwks_uri that is an https address');
  }
  const keys = await fetchJson(address);
  if (!isKeySet(keys)) throw new Error(`${address} is not a key set of at most ${mostKeys} keys`);
  return keys;
}

/**
 * The keys of one issuer. They are asked for anew when they are no longer fresh, which nobody waits for, and when
 * a token names one that is not among them; never twice within the pause, whoever sends what. As long as the
 * issuer does not answer, the last keys count until they are stale.
 */
export function createIssuerKeys(
  issuer: string,
  fetchJson: FetchJson,
  { keysFreshMs, keysStaleMs, keysPauseMs }: KeyTimes,
  log: (level: 'debug' | 'warning', message: string) => void,
  now: () => number = () => performance.now(),
): IssuerKeys {
  let keys: LocalJWKSet | undefined;
  let keptSince = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failed = false;
  let running: Promise<void> | undefined;

  async function load(): Promise<void> {
    triedAt = now();
    try {
      keys = createLocalJWKSet(await fetchKeys(issuer, fetchJson));
      keptSince = now();
      failed = false;
      log('debug', `keys of ${issuer} read`);
    } catch (error) {
      failed = true;
      log('warning', `the keys of ${issuer} cannot be read: ${messageOf(error)}`);
    } finally {
      running = undefined;
    }
  }
  /** Settles when there is nothing more to wait for; tells nothing. */
  const refresh = async (): Promise<void> => {
    if (running === undefined && now() - triedAt < keysPauseMs) return;
    running ??= load();
    await running;
  };
  const usable = () => (now() - keptSince < keysStaleMs ? keys : undefined);

  return async (header, token) => {
    if (usable() === undefined) await refresh();
    else if (now() - keptSince > keysFreshMs) void refresh();
    const known = usable();
    if (known === undefined) throw new IssuerUnreachable(`the keys of ${issuer} are not known`);
    try {
      return await known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    await refresh();
    if (failed) throw new IssuerUnreachable(`${issuer} cannot be asked for a key that is not known`);
    return (usable() ?? known)(header, token);
  };
}
