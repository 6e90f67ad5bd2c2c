import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { freshLog, linesOf } from './audit-support.js';
import { type Rig, type RigOptions, rig, tokenIn, writesSince } from './support.js';

/** Several records by one call: what is shown, what is sent, and what is said of each. */
let sandbox: Sandbox;
let server: Rig;
let tickets: readonly { id: number; ticketNumber: string }[];

const rows = z.object({
  records: z.array(z.looseObject({ id: z.number(), ticketNumber: z.string().default('') })),
});

async function start(options: RigOptions = {}) {
  await server?.close();
  server = await rig(sandbox, options);
}

async function find(query: unknown, entity = 'Tickets', includeFields: readonly string[] = ['ticketNumber']) {
  const { text } = await server.call('query-entity', {
    entity,
    query,
    includeFields,
    maxRecords: 500,
    format: 'json',
  });
  return rows.parse(JSON.parse(text)).records;
}

beforeEach(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z'), limits: { threshold: 1_000_000 } });
  server = await rig(sandbox);
  tickets = (await find({ status: 'In Progress' })).slice(0, 5);
});
afterEach(async () => {
  await server.close();
  await sandbox.close();
});

const ids = () => tickets.map(({ id }) => id);
const change = (more: Record<string, unknown> = {}) => ({
  entity: 'Tickets',
  ids: ids(),
  data: { priority: 'Critical' },
  ...more,
});
const confirm = 'UPDATE_ENTITY';
const patched = (from: number) =>
  writesSince(sandbox, from).map(
    ({ body }) => z.object({ id: z.number(), priority: z.number() }).parse(body).id,
  );
const set = (id: number, data: Record<string, unknown>) =>
  server.call('update-entity', { entity: 'Tickets', id, data, confirm });
/** What only a preview of these sends. */
async function previewed(args: Record<string, unknown>, tool = 'update-entity') {
  const from = sandbox.requests.length;
  const { text, isError } = await server.call(tool, args);
  expect({ text, isError }).toMatchObject({ isError: false });
  expect(text).toMatch(/^PREVIEW, nothing was written/);
  expect(writesSince(sandbox, from)).toEqual([]);
  return text;
}
/** Tickets none of which has the priority yet. */
beforeEach(async () => {
  tickets = (await find({ status: { noteq: 'Complete' }, priority: { noteq: 'Critical' } })).slice(0, 5);
});

