import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { type Caller, callerOf, everything } from './caller.js';

let sandbox: Sandbox;
let call: Caller;
beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20') });
  call = callerOf(sandbox);
});
afterAll(() => sandbox.close());
beforeEach(() => sandbox.clearRequests());

const count = async (filter: unknown, entity = 'Tickets'): Promise<number> => {
  const answer = await call('POST', `${entity}/query/count`, { filter });
  expect(answer.text).toContain('queryCount');
  return answer.body.queryCount;
};
const refusal = async (filter: unknown, entity = 'Tickets', rest = {}) => {
  const { status, body } = await call('POST', `${entity}/query`, { filter, ...rest });
  return [status, body.errors];
};

describe('filters', () => {
  test('field names and strings compare without case', async () => {
    const one = await count([{ op: 'eq', field: 'CompanyName', value: 'contoso LTD' }], 'Companies');
    expect(one).toBe(1);
    expect(await count([{ op: 'beginsWith', field: 'companyname', value: 'CONT' }], 'Companies')).toBe(1);
  });

  test('an operator that does not exist is dropped, also in groups and in other capitals', async () => {
    const all = await count(everything);
    expect(await count([{ op: 'ne', field: 'status', value: 5 }])).toBe(all);
    expect(await count([{ op: 'BeginsWith', field: 'title', value: 'x' }])).toBe(all);
    const open = await count([{ op: 'eq', field: 'status', value: 1 }]);
    const group = [
      {
        op: 'or',
        items: [
          { op: 'like', field: 'title', value: 'x' },
          { op: 'eq', field: 'status', value: 1 },
        ],
      },
    ];
    expect(await count(group)).toBe(open);
    expect(open).toBeLessThan(all);
  });

  test('unknown and non-queryable fields are refused in the words of the service', async () => {
    expect(await refusal([{ op: 'eq', field: 'projectID', value: 1 }], 'TimeEntries')).toEqual([
      500,
      ['Unable to find projectID in the TimeEntry Entity.'],
    ]);
    expect((await refusal([{ op: 'eq', field: 'creatorType', value: 1 }]))[0]).toBe(500);
    expect(await refusal(everything, 'Tickets', { IncludeFields: ['id', 'nope'] })).toEqual([
      500,
      ['Unable to find nope in the Ticket Entity.'],
    ]);
  });

  test('text against a number matches nothing, whatever the operator', async () => {
    for (const op of ['eq', 'noteq', 'gt', 'in', 'notIn', 'contains']) {
      expect(await count([{ op, field: 'status', value: op.endsWith('n') ? ['1'] : '1' }]), op).toBe(0);
    }
    expect(await count([{ op: 'eq', field: 'isActive', value: 'true' }], 'Companies')).toBe(0);
  });

  test('null matches notExist alone', async () => {
    const all = await count(everything);
    const without = await count([{ op: 'notExist', field: 'assignedResourceID' }]);
    const given = await count([{ op: 'exist', field: 'assignedResourceID' }]);
    expect(without + given).toBe(all);
    expect(without).toBeGreaterThan(0);
    expect(await count([{ op: 'noteq', field: 'assignedResourceID', value: -1 }])).toBe(given);
    expect(await count([{ op: 'eq', field: 'assignedResourceID', value: null }])).toBe(0);
  });

  test('dates compare as moments and must be dates', async () => {
    const all = await count(everything);
    const late = await count([{ op: 'gte', field: 'createDate', value: '2026-06-01' }]);
    const early = await count([{ op: 'lt', field: 'createDate', value: '2026-06-01T00:00:00.000Z' }]);
    expect(late + early).toBe(all);
    const shifted = await count([{ op: 'gte', field: 'createDate', value: '2026-06-01T02:00:00+02:00' }]);
    expect(shifted).toBe(late);
    expect((await refusal([{ op: 'gt', field: 'createDate', value: 'yesterday' }]))[0]).toBe(500);
  });

  test('a filter is required, and page sizes end at 500', async () => {
    for (const filter of [undefined, []]) expect((await refusal(filter))[0]).toBe(500);
    for (const MaxRecords of [0, 501, 'many']) {
      expect(await refusal(everything, 'Tickets', { MaxRecords })).toEqual([
        500,
        ['maxCountOfRecordsToReturn must be between 1 and 500'],
      ]);
    }
  });

  test('500 OR conditions are the limit; each value of an in counts', async () => {
    const values = (n: number) => [{ op: 'in', field: 'id', value: Array.from({ length: n }, (_, i) => i) }];
    expect(await count(values(500))).toBe(0);
    expect(await refusal(values(501))).toEqual([
      500,
      ["Queries are limited to 500 or fewer 'OR' conditions"],
    ]);
    const items = Array.from({ length: 501 }, (_, i) => ({ op: 'eq', field: 'id', value: i }));
    expect((await refusal([{ op: 'or', items }]))[0]).toBe(500);
  });

  test('user-defined fields need udf, and one of them is the limit', async () => {
    const udf = { op: 'exist', field: 'root cause', udf: true };
    expect(await count([udf])).toBeGreaterThan(0);
    expect((await refusal([{ op: 'exist', field: 'Root Cause' }]))[1]).toEqual([
      'Unable to find Root Cause in the Ticket Entity.',
    ]);
    expect((await refusal([udf, udf]))[0]).toBe(500);
  });

  test('TicketHistory and attachments answer only about one owner', async () => {
    expect((await refusal([{ op: 'exist', field: 'ticketID' }], 'TicketHistory'))[0]).toBe(500);
    expect((await refusal(everything, 'TicketAttachments'))[0]).toBe(500);
    const files = await call('POST', 'TicketAttachments/query', {
      filter: [{ op: 'eq', field: 'ticketID', value: 100012 }],
    });
    expect(files.status).toBe(200);
  });
});

