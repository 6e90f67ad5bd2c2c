import {
  type AuditEvent,
  mergeByTime,
  outweighs,
  type SetVerification,
  verifyAll,
} from '../../audit/index.js';
import { type Filter, namesIn } from './filter.js';
import { type Attempt, attemptShape, type End, outcomeShape, type Row } from './row.js';

export interface Shown {
  readonly rows: readonly Row[];
  readonly chains: SetVerification['chains'];
  /** Everybody who wrote or in whose name was written, as far as was read. */
  readonly people: ReadonlySet<string>;
}

/** Reads the chains that files stand for: the writes that the filter lets through, in order of time. */
export async function readRows(files: readonly string[], key: string | null, filter: Filter): Promise<Shown> {
  const attempts = new Map<string, Attempt[]>();
  const known = new Set<string>();
  const ends = new Map<string, End>();
  const people = new Set<string>();
  const note = (event: AuditEvent, path: string) => {
    const attempt = attemptShape.safeParse(event).data;
    // The same chain may be given twice, as a copy.
    if (attempt !== undefined && !known.has(attempt.attempt)) {
      known.add(attempt.attempt);
      for (const name of namesIn(attempt)) people.add(name);
      if (filter.attempt(attempt)) {
        const own = attempts.get(path);
        if (own === undefined) attempts.set(path, [attempt]);
        else own.push(attempt);
      }
    }
    const end = outcomeShape.safeParse(event).data;
    if (end === undefined) return;
    // There may be a second word, as after looking up what became of it.
    if (outweighs(end.outcome, ends.get(end.attempt)?.outcome)) ends.set(end.attempt, end);
  };
  const { chains } = await verifyAll(files, key, note);
  const rows = mergeByTime([...attempts.values()]).map((attempt): Row => {
    const end = ends.get(attempt.attempt);
    return {
      attempt,
      outcome: end?.outcome ?? 'open',
      record: attempt.id ?? end?.id ?? null,
      endedAt: end?.time ?? null,
      error: end?.error ?? null,
    };
  });
  return { rows: rows.filter(filter.row), chains, people };
}
