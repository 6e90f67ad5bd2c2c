import { randomUUID } from 'node:crypto';
import type { AuditEvent } from './chains/chain.js';
import type { AuditFile } from './file.js';
import type { Lease } from './lease.js';

/** A write that is about to be sent. */
export interface Attempt {
  readonly tool: string;
  readonly entity: string;
  readonly action: string;
  readonly route: string;
  /** Null for a record that does not exist yet. */
  readonly id: number | null;
  readonly caller: string;
  /** By what the write was confirmed. */
  readonly gate: string;
  /** What is sent, as the plan has it; null for a delete. */
  readonly body: unknown;
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
  /** The resource in whose name is written. */
  readonly actAs?: number;
  /** Who signed in: by whose word, and what that issuer calls them. */
  readonly issuer?: string;
  readonly subject?: string;
  /** Names the call whose write it is, and which of its writes. */
  readonly receipt: string;
  readonly step: number;
  /** The record by number and name. */
  readonly called: string;
  /** Fields as they were: those that are changed, or all of a record that is deleted; null for a new one. */
  readonly former: unknown;
  /** Fields of `body` and `former` that are not kept as they are. */
  readonly cut: readonly string[];
  /** The attempt that this one makes again: chains of several replicas have no common clock to tell which came later. */
  readonly repeats?: string;
  /** The write of an earlier call that it sets back. */
  readonly undoes?: { readonly receipt: string; readonly step: number };
  /** When it is sent, by Autotask's clock. */
  readonly sentAt: string;
}

/** The same before it is sent. */
export type PreparedAttempt = Omit<Attempt, 'sentAt'>;

/** A write of a call that makes several, before the first of them is sent. */
export type PlannedWrite = Pick<
  Attempt,
  'entity' | 'action' | 'route' | 'id' | 'body' | 'called' | 'cut' | 'step' | 'undoes'
> & {
  /** Hash of the record as it was. */
  readonly version: string;
  /** Numbers of the writes that must be made before it. */
  readonly needs?: readonly number[];
  /** The write whose new id one of its fields takes. */
  readonly uses?: { readonly step: number; readonly field: string };
};

/** How a write ended; `unknown` when its answer never came. */
export type Outcome =
  | { readonly outcome: 'done'; readonly id: number }
  | { readonly outcome: 'unknown' | 'refused'; readonly error: string };

/**
 * Whether what one line says of an attempt stands instead of what another one said. That it is known how it ended
 * outweighs that it was not, whenever that was written: clocks of several replicas do not tell.
 */
export const outweighs = (next: Outcome['outcome'], known: Outcome['outcome'] | undefined): boolean =>
  next !== 'unknown' || known === undefined || known === 'unknown';

export interface AuditLog {
  /** What a caller is told about where receipts are kept. */
  readonly where: string;
  /** Whether it keeps values as they are, for nobody but this process. */
  readonly keepsOriginalValues: boolean;
  /** Resolves when the writes that a call is about to make are kept. */
  plan(receipt: string, caller: string, tool: string, writes: readonly PlannedWrite[]): Promise<void>;
  /** Everything that is kept under a receipt, or under the id of an attempt: of one chain oldest first. */
  find(name: string): Promise<readonly AuditEvent[]>;
  /** Null while somebody else works on the receipt. It counts from `since`, on the clock of `performance`. */
  acquire(receipt: string, since: number): Promise<Lease | null>;
  /** Resolves, when the attempt is on disk, to what records its outcome. */
  attempt(attempt: Attempt): Promise<(outcome: Outcome) => Promise<void>>;
  /** Records how an earlier attempt ended after all. */
  outcome(receipt: string, attempt: string, outcome: Outcome): Promise<void>;
}

/** Writes in one line of a plan, and characters of one whose body is kept: no line is too long to be kept whole. */
const mostPlanned = 20;
const mostOfWrite = 16_000;

export function createAuditLog(file: AuditFile, now: () => Date = () => new Date()): AuditLog {
  const appendOutcome = (receipt: string, attempt: string, outcome: Outcome) =>
    file.append({ time: now().toISOString(), event: 'outcome', attempt, receipt, ...outcome });
  return {
    where: 'the audit log',
    keepsOriginalValues: false,
    plan: async (receipt, caller, tool, writes) => {
      const kept = writes.map((write) =>
        JSON.stringify(write).length > mostOfWrite ? { ...write, body: null } : write,
      );
      for (let from = 0; from < kept.length; from += mostPlanned) {
        const steps = kept.slice(from, from + mostPlanned);
        await file.append({ time: now().toISOString(), event: 'plan', receipt, tool, caller, steps });
      }
    },
    find: (name) => file.find(name),
    acquire: (receipt, since) => file.acquire(receipt, since),
    async attempt(attempt) {
      const id = randomUUID();
      await file.append({ time: now().toISOString(), event: 'attempt', attempt: id, ...attempt });
      return (outcome) => appendOutcome(attempt.receipt, id, outcome);
    },
    outcome: appendOutcome,
  };
}
