import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Connection, connect } from '../support/tenant.js';

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

const body = z.looseObject({ filter: z.array(z.unknown()), IncludeFields: z.array(z.string()).optional() });
const queries = async (args: Record<string, unknown>) => {
  let text = '';
  const requests = await tenant.requestsOf(async () => {
    text = (await tenant.call('query-entity', args)).text;
  });
  const path = `V1.0/${String(args.entity)}/query`;
  return { text, bodies: requests.filter((r) => r.path === path).map((r) => body.parse(r.body)) };
};

describe('user-defined fields', () => {
  it('are recognised by name in a filter and sent with udf: true, labels as codes', async () => {
    const { bodies } = await queries({ entity: 'Companies', query: { 'customer ranking': 'Golden' } });
    expect(bodies[0]?.filter).toEqual([
      { op: 'eq', field: 'Customer Ranking', value: expect.any(Number), udf: true },
    ]);
  });

  it('are applied here when there is a second one, with a note', async () => {
    const both = { 'Customer Ranking': 'Golden', 'Managed Endpoints': { gte: 20 } };
    const { text, bodies } = await queries({ entity: 'Companies', query: both, maxRecords: 500 });
    expect(bodies[0]?.filter).toHaveLength(1);
    expect(text).toMatch(/Managed Endpoints was compared by this server/);
    const one = z.looseObject({ records: z.array(z.record(z.string(), z.unknown())) }).parse(
      await tenant.json('query-entity', {
        entity: 'Companies',
        query: { 'Customer Ranking': 'Golden' },
        includeFields: ['companyName', 'Managed Endpoints'],
        maxRecords: 500,
      }),
    );
    const expected = one.records.filter((record) => Number(record['Managed Endpoints'] ?? 0) >= 20);
    expect(expected.length).toBeGreaterThan(0);
    expect(expected.length).toBeLessThan(one.records.length);
    expect(text).toMatch(new RegExp(`^${expected.length} Companies`));
  });

  it('are shown under their names, and written by them', async () => {
    const { text } = await tenant.call('query-entity', {
      entity: 'Companies',
      query: { 'Customer Ranking': { exist: true } },
      includeFields: 'companyName, Customer Ranking',
      maxRecords: 1,
    });
    expect(text).toMatch(/id\tcompanyName\tCustomer Ranking\n\d+\t[^\t]+\t[A-Z][a-z]+\n/);
    const id = Number(/\n(\d+)\t/.exec(text)?.[1]);
    const requests = await tenant.requestsOf(async () => {
      const answer = await tenant.call('update-company', {
        id: String(id),
        fields: { 'Customer Ranking': 'Silver' },
        confirm: 'UPDATE_COMPANY',
      });
      expect(answer.text).toMatch(/^Updated Company \d+\.(.|\n)*every field is stored as sent/);
    });
    expect(requests.find((request) => request.method === 'PATCH')?.body).toEqual({
      id,
      userDefinedFields: [{ name: 'Customer Ranking', value: expect.stringMatching(/^\d+$/) }],
    });
  });
});

describe('picklists', () => {
  it('that depend on another one accept only what belongs to its value', async () => {
    const ticket = { title: 'x', companyID: 'Contoso Ltd', issueType: 'Network' };
    const wrong = await tenant.call('create-ticket', { ...ticket, subIssueType: 'Toner' });
    expect(wrong.text).toMatch(/subIssueType: "Toner" does not belong to issueType/);
    expect(wrong.text).toMatch(/VPN/);
    const right = await tenant.call('create-ticket', { ...ticket, subIssueType: 'VPN' });
    expect(right.text).toMatch(/subIssueType: VPN \(\d+\)/);
  });

  it('refuse a misspelled and an inactive value for writing, and list those that are valid', async () => {
    const ticket = { title: 'x', companyID: 'Contoso Ltd' };
    const wrong = await tenant.call('create-ticket', { ...ticket, status: 'Nwe' });
    expect(wrong.text).toMatch(/status: "Nwe" is not a value of this picklist\. Did you mean New\?.*1 = New/);
    const inactive = await tenant.call('create-ticket', { ...ticket, queueID: 'Legacy Helpdesk' });
    expect(inactive.text).toMatch(/queueID: "Legacy Helpdesk" is inactive\. Valid: .*Level 1 Support/);
    expect(inactive.text).not.toMatch(/= Legacy Helpdesk/);
  });
});

