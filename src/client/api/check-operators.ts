import { InvalidInput } from '../../errors.js';
import { operators } from '../../operators.js';
import type { FilterNode } from '../types.js';

/** Operators that join the conditions in `items`. */
const groupOperators = ['and', 'or'] as const;

const known: ReadonlySet<string> = new Set([...operators, ...groupOperators]);

/**
 * Refuses operators that Autotask does not know. It would not complain: it drops the condition and
 * answers every row, so this is checked right before the query is sent, whoever built the filter.
 */
export function checkOperators(filter: readonly FilterNode[]): void {
  for (const { op, field, items } of filter) {
    if (!known.has(op)) {
      const problem = `"${op}" is not an operator of Autotask`;
      throw new InvalidInput('The filter cannot be sent:', [
        { field: field ?? 'filter', problem, allowed: [...known] },
      ]);
    }
    if (items !== undefined) checkOperators(items);
  }
}
