import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { AutotaskError } from '../errors.js';

/** Remembers which confirmations were used, so that none is used twice. */
export interface UsedTokens {
  /** False when the nonce was used before. */
  use(nonce: string, expires: number): Promise<boolean>;
}

/** Within this process. */
export function usedInMemory(): UsedTokens {
  const used = new Map<string, number>();
  return {
    use: async (nonce, expires) => {
      const now = Date.now();
      for (const [known, until] of used) if (until < now) used.delete(known);
      if (used.has(nonce)) return false;
      used.set(nonce, expires);
      return true;
    },
  };
}

/** In a folder that replicas share: a file can be created only once. */
export function usedInFolder(folder: string, keepMs: number): UsedTokens {
  async function sweep(): Promise<void> {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const { mtimeMs } = await stat(path);
      if (mtimeMs < Date.now() - keepMs) await rm(path, { force: true });
    }
  }
  return {
    use: async (nonce) => {
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await (await open(join(folder, nonce), 'wx', 0o600)).close();
      } catch (error) {
        if (z.object({ code: z.literal('EEXIST') }).safeParse(error).success) return false;
        throw new AutotaskError(
          'configuration',
          'The folder of used confirmations (AUTOTASK_CONFIRM_DIR) cannot be written. Nothing was written.',
          { cause: error },
        );
      }
      // Old files are in nobody's way; another replica may be sweeping too.
      await sweep().catch(() => undefined);
      return true;
    },
  };
}
