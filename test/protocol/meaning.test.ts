import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observedCall } from '../support/observed-call.js';
import { type Connection, connect } from '../support/tenant.js';

/** What is said is what is meant: no name, operator or column is ever taken for another. */
let tenant: Connection;
const rename =
  (names: Readonly<Record<string, string>>, column: string) => (rows: Record<string, unknown>[]) => {
    for (const row of rows) row[column] = names[String(row[column])] ?? row[column];
  };
beforeAll(async () => {
  tenant = await connect({
    sandbox: {
      reshape: {
        // Labels whose ASCII remainders are equal.
        UserDefinedFieldListItems: rename(
          {
            'One person': 'Низкий 2',
            'A team': 'P1 高',
            'Whole company': 'Not on hold',
            Golden: 'ΟΔΟΣ',
            Silver: '東京 1',
          },
          'valueForDisplay',
        ),
        UserDefinedFieldDefinitions: rename(
          { 'Managed Endpoints': 'Größe (cm)', 'Downtime (hours)': '住所' },
          'name',
        ),
      },
    },
  });
});
afterAll(() => tenant.close());

async function calling(tool: string, args: Record<string, unknown>) {
  const { text, isError, filters, writes } = await observedCall(tenant, tool, args);
  return { text, isError, filters, writes: writes.map(({ body }) => body) };
}

describe('a value that begins with a comparison', () => {
  it.each([
    ['!=Complete', /"!=Complete" begins with a comparison.*\{"status":\{"noteq":"Complete"\}\}/],
    ['!Complete', /\{"status":\{"noteq":"Complete"\}\}/],
    ['<>Complete', /\{"status":\{"noteq":"Complete"\}\}/],
    ['≠ Complete', /\{"status":\{"noteq":"Complete"\}\}/],
    ['not Complete', /\{"status":\{"noteq":"Complete"\}\}/],
    ['>Complete', /\{"status":\{"gt":"Complete"\}\}/],
    ['>=Complete', /\{"status":\{"gte":"Complete"\}\}/],
    ['~Complete', /as a query: \{"status":"Complete"\}/],
    ['^Complete', /as a query: \{"status":"Complete"\}/],
    [
      ['!Complete', '!Waiting Customer'],
      /^- status: "!Complete", "!Waiting Customer" begin .*\{"status":\{"notIn":\["Complete","Waiting Customer"\]\}\}\.$/m,
    ],
    ['!Complete, !Waiting Customer', /\{"status":\{"notIn":\["Complete","Waiting Customer"\]\}\}/],
    [['New', '!Complete'], /\{"status":\{"noteq":"Complete"\}\}|\{"status":\{"notIn":\["Complete"\]\}\}/],
  ])('is refused in every tool with the form that works: %s', async (status, text) => {
    const calls: [string, Record<string, unknown>][] = [
      ['count-entity', { entity: 'Tickets', query: { status } }],
      ['query-entity', { entity: 'Tickets', query: { status } }],
      ['aggregate-entity', { entity: 'Tickets', query: { status } }],
      ['search-tickets', { status }],
    ];
    for (const [tool, args] of calls) {
      const result = await calling(tool, args);
      expect(result, tool).toMatchObject({ isError: true, filters: [] });
      expect(result.text, tool).toMatch(text);
    }
  });

  it.each(['-Complete', '\u2013 Complete', '?Complete', '-Complete, -New', '/Complete'])(
    'takes no label for %j, in filters and where a query selects what is written',
    async (status) => {
      for (const [tool, args] of [
        ['count-entity', { entity: 'Tickets', query: { status } }],
        ['update-ticket', { query: { status }, priority: 'Low' }],
      ] as const) {
        const { text, isError, filters, writes } = await calling(tool, args);
        expect({ isError, filters, writes }).toEqual({ isError: true, filters: [], writes: [] });
        expect(text).toMatch(/is not a value of this picklist|begins? with a comparison/);
      }
    },
  );

  it.each(['!=Complete', '!Complete', 'not Complete', '>=Complete', '~Complete'])(
    'is never stored: %s',
    async (status) => {
      const result = await calling('update-ticket', {
        id: 'T20261109.0005',
        status,
        confirm: 'UPDATE_TICKET',
      });
      expect(result).toMatchObject({ isError: true, writes: [] });
      expect(result.text).toMatch(
        /status: ".*Complete" is a search; a value to store is one label or its code.*Valid: .*5 = Complete/,
      );
    },
  );

  it('is refused for a name too, where no record is called so', async () => {
    const read = await calling('search-tickets', { companyID: '!Contoso' });
    expect(read.text).toMatch(/\{"companyID":\{"noteq":"Contoso"\}\}/);
    const write = await calling('update-ticket', {
      id: 'T20261109.0005',
      companyID: '!=Contoso',
      confirm: 'UPDATE_TICKET',
    });
    expect(write).toMatchObject({ isError: true, writes: [] });
  });

  it('is a label where one is spelt so', async () => {
    const { text } = await calling('update-ticket', {
      id: 'T20261109.0005',
      fields: { Impact: 'not on hold' },
    });
    expect(text).toMatch(/Impact: .*Not on hold/);
    const { filters } = await calling('query-entity', {
      entity: 'Tickets',
      query: { Impact: 'Not on hold' },
    });
    expect(filters[0]).toMatchObject([{ op: 'eq', field: 'Impact', udf: true }]);
  });

  it('of a number or a date is refused with the form that works', async () => {
    const { text, filters } = await calling('search-tickets', { createDate: '>=2026-01-01' });
    expect(text).toMatch(/\{"createDate":\{"gte":"2026-01-01"\}\}/);
    expect(filters).toEqual([]);
  });
});

