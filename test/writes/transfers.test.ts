import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { everyRecord, type Item, makeRecord, recordsWhere } from '../support/records.js';
import { type Rig, rig, writesSince } from './support.js';

/** Who else takes part in a record: secondary resources and additional contacts, given to somebody else. */
let sandbox: Sandbox;
let server: Rig;
const [karim, hugo, bianca] = [29682890, 29682886, 29682885];
const [open, closed] = [1, 5];
let roles: ReadonlyMap<number, number>;

beforeEach(async () => {
  sandbox = await startSandbox({
    today: new Date('2026-11-20T12:00:00Z'),
    scale: 0.05,
    limits: { threshold: 1_000_000 },
  });
  server = await rig(sandbox);
  const staff = await everyRecord(sandbox, 'Resources');
  roles = new Map(
    staff.map(({ id, defaultServiceDeskRoleID }) => [Number(id), Number(defaultServiceDeskRoleID)]),
  );
});
afterEach(async () => {
  await server.close();
  await sandbox.close();
});

let unique = 0;
/** A ticket, who is assigned to it, and who helps. */
async function ticket(assigned: number, helpers: readonly number[], status = open) {
  unique += 1;
  const id = await makeRecord(sandbox, 'Tickets', {
    title: `Shared ${unique}`,
    companyID: 175,
    priority: 2,
    status,
    assignedResourceID: assigned,
    assignedResourceRoleID: roles.get(assigned),
  });
  for (const resourceID of helpers)
    await makeRecord(sandbox, `Tickets/${id}/SecondaryResources`, {
      ticketID: id,
      resourceID,
      roleID: roles.get(resourceID),
    });
  return id;
}
const eq = (field: string, value: unknown) => ({ op: 'eq', field, value });
const helpersOf = async (id: number) =>
  (await recordsWhere(sandbox, 'TicketSecondaryResources', eq('ticketID', id))).map((row) => row.resourceID);
const assignedTo = async (id: number) =>
  (await recordsWhere(sandbox, 'Tickets', eq('id', id)))[0]?.assignedResourceID;

async function transferred(args: Record<string, unknown>) {
  const from = sandbox.requests.length;
  const preview = (await server.call('transfer-work', args)).text;
  expect(writesSince(sandbox, from)).toEqual([]);
  const { text } = await server.call('transfer-work', { ...args, confirm: 'TRANSFER_WORK' });
  return { preview, text, receipt: /Receipt: (w-[0-9a-f]{12})/.exec(text)?.[1] ?? '' };
}
const done = /skipped 0, refused 0, unknown 0, not reached 0\./;
const own = ({ id: _, ...row }: Item) => JSON.stringify(row);
const helpers = async () => (await everyRecord(sandbox, 'TicketSecondaryResources')).map(own).sort();

describe('secondary resources', () => {
  it('go over on what is open, nobody is on a ticket twice, and undo brings them back', async () => {
    const cases = {
      helps: await ticket(bianca, [karim]),
      helpsTheOther: await ticket(hugo, [karim]),
      bothHelp: await ticket(bianca, [karim, hugo]),
      isHelped: await ticket(karim, [hugo]),
      over: await ticket(bianca, [karim], closed),
    };
    const before = await helpers();
    const args = { kind: 'resource', from: 'Karim Webb', to: 'Hugo Hart' };
    const warnings: string[] = [];
    const warned = ({ name }: Error) => warnings.push(name);
    process.on('warning', warned);
    const { preview, text, receipt } = await transferred(args);
    process.off('warning', warned);
    // Much is read at the same time, which is no leak.
    expect(warnings).toEqual([]);
    expect(preview).toMatch(/TicketSecondaryResource/);
    expect(text).toMatch(done);
    expect(await helpersOf(cases.helps)).toEqual([hugo]);
    expect(await helpersOf(cases.helpsTheOther)).toEqual([]);
    expect(await helpersOf(cases.bothHelp)).toEqual([hugo]);
    expect(await helpersOf(cases.isHelped)).toEqual([]);
    expect(await assignedTo(cases.isHelped)).toBe(hugo);
    expect(await helpersOf(cases.over)).toEqual([karim]);
    const undone = await server.call('write-receipt', { receipt, action: 'undo', confirm: 'WRITE_RECEIPT' });
    expect(undone.text).toMatch(/refused 0, unknown 0, not reached 0\./);
    expect(await helpers()).toEqual(before);
    expect(await assignedTo(cases.isHelped)).toBe(karim);
  });

  it('go over alone where nothing else is asked for, on tasks too', async () => {
    const [task] = (await everyRecord(sandbox, 'Tasks')).filter(
      ({ completedDateTime, assignedResourceID }) =>
        (completedDateTime ?? null) === null && assignedResourceID !== karim && assignedResourceID !== hugo,
    );
    const taskID = Number(task?.id);
    const roleID = roles.get(karim);
    await makeRecord(sandbox, `Tasks/${taskID}/SecondaryResources`, { taskID, resourceID: karim, roleID });
    const kept = await ticket(karim, []);
    const entities = ['TaskSecondaryResources', 'TicketSecondaryResources'];
    const { text } = await transferred({ kind: 'resource', from: karim, to: hugo, entities });
    expect(text).toMatch(done);
    const rows = await recordsWhere(sandbox, 'TaskSecondaryResources', eq('taskID', taskID));
    expect(rows.map(({ resourceID }) => resourceID)).toContain(hugo);
    expect(rows.map(({ resourceID }) => resourceID)).not.toContain(karim);
    expect(await assignedTo(kept)).toBe(karim);
  });

  it('are as many as one call may write of each kind, and the rest is told', async () => {
    await server.close();
    server = await rig(sandbox, { env: { AUTOTASK_MAX_RECORDS_PER_CALL: '100,delete=2' } });
    for (let at = 0; at < 4; at++) await ticket(bianca, [karim]);
    const args = { kind: 'resource', from: karim, to: hugo, entities: ['TicketSecondaryResources'] };
    const { preview, text } = await transferred(args);
    expect(preview).toMatch(/\d+ more are theirs: call again afterwards/);
    expect(text).toMatch(/done 4, /);
  });
});

