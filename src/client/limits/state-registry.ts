import { tenantKey } from '../../tenant-identity.js';
import type { Tuning } from '../tuning.js';
import type { ClientSettings } from '../types.js';
import { createDiskCache } from './disk-cache.js';
import { createMemoryState, type MemoryState } from './memory-state.js';
import type { TenantState } from './tenant-state.js';

const forgetAfterMs = 60 * 60_000;
/** More than a gateway keeps tenants; whoever asks in ever new names cannot fill the memory. */
const most = 300;
const shares = new Map<string, { readonly share: MemoryState; readonly usedAt: number }>();

/**
 * The share of a tenant in this process: clients with the same credentials and address get the same. Those
 * unused for an hour, or longest when there are too many, are forgotten unless they hold somebody back.
 */
export function tenantStateOf(settings: ClientSettings, tuning: Tuning): TenantState {
  const now = Date.now();
  const key = tenantKey(settings.credentials, settings.apiUrl ?? settings.zoneUrl);
  const existing = shares.get(key);
  if (existing !== undefined) {
    shares.delete(key);
    shares.set(key, { ...existing, usedAt: now });
    return existing.share;
  }
  for (const [name, { share, usedAt }] of shares) {
    const superfluous = shares.size >= most || now - usedAt > forgetAfterMs;
    if (superfluous && share.isIdle()) shares.delete(name);
  }
  const { cacheDir, log, maxConcurrency } = settings;
  const disk =
    cacheDir === null ? null : createDiskCache(cacheDir, key, (problem) => log('warning', problem));
  const share = createMemoryState(maxConcurrency, tuning, disk);
  shares.set(key, { share, usedAt: now });
  return share;
}
