import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { everyRecord, type Item, makeRecord } from '../support/records.js';
import { type Connection, connect } from '../support/tenant.js';

/**
 * Random records in a tenant, random questions about them. What is right is computed here a second time and
 * plainly: from the records as the tenant answers them, with whole numbers of ten-thousandths.
 */
let tenant: Connection;
let products: ReadonlyMap<unknown, Item>;
let companies: ReadonlyMap<unknown, Item>;
beforeAll(async () => {
  tenant = await connect({ sandbox: { limits: { threshold: 1_000_000 } } });
  const byId = async (entity: string) =>
    new Map((await everyRecord(tenant.sandbox, entity)).map((item) => [item.id, item]));
  [products, companies] = await Promise.all([byId('Products'), byId('Companies')]);
});
afterAll(() => tenant.close());

const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia'];

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 3 });
const amount = fc.integer({ min: -30_000, max: 30_000 }).map((units) => units / 10_000);
// Around clock changes and new years, where days, weeks and months of zones part.
const moment = fc.oneof(
  fc.integer({ min: Date.UTC(2023, 11, 25), max: Date.UTC(2026, 1, 5) }),
  fc.integer({ min: -100, max: 100 }).map((quarters) => Date.UTC(2025, 2, 30, 1) + quarters * 900_000),
  fc.integer({ min: -100, max: 100 }).map((quarters) => Date.UTC(2024, 11, 31, 12) + quarters * 900_000),
);
const day = fc
  .integer({ min: -3, max: 400 })
  .map((days) => new Date(Date.UTC(2025, 0, 1) + days * 86_400_000).toISOString());
const opportunity = fc.record({
  monthlyCost: maybe(amount),
  monthlyRevenue: maybe(amount),
  yearlyCost: maybe(amount),
  market: maybe(fc.constantFrom('A-1', 'B-2', 'c 3', 'OTHERS', '(none)', '-5')),
  closedDate: maybe(moment.map((ms) => new Date(ms).toISOString())),
  product: maybe(fc.nat({ max: 5 })),
  company: fc.nat({ max: 5 }),
  startDate: day,
  rating: maybe(fc.integer({ min: 1, max: 3 })),
  useQuoteTotals: fc.boolean(),
  campaign: maybe(fc.constantFrom('top', 'middle', 'Bottom')),
});

const keys = [
  'rating',
  'productID',
  'productID.productCategory',
  'companyID.companyType',
  'useQuoteTotals',
  'market',
  'Campaign',
  'startDate',
  'startDate:week',
  'startDate:month',
  ...['day', 'week', 'month', 'quarter', 'year'].map((bucket) => `closedDate:${bucket}`),
] as const;
const metrics = [
  'count',
  'count(yearlyCost)',
  'sum(monthlyCost)',
  'sum(monthlyRevenue)',
  'avg(monthlyCost)',
  'avg(yearlyCost)',
  'min(monthlyRevenue)',
  'max(monthlyRevenue)',
  'distinct(market)',
  'distinct(productID)',
  'distinct(monthlyCost)',
  'sum(productID.unitCost)',
  'avg(closedDate-companyID.createDate:hours)',
  'max(closedDate)',
] as const;
type Metric = (typeof metrics)[number];
const comparable = metrics.filter((metric) => metric !== 'max(closedDate)');

const question = fc.record({
  groupBy: fc.uniqueArray(fc.constantFrom(...keys), { maxLength: 3 }),
  metrics: fc.uniqueArray(fc.constantFrom(...metrics), { minLength: 1, maxLength: 5 }),
  having: maybe(
    fc.record({
      metric: fc.constantFrom(...comparable),
      op: fc.constantFrom('>', '>=', '<', '<=', '=', '!='),
      value: fc.oneof(fc.nat({ max: 4 }), amount),
    }),
  ),
  order: maybe(fc.record({ metric: fc.constantFrom(...metrics), descending: fc.boolean() })),
  top: maybe(fc.integer({ min: 1, max: 6 })),
  timeZone: fc.constantFrom(...zones),
});

async function store(
  run: string,
  opportunities: readonly (typeof opportunity extends fc.Arbitrary<infer T> ? T : never)[],
) {
  const [productIds, companyIds] = [[...products.keys()], [...companies.keys()]];
  for (const [index, { product, company, campaign, ...fields }] of opportunities.entries()) {
    await makeRecord(tenant.sandbox, 'Opportunities', {
      ...fields,
      title: `${run} ${index}`,
      promotionName: run,
      companyID: companyIds[company],
      ownerResourceID: 29682885,
      amount: 1,
      cost: 1,
      probability: 50,
      projectedCloseDate: '2026-12-01T00:00:00Z',
      stage: 1,
      status: 1,
      productID: product === null ? null : productIds[product],
      userDefinedFields: [{ name: 'Campaign', value: campaign }],
    });
  }
  const stored = await everyRecord(tenant.sandbox, 'Opportunities');
  return stored.filter((item) => item.promotionName === run);
}