describe('a preview of several', () => {
  it('is one table: number, title, before and after, who sees it, requests and room', async () => {
    const text = await previewed(change());
    expect(text).toContain('This would update 5 Tickets (Tickets):');
    expect(text).toContain('Each: priority -> Critical (4)');
    for (const { id, ticketNumber } of tickets) {
      expect(text).toMatch(new RegExp(`\nTicket ${id}: ${ticketNumber} [^\t\n]+\tpriority: [A-Z]`));
    }
    expect(text).toMatch(/Who sees it: Not known/);
    expect(text).toMatch(/It takes about \d+ requests; \d+ of the hour's 1000000 are used: there is room\./);
    expect(text).toMatch(/confirm: "UPDATE_ENTITY"\.$/);
  });

  it('reads the records together', async () => {
    await previewed(change());
    sandbox.clearRequests();
    await previewed(change());
    expect(sandbox.requests.map(({ path }) => path)).toEqual([
      'V1.0/Tickets/query',
      'V1.0/ThresholdInformation',
    ]);
  });

  it('leaves out, with the reason, what is so already, is not there or cannot be', async () => {
    const [first = 0, second = 0] = ids();
    await set(first, { priority: 'Critical' });
    const items = [
      { id: first, priority: 'Critical' },
      { id: 99, priority: 'Low' },
      { id: second, priority: 'Purple' },
      { id: ids()[2], title: 'Other' },
      { id: ids()[2], title: 'Yet another' },
    ];
    const text = await previewed({ entity: 'Tickets', items });
    expect(text).toContain('This would update 1 Tickets (Tickets), 4 skipped');
    expect(text).toMatch(new RegExp(`Skipped: Ticket ${first}: .*: already as wanted`));
    expect(text).toMatch(/Skipped: \d+: id: \d+ is given twice/);
    expect(text).toMatch(/Skipped: 99: There is no record 99 in Tickets/);
    expect(text).toMatch(new RegExp(`Skipped: ${second}: priority: .*Purple.* Valid: .*Critical`));
  });

  it('says when the hour has no room, and what the policy has room for', async () => {
    await start({ env: { AUTOTASK_MAX_WRITES_PER_HOUR: '2' } });
    expect(await previewed(change())).toContain('has room for 2 more writes this hour: the rest waits');
  });

  const refused: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
    ['two ways', { id: 1, query: { status: 1 } }, /only one of them says which records/],
    ['no way', { ids: undefined }, /id: is required, or ids, items or query/],
    ['none', { ids: [] }, /ids: is empty/],
    [
      'items and data',
      { ids: undefined, items: [{ id: 1, title: 'a' }] },
      /priority: belongs into each of the items/,
    ],
    [
      'an item without id',
      { ids: undefined, data: undefined, items: [{ title: 'a' }] },
      /items\[0\]\.id: is required/,
    ],
    ['ids of another kind', { ids: [1.5, -1] }, /ids[^\n]*: must be/],
    ['everything', { ids: undefined, query: {} }, /query: has no condition/],
    [
      'nothing found',
      { ids: undefined, query: { title: 'No such title' } },
      /^No Tickets match\. Nothing was written\.$/,
    ],
    [
      'a company without one',
      { ids: undefined, query: { companyID: 'Contoso', title: 'No such title' } },
      /^No Tickets match[\s\S]*- query: was understood as companyID: Contoso Ltd \(id 175\)/,
    ],
    [
      'onError of one',
      { ids: undefined, id: 1, onError: 'stop' },
      /onError: is for calls that concern several/,
    ],
    ['another order', { onError: 'ignore' }, /onError/],
    ['a wrong value for all', { data: { priority: 'Purple' } }, /priority: .*Purple/],
    ['a field that is none', { data: { prioritty: 1 } }, /prioritty/],
    [
      'too many',
      { ids: Array.from({ length: 101 }, (_, at) => at + 1) },
      /ids: names 101 records; one call writes at most 100/,
    ],
    [
      'too many by query',
      { ids: undefined, query: { status: 'Complete' } },
      /query: names \d+ records; one call writes at most 100/,
    ],
  ];
  it.each(refused)('refuses %s', async (_, more, text) => {
    const from = sandbox.requests.length;
    const answer = await server.call('update-entity', change({ ...more, confirm }));
    expect(answer.text).toMatch(text);
    expect(writesSince(sandbox, from).length).toBe(0);
  });
});

