import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { RecordedRequest } from '../../src/sandbox/types.js';
import { type Connection, connect } from '../support/tenant.js';

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect({ env: { AUTOTASK_TIMEZONE: 'Europe/Berlin' } });
});
afterAll(() => tenant.close());

const list = z.looseObject({
  total: z.number().nullable(),
  more: z.boolean(),
  lastId: z.number().nullable(),
  records: z.array(z.record(z.string(), z.unknown())),
});
const query = async (args: Record<string, unknown>) => list.parse(await tenant.json('query-entity', args));

/** Bodies of the queries for an entity, in the order in which they arrived. */
const bodies = (requests: readonly RecordedRequest[], path: string) =>
  requests
    .filter((request) => request.path.toLowerCase() === `v1.0/${path}`.toLowerCase())
    .map((request) => z.looseObject({ filter: z.array(z.unknown()).optional() }).parse(request.body));

const firstFilter = async (args: Record<string, unknown>, path = 'Tickets/query') => {
  const requests = await tenant.requestsOf(() => tenant.call('query-entity', args));
  return bodies(requests, path)[0]?.filter;
};

const isWrite = ({ method, path }: RecordedRequest) =>
  ['PATCH', 'PUT', 'DELETE'].includes(method) || (method === 'POST' && !/\/query(\/|$)/.test(path));

