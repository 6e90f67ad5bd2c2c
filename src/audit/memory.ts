import { randomUUID } from 'node:crypto';
import type { AuditEvent } from './chains/chain.js';
import { startLease } from './lease.js';
import type { AuditLog, Outcome } from './log.js';

/** Calls of which a process remembers what they wrote. */
const mostReceipts = 200;

/** Stands in where the operator keeps no log, so that a receipt can be asked for while this process lives. */
export function createMemoryLog(now: () => Date = () => new Date()): AuditLog {
  const kept = new Map<string, AuditEvent[]>();
  const running = new Set<string>();
  const add = (receipt: string, event: AuditEvent) => {
    const events = kept.get(receipt) ?? [];
    kept.set(receipt, [...events, { time: now().toISOString(), ...event }]);
    const [oldest] = kept.keys();
    if (kept.size > mostReceipts && oldest !== undefined) kept.delete(oldest);
  };
  const addOutcome = async (receipt: string, attempt: string, outcome: Outcome) =>
    add(receipt, { event: 'outcome', attempt, receipt, ...outcome });
  return {
    where: 'the memory of this process, until it ends',
    keepsOriginalValues: true,
    plan: async (receipt, caller, tool, steps) =>
      add(receipt, { event: 'plan', receipt, caller, tool, steps }),
    find: async (name) => [
      ...(kept.get(name) ?? []),
      ...[...kept].flatMap(([receipt, events]) =>
        receipt === name ? [] : events.filter((event) => JSON.stringify(event).includes(name)),
      ),
    ],
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
