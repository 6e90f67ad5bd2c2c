import { type FileHandle, open } from 'node:fs/promises';
import { systemCode } from '../../errors.js';
import { rotated } from '../rotation.js';
import { type ChainLink, type ChainPosition, checkLine, maxLineBytes, origin } from './chain.js';
import {
  type Checkpoint,
  checkpointPath,
  matchesCheckpoint,
  missingCheckpoint,
  readCheckpoint,
} from './checkpoint.js';

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

export async function endOf(path: string, key: string | null): Promise<ChainLink | null> {
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
export async function chainEnd(
  path: string,
  key: string | null,
  head: Checkpoint | null,
): Promise<ChainPosition> {
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

export async function requireCheckpoint(path: string, key: string | null): Promise<Checkpoint | null> {
  const head = await readCheckpoint(path, key);
  if (head !== 'changed') return head;
  throw new Error(`${checkpointPath(path)} was changed, or written with another key`);
}
