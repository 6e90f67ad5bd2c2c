import { mkdir, open, readdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AutotaskError, systemCode } from '../../errors.js';

/**
 * Tokens that were handed out and not used yet. A token that is not among them confirms nothing, so whatever
 * gets lost - a process that ended, a folder that is not shared after all - means a new preview and never a
 * second write.
 */
export interface PendingTokens {
  /** `expires` in milliseconds; from then on the token may be forgotten. */
  add(nonce: string, expires: number): Promise<void>;
  /** True for the first one who asks, whoever else asks at the same time. */
  take(nonce: string, expires: number): Promise<boolean>;
}

/** More previews than one process has open in a day; beyond, the oldest must be made anew. */
const maxPending = 10_000;

/** Within this process. */
export function pendingInMemory(): PendingTokens {
  const pending = new Map<string, number>();
  return {
    add: async (nonce, expires) => {
      const now = Date.now();
      for (const [known, until] of pending) {
        if (until > now && pending.size < maxPending) break;
        pending.delete(known);
      }
      pending.set(nonce, expires);
    },
    take: async (nonce) => pending.delete(nonce),
  };
}

/** Clocks of replicas differ: a file outlives its token by so much. */
const clockSkewMs = 60 * 60_000;
const sweepEveryMs = 60_000;

/** In a folder that replicas share: one file a token, and a file can be removed only once. */
export function pendingInFolder(folder: string): PendingTokens {
  let sweptAt = Date.now();
  const nameOf = (nonce: string, expires: number) => `${expires}-${nonce}`;

  async function sweep(): Promise<void> {
    const now = Date.now();
    if (now - sweptAt < sweepEveryMs) return;
    sweptAt = now;
    for (const name of await readdir(folder)) {
      const [, expires] = /^(\d{13})-[0-9a-f]{16}$/.exec(name) ?? [];
      if (expires !== undefined && Number(expires) + clockSkewMs < now)
        await rm(join(folder, name), { force: true });
    }
  }

  const unusable = (cause: unknown) =>
    new AutotaskError(
      'configuration',
      'The folder of confirmations (AUTOTASK_CONFIRM_DIR) cannot be written. Nothing was written.',
      { cause },
    );

  return {
    add: async (nonce, expires) => {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await (await open(join(folder, nameOf(nonce, expires)), 'wx', 0o600)).close();
      } catch (error) {
        throw unusable(error);
      }
      // Old files are in nobody's way; another replica may be sweeping too.
      await sweep().catch(() => undefined);
    },
    take: async (nonce, expires) => {
      try {
        await unlink(join(folder, nameOf(nonce, expires)));
        return true;
      } catch (error) {
        if (systemCode(error) === 'ENOENT') return false;
        throw unusable(error);
      }
    },
  };
}
