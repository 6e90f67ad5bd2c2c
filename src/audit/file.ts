import { open, rename } from 'node:fs/promises';
import { type AuditEvent, checkLine, nextLine } from './chains/chain.js';
import { chainEnd, endOf, requireCheckpoint } from './chains/chain-end.js';
import { chainOf, chainsOf } from './chains/chain-set.js';
import { writeCheckpoint } from './chains/checkpoint.js';
import { mergeByTime } from './chains/merge.js';
import { type Lease, leaseFile } from './lease.js';
import { withLock } from './lock.js';
import { linesOf } from './read-lines.js';
import { closeAll, openRotated, rotated } from './rotation.js';

export interface AuditFileSettings {
  readonly path: string;
  /** Has a chain of its own beside those of the other replicas; none when absent or null. */
  readonly replica?: string | null;
  /** Named in each line, where a file is that of one tenant of several. */
  readonly tenant?: string;
  /** Gets every line once it is on disk. */
  readonly copy?: ((line: string) => void) | null;
  /** Key of the hash chain; null for a plain one. */
  readonly key: string | null;
  /** A file that has grown beyond this is set aside as `<path>.<number>`, oldest first; none is deleted. */
  readonly maxBytes: number;
}

export interface AuditFile {
  /** Resolves when the line is on disk. */
  append(event: object): Promise<void>;
  /**
   * Events of all lines that hold the text, in the chains of all replicas that are beside this one, in order of time.
   * Rejects when one was changed.
   */
  find(text: string): Promise<AuditEvent[]>;
  /** Takes a file of the name beside the log, which only one replica can; null while another process holds it. */
  acquire(name: string, since: number): Promise<Lease | null>;
}

/** A log whose lines are chained by hashes, so that `verify` finds what was changed afterwards. Several processes may append to the same file. */
export function createAuditFile(settings: AuditFileSettings): AuditFile {
  const { path: log, replica = null, tenant, key, maxBytes, copy } = settings;
  const path = chainOf(log, replica);
  const marks = { ...(replica === null ? {} : { replica }), ...(tenant === undefined ? {} : { tenant }) };
  let queue: Promise<unknown> = Promise.resolve();

  async function write(event: object): Promise<void> {
    const known = await requireCheckpoint(path, key);
    const end = await chainEnd(path, key, known);
    const since = known?.since ?? end.seq + 1;
    // A process that died between a line and its record: caught up first, so that it is never two lines behind.
    if (known?.last !== end.seq) await writeCheckpoint(path, { last: end.seq, hash: end.hash, since }, key);
    const { line, link } = nextLine({ ...event, ...marks }, end, key);
    await appendLine(line);
    await writeCheckpoint(path, { last: link.seq, hash: link.hash, since }, key);
    copy?.(line);
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

  async function findIn(chain: string, text: string): Promise<AuditEvent[]> {
    if ((await endOf(chain, key)) === null && (await rotated(chain)).length === 0) return [];
    const parts = await openRotated(chain);
    try {
      const found: AuditEvent[] = [];
      for (const { file } of parts) {
        for await (const { line } of linesOf(file)) {
          if (!line.includes(text)) continue;
          const checked = checkLine(line, null, key);
          if (!checked.ok) throw new Error(`a line of ${chain} ${checked.problem}`);
          found.push(checked.event);
        }
      }
      return found;
    } finally {
      await closeAll(parts);
    }
  }

  async function find(text: string): Promise<AuditEvent[]> {
    const found: AuditEvent[][] = [];
    for (const chain of await chainsOf(log)) found.push(await findIn(chain, text));
    return mergeByTime(found);
  }

  return {
    find,
    acquire: (name, since) => leaseFile(`${log}.${name}.running`, since),
    append: (event) => {
      const done = queue.then(() => withLock(`${path}.lock`, () => write(event)));
      queue = done.catch(() => undefined);
      return done;
    },
  };
}
