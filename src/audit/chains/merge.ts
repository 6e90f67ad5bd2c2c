import type { AuditEvent } from './chain.js';

const timeOf = ({ time }: AuditEvent): string => (typeof time === 'string' ? time : '');

/**
 * Events of several chains as one list, by time. Within a chain the order is that in which they were written, which
 * is certain, whatever its clock did.
 */
export function mergeByTime<T extends AuditEvent>(chains: readonly (readonly T[])[]): T[] {
  const merged: T[] = [];
  const at = chains.map(() => 0);
  for (;;) {
    let next: { readonly event: T; readonly chain: number } | null = null;
    for (const [chain, events] of chains.entries()) {
      const event = events[at[chain] ?? 0];
      if (event !== undefined && (next === null || timeOf(event) < timeOf(next.event)))
        next = { event, chain };
    }
    if (next === null) return merged;
    merged.push(next.event);
    at[next.chain] = (at[next.chain] ?? 0) + 1;
  }
}
