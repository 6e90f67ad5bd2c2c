import type { FilterNode, Row } from '../../client/types.js';
import { udfValues } from '../display/display.js';

function storedText(row: Row, name: string): string | null {
  const found = udfValues(row).get(name);
  return found === undefined || found === null || found === '' ? null : String(found);
}

/** Whether a row meets a condition on a user-defined field, compared as Autotask compares: without case. */
export const matchesUdfCondition = (row: Row, node: FilterNode): boolean =>
  matchesTextCondition(storedText(row, node.field ?? ''), node);

/** The same for a text that is at hand; null is an empty field. */
export function matchesTextCondition(stored: string | null, node: Pick<FilterNode, 'op' | 'value'>): boolean {
  if (node.op === 'notExist') return stored === null;
  if (node.op === 'exist') return stored !== null;
  const wanted = (Array.isArray(node.value) ? node.value : [node.value]).map(String);
  if (stored === null) return node.op === 'noteq' || node.op === 'notIn';
  const text = stored.toLowerCase();
  const [first = ''] = wanted;
  const order =
    Number.isNaN(Number(stored)) || Number.isNaN(Number(first))
      ? text.localeCompare(first.toLowerCase(), 'en')
      : Number(stored) - Number(first);
  const among = wanted.some((value) => value.toLowerCase() === text);
  const verdicts: Readonly<Record<string, boolean>> = {
    eq: among,
    in: among,
    noteq: !among,
    notIn: !among,
    gt: order > 0,
    gte: order >= 0,
    lt: order < 0,
    lte: order <= 0,
    beginsWith: text.startsWith(first.toLowerCase()),
    endsWith: text.endsWith(first.toLowerCase()),
    contains: text.includes(first.toLowerCase()),
  };
  return verdicts[node.op] ?? false;
}
