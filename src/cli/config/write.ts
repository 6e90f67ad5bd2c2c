import { constants } from 'node:fs';
import { copyFile, mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../../errors.js';
import { Unmergeable } from './merge.js';

export interface Existing {
  /** The file itself, where the client's path is a link to it. */
  readonly path: string;
  /** Null when there is no file yet. */
  readonly text: string | null;
  readonly mode: number;
}

/** The client's file as it is. Throws Unmergeable when it cannot be read, or is no text. */
export async function readExisting(file: string): Promise<Existing> {
  try {
    const path = await realpath(file);
    const { mode } = await stat(path);
    const bytes = await readFile(path);
    return {
      path,
      text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
      mode: mode & 0o777,
    };
  } catch (error) {
    // A client may put secrets into its file later.
    if (systemCode(error) === 'ENOENT') return { path: file, text: null, mode: 0o600 };
    throw new Unmergeable(error instanceof Error ? error.message : String(error));
  }
}

async function backUp({ path, mode }: Existing, now: Date): Promise<string> {
  const time = now.toISOString().replace(/\D/g, '').slice(0, 14);
  for (let count = 0; ; count += 1) {
    const backup = `${path}.backup-${time}${count === 0 ? '' : `-${count}`}`;
    try {
      await copyFile(path, backup, constants.COPYFILE_EXCL);
      const handle = await open(backup, 'r');
      await handle.chmod(mode).finally(() => handle.close());
      return backup;
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
}

/**
 * Replaces the file as a whole, so that a client never reads half of one, and resolves to the name of the
 * backup (null when there was nothing). Throws Unmergeable when somebody else has changed it meanwhile.
 */
export async function replace(existing: Existing, text: string, now: Date): Promise<string | null> {
  const { path, mode } = existing;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.tmp`;
  try {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.chmod(mode);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    const { text: current } = await readExisting(path);
    if (current !== existing.text) throw new Unmergeable('it was changed by somebody else meanwhile');
    const backup = existing.text === null ? null : await backUp(existing, now);
    await rename(draft, path);
    return backup;
  } finally {
    await rm(draft, { force: true });
  }
}