const udfs = z.array(z.object({ name: z.string(), value: z.string().nullable() }));
const sold = (item: Item) => products.get(item.productID);
const customer = (item: Item) => companies.get(item.companyID);

/** The Thursday of an ISO week decides its year. */
function isoWeek(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  const shift = (days: number) => new Date(at.getTime() + days * 86_400_000);
  let monday = 0;
  while (shift(monday).getUTCDay() !== 1) monday -= 1;
  const year = shift(monday + 3).getUTCFullYear();
  let week = 1;
  for (let days = monday + 3 - 7; shift(days).getUTCFullYear() === year; days -= 7) week += 1;
  return `${year}-W${String(week).padStart(2, '0')} (from ${shift(monday).toISOString().slice(0, 10)})`;
}

function keyOf(item: Item, key: string, timeZone: string): unknown {
  if (key === 'Campaign')
    return udfs.parse(item.userDefinedFields).find(({ name }) => name === key)?.value ?? null;
  if (key === 'productID.productCategory') return sold(item)?.productCategory ?? null;
  if (key === 'companyID.companyType') return customer(item)?.companyType ?? null;
  const [field = '', bucket] = key.split(':');
  if (bucket === undefined && field !== 'startDate') return item[field] ?? null;
  if (item[field] === null) return null;
  // A start is a day, whatever the zone; a close is a moment.
  const day =
    field === 'startDate'
      ? String(item[field]).slice(0, 10)
      : new Date(String(item[field])).toLocaleDateString('sv-SE', { timeZone });
  if (bucket === undefined || bucket === 'day') return day;
  if (bucket === 'week') return isoWeek(day);
  if (bucket === 'month') return day.slice(0, 7);
  if (bucket === 'year') return day.slice(0, 4);
  return `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;
}

const filled = (items: readonly Item[], field: string) =>
  items.map((item) => item[field]).filter((value) => value !== null && value !== undefined);
/** Amounts as ten-thousandths. */
const units = (items: readonly Item[], field: string) =>
  filled(items, field).map((value) => Math.round(Number(value) * 10_000));
const plus = (a: number, b: number) => a + b;

/** The exact value as numerator and denominator, dates as milliseconds; null when there is none. */
function exact(metric: Metric, items: readonly Item[]): readonly [number, number] | null {
  if (metric === 'count') return [items.length, 1];
  if (metric === 'avg(closedDate-companyID.createDate:hours)') {
    const spans = items
      .filter((item) => item.closedDate !== null)
      .map((item) => Date.parse(String(item.closedDate)) - Date.parse(String(customer(item)?.createDate)));
    return spans.length === 0 ? null : [spans.reduce(plus), spans.length * 3_600_000];
  }
  if (metric === 'sum(productID.unitCost)') {
    const found = items.map(sold).filter((item) => item !== undefined);
    const costs = units(found, 'unitCost');
    return costs.length === 0 ? null : [costs.reduce(plus), 10_000];
  }
  const [, op = '', field = ''] = /^(\w+)\((\w+)\)$/.exec(metric) ?? [];
  if (op === 'count') return [filled(items, field).length, 1];
  if (op === 'distinct') return [new Set(filled(items, field)).size, 1];
  if (filled(items, field).length === 0) return null;
  if (field === 'closedDate') {
    return [Math.max(...filled(items, field).map((value) => Date.parse(String(value)))), 1];
  }
  const values = units(items, field);
  if (op === 'min') return [Math.min(...values), 10_000];
  if (op === 'max') return [Math.max(...values), 10_000];
  return [values.reduce(plus), 10_000 * (op === 'avg' ? values.length : 1)];
}

/** As the answer says it: rounded to four decimals, halves away from zero. */
function shown(metric: Metric, items: readonly Item[]): unknown {
  const value = exact(metric, items);
  if (value === null) return null;
  const [numerator, denominator] = value;
  if (metric === 'max(closedDate)') return numerator;
  const [twice, by] = [BigInt(Math.abs(numerator)) * 20_000n, BigInt(denominator)];
  const rounded = Number((twice + by) / (by * 2n)) / 10_000;
  return numerator < 0 && rounded !== 0 ? -rounded : rounded;
}

const difference = (a: readonly [number, number], b: readonly [number, number]) =>
  Math.sign(a[0] * b[1] - b[0] * a[1]);

const values = z.record(z.string(), z.unknown());
const answer = z.looseObject({
  records: z.number(),
  groups: z.array(values),
  others: values.nullable(),
  notMeetingHaving: values.nullable(),
  total: values,
});

const plain = (value: unknown): unknown =>
  z.looseObject({ value: z.unknown() }).safeParse(value).data?.value ??
  z.looseObject({ id: z.number() }).safeParse(value).data?.id ??
  value;
const said = (metric: Metric, row: Item | null) =>
  metric === 'max(closedDate)' && row?.[metric] !== null ? Date.parse(String(row?.[metric])) : row?.[metric];

it('any question about any records is answered as plain counting answers it', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(opportunity, { maxLength: 25 }),
      fc.array(question, { minLength: 4, maxLength: 4 }),
      async (opportunities, questions) => {
        run += 1;
        const name = `run ${run}`;
        const items = await store(name, opportunities);
        for (const asked of questions) {
          const { having, order, top } = asked;
          const reply = await tenant.json('aggregate-entity', {
            entity: 'Opportunities',
            query: { promotionName: name },
            groupBy: asked.groupBy,
            metrics: asked.metrics,
            timeZone: asked.timeZone,
            ...(having === null ? {} : { having: [`${having.metric} ${having.op} ${having.value}`] }),
            ...(order === null ? {} : { orderBy: [`${order.metric} ${order.descending ? 'desc' : 'asc'}`] }),
            ...(top === null ? {} : { top }),
          });
          check(answer.parse(reply), items, asked);
        }
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);

function check(
  found: z.infer<typeof answer>,
  items: readonly Item[],
  {
    groupBy,
    metrics: asked,
    having,
    order,
    top,
    timeZone,
  }: typeof question extends fc.Arbitrary<infer T> ? T : never,
): void {
  expect(found.records).toBe(items.length);
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const id = JSON.stringify(groupBy.map((key) => keyOf(item, key, timeZone)));
    groups.set(id, [...(groups.get(id) ?? []), item]);
  }
  const passes = (members: readonly Item[]) => {
    if (having === null) return true;
    const value = exact(having.metric, members);
    if (value === null) return false;
    const sign = difference(value, [Math.round(having.value * 10_000), 10_000]);
    const signs = { '>': [1], '>=': [0, 1], '<': [-1], '<=': [-1, 0], '=': [0], '!=': [-1, 1] };
    return signs[having.op].includes(sign);
  };
  const fitting = [...groups].filter(([, members]) => passes(members));
  const outside = [...groups].filter(([, members]) => !passes(members)).flatMap(([, members]) => members);

  const same = (row: Item | null, members: readonly Item[]) => {
    for (const metric of asked) expect([metric, said(metric, row)]).toEqual([metric, shown(metric, members)]);
  };
  same(found.total, items);
  if (having !== null && outside.length > 0) {
    expect(found.notMeetingHaving?.records).toBe(outside.length);
    same(found.notMeetingHaving, outside);
  } else expect(found.notMeetingHaving).toBeNull();
  if (groupBy.length === 0) {
    expect(found.groups).toEqual([]);
    return;
  }

  const left = new Map(fitting);
  expect(found.groups).toHaveLength(Math.min(top ?? 100, fitting.length));
  for (const row of found.groups) {
    const id = JSON.stringify(groupBy.map((key) => plain(row[key === 'startDate' ? 'startDate:day' : key])));
    const members = left.get(id);
    expect(members, `${id} is a group, once`).toBeDefined();
    same(row, members ?? []);
    left.delete(id);
  }
  const rest = [...left.values()].flat();
  expect(found.others === null).toBe(left.size === 0);
  if (found.others !== null) {
    expect(found.others).toMatchObject({ groups: left.size, records: rest.length });
    same(found.others, rest);
  }

  // The rows stand in the order that was asked for, and nothing beyond them belongs before the last.
  const calendar = groupBy.some((key) => /Date/.test(key));
  const by = order ?? (top !== null || !calendar ? { metric: asked[0], descending: true } : null);
  if (by === null || by.metric === undefined) return;
  const { metric, descending } = by;
  const before = (a: readonly Item[], b: readonly Item[]) => {
    const [x, y] = [exact(metric, a), exact(metric, b)];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return difference(x, y) * (descending ? -1 : 1);
  };
  const rows = found.groups.map(
    (row) =>
      groups.get(
        JSON.stringify(groupBy.map((key) => plain(row[key === 'startDate' ? 'startDate:day' : key]))),
      ) ?? [],
  );
  const last = rows.at(-1);
  for (const [index, members] of rows.entries()) {
    const next = rows[index + 1];
    if (next !== undefined) expect(before(members, next)).toBeLessThanOrEqual(0);
  }
  for (const members of left.values())
    if (last !== undefined) expect(before(last, members)).toBeLessThanOrEqual(0);
}
