import { type AuditEvent, mergeByTime, type SetVerification, verifyAll } from '../../audit/index.js';
import type { Filter } from './filter.js';
import { type Attempt, attemptShape, type End, outcomeShape, type Row } from './row.js';

export interface Shown {
  readonly rows: readonly Row[];
  readonly chains: SetVerification['chains'];
}

/** Reads the chains that files stand for: the writes that the filter lets through, in order of time. */
export async function readRows(files: readonly string[], key: string | null, filter: Filter): Promise<Shown> {
  const attempts = new Map<string, Attempt[]>();
  const ends = new Map<string, End>();
  const note = (event: AuditEvent, path: string) => {
    const attempt = attemptShape.safeParse(event).data;
    if (attempt !== undefined && filter.attempt(attempt)) {
      const own = attempts.get(path);
      if (own === undefined) attempts.set(path, [attempt]);
      else own.push(attempt);
    }
    const end = outcomeShape.safeParse(event).data;
    if (end === undefined) return;
    // A later word, as after looking up what became of it, counts.
    const known = ends.get(end.attempt);
    if (known === undefined || known.time <= end.time) ends.set(end.attempt, end);
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
  return { rows: rows.filter(filter.row), chains };
}
