import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { type Item, recordsWhere } from '../support/records.js';
import { freshLog } from './audit-support.js';
import { type Rig, type RigOptions, rig, writesSince } from './support.js';

/** A plan that is gone on with, or set back, by a process that may do less than the one that began it. */
let sandbox: Sandbox;
let server: Rig;
let ids: readonly number[];

beforeEach(async () => {
  sandbox = await startSandbox({
    today: new Date('2026-11-20T12:00:00Z'),
    scale: 0.05,
    limits: { threshold: 1_000_000 },
  });
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
const about = (receipt: string, action: string) => server.call('write-receipt', { receipt, action });
const confirmed = (receipt: string, action: string) =>
  server.call('write-receipt', { receipt, action, confirm: 'WRITE_RECEIPT' });
const tickets = () => recordsWhere(sandbox, 'Tickets', { op: 'in', field: 'id', value: ids });
const priorities = (rows: readonly Item[]) => rows.map(({ priority }) => priority);
/** From the third write on Autotask takes none. */
const strike = (method: 'PATCH' | 'POST', path: RegExp) =>
  sandbox.faults.add({ fault: { kind: 'limited', retryAfter: 1 }, method, path, after: 2, times: 50 });

describe('the rights of the moment hold for resume and undo', () => {
  let audit: string;
  let groups: string;
  let half: string;
  let before: readonly Item[];
  const companies = () => before.map(({ companyID }) => companyID);
  beforeEach(async () => {
    audit = freshLog();
    const env = { AUTOTASK_AUDIT_LOG: audit, AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' };
    await restart({ env });
    before = await tickets();
    strike('PATCH', /Tickets$/);
    half = receiptIn((await server.call('update-entity', change())).text);
    sandbox.faults.clear();
    const items = ['A', 'B'].map((name) => ({ name: `Group ${name}`, isActive: true }));
    const made = { entity: 'ContactGroups', items, confirm: 'CREATE_ENTITY' };
    groups = receiptIn((await server.call('create-entity', made)).text);
  });

  const forbidden: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ['writing the entity', { AUTOTASK_WRITE_ENTITIES: '!Tickets,!ContactGroups' }, /does not allow/],
    ['reading the entity', { AUTOTASK_READ_ENTITIES: '!Tickets,!ContactGroups' }, /does not allow/],
    [
      'the operation',
      { AUTOTASK_UPDATE_ENTITIES: '!Tickets', AUTOTASK_DELETE_ENTITIES: '!ContactGroups' },
      /does not allow/,
    ],
    [
      'the fields',
      {
        AUTOTASK_MASK_FIELDS: 'Tickets.priority,ContactGroups.name',
        AUTOTASK_DELETE_ENTITIES: '!ContactGroups',
      },
      /is hidden by the policy|its former value is not recorded|does not allow/,
    ],
  ];
  it('after a policy that limits companies', async () => {
    const [foreign] = await recordsWhere(sandbox, 'Companies', {
      op: 'notIn',
      field: 'id',
      value: companies(),
    });
    await restart({ env: { AUTOTASK_AUDIT_LOG: audit, AUTOTASK_WRITE_COMPANIES: String(foreign?.id) } });
    const from = sandbox.requests.length;
    for (const action of ['resume', 'undo']) {
      const { text } = await confirmed(half, action);
      expect(text).not.toMatch(/This would|^Updated|^Deleted/);
    }
    expect(writesSince(sandbox, from)).toEqual([]);
  });

  it.each(forbidden)('after a policy that forbids %s', async (_what, env, why) => {
    await restart({ env: { AUTOTASK_AUDIT_LOG: audit, ...env } });
    const from = sandbox.requests.length;
    for (const [receipt, action] of [
      [half, 'resume'],
      [half, 'undo'],
      [groups, 'undo'],
    ] as const) {
      for (const call of [about, confirmed]) {
        const { text } = await call(receipt, action);
        expect(text).toMatch(why);
        expect(text).not.toMatch(/This would|^Updated|^Deleted/);
      }
    }
    expect(writesSince(sandbox, from)).toEqual([]);
    // Nothing is lost: with the rights back it goes on.
    await restart({ env: { AUTOTASK_AUDIT_LOG: audit } });
    expect((await about(half, 'status')).text).toMatch(/: done 2, refused 0, unknown 0, not reached 3\./);
    expect((await confirmed(half, 'resume')).text).toMatch(/^Updated 3 Tickets: done 3/);
    expect((await confirmed(half, 'undo')).text).toMatch(/^Updated 5 Tickets: done 5/);
    expect(priorities(await tickets())).toEqual(priorities(before));
  });

  it('and for the names of records: what may no longer be read is an id', async () => {
    const note = { ids, title: 'Called back', description: 'x', publish: 'Internal Project Team' };
    strike('POST', /Notes$/);
    const notes = receiptIn(
      (await server.call('create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE' })).text,
    );
    sandbox.faults.clear();
    const first = Number(before[0]?.companyID);
    const foreign = before.filter(({ companyID }) => companyID !== first);
    expect(foreign.length).toBeGreaterThan(0);
    const numbers = (rows: readonly Item[]) => rows.map(({ ticketNumber }) => String(ticketNumber));
    const titles = [...before.map(({ title }) => String(title)), 'Group A', 'Group B'];
    const all = async () => {
      const texts: string[] = [];
      for (const receipt of [half, groups, notes]) {
        for (const action of ['status', 'resume', 'undo']) texts.push((await about(receipt, action)).text);
      }
      return texts.join('\n');
    };
    const unlimited = await all();
    for (const name of [...numbers(before), 'Group A']) expect(unlimited).toContain(name);
    const cases: readonly (readonly [Record<string, string>, readonly string[], readonly string[]])[] = [
      [
        { AUTOTASK_READ_COMPANIES: String(first) },
        [...numbers(foreign), 'Group A'],
        numbers(before.filter(({ companyID }) => companyID === first)),
      ],
      [{ AUTOTASK_READ_ENTITIES: '!Tickets,!ContactGroups' }, [...numbers(before), ...titles], []],
      [{ AUTOTASK_MASK_FIELDS: 'Tickets.title,ContactGroups.name' }, titles, []],
    ];
    for (const [env, hidden, shown] of cases) {
      await restart({ env: { AUTOTASK_AUDIT_LOG: audit, ...env } });
      const text = await all();
      for (const name of hidden) expect(text).not.toContain(name);
      for (const name of shown) expect(text).toContain(name);
      for (const id of ids) expect(text).toContain(`Ticket ${id}`);
    }
  });

  it('after read-only was turned on', async () => {
    await restart({ env: { AUTOTASK_AUDIT_LOG: audit, AUTOTASK_READ_ONLY: 'true' } });
    const from = sandbox.requests.length;
    for (const action of ['resume', 'undo']) {
      const answer = await confirmed(half, action).catch((error: unknown) => ({
        text: String(error),
        isError: true,
      }));
      expect(answer.isError).toBe(true);
    }
    expect(writesSince(sandbox, from)).toEqual([]);
  });

  it('for the number of records and of writes too', async () => {
    await restart({ env: { AUTOTASK_AUDIT_LOG: audit, AUTOTASK_MAX_RECORDS_PER_CALL: '2' } });
    const from = sandbox.requests.length;
    expect((await confirmed(half, 'resume')).text).toMatch(
      /3 would be written \(update\); one call writes at most 2/,
    );
    await restart({ env: { AUTOTASK_AUDIT_LOG: audit, AUTOTASK_MAX_WRITES_PER_HOUR: '1' } });
    expect((await confirmed(half, 'resume')).text).toMatch(/done 1, .* not reached 2\./);
    expect(writesSince(sandbox, from)).toHaveLength(1);
  });

  it('for what the customer sees', async () => {
    strike('POST', /Notes$/);
    await restart({ env: { AUTOTASK_AUDIT_LOG: audit, AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' } });
    const note = { ids, title: 'Seen', description: 'x', publish: 1, confirm: 'CREATE_TICKET_NOTE' };
    const receipt = receiptIn((await server.call('create-ticket-note', note)).text);
    sandbox.faults.clear();
    await restart({ env: { AUTOTASK_AUDIT_LOG: audit } });
    const from = sandbox.requests.length;
    expect((await confirmed(receipt, 'resume')).text).toMatch(
      /does not allow writing what the customer sees/,
    );
    expect(writesSince(sandbox, from)).toEqual([]);
  });
});