describe('carrying out', () => {
  it('writes each of them in order by the same word, and answers counts', async () => {
    await previewed(change());
    const from = sandbox.requests.length;
    const { text } = await server.call('update-entity', change({ confirm }));
    expect(text).toMatch(
      /^Updated 5 Tickets: done 5, skipped 0, refused 0, unknown 0, not reached 0\.\nRead back: every field is stored as sent\.\n<data-\w+>\nStored in each: priority: Critical \(4\)\n<\/data-\w+>\nReceipt: w-[0-9a-f]{12} \(.*\)$/,
    );
    expect(patched(from)).toEqual(ids());
    // Read before and read back, each together.
    expect(
      sandbox.requests
        .slice(from)
        .map(({ method }) => method)
        .join(' '),
    ).toBe('POST PATCH PATCH PATCH PATCH PATCH POST');
  });

  it('takes numbers of tickets, items with their own fields, and notes on several tickets', async () => {
    const numbers = tickets.map(({ ticketNumber }) => ticketNumber);
    const from = sandbox.requests.length;
    await server.call('update-ticket', {
      ids: numbers.slice(0, 2),
      queueID: 'Level 2 Support',
      priority: 'Critical',
      confirm: 'UPDATE_TICKET',
    });
    const items = JSON.stringify(numbers.slice(2, 4).map((id, at) => ({ id, title: `Title ${at}` })));
    await server.call('update-ticket', { items, confirm: 'UPDATE_TICKET' });
    const note = { ids: numbers, title: 'Ping', description: 'We wait for you.' };
    expect(await previewed(note, 'create-ticket-note')).toMatch(
      /5 TicketNotes[\s\S]*Each: title -> Ping[\s\S]*TicketNote "Ping" on Ticket \d+: T[\d.]+ \S/,
    );
    const { text } = await server.call('create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE' });
    expect(text).toMatch(/^Created 5 TicketNotes: done 5, .*\nNew: TicketNotes \d+, \d+, \d+, \d+, \d+\n/);
    const sent = writesSince(sandbox, from).map(({ method, path, body }) => ({ method, path, body }));
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      ...Array.from({ length: 4 }, () => 'PATCH V1.0/Tickets'),
      ...ids().map((id) => `POST V1.0/Tickets/${id}/Notes`),
    ]);
    expect(sent.slice(2, 4).map(({ body }) => body)).toEqual([
      { id: ids()[2], title: 'Title 0' },
      { id: ids()[3], title: 'Title 1' },
    ]);
  });

  it('creates and deletes several', async () => {
    const items = [1, 2, 3].map((at) => ({ name: `Group ${at}`, isActive: true }));
    const created = await server.call('create-entity', {
      entity: 'ContactGroups',
      items,
      confirm: 'CREATE_ENTITY',
    });
    const made = (/New: ContactGroups (.*)$/m.exec(created.text)?.[1] ?? '').split(', ').map(Number);
    expect(made.length).toBe(3);
    const args = { entity: 'ContactGroups', query: { id: made } };
    expect(await previewed(args, 'delete-entity')).toContain('This would delete for good 3 ContactGroups');
    const { text } = await server.call('delete-entity', { ...args, confirm: 'DELETE_ENTITY' });
    expect(text).toMatch(/^Deleted 3 ContactGroups: done 3/);
    expect((await server.call('query-entity', args)).text).toMatch(/^No ContactGroups match/);
  });

  const query = () => ({ entity: 'Tickets', query: { id: ids() }, data: { priority: 'Critical' } });
  it('writes by a query only what its preview in this session showed', async () => {
    const from = sandbox.requests.length;
    const unseen = await server.call('update-entity', { ...query(), confirm });
    expect(unseen.text).toMatch(
      /^PREVIEW, nothing was written\. A query writes the records that its preview showed/,
    );
    expect(writesSince(sandbox, from)).toEqual([]);
    const selected = {
      entity: 'Tickets',
      query: { status: 'New', companyID: 'Contoso' },
      data: { title: 'x' },
    };
    expect((await server.call('update-entity', selected)).text).toMatch(
      /^Query: status: New \(1\)\nQuery: companyID: Contoso Ltd \(id 175\)/m,
    );
    expect((await server.call('update-entity', { ...query(), confirm })).text).toMatch(/^Updated 5 Tickets/);
    // Once: what was confirmed is not confirmed again.
    expect((await server.call('update-entity', { ...query(), confirm })).text).toMatch(
      /nothing to write: 5 skipped|A query writes/,
    );
  });

  it('never writes what began to match after the preview, and skips what changed since', async () => {
    const args = { entity: 'Tickets', query: { title: 'Frozen' }, data: { priority: 'Critical' } };
    const [a = 0, b = 0, c = 0] = ids();
    await set(a, { title: 'Frozen' });
    await set(b, { title: 'Frozen' });
    await previewed(args);
    await set(c, { title: 'Frozen' });
    await set(b, { description: 'Somebody else was here.' });
    const from = sandbox.requests.length;
    const { text } = await server.call('update-entity', { ...args, confirm });
    expect(patched(from)).toEqual([a]);
    expect(text).toMatch(/^Updated 1 Tickets: done 1, skipped 1,/);
    expect(text).toMatch(new RegExp(`skipped\tTicket ${b}: .*\tchanged since the preview`));
  });

  it('skips a note on a ticket that changed since the preview', async () => {
    const args = { ids: ids(), title: 'Ping', description: 'Are you there?' };
    await previewed(args, 'create-ticket-note');
    await set(ids()[1] ?? 0, { title: 'The customer answered' });
    const { text } = await server.call('create-ticket-note', { ...args, confirm: 'CREATE_TICKET_NOTE' });
    expect(text).toMatch(/^Created 4 TicketNotes: done 4, skipped 1/);
    expect(text).toMatch(/skipped\tTicketNote "Ping" on Ticket \d+: .*\tchanged since the preview/);
  });

  it('binds the token of a preview to that set and each version', async () => {
    await start({ env: { AUTOTASK_CONFIRM_MODE: 'preview' } });
    const [a = 0, b = 0] = ids();
    const token = tokenIn(await previewed(query()));
    const from = sandbox.requests.length;
    const others = { ...query(), query: { id: ids().slice(1) } };
    expect((await server.call('update-entity', { ...others, confirm: token })).text).toMatch(
      /belongs to the preview of another call/,
    );
    expect((await server.call('update-entity', { ...query(), confirm })).text).toMatch(/^PREVIEW/);
    expect(writesSince(sandbox, from)).toEqual([]);
    const now = tokenIn(await previewed(query()));
    const other = await rig(sandbox);
    await other.call('update-entity', { entity: 'Tickets', id: b, data: { title: 'Other' }, confirm });
    await other.close();
    const before = sandbox.requests.length;
    expect((await server.call('update-entity', { ...query(), confirm: now })).text).toMatch(
      /done 4, skipped 1/,
    );
    expect(patched(before).sort()).toEqual(
      ids()
        .filter((id) => id !== b)
        .sort(),
    );
    expect((await server.call('update-entity', { ...query(), confirm: now })).text).toMatch(/^PREVIEW/);
    expect(a).toBeGreaterThan(0);
  });

  it('asks a person once for all of them', async () => {
    await start({ env: { AUTOTASK_CONFIRM_MODE: 'elicit' }, human: () => 'yes' });
    const from = sandbox.requests.length;
    const { text } = await server.call('update-entity', change({ confirm }));
    expect(text).toMatch(/^Updated 5 Tickets/);
    expect(server.asked.length).toBe(1);
    expect(server.asked[0]).toMatch(/^This would update 5 Tickets[\s\S]*Each: priority -> Critical/);
    expect(patched(from)).toEqual(ids());
  });
});

