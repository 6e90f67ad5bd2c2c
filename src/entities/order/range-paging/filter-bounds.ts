import type { FilterNode } from '../../../client/types.js';
import { millisecondsOf } from './range-field.js';

/** The range of the field that the caller's own conditions leave. */
export function boundsOf(filter: readonly FilterNode[], field: string): { from: number; until: number } {
  let from = Number.NEGATIVE_INFINITY;
  let until = Number.POSITIVE_INFINITY;
  for (const { op, field: name, value, items } of filter) {
    if (op === 'and' && items !== undefined) {
      const inner = boundsOf(items, field);
      from = Math.max(from, inner.from);
      until = Math.min(until, inner.until);
    }
    const at = name === field ? millisecondsOf(value) : null;
    if (at === null) continue;
    if (op === 'gt' || op === 'gte' || op === 'eq') from = Math.max(from, at);
    if (op === 'lt' || op === 'lte' || op === 'eq') until = Math.min(until, at + 1);
  }
  return { from, until };
}
