import { type FileHandle, open, readdir, rename } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { check, type Link, origin, seal } from './chain.js';
import { withLock } from './lock.js';

export interface AuditFileSettings {
  readonly path: string;
  /** Key of the hash chain; null for a plain one. */
  readonly key: string | null;
  /** A file that has grown beyond this is set aside as `<path>.<number>`, oldest first; none is deleted. */
  readonly maxBytes: number;
}

export interface AuditFile {
  /** Resolves when the line is on disk. */
  append(event: object): Promise<void>;
}

const tailBytes = 1024 * 1024;

async function lastLine(file: FileHandle, size: number): Promise<string | null> {
  const length = Math.min(size, tailBytes);
  const buffer = Buffer.alloc(length);
  await file.read(buffer, 0, length, size - length);
  return buffer.toString('utf8').trimEnd().split('\n').at(-1) ?? null;
}

/** Rotated files by age: `audit.jsonl.1` is the oldest. */
async function rotated(path: string): Promise<number[]> {
  const prefix = `${basename(path)}.`;
  return (await readdir(dirname(path)))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b);
}

async function endOf(path: string, key: string | null): Promise<Pick<Link, 'seq' | 'hash'> | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size === 0) return null;
    const checked = check((await lastLine(file, size)) ?? '', null, key);
    if (!checked.ok) throw new Error(`the last line of ${path} ${checked.problem}`);
    return checked.link;
  } finally {
    await file.close();
  }
}

/** Where the chain stands: at the last line, which may be that of the file before. */
async function tip(path: string, key: string | null): Promise<Pick<Link, 'seq' | 'hash'>> {
  const here = await endOf(path, key);
  if (here !== null) return here;
  const newest = (await rotated(path)).at(-1);
  return (newest === undefined ? null : await endOf(`${path}.${newest}`, key)) ?? origin;
}

/** A log of lines that nobody can change unnoticed. Several processes may append to the same file. */
export function createAuditFile({ path, key, maxBytes }: AuditFileSettings): AuditFile {
  let queue: Promise<unknown> = Promise.resolve();

  async function write(event: object): Promise<void> {
    let file = await open(path, 'a', 0o600);
    try {
      if ((await file.stat()).size >= maxBytes) {
        await file.close();
        await rename(path, `${path}.${((await rotated(path)).at(-1) ?? 0) + 1}`);
        file = await open(path, 'a', 0o600);
      }
      await file.chmod(0o600);
      const { line } = seal(event, await tip(path, key), key);
      await file.appendFile(`${line}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  return {
    append: (event) => {
      const done = queue.then(() => withLock(`${path}.lock`, () => write(event)));
      queue = done.catch(() => undefined);
      return done;
    },
  };
}
