import { AutotaskError } from '../../errors.js';
import { baseOf } from '../../identity/tenant-identity.js';
import { textMember } from '../json.js';
import type { ClientSettings, Zone } from '../types.js';

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

/** Brings a base address into one form: with `V1.0/`, whether it was given with, without or in another case. */
export function apiBase(address: string): string {
  return `${baseOf(parseAddress(address).href)}/V1.0/`;
}

/** The service at the address of discovery: a host is enough, `ATServicesRest` is added. */
function serviceAddress(zoneUrl: string): string {
  const url = parseAddress(zoneUrl);
  const path = url.pathname.replace(/\/{2,}/g, '/').replace(/\/?(atservicesrest)?(\/v1\.0)?\/*$/i, '');
  return `${url.origin}${path}/ATServicesRest`;
}

/** Where discovery asks. */
export const discoveryAddress = (zoneUrl: string, userName: string): string =>
  `${serviceAddress(zoneUrl)}/V1.0/zoneInformation?user=${encodeURIComponent(userName)}`;

/** Answers everybody, also without credentials, which versions of the API there are. */
export const versionsAddress = (zoneUrl: string): string => `${serviceAddress(zoneUrl)}/VersionInformation`;

function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  throw new AutotaskError('configuration', `"${address}" is not an http or https address.`, {
    next: 'Ask the operator to correct AUTOTASK_API_URL or AUTOTASK_ZONE_URL.',
  });
}

/**
 * Reads the answer of `zoneInformation`. The credentials go wherever it points, so it may not lead to plain http
 * on another machine, nor from https to http, nor from Autotask's domain to another. Whoever wants plain http
 * says so by pinning the address.
 */
export function readZone(body: unknown, askedAt: string): Zone {
  const url = textMember(body, 'url');
  if (url === null || !URL.canParse(url)) throw untrustedZone('it names no address');
  const askedUrl = new URL(askedAt);
  const zoneUrl = new URL(url);
  const plain = zoneUrl.protocol !== 'https:';
  if (plain && (askedUrl.protocol === 'https:' || !isLoopback(zoneUrl.hostname))) {
    throw untrustedZone(`it leads to ${zoneUrl.origin}, which is not encrypted`);
  }
  const domain = '.autotask.net';
  if (askedUrl.hostname.endsWith(domain) && !zoneUrl.hostname.endsWith(domain)) {
    throw untrustedZone(`it leads to ${zoneUrl.origin}, outside autotask.net`);
  }
  return {
    apiUrl: apiBase(url),
    webUrl: textMember(body, 'webUrl'),
    name: textMember(body, 'zoneName'),
  };
}

function untrustedZone(why: string): AutotaskError {
  return new AutotaskError('zone', `The answer of zone discovery is not usable: ${why}.`, {
    next: 'Ask the operator to check AUTOTASK_ZONE_URL, or to pin the zone with AUTOTASK_API_URL.',
  });
}

/** Whatever discovery was refused for, the caller of a tool cannot act on it: the operator can. */
export function discoveryFailed(error: unknown): unknown {
  if (!(error instanceof AutotaskError) || error.status === undefined) return error;
  if (error.actor === 'autotask') return error;
  return new AutotaskError('zone', "Autotask did not say in which zone the API user's tenant lives.", {
    next: 'Ask the operator to check the API user name and AUTOTASK_ZONE_URL, or to pin the zone with AUTOTASK_API_URL.',
    upstream: error.upstream,
    status: error.status,
  });
}

export interface ZoneFinder {
  /** The zone in use; looked up at the first call and kept. */
  current(signal?: AbortSignal): Promise<Zone>;
  /** Looks again after `refused` answered 401; true when the tenant has moved. Never for a pinned zone. */
  hasMoved(refused: Zone, signal?: AbortSignal): Promise<boolean>;
}

export function createZoneFinder(
  settings: Pick<ClientSettings, 'apiUrl' | 'zoneUrl' | 'credentials'>,
  request: (url: string) => Promise<unknown>,
): ZoneFinder {
  const { apiUrl } = settings;
  if (apiUrl !== undefined) {
    const pinned: Zone = { apiUrl: apiBase(apiUrl), webUrl: null, name: null };
    return { current: async () => pinned, hasMoved: async () => false };
  }
  let zone: Zone | undefined;
  let pending: Promise<Zone> | undefined;
  // Everybody who waits shares one lookup, so it obeys nobody's cancellation; waiting does.
  const lookUp = () => {
    pending ??= (async () => {
      try {
        const url = discoveryAddress(settings.zoneUrl, settings.credentials.userName);
        zone = readZone(await request(url), url);
        return zone;
      } finally {
        pending = undefined;
      }
    })();
    return pending;
  };
  return {
    current: async () => zone ?? (await lookUp()),
    async hasMoved(refused) {
      if (zone !== undefined && zone.apiUrl !== refused.apiUrl) return true;
      return (await lookUp()).apiUrl !== refused.apiUrl;
    },
  };
}
