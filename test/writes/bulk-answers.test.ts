import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { makeRecord } from '../support/records.js';
import { type Rig, rig, writesSince } from './support.js';

/** What a call says that wrote many records, and what it says about the query that chose them. */
let sandbox: Sandbox;
let server: Rig;

beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z'), limits: { threshold: 1_000_000 } });
  server = await rig(sandbox, {
    env: { AUTOTASK_MAX_RECORDS_PER_CALL: '500', AUTOTASK_MAX_WRITES_PER_HOUR: '100000' },
  });
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

const newTickets = async (count: number, fields: (at: number) => object = () => ({})) => {
  const made: number[] = [];
  for (let at = 0; at < count; at++) {
    const record = { title: `Many ${at}`, companyID: 175, status: 1, priority: 2, ...fields(at) };
    made.push(await makeRecord(sandbox, 'Tickets', record));
  }
  return made;
};

const confirm = 'UPDATE_TICKET';
const update = async (args: Record<string, unknown>) => {
  const from = sandbox.requests.length;
  const { text } = await server.call('update-ticket', { ...args, confirm });
  const requests = sandbox.requests.slice(from).map(({ method, path }) => `${method} ${path}`);
  return { text, reads: requests.filter((one) => one.startsWith('POST V1.0/Tickets/query')).length };
};

describe('the answer to writes of many records', () => {
  it('shows a value that all hold once, and what moved with them', async () => {
    const ids = await newTickets(60);
    const { text, reads } = await update({ ids, status: 'Complete', priority: 'Low' });
    expect(text).toMatch(/^Updated 60 Tickets: done 60, .*\nRead back: every field is stored as sent\.\n/);
    expect(text.match(/^Stored/gm)).toHaveLength(2);
    expect(text).toContain('\nStored in each: status: Complete (5)\nStored in each: priority: Low (3)\n');
    expect(text).toMatch(/^changed too, though not sent: completedDate: empty -> \d{4}-.* \(all\)$/m);
    // To plan, before the second fifty, and to read back: never one for each.
    expect(reads).toBe(3);
    expect(text.length).toBeLessThan(1000);
  });

  it('shows values that differ by record, and stays short for many', async () => {
    const ids = await newTickets(500);
    const few = ids.slice(0, 2).map((id, at) => ({ id, title: `Own ${at}`, priority: 'High' }));
    expect((await update({ items: few })).text).toContain(
      [
        'Stored in each: priority: High (1)',
        `Stored: Ticket ${ids[0]}\ttitle: Own 0`,
        `Stored: Ticket ${ids[1]}\ttitle: Own 1`,
      ].join('\n'),
    );
    const { text } = await update({ items: ids.map((id, at) => ({ id, title: `Own too ${at}` })) });
    expect(text).toMatch(/^Updated 500 Tickets: done 500, /);
    expect(text).toMatch(/^Stored: 480 more, each with its own values, which were read back too$/m);
    expect(text.length).toBeLessThan(2500);
  });

  it('says for new records what each belongs to, and which values are not as sent', async () => {
    const [first = 0, second = 0] = await newTickets(2);
    const { text } = await server.call('create-ticket-note', {
      ids: [first, second],
      title: 'Ping',
      description: 'a\nstatus: Complete (5)',
      confirm: 'CREATE_TICKET_NOTE',
    });
    expect(text).toMatch(/^Stored in each: description: a status: Complete \(5\)$/m);
    expect(text).not.toMatch(/^status:/m);
    expect(text).toMatch(new RegExp(`^Stored: TicketNote \\d+\\tticketID: T\\S+ \\(id ${second}\\)$`, 'm'));
  });
});

describe('a query whose records a write changes', () => {
  const note = (field: string) =>
    `Note: the query chooses by ${field}, which this write changes: the same query finds other records afterwards`;
  const chosen = { title: 'Chosen' };
  beforeAll(() => newTickets(2, () => chosen));
  const [tickets, change] = [{ entity: 'Tickets' }, { priority: 'Low' }];
  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ['update-ticket', { query: { ...chosen, priority: 'Medium' }, ...change }, ['priority']],
    [
      'update-ticket',
      { query: { ...chosen, lastActivityDate: { gte: '2020-01-01' } }, ...change },
      ['lastActivityDate'],
    ],
    [
      'update-ticket',
      { query: { ...chosen, completedDate: null, status: 'New' }, status: 'Complete' },
      ['completedDate', 'status'],
    ],
    ['update-ticket', { query: { ...chosen, companyID: 175 }, ...change }, []],
    [
      'update-entity',
      { ...tickets, query: { ...chosen, lastTrackedModificationDateTime: { exist: true } }, data: change },
      ['lastTrackedModificationDateTime'],
    ],
    [
      'create-ticket-note',
      { query: { ...chosen, lastActivityDate: { gte: '2020-01-01' } }, title: 'x', description: 'y' },
      ['lastActivityDate'],
    ],
    // The note has a title too: not the one that was asked for.
    ['create-ticket-note', { query: chosen, title: 'x', description: 'y' }, []],
  ])('is pointed out by %s %j', async (tool, args, fields) => {
    const from = sandbox.requests.length;
    const { text } = await server.call(tool, args);
    expect(text).toMatch(/^PREVIEW, nothing was written\. This would (update|create) 2 /);
    expect(text.match(/the query chooses by/g) ?? []).toHaveLength(fields.length);
    for (const field of fields) expect(text).toContain(note(field));
    expect(writesSince(sandbox, from)).toEqual([]);
  });
});
