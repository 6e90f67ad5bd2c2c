import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '../config/index.js';
import { systemCode } from '../errors.js';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file',
  ENOENT: 'the folder does not exist',
  ENOSPC: 'the disk is full',
};

/** Why something cannot be written, in words. */
export function writeProblemOf(error: unknown): string {
  const code = systemCode(error) ?? 'unknown';
  return reasons[code] ?? `it cannot be written (${code})`;
}

/**
 * Why no file can be made in the folder; null when one can. Tried for real, because permissions do not tell
 * of read-only mounts. With `makes`, a folder that is not there is made by whoever uses it.
 */
export async function folderProblem(folder: string, makes: boolean): Promise<string | null> {
  try {
    await rmdir(await mkdtemp(join(folder, '.autotask-mcp-')));
    return null;
  } catch (error) {
    const parent = dirname(folder);
    if (makes && systemCode(error) === 'ENOENT' && parent !== folder) return folderProblem(parent, makes);
    return writeProblemOf(error);
  }
}

/** Why there can be no file with the path of the audit log; null when there can, or none is wanted. */
export async function auditPathProblem({ writes: { audit } }: Config): Promise<string | null> {
  if (audit === null) return null;
  const isFolder = await stat(audit.path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? 'it is a folder: name a file in it' : folderProblem(dirname(audit.path), false);
}
