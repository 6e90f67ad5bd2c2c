import { limits } from '../../limits/fixed-limits.js';
import { memoryOf } from '../../limits/memory-pool.js';
import type { CacheEntry } from './disk-cache.js';

interface Kept {
  readonly entry: CacheEntry;
  readonly bytes: number;
  /** Forgets it where it is kept. */
  readonly forget: () => void;
}

/** Of all tenants of this process, the one that was not used for longest first. */
const all = new Set<Kept>();
let used = 0;

function drop(kept: Kept): void {
  if (all.delete(kept)) used -= kept.bytes;
}

/** Metadata of one tenant in memory. All tenants of the process have one bound together: what was not used for longest goes. */
export interface KeptMetadata {
  get(key: string): CacheEntry | undefined;
  set(key: string, entry: CacheEntry): void;
}

export function createKeptMetadata(): KeptMetadata {
  const own = new Map<string, Kept>();
  return {
    get(key) {
      const kept = own.get(key);
      if (kept === undefined) return undefined;
      all.delete(kept);
      all.add(kept);
      return kept.entry;
    },
    set(key, entry) {
      const former = own.get(key);
      if (former !== undefined) drop(former);
      const kept = { entry, bytes: memoryOf(entry.body), forget: () => own.delete(key) };
      own.set(key, kept);
      all.add(kept);
      used += kept.bytes;
      for (const oldest of all) {
        if (used <= limits.metadataBytes) break;
        drop(oldest);
        oldest.forget();
      }
    },
  };
}