describe('names in other scripts', () => {
  it.each(['Высокий 2', 'P1 低', 'кий 2', '高', '大阪 1'])(
    '%s is not taken for another label',
    async (label) => {
      const read = await calling('query-entity', { entity: 'Tickets', query: { Impact: label } });
      expect(read.filters).toEqual([]);
      expect(read.text).toMatch(/is not a value of this picklist/);
      const write = await calling('update-ticket', {
        id: 'T20261109.0005',
        fields: { Impact: label },
        confirm: 'UPDATE_TICKET',
      });
      expect(write).toMatchObject({ isError: true, writes: [] });
    },
  );

  it.each([['НИЗКИЙ  2'], ['низкий 2']])('%s is taken for the label in another case', async (label) => {
    const { filters } = await calling('query-entity', { entity: 'Tickets', query: { Impact: label } });
    expect(filters[0]).toMatchObject([{ field: 'Impact', udf: true }]);
  });

  it('of fields are not taken for each other', async () => {
    const { text, filters } = await calling('query-entity', {
      entity: 'Companies',
      query: { 'Grüße (cm)': { gt: 1 } },
    });
    expect(text).toMatch(/"Grüße \(cm\)" is not a field of Companies/);
    expect(filters).toEqual([]);
    const same = await calling('query-entity', { entity: 'Companies', query: { 'GRÖSSE (cm)': { gt: 1 } } });
    expect(same.isError).toBe(true);
    const upper = await calling('query-entity', { entity: 'Companies', query: { 'größe  (CM)': { gt: 1 } } });
    expect(upper.filters[0]).toMatchObject([{ op: 'gt', field: 'Größe (cm)', udf: true }]);
  });

  it('of columns neither: order and having take the one that is named', async () => {
    const args = { entity: 'Companies', groupBy: ['companyType'], metrics: ['sum(Größe (cm))'] };
    const wrong = await tenant.call('aggregate-entity', { ...args, orderBy: ['sum(Grüße (cm))'] });
    expect(wrong.text).toMatch(/orderBy: "sum\(Grüße \(cm\)\)" is no column of the answer/);
    const having = await tenant.call('aggregate-entity', { ...args, having: ['sum(Grüße (cm)) > 1'] });
    expect(having.text).toMatch(/having: /);
    const negated = await tenant.call('aggregate-entity', { ...args, having: ['count !> 1'] });
    expect(negated.isError).toBe(true);
    const right = await tenant.call('aggregate-entity', { ...args, orderBy: ['SUM(größe (cm)) desc'] });
    expect(right.isError, right.text).toBe(false);
  });

  it('find what they are part of and nothing else', async () => {
    const some = await tenant.call('describe-entity-fields', { entity: 'Tickets', fields: ['住所'] });
    expect(some.text).toMatch(/\b1 of \d+ fields/);
    const none = await tenant.call('describe-entity-fields', { entity: 'Companies', fields: ['顧客'] });
    expect(none.text).toMatch(/\b0 of \d+ fields(.|\n)*No field like: 顧客/);
    for (const search of ['顧客', '-', ' , ', 'ключ']) {
      const found = await tenant.call('list-known-entities', { search });
      expect(found.text, search).toMatch(/No entity matches/);
    }
    const { completion } = await tenant.client.complete({
      ref: { type: 'ref/prompt', name: 'triage-queue' },
      argument: { name: 'queue', value: '顧客' },
    });
    expect(completion.values).toEqual([]);
  });
});
