import { randomUUID } from 'node:crypto';
import { type FileHandle, lstat, open, readFile, readlink, rm, symlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '../errors.js';

const waitMs = 20;
const timeoutMs = 5_000;
const patienceMs = 500;
/** A holder of whom nothing else can be told is gone when it did not touch its file for so long; a line takes milliseconds. */
export const staleMs = 30_000;

/** Another process has the file. */
export class HeldElsewhere extends Error {
  /** Until it would be taken over, if that process is gone: seconds. */
  readonly retryAfter: number;

  constructor(path: string, retryAfter: number) {
    super(`${path} is held by another process`);
    this.retryAfter = retryAfter;
  }
}

/** Where numbers of processes mean the same: the machine since its start and, in a container, that container. */
const processSpace = Promise.all([
  readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
  readlink('/proc/self/ns/pid').catch(() => ''),
]).then((parts) => [hostname(), ...parts].join('/').replace(/\s/g, ''));

/** What this process holds, or is about to: the names that stand in the files. */
const held = new Set<string>();

/** The name of a holder, which says what process it is in; `held` until it is given back. */
export async function newHolder(): Promise<string> {
  const holder = `${await processSpace} ${process.pid} ${randomUUID()}`;
  held.add(holder);
  return holder;
}

/** Who made a file; empty where there is none, or it does not say. */
export const holderOf = (path: string): Promise<string> =>
  readlink(path).catch(() => readFile(path, 'utf8').catch(() => ''));

/** Whether the process that made a file is known to be gone. */
async function isOrphan(path: string): Promise<boolean> {
  const holder = await holderOf(path);
  const [space, pid] = holder.split(' ');
  if (space !== (await processSpace) || pid === undefined) return false;
  // A container starts anew under the same numbers: what this process did not take itself is nobody's.
  if (Number(pid) === process.pid) return !held.has(holder);
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    // One of another user is refused and lives.
    return systemCode(error) === 'ESRCH';
  }
}

/**
 * The time of the file system that holds the file, in milliseconds: machines that share it may not agree about theirs.
 * It stamps a file that is made for this and removed again.
 */
export async function timeBeside(path: string): Promise<number> {
  const probe = `${path}.${randomUUID()}.new`;
  if (!(await create(probe, 'time'))) return Date.now();
  try {
    return (await lstat(probe)).mtimeMs;
  } finally {
    await rm(probe, { force: true });
  }
}

/** Milliseconds since somebody touched the file; 0 where there is none. */
async function ageOf(path: string): Promise<number> {
  try {
    const { mtimeMs } = await lstat(path);
    return (await timeBeside(path)) - mtimeMs;
  } catch {
    return 0;
  }
}

const isStale = async (path: string) => (await ageOf(path)) > staleMs;

export const isGone = async (path: string) => (await isOrphan(path)) || (await isStale(path));

/**
 * Creates the file, which only one can; false when it exists. It is a link to nowhere, because that says from its first
 * moment whose it is, wherever its maker is killed.
 */
export async function create(path: string, holder: string): Promise<boolean> {
  try {
    await symlink(holder, path);
    return true;
  } catch (error) {
    return systemCode(error) === 'EEXIST' ? false : createFile(path, holder);
  }
}

/** The same where links are not to be had: on some network drives, and on Windows without the right to make them. */
async function createFile(path: string, holder: string): Promise<boolean> {
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    await file.writeFile(holder);
    return true;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * Removes the file of a holder that is gone. One process at a time, by a file of its own: else the second to see the
 * old file would remove the new one of the first.
 */
export async function removeAbandoned(path: string, holder: string): Promise<void> {
  const guard = `${path}.stale`;
  if (!(await create(guard, holder))) {
    if (await isStale(guard)) await rm(guard, { force: true });
    return;
  }
  try {
    if (await isGone(path)) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** A holder that was stopped for so long that another took over must not remove that one's file. */
export async function release(path: string, holder: string): Promise<void> {
  if ((await holderOf(path)) === holder) await rm(path, { force: true });
  held.delete(holder);
}

/**
 * Runs the work while no other process does, by a file that only one can create. Rejects with `HeldElsewhere` after
 * 5 seconds.
 */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const since = performance.now();
  const waited = () => performance.now() - since;
  const holder = await newHolder();
  try {
    while (!(await create(path, holder))) {
      // Looking how old it is costs more than who made it, and most are given back in a moment.
      if ((await isOrphan(path)) || (waited() > patienceMs && (await isStale(path))))
        await removeAbandoned(path, holder);
      if (waited() > timeoutMs)
        throw new HeldElsewhere(path, Math.max(1, Math.ceil((staleMs - (await ageOf(path))) / 1000)));
      await sleep(waitMs);
    }
    return await work();
  } finally {
    await release(path, holder);
  }
}
