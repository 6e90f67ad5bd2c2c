import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { check, type Link, origin } from './chain.js';

export interface Verdict {
  readonly lines: number;
  /** Attempts without an outcome: a write was on its way when the process ended. */
  readonly open: readonly string[];
  /** Null when everything is as it was written. */
  readonly problem: string | null;
  /** The first line's number; more than 1 when the log starts in a rotated file that was not given. */
  readonly first: number | null;
  readonly last: number | null;
}

/** Checks files in the given order as one chain. Rejects when a file cannot be read. */
export async function verify(paths: readonly string[], key: string | null): Promise<Verdict> {
  let after: Pick<Link, 'seq' | 'hash'> | null = null;
  let first: number | null = null;
  let lines = 0;
  const open = new Set<string>();
  for (const path of paths) {
    let number = 0;
    for await (const line of createInterface({
      input: createReadStream(path, 'utf8'),
      crlfDelay: Infinity,
    })) {
      number += 1;
      const checked = check(line, after, key);
      const problem = !checked.ok
        ? checked.problem
        : after === null && checked.link.seq === 1 && checked.link.prev !== origin.hash
          ? 'does not start a chain'
          : null;
      if (!checked.ok || problem !== null) {
        return {
          lines,
          open: [...open],
          problem: `${path}, line ${number} ${problem}`,
          first,
          last: after?.seq ?? null,
        };
      }
      after = checked.link;
      first ??= checked.link.seq;
      lines += 1;
      const { event, attempt } = checked.event;
      if (typeof attempt !== 'string') continue;
      if (event === 'attempt') open.add(attempt);
      else open.delete(attempt);
    }
  }
  return { lines, open: [...open], problem: null, first, last: after?.seq ?? null };
}
