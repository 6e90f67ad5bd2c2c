import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Connection, connect } from '../support/tenant.js';

let tenant: Connection;
let old: Connection;
beforeAll(async () => {
  [tenant, old] = await Promise.all([
    connect(),
    connect({ sandbox: { behaviour: { metadataCasing: 'pascal' } } }),
  ]);
});
afterEach(() => tenant.sandbox.faults.clear());
afterAll(() => Promise.all([tenant.close(), old.close()]));

const reads: readonly (readonly [string, Record<string, unknown>])[] = [
  ['query-entity', { entity: 'Companies', maxRecords: 5 }],
  ['query-entity', { entity: 'Companies', orderBy: 'companyName', query: { isActive: true } }],
  ['search-companies', { search: 'a' }],
  ['aggregate-entity', { entity: 'Companies', metrics: ['count', 'max(lastActivityDate)'] }],
  ['get-company', { id: 175 }],
  ['get-entity', { entity: 'Companies', id: 175 }],
];

describe('an answer that is not what Autotask documents', () => {
  const cases = reads.flatMap((read) =>
    (['pascal', 'withoutId'] as const)
      .filter((how) => how === 'pascal' || !/^get/.test(read[0]))
      .map((how) => [how, ...read] as const),
  );
  test.each(cases)('%s: %s %j is an error and never "no match"', async (how, tool, args) => {
    expect((await tenant.call(tool, args)).isError).toBe(false);
    tenant.sandbox.faults.add({
      fault: { kind: 'shape', how },
      path: /Companies\/(query$|query\/next|\d+$)/,
    });
    const { text, isError } = await tenant.call(tool, args);
    expect(isError).toBe(true);
    expect(text).toMatch(/Autotask's answer about Companies\S* has an unknown shape/);
    expect(text).not.toMatch(/No Companies match|Complete:/);
  });
});

describe('a page that ends early', () => {
  const cut = (path = /Tickets\/query$/) =>
    tenant.sandbox.faults.add({ fault: { kind: 'shape', how: 'lastPage' }, path });

  test.each([
    [
      'aggregate-entity',
      { entity: 'Tickets', groupBy: ['companyID'], metrics: ['count', 'sum(estimatedHours)'] },
    ],
    ['query-entity', { entity: 'Tickets', maxRecords: 5000, orderBy: 'id' }],
    [
      'query-entity',
      { entity: 'Tickets', maxRecords: 25, orderBy: 'title', query: { companyID: { gt: 0 } } },
    ],
    [
      'query-entity',
      { entity: 'Tickets', maxRecords: 600, orderBy: 'id', query: { title: { contains: 'e' } } },
    ],
    ['search-tickets', { maxRecords: 5000, orderBy: 'id' }],
  ])('%s %j is an error that says what is missing', async (tool, args) => {
    cut();
    const { text, isError } = await tenant.call(tool, args);
    expect(text).toMatch(
      /Autotask gave (500|301) of Tickets and no further page, but counts [\d,]+ that match/,
    );
    expect(isError).toBe(true);
    expect(text).not.toMatch(/Complete:|all that match/);
  });

  test('that holds all of what matches is whole', async () => {
    cut();
    const few = { entity: 'Tickets', query: { id: { lt: 100150 } }, orderBy: 'id', maxRecords: 400 };
    let { text } = await tenant.call('query-entity', few);
    expect(text).toMatch(/^\d+ Tickets, all that match/);
    ({ text } = await tenant.call('aggregate-entity', {
      entity: 'Tickets',
      query: few.query,
      metrics: ['count', 'sum(estimatedHours)'],
    }));
    expect(text).toMatch(/^Complete: all \d+ Tickets/);
  });

  test('a short list costs no count, a long one that is said to be whole is compared with one', async () => {
    const counts = async (maxRecords: number, below: number) => {
      const args = { entity: 'Tickets', query: { id: { lt: below } }, orderBy: 'id', maxRecords };
      const sent = await tenant.requestsOf(() => tenant.call('query-entity', args));
      return sent.filter(({ path }) => path.endsWith('query/count')).length;
    };
    expect([await counts(50, 100_040), await counts(400, 100_200)]).toEqual([0, 1]);
  });
});

const table = z.object({ records: z.array(z.record(z.string(), z.unknown())) });

test('Pascal case metadata of older zones is read: the same answers as from today’s', async () => {
  const metadata = await fetch(`${old.sandbox.apiUrl}V1.0/Tickets/entityInformation/fields`, {
    headers: {
      UserName: old.sandbox.credentials.userName,
      Secret: old.sandbox.credentials.secret,
      ApiIntegrationCode: old.sandbox.credentials.integrationCode,
    },
  });
  expect(await metadata.text()).toMatch(/^\{"Fields":\[\{"Name":"Id","DataType":/);
  const calls: readonly (readonly [string, Record<string, unknown>])[] = [
    ['describe-entity-fields', { entity: 'Tickets', fields: ['status', 'subIssueType', 'queueID', 'title'] }],
    ['search-tickets', { status: 'Complete', maxRecords: 3 }],
    ['query-entity', { entity: 'TimeEntries', query: { isNonBillable: false }, maxRecords: 3 }],
    ['aggregate-entity', { entity: 'Tickets', groupBy: ['status'] }],
  ];
  const plain = (text: string) => text.replace(/data-\w+/g, 'data').replace(/cursor \S+ \(until [^)]*\)/, '');
  for (const [tool, args] of calls) {
    const [now, then] = await Promise.all([tenant.call(tool, args), old.call(tool, args)]);
    expect([tool, plain(then.text)]).toEqual([tool, plain(now.text)]);
    expect(then.isError).toBe(false);
  }
  const { records } = table.parse(await old.json('search-tickets', { status: 'Complete', maxRecords: 3 }));
  expect(records.map(({ status }) => status)).toEqual(
    Array.from({ length: 3 }, () => ({ value: 5, label: 'Complete' })),
  );
  const preview = await old.call('create-ticket', { title: 'A', companyID: 175, dueDateTime: '2026-12-01' });
  expect(preview.text).toMatch(/^PREVIEW/);
});
