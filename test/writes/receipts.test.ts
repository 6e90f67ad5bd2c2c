import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createAuditFile } from '../../src/audit/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { everyRecord, type Item, recordsWhere } from '../support/records.js';
import { spawnClient, tenantEnvironment } from '../support/tenant.js';
import { freshLog, linesOf } from './audit-support.js';
import { type Rig, type RigOptions, rig, writesSince } from './support.js';

/** What an earlier call wrote: asked for, gone on with, set back. */
let sandbox: Sandbox;
let server: Rig;
let ids: readonly number[];

beforeEach(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z'), limits: { threshold: 1_000_000 } });
  server = await rig(sandbox);
  const open = await recordsWhere(sandbox, 'Tickets', { op: 'noteq', field: 'priority', value: 4 });
  ids = open.slice(0, 5).map(({ id }) => Number(id));
});
afterEach(async () => {
  await server.close();
  await sandbox.close();
});

async function restart(options: RigOptions = {}) {
  await server.close();
  server = await rig(sandbox, options);
}
const change = () => ({ entity: 'Tickets', ids, data: { priority: 'Critical' }, confirm: 'UPDATE_ENTITY' });
const receiptIn = (text: string) => /Receipt: (w-[0-9a-f]{12})/.exec(text)?.[1] ?? '';
const about = (receipt: string, action: string, on: Rig = server) =>
  on.call('write-receipt', { receipt, action });
const confirmed = (receipt: string, action: string, on: Rig = server) =>
  on.call('write-receipt', { receipt, action, confirm: 'WRITE_RECEIPT' });
