import { systemCode } from '../../errors.js';
import { linesOf } from '../read-lines.js';
import { closeAll, type LogFile, openAll, openRotated } from '../rotation.js';
import { type AuditEvent, type ChainLink, type ChainPosition, checkLine, origin } from './chain.js';
import { type Checkpoint, checkpointPath, missingCheckpoint, readCheckpoint } from './checkpoint.js';

export interface Verification {
  readonly lines: number;
  /** Attempts without an outcome: a write was on its way when the process ended. */
  readonly open: readonly string[];
  /** Null when everything is as it was written. */
  readonly problem: string | null;
  /** The first line's number; more than 1 when the log starts in a file that is not there. */
  readonly first: number | null;
  readonly last: number | null;
  /** Since which line there is a record of where the log ends; null when the log is older than such records. */
  readonly checkpointSince: number | null;
}

/**
 * Checks a log with the files set aside before it, or several files in the given order, as one chain, and its end
 * against its head record. Others may append meanwhile. `onEvent` gets what each line says that is as it was written.
 * Rejects when a file cannot be read.
 */
export async function verify(
  paths: readonly string[],
  key: string | null,
  onEvent: (event: AuditEvent) => void = () => {},
): Promise<Verification> {
  const path = paths.at(-1) ?? '';
  // Whoever reads it before the files finds its line in them, whatever is appended meanwhile.
  const head = await readCheckpoint(path, key);
  let parts: readonly LogFile[];
  try {
    parts = paths.length === 1 ? await openRotated(path) : await openAll(paths);
  } catch (error) {
    if (head === null || paths.length > 1 || systemCode(error) !== 'ENOENT') throw error;
    const problem = `${path} is not there, and ${checkpointPath(path)} is: it was removed, or moved away`;
    return { lines: 0, open: [], problem, first: null, last: null, checkpointSince: null };
  }
  try {
    const checkpoint = head === null || head === 'changed' ? null : head;
    const { atHead, end, ...chain } = await follow(parts, key, checkpoint?.last ?? 0, onEvent);
    const checkpointAfter = await readCheckpoint(path, key);
    // The log was begun while it was read.
    if (head === null && checkpointAfter !== null) return await verify(paths, key, onEvent);
    const problem =
      chain.problem ??
      (head === 'changed' || checkpointAfter === 'changed'
        ? `${checkpointPath(path)} was changed, or written with another key`
        : checkpoint === null
          ? end?.head
            ? missingCheckpoint(path, end.seq)
            : null
          : mismatch(path, checkpoint, checkpointAfter ?? checkpoint, end, atHead));
    return { ...chain, problem, last: end?.seq ?? null, checkpointSince: checkpoint?.since ?? null };
  } finally {
    await closeAll(parts);
  }
}

/** What of the log's end does not fit what its head record said before and after it was read. */
function mismatch(
  path: string,
  before: Checkpoint,
  after: Checkpoint,
  end: ChainPosition | null,
  atHead: string | null,
): string | null {
  const last = end?.seq ?? 0;
  if (before.last > last) {
    return `${path} ends with line ${last}, and line ${before.last} was written: lines were removed from the end`;
  }
  if (atHead !== null && atHead !== before.hash) {
    return `${path}, line with the number ${before.last} is not the one that was written`;
  }
  // The line before may still lack its record; two lines may not.
  if (after.last < last - 1) {
    return `${path} ends with line ${last}, and ${checkpointPath(path)} says line ${after.last}: an older record was put in its place`;
  }
  return null;
}

interface FollowedChain extends Omit<Verification, 'last' | 'checkpointSince'> {
  readonly end: ChainLink | null;
  /** Hash of the line that has the wanted number. */
  readonly atHead: string | null;
}

async function follow(
  parts: readonly LogFile[],
  key: string | null,
  checkpoint: number,
  onEvent: (event: AuditEvent) => void,
): Promise<FollowedChain> {
  let end: ChainLink | null = null;
  let first: number | null = null;
  let atHead: string | null = null;
  let lines = 0;
  const open = new Set<string>();
  const result = (problem: string | null) => ({ lines, open: [...open], problem, first, end, atHead });
  for (const { path, file } of parts) {
    let number = 0;
    for await (const { line, finished } of linesOf(file)) {
      number += 1;
      if (!finished) return result(`${path}, line ${number} is only half written`);
      const checked = checkLine(line, end, key);
      if (!checked.ok) return result(`${path}, line ${number} ${checked.problem}`);
      const { link } = checked;
      if (end === null && link.seq === 1 && link.prev !== origin.hash) {
        return result(`${path}, line ${number} does not start a chain`);
      }
      end = link;
      first ??= link.seq;
      if (link.seq === checkpoint) atHead = link.hash;
      lines += 1;
      onEvent(checked.event);
      const { event, attempt } = checked.event;
      if (typeof attempt !== 'string') continue;
      if (event === 'attempt') open.add(attempt);
      else open.delete(attempt);
    }
  }
  return result(null);
}