it('teams of active companies go over, nobody is in one twice, and undo brings them back', async () => {
  const companies = (await everyRecord(sandbox, 'Companies')).filter(
    ({ isActive, ownerResourceID }) =>
      (isActive === true || isActive === 1) && ![karim, hugo].includes(Number(ownerResourceID)),
  );
  const teamOf = async (companyID: number) =>
    (await recordsWhere(sandbox, 'CompanyTeams', eq('companyID', companyID))).map((row) => row.resourceID);
  const [alone = 0, both = 0] = companies.map(({ id }) => Number(id));
  for (const [companyID, members] of [
    [alone, [karim]],
    [both, [karim, hugo]],
  ] as const) {
    const there = await teamOf(companyID);
    for (const resourceID of members)
      if (!there.includes(resourceID))
        await makeRecord(sandbox, `Companies/${companyID}/Teams`, { companyID, resourceID });
  }
  const teams = async () => (await everyRecord(sandbox, 'CompanyTeams')).map(own).sort();
  const before = await teams();
  const args = { kind: 'resource', from: karim, to: hugo, entities: ['CompanyTeams'] };
  const { preview, text, receipt } = await transferred(args);
  expect(preview).toMatch(/sales orders, approvals, roles and queues, and what is closed stay as they are/);
  expect(text).toMatch(done);
  for (const companyID of [alone, both]) {
    const members = await teamOf(companyID);
    expect(members.filter((one) => one === hugo)).toEqual([hugo]);
    expect(members).not.toContain(karim);
  }
  await server.call('write-receipt', { receipt, action: 'undo', confirm: 'WRITE_RECEIPT' });
  expect(await teams()).toEqual(before);
});

it('additional contacts go over on what is open', async () => {
  const person = { companyID: 175, isActive: 1 };
  const contact = (lastName: string) =>
    makeRecord(sandbox, 'Companies/175/Contacts', { ...person, firstName: 'Extra', lastName });
  const [leaving, taking] = [await contact('Leaving'), await contact('Taking')];
  const of = async (contactID: number | null, more: readonly number[], status = open) => {
    const id = await makeRecord(sandbox, 'Tickets', {
      title: 'x',
      companyID: 175,
      priority: 2,
      status,
      contactID,
    });
    for (const one of more)
      await makeRecord(sandbox, `Tickets/${id}/AdditionalContacts`, { ticketID: id, contactID: one });
    return id;
  };
  const cases = {
    told: await of(null, [leaving]),
    toldBeside: await of(taking, [leaving]),
    both: await of(null, [leaving, taking]),
    over: await of(null, [leaving], closed),
  };
  const toldOf = async (id: number) =>
    (await recordsWhere(sandbox, 'TicketAdditionalContacts', eq('ticketID', id))).map((row) => row.contactID);
  const { text } = await transferred({ kind: 'contact', from: 'Extra Leaving', to: 'Extra Taking' });
  expect(text).toMatch(done);
  expect(await toldOf(cases.told)).toEqual([taking]);
  expect(await toldOf(cases.toldBeside)).toEqual([]);
  expect(await toldOf(cases.both)).toEqual([taking]);
  expect(await toldOf(cases.over)).toEqual([leaving]);
});
