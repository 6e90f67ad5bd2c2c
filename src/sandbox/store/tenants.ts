import type { Credentials, TenantOptions } from '../types.js';
import { Tenant } from './tenant.js';

/** Credentials of the n-th tenant of a sandbox. They open nothing but the sandbox. */
export function defaultCredentials(n: number): Credentials {
  const suffix = n === 0 ? '' : String(n + 1);
  return {
    userName: `api${suffix}@bluebird.example`,
    secret: `sandbox-secret${suffix}`,
    integrationCode: `SANDBOXINTEGRATIONCODE${suffix}`,
  };
}

export function newTenant(options: TenantOptions, credentials: Credentials): Tenant {
  return new Tenant(
    credentials,
    {
      seed: options.seed ?? 1,
      scale: options.scale ?? 1,
      today: (options.today ?? new Date()).getTime(),
      reshape: options.reshape ?? {},
    },
    options.limits,
  );
}
