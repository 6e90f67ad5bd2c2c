import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { makeRecord } from '../support/records.js';
import { type Rig, rig, writesSince } from './support.js';

/** Records that are called like a number, and the ids that the same digits are. */
let sandbox: Sandbox;
let server: Rig;
let company: number;
let ticket: number;
/** Is also the id of a company. */
const [free, taken] = ['20209999', '176'];

const base = { status: 1, priority: 2, dueDateTime: '2026-12-01T00:00:00Z' };
beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z') });
  server = await rig(sandbox);
  const customer = { companyType: 1, phone: '1', ownerResourceID: 29682885 };
  company = await makeRecord(sandbox, 'Companies', { ...customer, companyName: free });
  await makeRecord(sandbox, 'Companies', { ...customer, companyName: taken });
  ticket = await makeRecord(sandbox, 'Tickets', { ...base, companyID: 175, title: '101740' });
  await makeRecord(sandbox, 'Tickets', { ...base, companyID: 175, title: '30309999' });
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

async function confirmed(tool: string, args: Record<string, unknown>) {
  const preview = (await server.call(tool, args)).text;
  const from = sandbox.requests.length;
  const { text } = await server.call(tool, { ...args, confirm: tool.toUpperCase().replaceAll('-', '_') });
  return { preview, text, bodies: writesSince(sandbox, from).map(({ body }) => body) };
}

const ofTwo = /is the id of one record and the name of another: give the id of the latter/;

describe('digits in a write', () => {
  it('are the name of a record where none has the id, which the preview says', async () => {
    const { preview, bodies } = await confirmed('create-ticket', { title: 'x', companyID: free });
    expect(preview).toContain(
      `companyID: no record has the id ${free}; ${free} (id ${company}) is called so`,
    );
    expect(bodies).toMatchObject([{ companyID: company }]);
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['create-ticket', () => ({ title: 'x', companyID: taken })],
    ['create-entity', () => ({ entity: 'Tickets', data: { ...base, title: 'x', companyID: taken } })],
    ['update-ticket', () => ({ id: ticket, companyID: taken })],
    ['update-ticket', () => ({ id: '101740', priority: 'Low' })],
    ['update-company', () => ({ id: taken, phone: '2' })],
    ['create-ticket-note', () => ({ ticketID: '101740', title: 'x', description: 'y' })],
    [
      'create-time-entry',
      () => ({ ticketID: '101740', hoursWorked: 1, resourceID: 29682885, roleID: 29682901 }),
    ],
  ])('that are the id of one and the name of another are refused: %s', async (tool, args) => {
    const { text, bodies } = await confirmed(tool, args());
    expect(text).toMatch(ofTwo);
    expect(bodies).toEqual([]);
  });

  it('are an id as a number, and as text where nothing is called so', async () => {
    const byNumber = await confirmed('create-ticket', { title: 'x', companyID: Number(taken) });
    expect(byNumber.bodies).toMatchObject([{ companyID: Number(taken) }]);
    const byText = await confirmed('create-ticket', { title: 'x', companyID: '175' });
    expect(byText.bodies).toMatchObject([{ companyID: 175 }]);
    const one = await confirmed('update-ticket', { id: '101730', title: 'other' });
    expect(one.bodies).toMatchObject([{ id: 101730 }]);
  });

  it('are looked at together for many records, and one that is not clear is left out', async () => {
    const ids = ['101730', '101740', '101741', '101742'];
    const from = sandbox.requests.length;
    const { text } = await server.call('update-ticket', { ids, priority: 'Critical' });
    expect(text).toMatch(/This would update 3 Tickets/);
    expect(text).toMatch(/^Skipped: 101740: .*is the id of one record and the name of another/m);
    const queries = sandbox.requests.slice(from).filter(({ path }) => path.endsWith('Tickets/query'));
    // Who is called so, the one that is, and the records.
    expect(queries).toHaveLength(3);
  });
});

describe('digits for get-ticket', () => {
  it.each([undefined, ['notes']])(
    'are an id, and a ticket that is called so is told: %j',
    async (include) => {
      const more = include === undefined ? {} : { include };
      const { text } = await server.call('get-ticket', { id: '101740', ...more });
      expect(text).toMatch(/^Ticket 101740\n/);
      expect(text).toMatch(new RegExp(`^Note: 101740 is the name of another record too: ${ticket} = `, 'm'));
      const named = await server.call('get-ticket', { id: '30309999', ...more });
      expect(named.text).toMatch(/^Note: no record has the id 30309999; this one is called 30309999$/m);
      const none = await server.call('get-ticket', { id: '30308888', ...more });
      expect(none.text).toMatch(/There is no record 30308888 in Tickets/);
    },
  );
});