describe('what goes wrong', () => {
  const strike = (fault: Parameters<Sandbox['faults']['add']>[0]['fault'], after: number, times = 1) =>
    sandbox.faults.add({ fault, method: 'PATCH', path: 'V1.0/Tickets', after, times });
  const refusal = { kind: 'serverError', errors: ['The field priority must not be Critical here.'] } as const;

  it('names a refused record with Autotask’s words and goes on', async () => {
    strike(refusal, 1);
    const from = sandbox.requests.length;
    const { text } = await server.call('update-entity', change({ confirm }));
    expect(text).toMatch(/^Updated 4 Tickets: done 4, skipped 0, refused 1, unknown 0, not reached 0\./);
    expect(text).toMatch(new RegExp(`refused\tTicket ${ids()[1]}: .*must not be Critical here`));
    expect(patched(from)).toEqual(ids());
  });

  it('stops there when told to', async () => {
    strike(refusal, 1);
    const from = sandbox.requests.length;
    const { text } = await server.call('update-entity', change({ confirm, onError: 'stop' }));
    expect(text).toMatch(/^Updated 1 Tickets: done 1, skipped 0, refused 1, unknown 0, not reached 3\./);
    expect(text).toMatch(/a record was refused/);
    expect(patched(from)).toEqual(ids().slice(0, 2));
  });

  it('stops at a 429, which is not that record’s fault', async () => {
    strike({ kind: 'limited', retryAfter: 1 }, 2, 50);
    const { text } = await server.call('update-entity', change({ confirm }));
    expect(text).toMatch(/^Updated 2 Tickets: done 2, skipped 0, refused 0, unknown 0, not reached 3\./);
  });

  it('stops after a lost answer and looks first whether it was made', async () => {
    strike({ kind: 'reset', when: 'after' }, 2);
    const from = sandbox.requests.length;
    const { text } = await server.call('update-entity', change({ confirm }));
    expect(text).toMatch(/^Updated 3 Tickets: done 3, skipped 0, refused 0, unknown 0, not reached 2\./);
    expect(text).toMatch(/the answer to a write was lost/);
    expect(text).toMatch(new RegExp(`done\tTicket ${ids()[2]}: .*\tits answer was lost; the tenant has it`));
    const sent = sandbox.requests.slice(from);
    const lost = sent.findLastIndex(({ method }) => method === 'PATCH');
    expect(sent[lost + 1]).toMatchObject({ method: 'GET', path: `V1.0/Tickets/${ids()[2]}` });
  });

  it('says that it does not know where nothing of the write is there', async () => {
    strike({ kind: 'reset', when: 'before' }, 2);
    const { text } = await server.call('update-entity', change({ confirm }));
    expect(text).toMatch(/^Updated 2 Tickets: done 2, skipped 0, refused 0, unknown 1, not reached 2\./);
    expect(text).toMatch(/unknown\tTicket \d+: .*a moment later nothing of it was there/);
  });

  it('finds a new record whose answer was lost, and tells it from its equals', async () => {
    const note = { ids: ids(), title: 'Ping', description: 'Same text' };
    sandbox.faults.add({
      fault: { kind: 'reset', when: 'after' },
      method: 'POST',
      path: /Notes$/,
      after: 1,
      times: 1,
    });
    const { text } = await server.call('create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE' });
    expect(text).toMatch(/^Created 2 TicketNotes: done 2, .* not reached 3\./);
    expect(text).toMatch(/New: TicketNotes \d+, \d+$/m);
  });

  it('stops after the running step when it is cancelled, and tells how far it is', async () => {
    sandbox.faults.add({ fault: { kind: 'latency', ms: 100 }, method: 'PATCH' });
    const stop = new AbortController();
    const seen: unknown[] = [];
    const from = sandbox.requests.length;
    const running = server.client.callTool(
      { name: 'update-entity', arguments: change({ confirm }) },
      {
        signal: stop.signal,
        onprogress: (progress) => {
          seen.push(progress);
          if (seen.length === 2) stop.abort();
        },
      },
    );
    await expect(running).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 700));
    const written = patched(from);
    expect(written.length).toBeGreaterThanOrEqual(2);
    expect(written.length).toBeLessThanOrEqual(3);
    expect(seen[0]).toMatchObject({ progress: 1, total: 5, message: '1 records written' });
  });

  it('ends where the hour’s share of the policy ends', async () => {
    await start({ env: { AUTOTASK_MAX_WRITES_PER_HOUR: '3' } });
    const from = sandbox.requests.length;
    const { text } = await server.call('update-entity', change({ confirm }));
    expect(text).toMatch(/^Updated 3 Tickets: done 3, skipped 0, refused 0, unknown 0, not reached 2\./);
    expect(text).toMatch(/allows 3 writes per hour/);
    expect(patched(from).length).toBe(3);
  });
});

