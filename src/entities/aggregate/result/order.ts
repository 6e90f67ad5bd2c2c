import { named } from '../../../names/match.js';
import { labelOf } from '../../metadata/picklists.js';
import type { Group } from '../compute/groups.js';
import { compareScalars } from '../compute/tally.js';
import type { GroupKey, KeyValue } from '../request/group-keys.js';
import type { MetricReader } from '../request/having.js';
import type { Metric } from '../request/metrics.js';

/** One criterion of the order of groups: a column of keys or a metric. */
export type GroupOrder =
  | { readonly key: number; readonly descending: boolean }
  | { readonly metric: Metric; readonly descending: boolean };

const direction = /^(.+?)[\s:]+(asc|desc)(?:ending)?$/i;

/** `sum(hoursWorked) desc` or `-count` as a name and a direction; undefined where none is said. */
export function parseOrder(text: string): {
  readonly name: string;
  readonly descending: boolean | undefined;
} {
  const minus = /^-\s*(.+)$/.exec(text);
  if (minus?.[1] !== undefined) return { name: minus[1].trim(), descending: true };
  const [, name, directionWord] = direction.exec(text.trim()) ?? [];
  return name === undefined
    ? { name: text.trim(), descending: undefined }
    : { name, descending: directionWord?.toLowerCase() === 'desc' };
}

/** A column that can be named, with what it is called. */
interface NamedColumn {
  readonly names: readonly string[];
  readonly column: number | Metric;
}

/** Columns by one of the things they are called; `company` means `companyID` as well. */
function fitting(name: string, columns: readonly NamedColumn[]): readonly NamedColumn[] {
  const spellings = columns.flatMap((column) => column.names.map((text) => ({ column, text })));
  const find = (wanted: string) => named(wanted, spellings, ({ text }) => text);
  const found = find(name);
  return [...new Set((found.length > 0 ? found : find(`${name}ID`)).map(({ column }) => column))];
}

/**
 * The column that a name means, also when only its field is named; undefined when none does. Several that fit equally
 * well are told by their names.
 */
export function columnOf(
  name: string,
  keys: readonly GroupKey[],
  metrics: readonly Metric[],
): number | Metric | readonly string[] | undefined {
  const byName = [
    ...keys.map((key, column) => ({ names: [key.name], column })),
    ...metrics.map((column) => ({ names: [column.name], column })),
  ];
  const byField = [
    ...keys.map((key, column) => ({ names: key.paths.map((path) => path.name), column })),
    ...metrics.map((column) => ({ names: column.operand === null ? [] : [column.operand.name], column })),
  ];
  for (const columns of [byName, byField]) {
    const [only, ...others] = fitting(name, columns);
    if (only === undefined) continue;
    if (others.length === 0) return only.column;
    return [only, ...others].map(({ column }) =>
      typeof column === 'number' ? (keys[column]?.name ?? '') : column.name,
    );
  }
  return undefined;
}

/** Names of keys, where the order is one of names. */
export type SortTexts = readonly (ReadonlyMap<KeyValue, string> | undefined)[];

const inEnglish = new Intl.Collator('en');

function compareKeys(a: KeyValue, b: KeyValue, key: GroupKey | undefined, texts: SortTexts[number]): number {
  const { field, by } = key ?? {};
  if (by === 'value' && field?.isPickList === true && labelOf(field, a) !== labelOf(field, b)) {
    // As the tenant lists its choices: priorities and statuses have an order of their own.
    const at = (value: KeyValue) => {
      const found = field.choices.findIndex((choice) => choice.value === String(value));
      return found < 0 ? field.choices.length : found;
    };
    return at(a) - at(b);
  }
  const [left, right] = [texts?.get(a) ?? a, texts?.get(b) ?? b];
  if (typeof left === 'string' && typeof right === 'string') {
    // Buckets sort by their names as they are.
    if (by === 'value') return inEnglish.compare(left, right);
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return Number(left) - Number(right);
}

/** What has no value comes last, whatever the direction. */
const withNulls = <T>(a: T | null, b: T | null, compare: (a: T, b: T) => number): number => {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compare(a, b);
};

/** The groups in order; what the order leaves open is decided by the keys, so that an answer repeats. */
export function sortGroups(
  groups: readonly Group[],
  order: readonly GroupOrder[],
  keys: readonly GroupKey[],
  texts: SortTexts,
  measure: MetricReader,
): Group[] {
  const byKey = (index: number, sign: number) => (a: Group, b: Group) =>
    withNulls(
      a.keys[index] ?? null,
      b.keys[index] ?? null,
      (left, right) => sign * compareKeys(left, right, keys[index], texts[index]),
    );
  const criteria = order.map((by) => {
    const sign = by.descending ? -1 : 1;
    if ('key' in by) return byKey(by.key, sign);
    // Measured once per group, not once per comparison.
    const values = new Map(groups.map((group) => [group, measure(by.metric, group)]));
    return (a: Group, b: Group) =>
      withNulls(values.get(a) ?? null, values.get(b) ?? null, (x, y) => sign * compareScalars(x, y));
  });
  const all = [...criteria, ...keys.map((_, index) => byKey(index, 1))];
  return [...groups].sort((a, b) => {
    for (const compare of all) {
      const found = compare(a, b);
      if (found !== 0) return found;
    }
    return 0;
  });
}