describe('a project', () => {
  it('is found by its number too, as a record and as a value', async () => {
    const requests = await tenant.requestsOf(async () => {
      const { text } = await tenant.call('get-project', { id: 'P20260710.0001' });
      expect(text).toMatch(/^Project 1001\n/);
    });
    expect(requests.find(({ path }) => path === 'V1.0/Projects/query')?.body).toMatchObject({
      filter: [{ op: 'eq', field: 'projectNumber', value: 'P20260710.0001' }],
    });
    const tasks = await tenant.call('search-tasks', { projectID: 'p20260710.0001', maxRecords: 1 });
    expect(tasks.text).toMatch(/projectID: .* \(id 1001\)/);
    const unknown = await tenant.call('get-project', { id: 'P20260710.9999' });
    expect(unknown.text).toMatch(/No record of Projects has the number P20260710\.9999/);
  });
});

describe('what is stored', () => {
  it('is compared with what was sent, and a difference is reported', async () => {
    // Autotask ignores this field on create although its metadata calls it writable.
    const contact = await tenant.call('query-entity', {
      entity: 'Contacts',
      query: { companyID: 'Contoso' },
      maxRecords: 1,
    });
    const createdByContactID = Number(/\n(\d+)\t/.exec(contact.text)?.[1]);
    const { text } = await tenant.call('create-entity', {
      entity: 'TicketNotes',
      data: {
        ticketID: 'T20261109.0005',
        title: 'x',
        description: 'y',
        noteType: 'Task Notes',
        publish: 2,
        createdByContactID,
      },
      confirm: 'CREATE_ENTITY',
    });
    expect(text).toMatch(/Autotask stored something else than was sent:(.|\n)*createdByContactID is empty/);
  });
});

describe('long text', () => {
  it('is cut in lists with its full length and the way to get it, and whole when asked for', async () => {
    const description = `${'word '.repeat(1500)}end`;
    const created = await tenant.call('create-ticket', {
      title: 'long one',
      companyID: 'Contoso Ltd',
      description,
      confirm: 'CREATE_TICKET',
    });
    const id = /^Created Ticket (\d+)/.exec(created.text)?.[1];
    const list = await tenant.call('query-entity', {
      entity: 'Tickets',
      query: { id },
      includeFields: ['description'],
    });
    expect(list.text).toMatch(/… \[7503 characters in all\]/);
    expect(list.text).toMatch(/Note: long text is cut; get-entity with includeFields/);
    const whole = await tenant.call('get-entity', { entity: 'Tickets', id, includeFields: ['description'] });
    expect(whole.text).toContain(description);
  });

  it('loses the characters that only a model would read', async () => {
    const hidden = 'visible\u200b\u202e\u{E0041}\u0007 text';
    const created = await tenant.call('create-ticket', {
      title: hidden,
      companyID: 'Contoso Ltd',
      confirm: 'CREATE_TICKET',
    });
    const id = /^Created Ticket (\d+)/.exec(created.text)?.[1];
    const { text } = await tenant.call('get-entity', { entity: 'Tickets', id });
    expect(text).toContain('title: visible text');
  });
});

describe('a long read', () => {
  it('reports progress when the client asked for it, and can be cancelled', async () => {
    const seen: number[] = [];
    await tenant.client.callTool(
      { name: 'query-entity', arguments: { entity: 'Tickets', maxRecords: 1500, includeFields: ['id'] } },
      { onprogress: ({ progress }) => seen.push(progress) },
    );
    expect(seen.length).toBeGreaterThan(1);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    const stop = new AbortController();
    const before = tenant.sandbox.requests.length;
    const cancelled = tenant.client.callTool(
      { name: 'query-entity', arguments: { entity: 'TimeEntries', maxRecords: 5000, includeFields: ['*'] } },
      { signal: stop.signal, onprogress: () => stop.abort('enough') },
    );
    await expect(cancelled).rejects.toThrow(/enough/);
    const after = tenant.sandbox.requests
      .slice(before)
      .filter((request) => request.path.includes('TimeEntries/query'));
    expect(after.length).toBeLessThan(10);
  });
});

