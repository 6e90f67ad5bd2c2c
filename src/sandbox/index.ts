import { type Behaviour, strict } from './behaviour.js';
import { zonePath } from './http/authentication.js';
import { Faults } from './http/faults.js';
import { listen } from './http/host.js';
import type { Tenant } from './store/tenant.js';
import { defaultCredentials, newTenant } from './store/tenants.js';
import type { RecordedRequest, Sandbox, SandboxOptions, TenantHandle, TenantOptions } from './types.js';

export type { Behaviour } from './behaviour.js';
export type { Fault, FaultRule } from './http/faults.js';
export type { RecordedRequest, Sandbox, SandboxOptions, TenantHandle, TenantOptions } from './types.js';

/**
 * Starts an Autotask tenant on 127.0.0.1. It answers at once: records are generated when an entity is
 * first looked at. Rejects when the port is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const behaviour: Behaviour = { ...strict, ...options.behaviour };
  const faults = new Faults();
  const log: RecordedRequest[] = [];
  const tenants: Tenant[] = [];
  const server = await listen(
    { tenants, behaviour, faults, latency: options.latency ?? 0, log },
    options.port ?? 0,
  );
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}/`;

  const addTenant = (wanted: TenantOptions = {}): TenantHandle => {
    const tenant = newTenant(
      { ...options, ...wanted },
      wanted.credentials ?? defaultCredentials(tenants.length),
    );
    if (tenants.some((other) => other.credentials.userName === tenant.credentials.userName)) {
      throw new Error(`A tenant with the user name ${tenant.credentials.userName} exists already.`);
    }
    tenants.push(tenant);
    return {
      credentials: tenant.credentials,
      get apiUrl() {
        return `${url}${zonePath(tenant.zone)}`;
      },
      deny: (entity, permissions = ['create', 'query', 'update', 'delete']) =>
        tenant.deny(entity, permissions),
      allow: (entity) => tenant.allow(entity),
      moveZone: () => {
        tenant.zone++;
      },
    };
  };
  const first = addTenant(options.tenants?.[0]);
  const handles = [first, ...(options.tenants ?? []).slice(1).map(addTenant)];

  return {
    ...first,
    url,
    get apiUrl() {
      return first.apiUrl;
    },
    tenants: handles,
    addTenant: (wanted) => {
      const handle = addTenant(wanted);
      handles.push(handle);
      return handle;
    },
    faults,
    requests: log,
    clearRequests: () => {
      log.length = 0;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}
