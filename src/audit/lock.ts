import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '../errors.js';

const waitMs = 20;
const timeoutMs = 5_000;
/** A process that died while it held the lock; appending a line takes milliseconds. */
const staleMs = 30_000;

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleMs;
  } catch {
    return false;
  }
}

/** Creates the file, which only one can; false when it exists. */
async function create(path: string, owner: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await file.writeFile(owner);
    return true;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * Removes a lock whose holder died. One process at a time, by a file of its own: else the second to see the old
 * lock would remove the new one of the first.
 */
async function removeStale(path: string, owner: string): Promise<void> {
  const guard = `${path}.stale`;
  if (!(await create(guard, owner))) {
    if (await isStale(guard)) await rm(guard, { force: true });
    return;
  }
  try {
    if (await isStale(path)) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** A holder that was stopped for so long that another took over must not remove that one's lock. */
async function release(path: string, owner: string): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => null);
  if (holder === owner) await rm(path, { force: true });
}

/** Runs the work while no other process does, by a file that only one can create. Rejects after 5 seconds. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const until = Date.now() + timeoutMs;
  const owner = randomUUID();
  while (!(await create(path, owner))) {
    if (await isStale(path)) await removeStale(path, owner);
    if (Date.now() > until) throw new Error(`${path} is held by another process`);
    await sleep(waitMs);
  }
  try {
    return await work();
  } finally {
    await release(path, owner);
  }
}
