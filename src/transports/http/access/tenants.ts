import { tenantKey } from '../../../tenant-identity.js';
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

interface Kept {
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
  { tenants: most, tenantIdleMs }: TenantLimits,
): Tenants {
  const kept = new Map<string, Kept>();
  /** Oldest first, because using a tenant moves it to the end. */
  const idle = () => [...kept].filter(([, { leases }]) => leases === 0);
  const sweep = () => {
    const before = Date.now() - tenantIdleMs;
    for (const [key, { usedAt }] of idle()) if (usedAt <= before) kept.delete(key);
  };
  const timer = setInterval(sweep, Math.max(1_000, Math.min(60_000, tenantIdleMs / 2))).unref();

  const makeRoom = () => {
    if (kept.size < most) return;
    const [oldest] = idle();
    if (oldest === undefined) {
      throw new Refusal(503, 'This server is at its limit of tenants; try again later.', {
        'Retry-After': '5',
      });
    }
    kept.delete(oldest[0]);
  };

  return {
    lease(credentials) {
      const key = tenantKey(credentials, credentials.apiUrl ?? null);
      let entry = kept.get(key);
      if (entry === undefined) {
        makeRoom();
        entry = { tenant: openTenant(credentials), leases: 0, usedAt: 0 };
      }
      const mine = entry;
      mine.leases += 1;
      mine.usedAt = Date.now();
      kept.delete(key);
      kept.set(key, mine);
      let released = false;
      return {
        tenant: mine.tenant,
        key,
        release: () => {
          if (released) return;
          released = true;
          mine.leases -= 1;
          mine.usedAt = Date.now();
        },
      };
    },
    all: () => [...kept.values()].map(({ tenant }) => tenant),
    close: () => {
      clearInterval(timer);
      kept.clear();
    },
  };
}
