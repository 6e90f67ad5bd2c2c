import { randomUUID } from 'node:crypto';
import type { AuditFile } from './file.js';

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
}

/** How a write ended; `unknown` when its answer never came. */
export type Outcome =
  | { readonly outcome: 'done'; readonly id: number }
  | { readonly outcome: 'unknown' | 'refused'; readonly error: string };

export interface AuditLog {
  /** Resolves, when the attempt is on disk, to what records its outcome. */
  attempt(attempt: Attempt): Promise<(outcome: Outcome) => Promise<void>>;
}

export function createAuditLog(file: AuditFile, now: () => Date = () => new Date()): AuditLog {
  return {
    async attempt(attempt) {
      const id = randomUUID();
      await file.append({ time: now().toISOString(), event: 'attempt', attempt: id, ...attempt });
      return (outcome) =>
        file.append({ time: now().toISOString(), event: 'outcome', attempt: id, ...outcome });
    },
  };
}
