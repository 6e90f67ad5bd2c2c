import { tenantKey } from '../../../identity/tenant-identity.js';
import { Refusal } from '../refusal.js';
import type { Tenant, TenantCredentials } from '../settings.js';

/** A tenant in use; it stays open until released. */
export interface Lease {
  readonly tenant: Tenant;
  /** Names the tenant within this process without telling anything about it. */
  readonly key: string;
  release(): void;
}

/** Where a request's tenant comes from. In memory here; replicas could share what is behind a tenant. */
export interface Tenants {
  lease(credentials: TenantCredentials): Lease;
  /** Those kept in memory. */
  all(): readonly Tenant[];
  close(): void;
}

interface TenantEntry {
  readonly tenant: Tenant;
  leases: number;
  usedAt: number;
}

export interface TenantLimits {
  readonly tenants: number;
  readonly tenantIdleMs: number;
}

/**
 * Keeps one tenant per set of credentials. All of them, the secret and the address included, make up the
 * key: whoever gets anything of it wrong meets a tenant of his own, never that of somebody else.
 */
export function createTenants(
  openTenant: (credentials: TenantCredentials) => Tenant,
  { tenants: maxTenants, tenantIdleMs }: TenantLimits,
): Tenants {
  const entries = new Map<string, TenantEntry>();
  /** Oldest first, because using a tenant moves it to the end. */
  const idle = () => [...entries].filter(([, { leases }]) => leases === 0);
  const sweep = () => {
    const before = Date.now() - tenantIdleMs;
    for (const [key, { usedAt }] of idle()) if (usedAt <= before) entries.delete(key);
  };
  const timer = setInterval(sweep, Math.max(1_000, Math.min(60_000, tenantIdleMs / 2))).unref();

  const makeRoom = () => {
    if (entries.size < maxTenants) return;
    const [oldest] = idle();
    if (oldest === undefined) {
      throw new Refusal(503, 'This server is at its limit of tenants; try again later.', {
        'Retry-After': '5',
      });
    }
    entries.delete(oldest[0]);
  };

  return {
    lease(credentials) {
      const key = tenantKey(credentials, credentials.apiUrl ?? null);
      let entry = entries.get(key);
      if (entry === undefined) {
        makeRoom();
        entry = { tenant: openTenant(credentials), leases: 0, usedAt: 0 };
      }
      const leased = entry;
      leased.leases += 1;
      leased.usedAt = Date.now();
      entries.delete(key);
      entries.set(key, leased);
      let released = false;
      return {
        tenant: leased.tenant,
        key,
        release: () => {
          if (released) return;
          released = true;
          leased.leases -= 1;
          leased.usedAt = Date.now();
        },
      };
    },
    all: () => [...entries.values()].map(({ tenant }) => tenant),
    close: () => {
      clearInterval(timer);
      entries.clear();
    },
  };
}
