import { tenantKey } from '../../identity/tenant-identity.js';
import type { Tuning } from '../tuning.js';
import type { ClientSettings } from '../types.js';
import { createDiskCache } from './disk-cache.js';
import { createMemoryState } from './memory-state.js';
import type { KeptState, TenantState } from './tenant-state.js';

const forgetAfterMs = 60 * 60_000;
/** More than a gateway keeps tenants; whoever asks in ever new names cannot fill the memory. */
const maxTenants = 300;
const states = new Map<string, { readonly state: KeptState; readonly usedAt: number }>();

/**
 * The state of a tenant in this process, or its way to the one that replicas share: clients with the same
 * credentials and address get the same one. States
 * unused for an hour, or the longest unused when there are too many, are dropped unless requests wait for them.
 */
export function tenantStateOf(settings: ClientSettings, tuning: Tuning): TenantState {
  const now = Date.now();
  const key = tenantKey(settings.credentials, settings.apiUrl ?? settings.zoneUrl);
  const existing = states.get(key);
  if (existing !== undefined) {
    states.delete(key);
    states.set(key, { ...existing, usedAt: now });
    return existing.state;
  }
  for (const [name, { state, usedAt }] of states) {
    const superfluous = states.size >= maxTenants || now - usedAt > forgetAfterMs;
    if (superfluous && state.isIdle()) states.delete(name);
  }
  const state = settings.share?.(key, settings.maxConcurrency, tuning) ?? inMemory(key, settings, tuning);
  states.set(key, { state, usedAt: now });
  return state;
}

function inMemory(key: string, { cacheDir, log, maxConcurrency }: ClientSettings, tuning: Tuning): KeptState {
  const disk =
    cacheDir === null ? null : createDiskCache(cacheDir, key, (problem) => log('warning', problem));
  return createMemoryState(maxConcurrency, tuning, disk);
}