describe('pages', () => {
  test('a POST query is turned by POST with the same body, and every row comes once', async () => {
    const body = {
      filter: [{ op: 'eq', field: 'status', value: 5 }],
      IncludeFields: ['id'],
      MaxRecords: 400,
    };
    const ids: number[] = [];
    let answer = await call('POST', 'Tickets/query', body);
    for (;;) {
      ids.push(...answer.body.items.map((item: { id: number }) => item.id));
      const next = answer.body.pageDetails.nextPageUrl;
      expect(answer.body.pageDetails).toMatchObject({ count: answer.body.items.length, requestCount: 400 });
      if (next === null) break;
      expect(next).toContain('/V1.0/Tickets/query/next?paging=');
      expect((await call('GET', next)).status).toBe(405);
      expect((await call('POST', next, { filter: everything })).status).toBe(500);
      answer = await call('POST', next, body);
    }
    expect(ids).toHaveLength(await count(body.filter));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    const back = await call('POST', answer.body.pageDetails.prevPageUrl, body);
    expect(back.body.items).toHaveLength(400);
  });

  test('a GET query is turned by GET', async () => {
    const search = encodeURIComponent(JSON.stringify({ filter: everything, MaxRecords: 40 }));
    const first = await call('GET', `Companies/query?search=${search}`);
    const next = first.body.pageDetails.nextPageUrl;
    expect((await call('POST', next, {})).status).toBe(405);
    const second = await call('GET', next);
    expect(second.body.items.length + 40).toBe(await count(everything, 'Companies'));
    expect(second.body.pageDetails.nextPageUrl).toBeNull();
  });

  test('cursors are forgotten after fifty more pages', async () => {
    const body = { filter: everything, MaxRecords: 1, IncludeFields: ['id'] };
    const first = await call('POST', 'Tickets/query', body);
    let next = first.body.pageDetails.nextPageUrl;
    for (let i = 0; i < 60; i++) next = (await call('POST', next, body)).body.pageDetails.nextPageUrl;
    expect((await call('POST', next, body)).status).toBe(200);
    expect((await call('POST', first.body.pageDetails.nextPageUrl, body)).status).toBe(500);
  });

  test('a GET search beyond 2,048 characters is no route', async () => {
    const long = JSON.stringify({ filter: [{ op: 'eq', field: 'title', value: 'x'.repeat(2100) }] });
    const answer = await call('GET', `Tickets/query?search=${encodeURIComponent(long)}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html']);
    expect((await call('POST', 'Tickets/query', long)).body.items).toEqual([]);
  });
});

describe('rows', () => {
  test('IncludeFields gives exactly those fields, user-defined ones by name', async () => {
    const { body } = await call('POST', 'Tickets/query', {
      filter: [{ op: 'exist', field: 'Root Cause', udf: true }],
      includefields: ['TITLE', 'Root Cause'],
      maxrecords: 1,
    });
    expect(Object.keys(body.items[0])).toEqual(['title', 'userDefinedFields']);
    expect(body.items[0].userDefinedFields).toEqual([{ name: 'Root Cause', value: expect.any(String) }]);
  });

  test('empty fields are null, dates carry Z and IncludeFields does nothing on a GET by id', async () => {
    const { body } = await call('GET', 'Tickets/100001?IncludeFields=id');
    expect(body.item).toMatchObject({
      id: 100001,
      monitorID: null,
      createDate: expect.stringMatching(/\.000Z$/),
    });
    expect(body.item.userDefinedFields).toHaveLength(4);
  });

  test('a missing id is 200 with null', async () => {
    expect(await call('GET', 'Tickets/1')).toMatchObject({ status: 200, body: { item: null } });
  });
});

test('behaviours where sources disagree can be switched', async () => {
  const other = await startSandbox({
    behaviour: {
      unknownOperator: 'refuse',
      emptyFilter: 'all',
      missingRecord: '404',
      dateSuffix: '',
      stringBooleans: true,
      accessFor: 'numbers',
      pagingVerb: 'any',
      pagingBody: 'any',
    },
  });
  const ask = callerOf(other);
  expect((await ask('POST', 'Tickets/query', { filter: [{ op: 'ne', field: 'id', value: 1 }] })).status).toBe(
    500,
  );
  const page = await ask('POST', 'Tickets/query', { filter: [] });
  expect(page.body.items).toHaveLength(500);
  expect((await ask('GET', page.body.pageDetails.nextPageUrl)).body.items).toHaveLength(500);
  expect((await ask('GET', 'Tickets/1')).status).toBe(404);
  expect((await ask('GET', 'Tickets/100001')).body.item.createDate).toMatch(/\.000$/);
  expect(
    (await ask('POST', 'Companies/query', { filter: [{ op: 'eq', field: 'isActive', value: 'true' }] })).body
      .items.length,
  ).toBeGreaterThan(0);
  expect((await ask('GET', 'Tickets/entityInformation')).body.info.userAccessForCreate).toBe(1);
  await other.close();
});

test('so can the shape of files, notes and time entries', async () => {
  const other = await startSandbox({
    scale: 0.1,
    behaviour: {
      attachmentGet: 'item',
      attachmentOwnerFilter: false,
      notePatch: 'strict',
      timeEntryTimes: 'start and stop',
    },
  });
  const ask = callerOf(other);
  const [file] = (await ask('POST', 'TicketAttachments/query', { filter: everything })).body.items;
  const single = await ask('GET', `Tickets/${file.ticketID}/Attachments/${file.id}`);
  expect(single.body.item).toMatchObject({ id: file.id, data: expect.stringMatching(/\w/) });
  const [note] = (await ask('POST', 'TicketNotes/query', { filter: everything })).body.items;
  const at = `Tickets/${note.ticketID}/Notes`;
  expect((await ask('PATCH', at, { id: note.id, description: 'x' })).status).toBe(500);
  expect((await ask('PATCH', at, { id: note.id, description: 'x', noteType: 1, publish: 2 })).status).toBe(
    200,
  );
  const entry = {
    ticketID: note.ticketID,
    resourceID: 29682886,
    roleID: 29682902,
    dateWorked: '2026-11-18',
    hoursWorked: 1,
  };
  expect((await ask('POST', 'TimeEntries', entry)).body.errors).toEqual([
    'TimeEntries for Service tickets require a start and stop time.',
  ]);
  await other.close();
});
