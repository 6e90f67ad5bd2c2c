import { type FileHandle, open, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { systemCode } from '../errors.js';

/** Numbers of the files set aside, by age: `audit.jsonl.1` is the oldest. */
export async function rotated(path: string): Promise<number[]> {
  const prefix = `${basename(path)}.`;
  return (await readdir(dirname(path)))
    .filter((name) => name.startsWith(prefix) && /^[1-9]\d*$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b);
}

export interface LogFile {
  readonly path: string;
  readonly file: FileHandle;
}

/** Rejects when one of the files cannot be opened, and then leaves none open. */
export async function openAll(paths: readonly string[]): Promise<LogFile[]> {
  const parts: LogFile[] = [];
  try {
    for (const path of paths) {
      const file = await open(path, 'r');
      parts.push({ path, file });
      // Reading it would fail without its name.
      if ((await file.stat()).isDirectory())
        throw Object.assign(new Error(`${path} is a folder`), { code: 'EISDIR', path });
    }
    return parts;
  } catch (error) {
    await closeAll(parts);
    throw error;
  }
}

export const closeAll = (parts: readonly LogFile[]) => Promise.all(parts.map(({ file }) => file.close()));

/**
 * A log with the files set aside before it, oldest first, all open, so that a rotation cannot exchange one for
 * another while they are read. No lock: checking a long log must not keep anybody from writing.
 */
export async function openRotated(path: string): Promise<LogFile[]> {
  for (;;) {
    const numbers = await rotated(path);
    const older = await openAll(numbers.map((number) => `${path}.${number}`));
    let parts = older;
    try {
      parts = [...older, ...(await openAll([path]))];
    } catch (error) {
      // Between two files of a rotation there is none under the log's own name, and it may be the first.
      if (systemCode(error) !== 'ENOENT' || (await rotated(path)).length === 0) {
        await closeAll(older);
        throw error;
      }
    }
    if ((await rotated(path)).length === numbers.length) return parts;
    await closeAll(parts);
  }
}