describe('queries', () => {
  it('runs the first example of a reader as it stands', async () => {
    const { text, isError } = await tenant.call('query-entity', {
      entity: 'Tickets',
      query: '{"filter":[{"op":"eq","field":"ticketNumber","value":"T20240101.0001"}],"MaxRecords":1}',
    });
    expect(isError).toBe(false);
    expect(text).toMatch(/^(1 Tickets|No Tickets match)/);
  });

  it.each([
    ['a numeric text for a number', { id: '5' }, { op: 'eq', field: 'id', value: 5 }],
    ['a label for a picklist code', { status: 'complete' }, { op: 'eq', field: 'status', value: 5 }],
    ['null for empty', { assignedResourceID: null }, { op: 'notExist', field: 'assignedResourceID' }],
    ['a list for any of', { status: ['New', 5] }, { op: 'in', field: 'status', value: [1, 5] }],
    ['an operator in another case', { status: { NotEq: 5 } }, { op: 'noteq', field: 'status', value: 5 }],
    ['another case of a field', { STATUS: 1 }, { op: 'eq', field: 'status', value: 1 }],
    [
      'a date in the configured time zone',
      { createDate: { gte: '2026-07-01T00:00' } },
      { op: 'gte', field: 'createDate', value: '2026-06-30T22:00:00Z' },
    ],
    [
      'a day for all of it',
      { createDate: '2026-07-01' },
      {
        op: 'and',
        items: [
          { op: 'gte', field: 'createDate', value: '2026-06-30T22:00:00Z' },
          { op: 'lt', field: 'createDate', value: '2026-07-01T22:00:00Z' },
        ],
      },
    ],
  ])('sends %s as Autotask wants it', async (_what, short, sent) => {
    expect(await firstFilter({ entity: 'Tickets', query: short })).toEqual([sent]);
  });

  it('turns eq null into notExist and says so', async () => {
    const filter = [{ op: 'eq', field: 'assignedResourceID', value: null }];
    const { text } = await tenant.call('query-entity', { entity: 'Tickets', query: { filter } });
    expect(text).toMatch(/^assignedResourceID: empty$/m);
    expect(text).not.toMatch(/Note:|notExist/);
    expect(await firstFilter({ entity: 'Tickets', query: { filter } })).toEqual([
      { op: 'notExist', field: 'assignedResourceID' },
    ]);
  });

  it('resolves a company by its name, and lists the matches when several fit', async () => {
    const { records } = await query({ entity: 'Companies', query: {}, maxRecords: 50 });
    const name = String(records[3]?.companyName);
    const filter = await firstFilter({ entity: 'Tickets', query: { companyID: name } });
    expect(filter).toEqual([{ op: 'eq', field: 'companyID', value: records[3]?.id }]);
    const requests = await tenant.requestsOf(async () => {
      const { text, isError } = await tenant.call('query-entity', {
        entity: 'Tickets',
        query: { companyID: 'e' },
      });
      expect(isError).toBe(true);
      expect(text).toMatch(/fits several records of Companies/);
    });
    expect(bodies(requests, 'Tickets/query')).toEqual([]);
  });

  it.each([
    [
      'an unknown operator',
      { filter: [{ op: 'sounds', field: 'status', value: 5 }] },
      /"sounds" is not an operator.*noteq/s,
    ],
    ['an operator of another language', { id: { startsWith: 'a' } }, /Valid: eq, noteq, gt/],
    ['an unknown field', { statsu: 1 }, /"statsu" is not a field of Tickets\. Did you mean status\?/],
    ['an unknown label', { status: 'Nwe' }, /Did you mean New\?.*1 = New/s],
    [
      'a text for a number',
      { filter: [{ op: 'gt', field: 'id', value: 'abc' }] },
      /id: .*must be a whole number/,
    ],
    ['a date that does not exist', { createDate: { gt: '2026-02-30' } }, /createDate: .*ISO 8601/],
    ['contains on a number', { status: { contains: '1' } }, /contains works on text only/],
    ['two forms at once', { filter: [], status: 1 }, /mixes a filter with the key "status"/],
    ['invalid JSON', '{"filter":[', /not valid JSON/],
    ['several mistakes at once', { foo: 1, status: 'x' }, /foo.*status/s],
  ])('refuses %s before anything is sent', async (_what, given, text) => {
    const requests = await tenant.requestsOf(async () => {
      const answer = await tenant.call('query-entity', { entity: 'Tickets', query: given });
      expect(answer.isError).toBe(true);
      expect(answer.text).toMatch(text);
    });
    expect(requests.filter(({ path }) => /query/.test(path))).toEqual([]);
  });

  it('refuses an unknown entity and an unknown argument without any call', async () => {
    const requests = await tenant.requestsOf(async () => {
      const entity = await tenant.call('query-entity', { entity: 'Tikets' });
      expect(entity.text).toMatch(/"Tikets" is not an Autotask entity\. Valid: Tickets/);
      const argument = await tenant.call('query-entity', { entity: 'Tickets', maxRecrods: 5 });
      expect(argument.text).toMatch(/maxRecrods is not an argument\. Did you mean maxRecords\?/);
    });
    expect(requests).toEqual([]);
  });

  it('splits a long in list at 500 and merges the answers', async () => {
    const ids = Array.from({ length: 1201 }, (_, index) => index);
    const requests = await tenant.requestsOf(async () => {
      const { text } = await tenant.call('count-entity', { entity: 'Tickets', query: { id: ids } });
      expect(text).toMatch(/sent as 3 queries/);
    });
    const lengths = bodies(requests, 'Tickets/query/count').map(
      ({ filter }) => z.array(z.looseObject({ value: z.array(z.unknown()) })).parse(filter)[0]?.value.length,
    );
    expect(lengths).toEqual([500, 500, 201]);
  });

  it('pages through more than one page, in order, with nothing twice', async () => {
    const all = await query({
      entity: 'Tickets',
      maxRecords: 1200,
      includeFields: ['id'],
      orderBy: 'id',
    });
    const ids = all.records.map((record) => Number(record.id));
    expect(ids.length).toBe(1200);
    expect([...new Set(ids)].sort((a, b) => a - b)).toEqual(ids);
  });

  it('says how many of how many, and goes on after an id', async () => {
    const byId = { entity: 'Tickets', maxRecords: 10, orderBy: 'id' };
    const first = await query(byId);
    expect(first).toMatchObject({ more: true });
    expect(first.total).toBeGreaterThan(10);
    const { text } = await tenant.call('query-entity', byId);
    expect(text).toMatch(
      new RegExp(`^10 of Tickets, ${first.total} match; continue with afterId ${first.lastId}`),
    );
    const second = await query({ entity: 'Tickets', maxRecords: 10, afterId: first.lastId });
    expect(Number(second.records[0]?.id)).toBeGreaterThan(Number(first.lastId));
  });

  it('asks for the summary fields only, always with id, and shows names and labels', async () => {
    const requests = await tenant.requestsOf(async () => {
      const { text } = await tenant.call('query-entity', { entity: 'Tickets', maxRecords: 5 });
      const header = text.split('\n').find((line) => line.startsWith('id\t'));
      expect(header).toMatch(/ticketNumber\ttitle\tcompanyID\tstatus/);
    });
    const sent = z
      .object({ IncludeFields: z.array(z.string()) })
      .loose()
      .parse(bodies(requests, 'Tickets/query')[0]);
    expect(sent.IncludeFields).toContain('id');
    expect(sent.IncludeFields.length).toBeLessThan(15);
    // The query, a count because more exist, metadata, and one look-up per referenced entity.
    const lookups = requests.filter(({ path }) => /^v1\.0\/(companies|resources)\/query$/i.test(path));
    expect(lookups.length).toBeLessThanOrEqual(2);
  });

  it('says that nothing matches', async () => {
    const { text, isError } = await tenant.call('query-entity', {
      entity: 'Tickets',
      query: { id: 999999999 },
    });
    expect({ text, isError }).toEqual({ text: 'No Tickets match.', isError: false });
  });
});