const tickets = () => recordsWhere(sandbox, 'Tickets', { op: 'in', field: 'id', value: ids });
const fieldsOf = (rows: readonly Item[], field: string) => rows.map((row) => row[field]);
/** How often each ticket was written since. */
const times = (from: number) => {
  const counts = new Map<number, number>();
  for (const { body } of writesSince(sandbox, from)) {
    const id = Number(Object.entries(body ?? {}).find(([name]) => name === 'id')?.[1]);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
};
const strike = (fault: Parameters<Sandbox['faults']['add']>[0]['fault'], after: number, more = {}) =>
  sandbox.faults.add({ fault, method: 'PATCH', path: 'V1.0/Tickets', after, times: 1, ...more });

it('a write names its receipt, and undo sets back its fields and nothing else', async () => {
  const [id = 0] = ids;
  const before = await tickets();
  const { text } = await server.call('update-ticket', {
    id,
    title: 'Wrong title',
    priority: 'Critical',
    confirm: 'UPDATE_TICKET',
  });
  expect(text).toMatch(/\nReceipt: w-[0-9a-f]{12} \(kept in the memory of this process, until it ends\)$/);
  const receipt = receiptIn(text);
  expect((await about(receipt, 'status')).text).toMatch(
    /^Receipt w-.*: done 1, refused 0, unknown 0, not reached 0\./,
  );
  const from = sandbox.requests.length;
  expect((await about(receipt, 'undo')).text).toMatch(/^PREVIEW[\s\S]*title: Wrong title -> /);
  expect(writesSince(sandbox, from)).toEqual([]);
  const undone = await confirmed(receipt, 'undo');
  expect(undone.text).toMatch(/^Updated 1 Tickets: done 1/);
  for (const field of ['title', 'priority', 'status', 'description', 'queueID']) {
    expect(fieldsOf(await tickets(), field)).toEqual(fieldsOf(before, field));
  }
  expect((await confirmed(receipt, 'undo')).text).toMatch(/nothing to write[\s\S]*has another value by now/);
  // The undo has a receipt too, and can itself be undone.
  expect((await confirmed(receiptIn(undone.text), 'undo')).text).toMatch(/^Updated 1 Tickets/);
});

it('undo leaves alone what somebody else changed since, and says so', async () => {
  const [id = 0] = ids;
  const { text } = await server.call('update-ticket', {
    id,
    title: 'Ours',
    priority: 'Critical',
    confirm: 'UPDATE_TICKET',
  });
  await server.call('update-ticket', { id, title: 'Theirs', confirm: 'UPDATE_TICKET' });
  const preview = await about(receiptIn(text), 'undo');
  expect(preview.text).toMatch(/not set back: title \(has another value by now\)/);
  await confirmed(receiptIn(text), 'undo');
  expect((await tickets()).find((row) => row.id === id)?.title).toBe('Theirs');
});

it('undo deletes what was created, brings back what was deleted, and says first what it cannot', async () => {
  const groups = async () =>
    (await everyRecord(sandbox, 'ContactGroups')).map(({ name, isActive }) => ({ name, isActive }));
  const before = await groups();
  const items = ['A', 'B'].map((name) => ({ name: `Group ${name}`, isActive: true }));
  const made = await server.call('create-entity', {
    entity: 'ContactGroups',
    items,
    confirm: 'CREATE_ENTITY',
  });
  const after = await groups();
  const undone = await confirmed(receiptIn(made.text), 'undo');
  expect(undone.text).toMatch(/^Deleted 2 ContactGroups/);
  expect(await groups()).toEqual(before);
  const back = await about(receiptIn(undone.text), 'undo');
  expect(back.text).toMatch(/comes back under a new id/);
  await confirmed(receiptIn(undone.text), 'undo');
  const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();
  expect(sorted(await groups())).toEqual(sorted(after));
  expect((await confirmed(receiptIn(undone.text), 'undo')).text).toMatch(
    /nothing to write[\s\S]*undone already by w-[0-9a-f]{12}/,
  );
  expect(sorted(await groups())).toEqual(sorted(after));
  const note = await server.call('create-ticket-note', {
    ids,
    title: 'Ping',
    description: 'Text',
    confirm: 'CREATE_TICKET_NOTE',
  });
  expect((await about(receiptIn(note.text), 'undo')).text).toMatch(
    /Note: 5 of 5 cannot be undone[\s\S]*cannot be undone: Autotask deletes no such record/,
  );
});

const faults: readonly (readonly [string, Parameters<Sandbox['faults']['add']>[0]['fault']])[] = [
  ['a storm of 429', { kind: 'limited', retryAfter: 1 }],
  ['a lost answer of a write that was made', { kind: 'reset', when: 'after' }],
  ['a lost answer of a write that was not made', { kind: 'reset', when: 'before' }],
];
it('resume goes on, and a second one finds nothing left', async () => {
  for (const [, fault] of faults) {
    const from = sandbox.requests.length;
    const title = `Title ${from}`;
    sandbox.faults.clear();
    strike(fault, 2);
    const { text } = await server.call('update-entity', { ...change(), data: { title } });
    expect(text).toMatch(/not reached [23]\./);
    expect(text).toMatch(/To go on with what is left: write-receipt with this receipt and action resume\.$/);
    sandbox.faults.clear();
    const receipt = receiptIn(text);
    expect((await about(receipt, 'status')).text).toMatch(/not reached [23]\./);
    expect((await confirmed(receipt, 'resume')).text).toMatch(
      /^Updated [23] Tickets: .* refused 0, unknown 0, not reached 0\.[\s\S]*Receipt: [^\n]*$/,
    );
    expect(fieldsOf(await tickets(), 'title')).toEqual(ids.map(() => title));
    const again = sandbox.requests.length;
    expect((await confirmed(receipt, 'resume')).text).toMatch(/nothing to write: 5 skipped/);
    expect(writesSince(sandbox, again)).toEqual([]);
    // What resume found to be made is recorded.
    expect((await about(receipt, 'status')).text).toMatch(/: done 5, refused 0, unknown 0, not reached 0\./);
  }
});

it('resume never creates twice', async () => {
  for (const when of ['after', 'before'] as const) {
    const title = `Ping ${when}`;
    sandbox.faults.add({
      fault: { kind: 'reset', when },
      method: 'POST',
      path: /Notes$/,
      after: 2,
      times: 1,
    });
    const { text } = await server.call('create-ticket-note', {
      ids,
      title,
      description: 'Text',
      confirm: 'CREATE_TICKET_NOTE',
    });
    expect((await confirmed(receiptIn(text), 'resume')).text).toMatch(/^Created [23] TicketNotes/);
    await confirmed(receiptIn(text), 'resume');
    const notes = await recordsWhere(sandbox, 'TicketNotes', { op: 'eq', field: 'title', value: title });
    expect(fieldsOf(notes, 'ticketID').map(Number).sort()).toEqual([...ids].sort());
  }
});

it('resume skips what changed since the preview', async () => {
  strike({ kind: 'limited', retryAfter: 1 }, 2, { times: 50 });
  const { text } = await server.call('update-entity', change());
  sandbox.faults.clear();
  const other = await rig(sandbox);
  await other.call('update-ticket', { id: ids[4], title: 'Theirs', confirm: 'UPDATE_TICKET' });
  await other.close();
  const { text: resumed } = await confirmed(receiptIn(text), 'resume');
  expect(resumed).toMatch(/^Updated 2 Tickets: done 2, skipped 3/);
  expect(resumed).toMatch(/changed since the preview/);
});

it('with an audit log a killed process leaves a receipt that another goes on with', async () => {
  const audit = freshLog();
  const env = { ...tenantEnvironment(sandbox), AUTOTASK_AUDIT_LOG: audit };
  const client = await spawnClient([], env);
  const from = sandbox.requests.length;
  strike({ kind: 'hang' }, 2);
  const call = client.callTool({ name: 'update-entity', arguments: change() }).catch(() => undefined);
  while (times(from).size < 3) await new Promise((resolve) => setTimeout(resolve, 20));
  if (client.pid !== null) process.kill(client.pid, 'SIGKILL');
  await call;
  await client.close();
  sandbox.faults.clear();
  const receipt = receiptIn(`Receipt: ${String(linesOf(audit)[0]?.receipt)}`);
  await restart({ env: { AUTOTASK_AUDIT_LOG: audit } });
  expect((await about(receipt, 'status')).text).toMatch(
    /from the audit log: done 2, refused 0, unknown 1, not reached 2\./,
  );
  // Two processes with one receipt: each record once.
  const other = await rig(sandbox, { env: { AUTOTASK_AUDIT_LOG: audit } });
  await Promise.all([confirmed(receipt, 'resume'), confirmed(receipt, 'resume', other)]);
  await other.close();
  expect(fieldsOf(await tickets(), 'priority')).toEqual(ids.map(() => 4));
  const counts = times(from);
  for (const [at, id] of ids.entries()) expect(counts.get(id), `ticket ${at}`).toBe(at === 2 ? 2 : 1);
  // An audit line names a write as well.
  const attempt = linesOf(audit).find(({ event }) => event === 'attempt')?.attempt ?? '';
  expect((await about(attempt, 'undo')).text).toMatch(/This would update 1 Tickets/);
});

it('reads what a log of an earlier version says', async () => {
  const path = freshLog();
  const file = createAuditFile({ path, key: null, maxBytes: 1_000_000 });
  const receipt = 'w-0123456789ab';
  const attempt = '01234567-0123-0123-0123-0123456789ab';
  const [id = 0] = ids;
  // Without the time of Autotask's clock.
  await file.append({
    ...{ time: '2026-11-20T12:00:00Z', event: 'attempt', attempt, receipt, step: 0, caller: 'stdio test' },
    ...{ entity: 'Tickets', action: 'update', route: 'Tickets', id, body: { id, priority: 4 } },
    ...{ former: { priority: 1 }, called: `Ticket ${id}`, cut: [] },
  });
  await file.append({
    time: '2026-11-20T12:00:01Z',
    event: 'outcome',
    attempt,
    receipt,
    outcome: 'done',
    id,
  });
  await restart({ env: { AUTOTASK_AUDIT_LOG: path } });
  for (const name of [receipt, attempt]) {
    const { text } = await about(name, 'status');
    expect(text).toMatch(new RegExp(`Receipt ${receipt}, .*: done 1, refused 0, unknown 0, not reached 0`));
  }
});

it('does not go on with what the log does not keep whole, and refuses receipts that it does not know', async () => {
  const audit = freshLog();
  await restart({ env: { AUTOTASK_AUDIT_LOG: audit } });
  strike({ kind: 'limited', retryAfter: 1 }, 0, { times: 50 });
  const { text } = await server.call('update-entity', {
    ...change(),
    data: { description: 'long '.repeat(1_000) },
  });
  sandbox.faults.clear();
  expect((await confirmed(receiptIn(text), 'resume')).text).toMatch(
    /nothing to write[\s\S]*description is not kept whole in the audit log/,
  );
  for (const name of ['w-000000000000', 'W-1', '*']) {
    expect((await about(name, 'status')).text).toMatch(/There is no receipt .* of yours in the audit log/);
  }
});

it('looks first whether a record was created when nobody could be asked at once', async () => {
  const title = 'Asked later';
  sandbox.faults.add({
    fault: { kind: 'reset', when: 'after' },
    method: 'POST',
    path: /Notes$/,
    after: 2,
    times: 1,
  });
  sandbox.faults.add({ fault: { kind: 'serverError' }, path: 'TicketNotes/query' });
  const note = { ids, title, description: 'Text', confirm: 'CREATE_TICKET_NOTE' };
  const { text } = await server.call('create-ticket-note', note);
  expect(text).toMatch(/done 2, skipped 0, refused 0, unknown 1, not reached 2\./);
  sandbox.faults.clear();
  const receipt = receiptIn(text);
  expect((await about(receipt, 'status')).text).toMatch(/: done 2, refused 0, unknown 1, not reached 2\./);
  expect((await about(receipt, 'resume')).text).toMatch(/done: the tenant has it \(id \d+\)/);
  expect((await about(receipt, 'status')).text).toMatch(/: done 3, refused 0, unknown 0, not reached 2\./);
  const resumed = await confirmed(receipt, 'resume');
  expect(resumed.text).toMatch(/^Created 2 TicketNotes[\s\S]*skipped[^\n]*done already/);
  const notes = await recordsWhere(sandbox, 'TicketNotes', { op: 'eq', field: 'title', value: title });
  expect(fieldsOf(notes, 'ticketID').map(Number).sort()).toEqual([...ids].sort());
});

it('goes on when the hour of the policy is over, and not before', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  try {
    await restart({ env: { AUTOTASK_MAX_WRITES_PER_HOUR: '2', AUTOTASK_AUDIT_LOG: freshLog() } });
    const from = sandbox.requests.length;
    const { text } = await server.call('update-entity', change());
    expect(text).toMatch(/done 2, skipped 0, refused 0, unknown 0, not reached 3\./);
    expect((await confirmed(receiptIn(text), 'resume')).text).toMatch(/done 0, .* not reached 3\./);
    for (const left of [1, 0]) {
      vi.setSystemTime(Date.now() + 61 * 60_000);
      const more = await confirmed(receiptIn(text), 'resume');
      expect(more.text).toMatch(new RegExp(`not reached ${left}\\.`));
    }
    expect([...times(from).values()]).toEqual([1, 1, 1, 1, 1]);
  } finally {
    vi.useRealTimers();
  }
});

