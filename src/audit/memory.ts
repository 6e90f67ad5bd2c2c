import { randomUUID } from 'node:crypto';
import type { AuditEvent } from './chains/chain.js';
import { startLease } from './lease.js';
import type { AuditLog, Outcome } from './log.js';

/** Calls of which a process remembers what they wrote. */
const mostReceipts = 200;

/** Stands in where the operator keeps no log, so that a receipt can be asked for while this process lives. */
export function createMemoryLog(now: () => Date = () => new Date()): AuditLog {
  const kept = new Map<string, AuditEvent[]>();
  /** Receipts of calls that set back what another one wrote, by its receipt. */
  const undoing = new Map<string, ReadonlySet<string>>();
  const running = new Set<string>();
  const add = (receipt: string, event: AuditEvent) => {
    const events = kept.get(receipt) ?? [];
    kept.set(receipt, [...events, { time: now().toISOString(), ...event }]);
    const [oldest] = kept.keys();
    if (kept.size <= mostReceipts || oldest === undefined) return;
    kept.delete(oldest);
    undoing.delete(oldest);
  };
  const addOutcome = async (receipt: string, attempt: string, outcome: Outcome) =>
    add(receipt, { event: 'outcome', attempt, receipt, ...outcome });
  return {
    where: 'the memory of this process, until it ends',
    keepsOriginalValues: true,
    plan: async (receipt, caller, tool, steps) => {
      add(receipt, { event: 'plan', receipt, caller, tool, steps });
      for (const { undoes } of steps)
        if (undoes !== undefined)
          undoing.set(undoes.receipt, new Set(undoing.get(undoes.receipt)).add(receipt));
    },
    find: async (name) => [name, ...(undoing.get(name) ?? [])].flatMap((receipt) => kept.get(receipt) ?? []),
    acquire: async (receipt, since) => {
      if (running.has(receipt)) return null;
      running.add(receipt);
      const isOurs = async () => running.has(receipt);
      return startLease(since, isOurs, isOurs, async () => {
        running.delete(receipt);
      });
    },
    attempt: async (attempt) => {
      const id = randomUUID();
      add(attempt.receipt, { event: 'attempt', attempt: id, ...attempt });
      return (outcome) => addOutcome(attempt.receipt, id, outcome);
    },
    outcome: addOutcome,
  };
}
