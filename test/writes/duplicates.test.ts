import { afterEach, beforeEach, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { recordsWhere } from '../support/records.js';
import { type Rig, type RigOptions, rig, tokenIn, writesSince } from './support.js';

/** A record that was just created is not created again by mistake. */
let sandbox: Sandbox;
let server: Rig;

async function start(options: RigOptions = {}) {
  await server?.close();
  server = await rig(sandbox, options);
}
beforeEach(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z'), limits: { threshold: 1_000_000 } });
  server = await rig(sandbox);
});
afterEach(async () => {
  await server.close();
  await sandbox.close();
});

const ticket = { title: 'Printer jams', companyID: 'Contoso Ltd', dueDateTime: '2030-01-01', queueID: 5 };
const confirm = 'CREATE_TICKET';
const create = (more: Record<string, unknown> = {}) => server.call('create-ticket', { ...ticket, ...more });
const tickets = () => recordsWhere(sandbox, 'Tickets', { op: 'eq', field: 'title', value: ticket.title });
const equals = /Equals Ticket \d+, created through this server less than a minute ago/;

it.each(['token', 'preview', 'elicit'])(
  'names the equal record and needs again: true, confirmed by %s',
  async (mode) => {
    await start({ env: { AUTOTASK_CONFIRM_MODE: mode }, human: () => 'yes' });
    const confirmed = async (more: Record<string, unknown> = {}) =>
      create({
        ...more,
        confirm: mode === 'preview' ? tokenIn((await create(more)).text) || confirm : confirm,
      });
    expect((await confirmed()).text).toMatch(/^Created Ticket/);
    const from = sandbox.requests.length;
    const held = await confirmed();
    expect(held.text).toMatch(/^PREVIEW, nothing was written\. /);
    expect(held.text).toMatch(equals);
    expect(held.text).toContain('call again with again: true');
    expect(tokenIn(held.text)).toBe('');
    expect(writesSince(sandbox, from)).toEqual([]);
    // One that differs in anything is another one: only a warning.
    expect((await confirmed({ description: 'The other printer' })).text).toMatch(/^Created Ticket/);
    expect((await confirmed({ again: true })).text).toMatch(/^Created Ticket/);
    expect((await tickets()).length).toBe(3);
  },
);

it('knows one whose answer was lost, whoever asks, and forgets one that was deleted', async () => {
  sandbox.faults.add({
    fault: { kind: 'reset', when: 'after' },
    method: 'POST',
    path: 'V1.0/Tickets',
    times: 1,
  });
  expect((await create({ confirm })).text).toMatch(/may or may not/);
  expect((await create({ confirm })).text).toMatch(/Equals Ticket, and whether it was stored is not known/);
  expect((await tickets()).length).toBe(1);
  const group = {
    entity: 'ContactGroups',
    data: { name: 'Board', isActive: true },
    confirm: 'CREATE_ENTITY',
  };
  const [, id] = /ContactGroup (\d+)/.exec((await server.call('create-entity', group)).text) ?? [];
  await server.call('delete-entity', { entity: 'ContactGroups', id, confirm: 'DELETE_ENTITY' });
  expect((await server.call('create-entity', group)).text).toMatch(/^Created ContactGroup/);
});

it('skips equal ones among several, in one call too', async () => {
  const items = [{ ticketID: 'x' }, { ticketID: 'x' }].map(() => ({ name: 'Twins', isActive: true }));
  const args = { entity: 'ContactGroups', items, confirm: 'CREATE_ENTITY' };
  const { text } = await server.call('create-entity', args);
  expect(text).toMatch(/done 1, skipped 1/);
  expect(text).toMatch(/is in this call twice; again: true makes both/);
  const repeated = await server.call('create-entity', args);
  expect(repeated.text).toMatch(/nothing to write: 2 skipped[\s\S]*equals ContactGroup \d+/);
});

it('finds the record of an earlier mark, also after a restart', async () => {
  const env = { AUTOTASK_MARK_FIELDS: 'Tickets.externalID' };
  await start({ env });
  const marked = { externalID: 'from-the-phone-42' };
  expect((await create({ fields: marked, confirm })).text).toMatch(/^Created Ticket/);
  await start({ env });
  const other = { title: 'Something else', fields: marked, confirm };
  const from = sandbox.requests.length;
  expect((await create(other)).text).toMatch(/Has the mark of Ticket \d+/);
  expect(writesSince(sandbox, from)).toEqual([]);
  expect((await create({ ...other, again: true })).text).toMatch(/^Created Ticket/);
});

it('takes again from tools that create, and from no other', async () => {
  await expect(server.call('update-ticket', { id: 1, title: 'x', again: true })).resolves.toMatchObject({
    text: expect.stringMatching(/again is not an argument/),
  });
});
