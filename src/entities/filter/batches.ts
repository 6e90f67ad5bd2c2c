import type { FilterNode } from '../../client/types.js';
import { InvalidInput } from '../../errors.js';
import { mostOrConditions } from '../../operators.js';

/** OR conditions as Autotask counts them: each value of an `in`, each item of an `or`. */
function orConditions(node: FilterNode): number {
  const own = Array.isArray(node.value) ? node.value.length : 1;
  const items = (node.items ?? []).reduce((sum, item) => sum + orConditions(item), 0);
  return node.items === undefined ? own : items;
}

/** Splits one top-level `in` so that every query stays within Autotask's limit. */
export function splitIntoBatches(filter: readonly FilterNode[]): readonly (readonly FilterNode[])[] {
  const total = filter.reduce((sum, node) => sum + orConditions(node), 0);
  if (total <= mostOrConditions) return [filter];
  const longest = filter
    .filter((node) => node.op === 'in' && Array.isArray(node.value))
    .sort((a, b) => orConditions(b) - orConditions(a))[0];
  const room = longest === undefined ? 0 : mostOrConditions - (total - orConditions(longest));
  if (longest === undefined || !Array.isArray(longest.value) || room < 1) {
    throw new InvalidInput('Nothing was sent to Autotask.', [
      {
        field: 'query',
        problem: `has ${total} alternatives, and Autotask takes ${mostOrConditions} in a query`,
      },
    ]);
  }
  const values: readonly unknown[] = longest.value;
  const batches: FilterNode[][] = [];
  for (let from = 0; from < values.length; from += room) {
    const part = { ...longest, value: values.slice(from, from + room) };
    batches.push(filter.map((node) => (node === longest ? part : node)));
  }
  return batches;
}
