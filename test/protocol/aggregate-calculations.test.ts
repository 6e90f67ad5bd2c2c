import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observedCall } from '../support/observed-call.js';
import { everyRecord, type Item, makeRecord } from '../support/records.js';
import { type Connection, connect } from '../support/tenant.js';

/** Numbers of a record that are calculated before they are added up: margins, what is left, lines of a quote. */
let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
  const block = { contractID: 29683605, datePurchased: '2026-01-01', startDate: '2026-01-01' };
  await makeRecord(tenant.sandbox, 'Contracts/29683605/Blocks', {
    ...block,
    endDate: '2027-01-01',
    hours: 0.3,
    hourlyRate: 1.1,
    isPaid: true,
    status: 1,
  });
});
afterAll(() => tenant.close());

const aggregate = (args: Record<string, unknown>) => observedCall(tenant, 'aggregate-entity', args);
/** Of a table of one line the cells. */
const only = (text: string) => text.split('\n').at(-2)?.split('\t');

const read = async (entity: string, names: readonly string[]) => {
  const records = await everyRecord(tenant.sandbox, entity);
  const has = (record: Item) => names.every((name) => typeof record[name] === 'number');
  const whole = records.filter(has).map((record) => names.map((name) => Number(record[name])));
  return { whole, missing: records.length - whole.length, of: records.length };
};

describe('a calculation', () => {
  it.each([
    ['ContractServices', 'unitPrice-unitCost', ['unitPrice', 'unitCost'], (a: number, b: number) => a - b],
    ['ContractServices', 'unitPrice − unitCost', ['unitPrice', 'unitCost'], (a: number, b: number) => a - b],
    ['QuoteItems', 'quantity*unitPrice', ['quantity', 'unitPrice'], (a: number, b: number) => a * b],
    ['ContractBlocks', 'hours*hourlyRate', ['hours', 'hourlyRate'], (a: number, b: number) => a * b],
    [
      'Opportunities',
      'amount*probability/100',
      ['amount', 'probability'],
      (a: number, b: number) => (a * b) / 100,
    ],
    ['Opportunities', 'amount-cost*0.5', ['amount', 'cost'], (a: number, b: number) => a - b * 0.5],
    ['Opportunities', 'amount + cost', ['amount', 'cost'], (a: number, b: number) => a + b],
  ])('of %s %s is exact over all records that have the numbers', async (entity, text, names, of) => {
    const { whole, missing, of: all } = await read(entity, names);
    const expected = whole.reduce((sum, [a = 0, b = 0]) => sum + of(a, b), 0);
    const answer = await aggregate({ entity, metrics: [`sum(${text})`] });
    expect(answer.isError, answer.text).toBe(false);
    const [cell = ''] = only(answer.text) ?? [];
    // Exact where fractions of two are not.
    expect(Number(cell)).toBeCloseTo(expected, 6);
    expect(cell).not.toMatch(/\.\d{7}/);
    const note = `${missing} of ${all} records have not all of these values and are left out`;
    if (missing === 0) expect(answer.text).not.toContain('left out');
    else expect(answer.text).toContain(note);
  });

  it('groups, orders, limits and compares as any other metric', async () => {
    const { text } = await aggregate({
      entity: 'ContractServices',
      groupBy: ['contractID.companyID'],
      metrics: ['sum(unitPrice-unitCost)', 'avg(unitPrice-unitCost)'],
      having: ['sum(unitPrice-unitCost) > 100'],
      orderBy: ['sum(unitPrice-unitCost) desc'],
      top: 2,
    });
    const rows = text.split('\n').filter((line) => /^[A-Z].*\t/.test(line));
    const sums = rows.slice(0, 2).map((row) => Number(row.split('\t')[1]));
    expect(sums).toEqual([...sums].sort((a, b) => b - a));
    expect(Math.min(...sums)).toBeGreaterThan(100);
  });

  it('takes a field of what a record points to', async () => {
    const { text, isError } = await aggregate({
      entity: 'PurchaseOrderItems',
      metrics: ['sum(quantity*unitCost-orderID->freight)'],
    });
    expect({ text, isError }).toMatchObject({ isError: false });
    expect(text).toContain('sum(quantity*unitCost-orderID.freight)');
  });

  it.each([
    ['sum(amount-title)', 'title is no number (string)'],
    ['sum(amount-createDate)', 'createDate is no number (datetime)'],
    ['sum(amount*stage)', 'stage is no number'],
    ['sum(amount*companyID)', 'companyID is no number'],
    ['sum(amount-cots)', '"cots" is not a field of Opportunities. Did you mean cost?'],
    ['avg(amount/cost)', 'of a quotient ask for both totals and divide those'],
    ['avg(amount/3)', 'divides by 10, 100, 1000 only'],
    ['sum(amount)-sum(cost)', 'of each record is calculated inside, sum(a-b)'],
  ])('%s is refused, and nothing is read', async (metric, problem) => {
    const { text, isError, filters } = await aggregate({ entity: 'Opportunities', metrics: [metric] });
    expect({ text, isError, filters }).toMatchObject({ isError: true, filters: [] });
    expect(text).toContain(problem);
  });

  it('leaves spans of dates what they are', async () => {
    const { text } = await aggregate({ entity: 'Opportunities', metrics: ['avg(closedDate-createDate)'] });
    expect(text).toContain('avg(closedDate-createDate:days)');
  });
});

it('amounts in the currency of each record are told to be so where they are added up', async () => {
  const entity = 'ExpenseItems';
  const metrics = ['sum(expenseCurrencyExpenseAmount)', 'sum(internalCurrencyExpenseAmount)'];
  const note =
    'expenseCurrencyExpenseAmount is in the currency of each record: group by expenseCurrencyID too';
  const mixed = await aggregate({ entity, metrics });
  expect(mixed.text).toContain(`Note: ${note}`);
  expect(mixed.text).not.toContain('internalCurrencyExpenseAmount is in');
  const apart = await aggregate({ entity, metrics, groupBy: ['expenseCurrencyID'] });
  expect(apart.text).not.toContain('is in the currency');
});
