import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import { systemCode } from '../../errors.js';
import { type ChainLink, digest } from './chain.js';

/**
 * Where a log ends, kept beside it as `<log>.head`, so that lines cut from its end are missed. It is written after
 * each line, so it lies at most one line behind.
 */
export interface Checkpoint {
  readonly last: number;
  readonly hash: string;
  /** The first line it was kept for: more than 1 when the log is older, or the record was removed. */
  readonly since: number;
}

const shape = z.strictObject({
  last: z.int().min(0),
  hash: z.string().length(64),
  since: z.int().min(1),
  seal: z.string(),
});

export const checkpointPath = (path: string) => `${path}.head`;

/** What is wrong with a log whose last line was written beside a record that is no longer there. */
export const missingCheckpoint = (path: string, last: number): string =>
  `${checkpointPath(path)} is not there, and line ${last} says that it was kept: it was removed, and lines may have been cut from the end`;

/** Null when there is none; `changed` when it is not as this key wrote it. */
export async function readCheckpoint(
  path: string,
  key: string | null,
): Promise<Checkpoint | 'changed' | null> {
  let text: string;
  try {
    text = await readFile(checkpointPath(path), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const { seal, ...head } = shape.parse(JSON.parse(text));
    return digest(JSON.stringify(head), key) === seal ? head : 'changed';
  } catch {
    return 'changed';
  }
}

/** Resolves when the record is on disk. Only who holds the log's lock may write it. */
export async function writeCheckpoint(path: string, { last, hash, since }: Checkpoint, key: string | null) {
  const head = { last, hash, since };
  const temporary = `${checkpointPath(path)}.new`;
  // Made anew, which no link in its place can lead elsewhere. One left by a process that died is of no use.
  await rm(temporary, { force: true });
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(`${JSON.stringify({ ...head, seal: digest(JSON.stringify(head), key) })}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, checkpointPath(path));
  await syncFolder(dirname(path));
}

/** Puts new names on disk; without it a machine that dies may come back with an older head record. */
async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and keeps names by itself.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Whether a log that ends here fits its checkpoint: at its line, or one further. */
export const matchesCheckpoint = (end: ChainLink, { last, hash }: Checkpoint): boolean =>
  end.seq === last ? end.hash === hash : end.seq === last + 1 && end.prev === hash;
