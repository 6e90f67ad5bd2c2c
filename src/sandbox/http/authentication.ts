import type { Tenant } from '../store/tenant.js';
import type { HostSettings, Incoming } from './incoming.js';
import { errors, json, type Reply, unauthorized, wrongMethod } from './reply.js';

/** Path of a zone's API: `ATServicesRest/`, or `zone2/ATServicesRest/` after the tenant moved once. */
export function zonePath(zone: number): string {
  return zone === 1 ? 'ATServicesRest/' : `zone${zone}/ATServicesRest/`;
}

export function zoneInformation({ tenants }: HostSettings, { method, search, origin }: Incoming): Reply {
  if (method !== 'GET') return wrongMethod(method, ['GET']);
  const query = new URLSearchParams(search);
  const user = [...query].find(([name]) => name.toLowerCase() === 'user')?.[1].toLowerCase();
  const tenant = tenants.find((candidate) => candidate.credentials.userName.toLowerCase() === user);
  if (tenant === undefined) return errors(['Zone information could not be determined']);
  return json({
    zoneName: `Sandbox ${tenant.zone}`,
    url: `${origin}${zonePath(tenant.zone)}`,
    webUrl: origin,
    ci: 100000 + tenant.zone,
  });
}

/** The tenant whose three headers these are, or the answer to a stranger. */
export function authenticate(
  { tenants, behaviour }: HostSettings,
  incoming: Incoming,
  zone: number,
): Tenant | Reply {
  const { headers } = incoming;
  const stranger = unauthorized(headers.host ?? '');
  const user = headers.username?.toLowerCase();
  const tenant = tenants.find(({ credentials }) => credentials.userName.toLowerCase() === user);
  if (tenant === undefined) {
    return behaviour.wrongCredential === '500' && user !== undefined
      ? errors(['Zone information could not be determined'])
      : stranger;
  }
  if (headers.secret !== tenant.credentials.secret || zone !== tenant.zone) return stranger;
  if (headers.apiintegrationcode !== tenant.credentials.integrationCode) {
    return behaviour.wrongCredential === '500' ? errors(['IntegrationCode is invalid']) : stranger;
  }
  return tenant;
}
