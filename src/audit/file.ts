import { type FileHandle, open, rename } from 'node:fs/promises';
import { systemCode } from '../errors.js';
import { type ChainLink, type ChainPosition, checkLine, maxLineBytes, nextLine, origin } from './chain.js';
import {
  type Checkpoint,
  checkpointPath,
  matchesCheckpoint,
  missingCheckpoint,
  readCheckpoint,
  writeCheckpoint,
} from './checkpoint.js';
import { withLock } from './lock.js';
import { rotated } from './rotation.js';

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

async function lastLine(file: FileHandle, size: number): Promise<string> {
  // With the line feeds before and after it.
  const length = Math.min(size, maxLineBytes + 2);
  const buffer = Buffer.alloc(length);
  await file.read(buffer, 0, length, size - length);
  const lines = buffer.toString('utf8').split('\n');
  // What would be written behind half a line would be lost with it.
  if (lines.pop() !== '') throw new Error('is only half written');
  return lines.at(-1) ?? '';
}

async function endOf(path: string, key: string | null): Promise<ChainLink | null> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const { size } = await file.stat();
    if (size === 0) return null;
    const checked = checkLine(await lastLine(file, size), null, key);
    if (!checked.ok) throw new Error(checked.problem);
    return checked.link;
  } catch (error) {
    throw new Error(`the last line of ${path} ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await file.close();
  }
}

/**
 * Where the chain stands: at the last line, which may be that of the file before. Files that were all taken away
 * break no chain: it goes on where the head record says. Rejects when lines or the record are missing, because
 * going on would cover that up.
 */
async function chainEnd(path: string, key: string | null, head: Checkpoint | null): Promise<ChainPosition> {
  const here = await endOf(path, key);
  const newest = here === null ? (await rotated(path)).at(-1) : undefined;
  const end = newest === undefined ? here : await endOf(`${path}.${newest}`, key);
  if (head === null) {
    if (end?.head) throw new Error(missingCheckpoint(path, end.seq));
    return end ?? origin;
  }
  if (end !== null && matchesCheckpoint(end, head)) return end;
  if (here === null) return { seq: head.last, hash: head.hash };
  throw new Error(`${path} ends with line ${here.seq}, and ${checkpointPath(path)} says line ${head.last}`);
}

async function requireCheckpoint(path: string, key: string | null): Promise<Checkpoint | null> {
  const head = await readCheckpoint(path, key);
  if (head !== 'changed') return head;
  throw new Error(`${checkpointPath(path)} was changed, or written with another key`);
}

/** A log of lines that nobody can change unnoticed. Several processes may append to the same file. */
export function createAuditFile({ path, key, maxBytes }: AuditFileSettings): AuditFile {
  let queue: Promise<unknown> = Promise.resolve();

  async function write(event: object): Promise<void> {
    const known = await requireCheckpoint(path, key);
    const end = await chainEnd(path, key, known);
    const since = known?.since ?? end.seq + 1;
    // A process that died between a line and its record: caught up first, so that it is never two lines behind.
    if (known?.last !== end.seq) await writeCheckpoint(path, { last: end.seq, hash: end.hash, since }, key);
    const { line, link } = nextLine(event, end, key);
    await appendLine(line);
    await writeCheckpoint(path, { last: link.seq, hash: link.hash, since }, key);
  }

  async function appendLine(line: string): Promise<void> {
    let file = await open(path, 'a', 0o600);
    try {
      if ((await file.stat()).size >= maxBytes) {
        await file.close();
        await rename(path, `${path}.${((await rotated(path)).at(-1) ?? 0) + 1}`);
        file = await open(path, 'a', 0o600);
      }
      await file.chmod(0o600);
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
