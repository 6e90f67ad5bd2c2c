import { InvalidInput, type Problem } from '../../../errors.js';
import type { EntityMetadata } from '../../metadata/entity-metadata.js';
import type { MetadataStore } from '../../metadata/metadata-store.js';
import { columnOf, type GroupOrder, parseOrder } from '../result/order.js';
import { createPathFinder } from './field-paths.js';
import { type GroupKey, resolveKey } from './group-keys.js';
import { type Having, readHaving, toHaving } from './having.js';
import { type Metric, resolveMetric } from './metrics.js';
import { toTexts } from './parse-list.js';

/** What a caller asks for; the lists as texts or in any of the forms that `toTexts` reads. */
export interface AggregateArguments {
  readonly entity: string;
  readonly query?: unknown;
  readonly groupBy?: unknown;
  readonly metrics?: unknown;
  readonly having?: unknown;
  readonly orderBy?: unknown;
  readonly top?: number | undefined;
  /** Above so many matching records nothing is read. */
  readonly maxRecords?: number | undefined;
}

export interface AggregateRequest {
  readonly keys: readonly GroupKey[];
  readonly metrics: readonly Metric[];
  readonly having: readonly Having[];
  readonly order: readonly GroupOrder[];
  readonly top: number;
}

const mostKeys = 3;
const mostMetrics = 10;
export const defaultTop = 100;
export const largestTop = 1000;

const isAmbiguous = (column: unknown): column is readonly string[] => Array.isArray(column);

const hasCalendar = (keys: readonly GroupKey[]) => keys.some(({ by }) => by !== 'value');

/** Checks everything that is asked against the entity. Throws InvalidInput with every problem at once. */
export async function checkRequest(
  args: AggregateArguments,
  metadata: EntityMetadata,
  facts: MetadataStore,
  how: { readonly timeZone: string; readonly signal?: AbortSignal },
): Promise<AggregateRequest> {
  const find = createPathFinder(metadata, facts, how.signal);
  const problems: Problem[] = [];
  const bad = (field: string, problem: string, allowed?: readonly string[]) =>
    problems.push(allowed === undefined ? { field, problem } : { field, problem, allowed });

  const keys: GroupKey[] = [];
  for (const text of toTexts('groupBy', args.groupBy)) {
    const key = await resolveKey(text, find);
    if (typeof key === 'string') bad('groupBy', key);
    else if (!keys.some(({ name }) => name === key.name)) keys.push(key);
  }
  if (keys.length > mostKeys) bad('groupBy', `takes at most ${mostKeys}, not ${keys.length}`);

  const metrics: Metric[] = [];
  const metricOf = async (text: string): Promise<Metric | string> => {
    const metric = await resolveMetric(text, find);
    if (typeof metric === 'string') return metric;
    const same = metrics.find(({ name }) => name === metric.name);
    if (same === undefined) metrics.push(metric);
    return same ?? metric;
  };
  const texts = toTexts('metrics', args.metrics);
  for (const text of texts.length === 0 ? ['count'] : texts) {
    const metric = await metricOf(text);
    if (typeof metric === 'string') bad('metrics', metric);
  }

  const having: Having[] = [];
  for (const text of toTexts('having', args.having)) {
    const read = readHaving(text);
    if (typeof read === 'string') {
      bad('having', read);
      continue;
    }
    const column = columnOf(read.metric, [], metrics);
    if (isAmbiguous(column)) {
      bad('having', `${JSON.stringify(read.metric)} fits several metrics`, column);
      continue;
    }
    const metric = typeof column === 'object' ? column : await metricOf(read.metric);
    const condition =
      typeof metric === 'string' ? metric : toHaving(metric, read.op, read.value, how.timeZone);
    if (typeof condition === 'string') bad('having', condition);
    else having.push(condition);
  }

  const order: GroupOrder[] = [];
  for (const text of toTexts('orderBy', args.orderBy)) {
    const { name, descending } = parseOrder(text);
    const known = columnOf(name, keys, metrics);
    if (isAmbiguous(known)) {
      bad('orderBy', `${JSON.stringify(name)} fits several columns of the answer`, known);
      continue;
    }
    const column = known ?? (await metricOf(name));
    if (typeof column === 'number') order.push({ key: column, descending: descending ?? false });
    else if (typeof column === 'object') order.push({ metric: column, descending: descending ?? true });
    else {
      const columns = [...keys, ...metrics].map((one) => one.name);
      bad('orderBy', `${JSON.stringify(name)} is no column of the answer`, columns);
    }
  }
  if (metrics.length > mostMetrics) bad('metrics', `takes at most ${mostMetrics}, not ${metrics.length}`);
  if (problems.length > 0) throw new InvalidInput('Nothing was read.', problems);

  const [first] = metrics;
  if (order.length === 0 && (!hasCalendar(keys) || args.top !== undefined) && first !== undefined) {
    order.push({ metric: first, descending: true });
  }
  // A table over time reads along its keys.
  if (order.length === 0) order.push(...keys.map((_, key) => ({ key, descending: false })));
  return { keys, metrics, having, order, top: args.top ?? defaultTop };
}