describe('a number', () => {
  it.each([
    ['$1,000.00', 'write 1000'],
    ['1.000,50', 'write 1000.5'],
    ['1,000', 'write 1000 or 1'],
    ['1,000,000', 'write 1000000'],
    ['1 000', 'write 1000'],
    ['20k', 'write 20000'],
    ['1.5M', 'write 1500000'],
    ['(12.50)', 'write -12.5'],
    ['-$5', 'write -5'],
    ['\u22125', 'write -5'],
    ['EUR 12,5', 'write 12.5'],
    ['5 %', 'write 5'],
    ['> $1,000.00', 'as a query: {"invoiceTotal":{"gt":1000}}'],
    ['<= 2k', 'as a query: {"invoiceTotal":{"lte":2000}}'],
  ])('that is written %j is refused with what it may mean: %s', async (given, meant) => {
    const { text, bodies } = await queries({ entity: 'Invoices', query: { invoiceTotal: given } });
    expect(bodies).toEqual([]);
    expect(text).toContain(`- invoiceTotal: ${JSON.stringify(given)} must be a number; ${meant}.`);
  });

  it('is told so for what is written, too, and whole where it has to be', async () => {
    const data = { amount: '$25,000.00', probability: '80%' };
    const { text } = await tenant.call('update-entity', { entity: 'Opportunities', id: 4001, data });
    expect(text).toContain('amount: "$25,000.00" must be a number; write 25000.');
    expect(text).toContain('probability: "80%" must be a whole number (integer); write 80.');
    const part = await queries({ entity: 'Opportunities', query: { probability: '0.7' } });
    expect(part.text).toContain('probability: "0.7" must be a whole number (integer).');
  });

  it('that says yes or no says how', async () => {
    const { text, bodies } = await queries({ entity: 'BillingItems', query: { nonBillable: true } });
    expect(bodies).toEqual([]);
    expect(text).toContain('yes is 1 and no is 0');
  });
});

describe('a period', () => {
  it.each([
    ['2026-Q3', '2026-07-01', '2026-10-01'],
    ['Q3 2026', '2026-07-01', '2026-10-01'],
    ['q1-2027', '2027-01-01', '2027-04-01'],
    ['2026-W37', '2026-09-07', '2026-09-14'],
    ['2026-W53', '2026-12-28', '2027-01-04'],
    ['2026-Q1..2026-Q3', '2026-01-01', '2026-10-01'],
    ['from Q1 2026 to Q2 2026', '2026-01-01', '2026-07-01'],
    ['January 2027', '2027-01-01', '2027-02-01'],
    ['in Sept 2026', '2026-09-01', '2026-10-01'],
    ['2026 may', '2026-05-01', '2026-06-01'],
    ['10/2026', '2026-10-01', '2026-11-01'],
  ])('is understood as reports and people name it: %s', async (given, from, until) => {
    const { bodies, text } = await queries({ entity: 'Invoices', query: { invoiceDateTime: given } });
    const items = [
      { op: 'gte', field: 'invoiceDateTime', value: `${from}T00:00:00Z` },
      { op: 'lt', field: 'invoiceDateTime', value: `${until}T00:00:00Z` },
    ];
    expect(bodies[0]?.filter, text.slice(0, 300)).toEqual([{ op: 'and', items }]);
    expect(text).toContain(`invoiceDateTime: ${from} to `);
  });

  it.each([
    ['year to date', 'this year..today'],
    ['QTD', 'this quarter..today'],
    ['previous month', 'last month'],
    ['current quarter', 'this quarter'],
    ['in the next 90 days', 'next 90 days'],
    ['over the past 2 weeks', 'past 2 weeks'],
    ['rest of the year', 'today..this year'],
  ])('is told from today: %s is %s', async (given, same) => {
    const asked = async (range: string) =>
      (await queries({ entity: 'Invoices', query: { invoiceDateTime: range } })).bodies[0]?.filter;
    expect(await asked(given)).toBeDefined();
    expect(await asked(given)).toEqual(await asked(same));
  });

  it('that lies back is the day', async () => {
    const day = (back: number) => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
    const asked = async (condition: unknown) =>
      (await queries({ entity: 'Invoices', query: { invoiceDateTime: condition } })).bodies[0]?.filter;
    const [before, after] = [day(30), await asked({ lt: '30 days ago' })];
    expect([before, day(30)]).toContain(JSON.stringify(after).match(/"value":"([\d-]+)T00:00:00Z"/)?.[1]);
    expect(await asked('2 weeks ago')).toEqual(await asked('14 days ago'));
  });

  it.each([
    'October',
    'Q3',
    'within 90 days',
    'previous 3 months',
    '2026-W54',
    '2026-Q5',
    '13/2026',
    'fiscal year 2026',
  ])('of several meanings, or of none, is refused: %s', async (given) => {
    const { bodies, text } = await queries({ entity: 'Invoices', query: { invoiceDateTime: given } });
    expect(bodies).toEqual([]);
    expect(text).toContain('a quarter (2026-Q3)');
  });

  it('that aggregate-entity calls a group is one', async () => {
    for (const by of ['week', 'month', 'quarter', 'year']) {
      const groupBy = [`invoiceDateTime:${by}`];
      const { text } = await tenant.call('aggregate-entity', { entity: 'Invoices', groupBy, top: 1 });
      const [, label = '', count] = /^(\d{4}\S*)[^\t]*\t(\d+)$/m.exec(text) ?? [];
      const query = { invoiceDateTime: label };
      const counted = await tenant.call('count-entity', { entity: 'Invoices', query });
      expect(counted.text, label).toMatch(new RegExp(`^${count} Invoices`));
    }
  });
});