it('goes on when Autotask’s own hour is over, and not before', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  try {
    await restart({ env: { AUTOTASK_AUDIT_LOG: freshLog() } });
    const from = sandbox.requests.length;
    // From the third write on nothing is answered any more, reads included.
    strike({ kind: 'limited', retryAfter: 1_800 }, 2);
    const { text } = await server.call('update-entity', change());
    sandbox.faults.add({ fault: { kind: 'limited', retryAfter: 1_800 }, path: /./ });
    expect(text).toMatch(/^Updated 2 Tickets: done 2, skipped 0, refused 0, unknown 0, not reached 3\./);
    expect(text).toMatch(/request threshold has been exceeded.*Try again in 1800 seconds/);
    expect(text).not.toMatch(/Nothing was written/);
    const receipt = receiptIn(text);
    expect((await about(receipt, 'status')).text).toMatch(/: done 2, refused 0, unknown 0, not reached 3\./);
    const sent = sandbox.requests.length;
    for (const action of ['resume', 'undo']) {
      const { text: early, isError } = await confirmed(receipt, action);
      expect({ early, isError }).toMatchObject({ isError: true });
      expect(early).toMatch(/limits requests at the moment.*Try again in \d+ seconds/s);
    }
    expect(writesSince(sandbox, sent)).toEqual([]);
    sandbox.faults.clear();
    vi.setSystemTime(Date.now() + 31 * 60_000);
    expect((await confirmed(receipt, 'resume')).text).toMatch(
      /^Updated 3 Tickets: done 3, .* not reached 0\./,
    );
    expect(fieldsOf(await tickets(), 'priority')).toEqual(ids.map(() => 4));
    // The third one was sent a second time, because Autotask had not taken it.
    expect([...times(from).values()]).toEqual([1, 1, 2, 1, 1]);
  } finally {
    vi.useRealTimers();
  }
});

