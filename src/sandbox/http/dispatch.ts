import { swagger } from '../entities/metadata/swagger.js';
import { permissionRefusal } from '../entities/write/impersonation.js';
import { routes } from '../routes/all-routes.js';
import type { Call } from '../routes/request-context.js';
import { type Route, routeKey } from '../routes/route-table.js';
import type { Tenant } from '../store/tenant.js';
import { authenticate, zoneInformation, zonePath } from './authentication.js';
import type { Fault } from './faults.js';
import type { HostSettings, Incoming } from './incoming.js';
import { parseJson } from './lenient-json.js';
import { errors, json, noRoute, type Reply, wrongMethod } from './reply.js';
import { reshape } from './reshape.js';

/** Longest query string that the web server lets through. */
const longestSearch = 2048;

export async function dispatch(
  settings: HostSettings,
  incoming: Incoming,
  faults: readonly Fault[],
): Promise<Reply> {
  const match = /^\/+(?:zone(\d+)\/+)?atservicesrest(?:\/+(.*))?$/i.exec(incoming.path);
  if (match === null) return noRoute();
  const zone = Number(match[1] ?? 1);
  const rest = match[2] ?? '';
  if (/^versioninformation\/*$/i.test(rest)) return json({ apiVersions: ['V1.0'] });
  if (/^swagger\/docs\/v1\/*$/i.test(rest)) return json(await swagger());
  const versioned = /^v1\.0\/+(.*)$/i.exec(rest);
  if (versioned === null) return noRoute();
  const { key, ids } = routeKey(versioned[1] ?? '');
  if (key === 'zoneinformation') return zoneInformation(settings, incoming);

  const tenant = authenticate(settings, incoming, zone);
  if (!('credentials' in tenant)) return tenant;
  const methods = routes.get(key);
  if (methods === undefined) return noRoute();
  const paging = /\/query\/(next|prev)$/.test(key);
  if (incoming.search.length > longestSearch && !paging) return noRoute();
  const route = methods.get(incoming.method);
  if (route === undefined) return wrongMethod(incoming.method, [...methods.keys()]);
  return limited(tenant, key.split('/')[0] ?? '', () =>
    handle(settings, incoming, faults, tenant, zone, route, ids),
  );
}

async function limited(tenant: Tenant, endpoint: string, work: () => Promise<Reply>): Promise<Reply> {
  const { limits } = tenant;
  if (!limits.enter(endpoint)) return errors([limits.threadText], 429);
  try {
    if (!limits.count()) {
      return errors(
        [`The Autotask API request threshold of ${limits.threshold} requests per hour has been exceeded.`],
        429,
      );
    }
    await limits.pause();
    return await work();
  } finally {
    limits.leave(endpoint);
  }
}

async function handle(
  { behaviour }: HostSettings,
  incoming: Incoming,
  faults: readonly Fault[],
  tenant: Tenant,
  zone: number,
  route: Route,
  ids: readonly number[],
): Promise<Reply> {
  const permission = permissionOf(route);
  if (permission !== undefined && route.entity !== undefined) {
    const impersonatesRead = permission === 'query' && incoming.headers.impersonationresourceid !== undefined;
    if (impersonatesRead || tenant.denies(route.entity, permission)) throw permissionRefusal(permission);
  }
  const foreign = faults.find((fault) => fault.kind === 'foreignPaging');
  const base = `${incoming.origin}${zonePath(zone)}V1.0/`;
  const call: Call = {
    tenant,
    behaviour,
    method: incoming.method,
    ids,
    query: new URLSearchParams(incoming.search),
    bodyText: incoming.bodyText,
    body: () => (incoming.bodyText === '' ? undefined : parseJson(incoming.bodyText)),
    header: (name) => incoming.headers[name],
    base,
    pagingBase: foreign?.base ?? base,
  };
  const reply = await route.handler(call);
  const shape = faults.find((fault) => fault.kind === 'shape');
  return shape === undefined ? reply : reshape(reply, shape);
}

function permissionOf({ operation }: Route): 'create' | 'query' | 'update' | 'delete' | undefined {
  if (operation === undefined) return undefined;
  if (operation === 'create' || operation === 'delete') return operation;
  return operation === 'update' || operation === 'patch' ? 'update' : 'query';
}
