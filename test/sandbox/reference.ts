/** A second, deliberately plain reading of Autotask's filters, to compare the sandbox's engine with. */
export interface Node {
  readonly op: string;
  readonly field?: string;
  readonly value?: unknown;
  readonly items?: readonly Node[];
}

type Item = Readonly<Record<string, unknown>>;

const dateFields = new Set(['createDate', 'dueDateTime', 'lastActivityDate']);

/** Judges one row as it came over the wire. `undefined` means that the condition says nothing. */
export function matches(node: Node, item: Item): boolean | undefined {
  if (node.op === 'and' || node.op === 'or') {
    const verdicts = (node.items ?? [])
      .map((child) => matches(child, item))
      .filter((verdict) => verdict !== undefined);
    if (verdicts.length === 0) return undefined;
    return node.op === 'and' ? verdicts.every(Boolean) : verdicts.some(Boolean);
  }
  const name = Object.keys(item).find((key) => key.toLowerCase() === node.field?.toLowerCase()) ?? '';
  return compare(node.op, item[name], node.value, dateFields.has(name));
}

export function matchesAll(filter: readonly Node[], item: Item): boolean {
  return filter.every((node) => matches(node, item) ?? true);
}

function compare(op: string, actual: unknown, wanted: unknown, isDate: boolean): boolean | undefined {
  if (op === 'exist') return actual !== null;
  if (op === 'notExist') return actual === null;
  if (op === 'in' || op === 'notIn') {
    const fitting = (Array.isArray(wanted) ? wanted : [wanted]).filter((value) =>
      fits(actual, value, isDate),
    );
    if (actual === null || fitting.length === 0) return false;
    const found = fitting.some((value) => order(actual, value, isDate) === 0);
    return op === 'in' ? found : !found;
  }
  if (!['eq', 'noteq', 'gt', 'gte', 'lt', 'lte', 'beginsWith', 'endsWith', 'contains'].includes(op))
    return undefined;
  if (actual === null || !fits(actual, wanted, isDate)) return false;
  const [left, right] = [String(actual).toLowerCase(), String(wanted).toLowerCase()];
  const difference = order(actual, wanted, isDate);
  if (op === 'eq') return difference === 0;
  if (op === 'noteq') return difference !== 0;
  if (op === 'gt') return difference > 0;
  if (op === 'gte') return difference >= 0;
  if (op === 'lt') return difference < 0;
  if (op === 'lte') return difference <= 0;
  if (op === 'beginsWith') return left.startsWith(right);
  if (op === 'endsWith') return left.endsWith(right);
  return left.includes(right);
}

/** Text never fits a number or a flag. */
function fits(actual: unknown, wanted: unknown, isDate: boolean): boolean {
  if (wanted === null) return false;
  if (typeof actual === 'number' || typeof actual === 'boolean') return typeof wanted === typeof actual;
  return isDate ? typeof wanted === 'string' : true;
}

function order(actual: unknown, wanted: unknown, isDate: boolean): number {
  const [left, right] = isDate
    ? [Date.parse(String(actual)), Date.parse(String(wanted))]
    : typeof actual === 'string'
      ? [actual.toLowerCase(), String(wanted).toLowerCase()]
      : [Number(actual), Number(wanted)];
  return left < right ? -1 : left > right ? 1 : 0;
}