describe('single records', () => {
  it('shows what is filled with names, labels and ids', async () => {
    const { records } = await query({
      entity: 'Tickets',
      query: { companyID: { exist: true } },
      maxRecords: 1,
    });
    const { text } = await tenant.call('get-entity', { entity: 'ticket', id: String(records[0]?.id) });
    expect(text).toMatch(/^Ticket \d+\n/);
    expect(text).toMatch(/companyID: .+ \(id \d+\)/);
    expect(text).toMatch(/status: .+ \(\d+\)/);
    expect(text).not.toMatch(/: \n/);
  });

  it('says that there is no such record', async () => {
    const { text, isError } = await tenant.call('get-entity', { entity: 'Tickets', id: 999999999 });
    expect(isError).toBe(true);
    expect(text).toMatch(/There is no record 999999999 in Tickets/);
  });
});

describe('writes', () => {
  const someTicket = async () => Number((await query({ entity: 'Tickets', maxRecords: 1 })).records[0]?.id);

  it('previews without confirm and with a wrong one, and sends nothing that writes', async () => {
    const ticketID = await someTicket();
    const data = { ticketID, title: 'Hello', description: 'World', noteType: 1, publish: 2 };
    const requests = await tenant.requestsOf(async () => {
      const preview = await tenant.call('create-entity', { entity: 'TicketNotes', data });
      expect(preview.text).toMatch(/^PREVIEW, nothing was written\./);
      expect(preview.text).toMatch(new RegExp(`Tickets/${ticketID}/Notes`));
      expect(preview.text).toMatch(/confirm: "CREATE_ENTITY"/);
      const wrong = await tenant.call('create-entity', { entity: 'TicketNotes', data, confirm: 'yes' });
      expect(wrong.text).toMatch(/confirm was not CREATE_ENTITY/);
    });
    expect(requests.filter(isWrite)).toEqual([]);
  });

  it('creates below the parent, reads back, updates and shows before and after', async () => {
    const ticketID = await someTicket();
    const data = { ticketID, title: 'Hello', description: 'World', noteType: 1, publish: 2 };
    let id = 0;
    const requests = await tenant.requestsOf(async () => {
      const { text } = await tenant.call('create-entity', {
        entity: 'TicketNotes',
        data,
        confirm: 'CREATE_ENTITY',
      });
      expect(text).toMatch(/^Created TicketNote \d+\.\nRead back: every field is stored as sent\./);
      id = Number(/^Created TicketNote (\d+)/.exec(text)?.[1]);
    });
    expect(requests.filter(isWrite).map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'POST', path: `V1.0/Tickets/${ticketID}/Notes`, body: data },
    ]);
    const update = { entity: 'TicketNotes', id, data: { title: 'Goodbye' } };
    const preview = await tenant.call('update-entity', update);
    expect(preview.text).toMatch(/title: Hello -> Goodbye/);
    const written = await tenant.requestsOf(() =>
      tenant.call('update-entity', { ...update, confirm: 'UPDATE_ENTITY' }),
    );
    expect(written.filter(isWrite).map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'PATCH', path: `V1.0/Tickets/${ticketID}/Notes`, body: { id, title: 'Goodbye' } },
    ]);
    const { text } = await tenant.call('get-entity', { entity: 'TicketNotes', id });
    expect(text).toMatch(/title: Goodbye/);
  });

  it('reports every problem of a body at once, with the valid values, and sends nothing that writes', async () => {
    const requests = await tenant.requestsOf(async () => {
      const { text, isError } = await tenant.call('create-entity', {
        entity: 'Tickets',
        data: { title: 'x'.repeat(300), status: 'Nwe', companyID: 987654321, foo: 1 },
        confirm: 'CREATE_ENTITY',
      });
      expect(isError).toBe(true);
      expect(text).toMatch(/title: .*255/);
      expect(text).toMatch(/status: "Nwe" is not a value.*Did you mean New/);
      expect(text).toMatch(/companyID: there is no Company with the id 987654321/);
      expect(text).toMatch(/foo: "foo" is not a field of Tickets/);
      expect(text).toMatch(/priority: is required/);
    });
    expect(requests.filter(isWrite)).toEqual([]);
  });

  it('refuses what Autotask does not offer, with the alternative and without any call', async () => {
    const requests = await tenant.requestsOf(async () => {
      const ticket = await tenant.call('delete-entity', {
        entity: 'Tickets',
        id: 1,
        confirm: 'DELETE_ENTITY',
      });
      expect(ticket.text).toMatch(/cannot be deleted.*Set its status instead/s);
      const history = await tenant.call('create-entity', {
        entity: 'TicketHistory',
        data: {},
        confirm: 'CREATE_ENTITY',
      });
      expect(history.text).toMatch(/cannot be created.*read-only/s);
    });
    expect(requests).toEqual([]);
  });

  it('deletes where Autotask allows it, after showing what disappears', async () => {
    const created = await tenant.call('create-entity', {
      entity: 'ContactGroups',
      data: { name: 'People who asked for the patch calendar', isActive: true },
      confirm: 'CREATE_ENTITY',
    });
    const id = Number(/^Created ContactGroup (\d+)/.exec(created.text)?.[1]);
    const preview = await tenant.call('delete-entity', { entity: 'ContactGroups', id });
    expect(preview.text).toMatch(/would delete ContactGroup/);
    const requests = await tenant.requestsOf(async () => {
      const { text } = await tenant.call('delete-entity', {
        entity: 'ContactGroups',
        id,
        confirm: 'DELETE_ENTITY',
      });
      expect(text).toMatch(new RegExp(`^Deleted ContactGroup ${id}\\.`));
    });
    expect(requests.filter(isWrite).map(({ method, path }) => `${method} ${path}`)).toEqual([
      `DELETE V1.0/ContactGroups/${id}`,
    ]);
  });
});

describe('facts', () => {
  it('describes the fields that were asked for, live', async () => {
    const { text } = await tenant.call('describe-entity-fields', {
      entity: 'Tickets',
      fields: ['status', 'queue'],
    });
    expect(text).toMatch(/2 of \d+ fields, live from the tenant/);
    expect(text).toMatch(/status: integer, required.*1=New/);
  });

  it('lists entities compactly, and by search text', async () => {
    const all = await tenant.call('list-known-entities');
    expect(all.text.length / 4).toBeLessThan(1800);
    const found = await tenant.call('list-known-entities', { search: 'ticket note' });
    expect(found.text).toMatch(/TicketNotes: query create update \(below Tickets\)/);
  });

  it('tells version and usage', async () => {
    expect((await tenant.call('get-version')).text).toMatch(/autotask-mcp \d.*\nAutotask .*live tenant/);
    expect((await tenant.call('get-threshold-information')).text).toMatch(/\d+ of 10000 requests/);
  });
});