describe('every step', () => {
  it('has its pair in the audit log, in the name of the resource', async () => {
    const log = freshLog();
    await start({ env: { AUTOTASK_AUDIT_LOG: log, AUTOTASK_IMPERSONATION_RESOURCE_ID: '29682885' } });
    expect(await previewed(change())).toContain('Written in the name of the resource 29682885.');
    const from = sandbox.requests.length;
    await server.call('update-entity', change({ confirm }));
    const lines = linesOf(log).filter(({ event }) => event === 'attempt' || event === 'outcome');
    expect(lines.map(({ event, outcome }) => outcome ?? event)).toEqual(
      ids().flatMap(() => ['attempt', 'done']),
    );
    for (const { headers } of writesSince(sandbox, from))
      expect(headers.impersonationresourceid).toBe('29682885');
  });

  it('stands under the policy: entities, what customers see, and records of a call', async () => {
    const note = { ids: ids(), title: 'Hello', description: 'Text', publish: 'All Autotask Users' };
    const visible = await server.call('create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE' });
    expect(visible.text).toMatch(/does not allow writing what the customer sees/);
    const items = ids().map((ticketID, at) => ({
      ticketID,
      title: 'Hello',
      description: 'Text',
      publish: at === 0 ? 'All Autotask Users' : 'Internal Project Team',
    }));
    const from = sandbox.requests.length;
    const some = await server.call('create-ticket-note', { items, confirm: 'CREATE_TICKET_NOTE' });
    expect(some.text).toMatch(/done 4, skipped 1/);
    expect(writesSince(sandbox, from).length).toBe(4);
    await start({ env: { AUTOTASK_UPDATE_ENTITIES: '!Tickets' } });
    expect((await server.call('update-entity', change({ confirm }))).text).toMatch(
      /does not allow changing Tickets/,
    );
    await start({ env: { AUTOTASK_MAX_RECORDS_PER_CALL: '3' } });
    expect((await server.call('update-entity', change({ confirm }))).text).toMatch(
      /ids: names 5 records; one call writes at most 3/,
    );
    for (const wrong of ['501', '0', 'all', 'remove=3', '5,delete=1,delete=2', '5,6', 'delete=501'])
      await expect(start({ env: { AUTOTASK_MAX_RECORDS_PER_CALL: wrong } })).rejects.toThrow(/from 1 to 500/);
    await start({ env: { AUTOTASK_MAX_RECORDS_PER_CALL: '5, update=2' } });
    expect((await server.call('update-entity', change({ confirm }))).text).toMatch(
      /ids: names 5 records; one call writes at most 2/,
    );
    const pings = { ids: ids(), title: 'Per operation', description: 'Text' };
    expect(
      (await server.call('create-ticket-note', { ...pings, confirm: 'CREATE_TICKET_NOTE' })).text,
    ).toMatch(/done 5/);
    await start({ env: { AUTOTASK_READ_ONLY: 'true' } });
    await expect(server.call('update-entity', change({ confirm }))).rejects.toThrow(/no tool/);
  });
});
