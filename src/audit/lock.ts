import { open, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';

const waitMs = 20;
const patienceMs = 5_000;
/** A process that died while it held the lock; appending a line takes milliseconds. */
const staleMs = 30_000;

const code = (error: unknown) => z.object({ code: z.string() }).safeParse(error).data?.code;

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleMs;
  } catch {
    return false;
  }
}

/** Runs the work while no other process does, by a file that only one can create. Rejects after 5 seconds. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      await (await open(path, 'wx', 0o600)).close();
      break;
    } catch (error) {
      if (code(error) !== 'EEXIST') throw error;
      if (await isStale(path)) await rm(path, { force: true });
      else if (Date.now() > until) throw new Error(`${path} is held by another process`);
      else await sleep(waitMs);
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}