it('a ticket that was created is closed by the tenant’s own word for it, offered as such', async () => {
  const made = await server.call('create-ticket', {
    title: 'By mistake',
    companyID: 'Contoso Ltd',
    dueDateTime: '2030-01-01',
    queueID: 5,
    confirm: 'CREATE_TICKET',
  });
  const undo = await about(receiptIn(made.text), 'undo');
  expect(undo.text).toMatch(
    /Note: cannot be undone, Autotask deletes no Tickets: offered instead is status Complete \(5\)[\s\S]*status: New \(1\) -> Complete/,
  );
  await confirmed(receiptIn(made.text), 'undo');
  const [ticket] = await recordsWhere(sandbox, 'Tickets', { op: 'eq', field: 'title', value: 'By mistake' });
  expect(ticket?.status).toBe(5);
  const from = sandbox.requests.length;
  expect((await confirmed(receiptIn(made.text), 'undo')).text).toMatch(
    /nothing to write[\s\S]*is so already/,
  );
  expect(writesSince(sandbox, from)).toEqual([]);
});

it('a record that somebody changes while others are written is skipped', async () => {
  const open = await recordsWhere(sandbox, 'Tickets', { op: 'noteq', field: 'priority', value: 4 });
  const many = open.slice(0, 60).map(({ id }) => Number(id));
  const other = await rig(sandbox);
  const late = many[55] ?? 0;
  const from = sandbox.requests.length;
  sandbox.faults.add({
    fault: { kind: 'latency', ms: 20 },
    method: 'PATCH',
    path: 'V1.0/Tickets',
    times: 40,
  });
  const running = server.call('update-entity', { ...change(), ids: many });
  while (writesSince(sandbox, from).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await other.call('update-ticket', { id: late, title: 'Theirs', confirm: 'UPDATE_TICKET' });
  const { text } = await running;
  await other.close();
  expect(text).toMatch(/^Updated 59 Tickets: done 59, skipped 1/);
  expect(text).toMatch(new RegExp(`skipped\tTicket ${late}: .*\tchanged since the preview`));
});

it('an answer names at most 20 of a kind and counts the others', async () => {
  const wrong = Array.from({ length: 30 }, (_, at) => 900_000 + at);
  const { text } = await server.call('update-entity', { ...change(), ids: [...ids, ...wrong] });
  expect(text).toMatch(/done 5, skipped 30/);
  expect(text.match(/\nskipped\t/g)?.length).toBe(20);
  expect(text).toContain('10 more skipped');
});

it('status, resume and undo of many read their records together and name at most 20 of a kind', async () => {
  const query = { op: 'eq', field: 'ticketCategory', value: 1 };
  const many = (await recordsWhere(sandbox, 'Tickets', query)).slice(0, 45).map(({ id }) => Number(id));
  const reads = (from: number) => sandbox.requests.slice(from).filter(({ method }) => method === 'GET');
  const single = (from: number) => reads(from).filter(({ path }) => /V1\.0\/Tickets\/\d+$/.test(path));
  sandbox.faults.clear();
  sandbox.faults.add({
    fault: { kind: 'limited', retryAfter: 1 },
    method: 'POST',
    path: /Notes$/,
    after: 2,
    times: 9,
  });
  const note = { title: 'Many', description: 'Text', publish: 'Internal Project Team' };
  const { text } = await server.call('update-ticket', {
    ids: many,
    resolution: 'Text',
    note,
    confirm: 'UPDATE_TICKET',
  });
  sandbox.faults.clear();
  expect(text).toMatch(/done 4, skipped 0, refused 0, unknown 0, not reached 86\./);
  const receipt = receiptIn(text);
  const { text: status } = await about(receipt, 'status');
  expect(status).toMatch(/done 4, refused 0, unknown 0, not reached 86\./);
  expect(status.match(/\nnot reached\t/g)?.length).toBe(21);
  expect(status).toContain('not reached\t66 more');

  const from = sandbox.requests.length;
  const { text: preview } = await about(receipt, 'resume');
  // What is the same for all of a kind is told once.
  expect(preview).toContain('Each new TicketNote: title -> Many');
  expect(preview).toContain('Each Ticket: resolution -> Text');
  expect(preview).toMatch(/\nTicketNotes: Who sees it: Internal/);
  expect(preview.match(/Who sees it/g)?.length).toBe(2);
  expect((await confirmed(receipt, 'resume')).text).toMatch(/^Created 43 TicketNotes; Updated 43 Tickets/);
  const { text: undo } = await about(receipt, 'undo');
  expect(undo.match(/\nSkipped: .*cannot be undone/g)?.length).toBe(21);
  expect(undo).toMatch(/\nSkipped: 25 more: cannot be undone/);
  expect(single(from)).toEqual([]);
});
