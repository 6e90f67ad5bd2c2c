import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { makeRecord, recordsWhere } from '../support/records.js';
import { type Rig, type RigOptions, rig, writesSince } from './support.js';

/** What technicians do daily, as one plan with one confirmation. */
let sandbox: Sandbox;
let server: Rig;

async function start(options: RigOptions = {}) {
  await server?.close();
  server = await rig(sandbox, options);
}
beforeEach(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z'), limits: { threshold: 1_000_000 } });
  server = await rig(sandbox, { env: { AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' } });
});
afterEach(async () => {
  await server.close();
  await sandbox.close();
});

const rowsOf = (entity: string, field: string, value: unknown) =>
  recordsWhere(sandbox, entity, { op: 'eq', field, value });
const sent = (from: number) =>
  writesSince(sandbox, from).map(({ method, path }) => `${method} ${path.replace('V1.0/', '')}`);

describe('a ticket that is completed', () => {
  let id: number;
  let items: readonly number[];
  beforeEach(async () => {
    const open = await recordsWhere(sandbox, 'Tickets', { op: 'noteq', field: 'status', value: 5 });
    const assigned = open.find(
      ({ assignedResourceID, ticketCategory }) => assignedResourceID && ticketCategory === 1,
    );
    id = Number(assigned?.id);
    items = [];
    for (const itemName of ['Back up', 'Restart', 'Tell the customer']) {
      const made = await makeRecord(sandbox, `Tickets/${id}/ChecklistItems`, { ticketID: id, itemName });
      items = [...items, made];
    }
  });
  const closing = (more: Record<string, unknown> = {}) => ({
    id,
    status: 'Complete',
    resolution: 'Replaced the cable.',
    time: { hoursWorked: 0.5, resourceID: 29682885, summaryNotes: 'Replaced the cable' },
    note: { title: 'Solved', description: 'It works again.', publish: 'All Autotask Users' },
    checklist: ['all'],
    confirm: 'UPDATE_TICKET',
    ...more,
  });

  it('gets checklist, time, note and then its status, by one preview and one confirmation', async () => {
    const { confirm: _, ...asked } = closing();
    const preview = await server.call('update-ticket', asked);
    expect(preview.text).toMatch(
      /would update 3 TicketChecklistItems, 1 Tickets; create 1 TimeEntries, 1 TicketNotes/,
    );
    expect(preview.text).toMatch(/Who sees it: .*customer/i);
    const from = sandbox.requests.length;
    const { text } = await server.call('update-ticket', closing());
    expect(text).toMatch(/done 6, skipped 0, refused 0, unknown 0, not reached 0\./);
    expect(sent(from)).toEqual([
      ...items.map(() => `PATCH Tickets/${id}/ChecklistItems`),
      'POST TimeEntries',
      `POST Tickets/${id}/Notes`,
      'PATCH Tickets',
    ]);
    const [ticket] = await rowsOf('Tickets', 'id', id);
    expect(ticket).toMatchObject({ status: 5, resolution: 'Replaced the cable.' });
    const ticked = await rowsOf('TicketChecklistItems', 'ticketID', id);
    expect(ticked.filter(({ isCompleted }) => isCompleted !== true)).toEqual([]);
    // Undone from the last to the first; what Autotask does not take back is said first.
    const [, receipt = ''] = /Receipt: (w-[0-9a-f]{12})/.exec(text) ?? [];
    const undo = await server.call('write-receipt', { receipt, action: 'undo' });
    expect(undo.text).toMatch(
      /Note: 1 of 6 cannot be undone[^\n]*\nSkipped: TicketNote "Solved"[^\n]*cannot be undone/,
    );
    await server.call('write-receipt', { receipt, action: 'undo', confirm: 'WRITE_RECEIPT' });
    const [again] = await rowsOf('Tickets', 'id', id);
    expect(again?.status).not.toBe(5);
  });

  it('stays open, and nothing is told to the customer, when its time is refused', async () => {
    sandbox.faults.add({
      fault: { kind: 'serverError', errors: ['The field dateWorked must not be in a submitted timesheet.'] },
      method: 'POST',
      path: 'V1.0/TimeEntries',
      times: 1,
    });
    const { text } = await server.call('update-ticket', closing());
    expect(text).toMatch(/done 3, skipped 0, refused 1, unknown 0, not reached 2\./);
    expect(text).toMatch(/not reached\tTicketNote "Solved"[^\n]*needs TimeEntry/);
    expect((await rowsOf('Tickets', 'id', id))[0]?.status).not.toBe(5);
  });

  it('takes the plain values as well, items by name, and several tickets', async () => {
    const from = sandbox.requests.length;
    await server.call('update-ticket', { id, checklist: 'restart, 99999999', confirm: 'UPDATE_TICKET' });
    const wrong = await server.call('update-ticket', { id, checklist: ['Reboot'], confirm: 'UPDATE_TICKET' });
    expect(wrong.text).toMatch(
      /checklist: no item of this ticket is called "Reboot"\. Valid: \d+ = Back up, /,
    );
    expect(sent(from)).toEqual([]);
    await server.call('update-ticket', { id, checklist: ['restart'], confirm: 'UPDATE_TICKET' });
    expect(sent(from)).toEqual([`PATCH Tickets/${id}/ChecklistItems`]);
    const others = (await recordsWhere(sandbox, 'Tickets', { op: 'noteq', field: 'status', value: 5 })).slice(
      0,
      2,
    );
    const { text } = await server.call('update-ticket', {
      ids: others.map((ticket) => ticket.id),
      note: 'We are closing this.',
      status: 'Complete',
      confirm: 'UPDATE_TICKET',
    });
    expect(text).toMatch(/^Created 2 TicketNotes; Updated 2 Tickets: done 4/);
    const [note] = (await rowsOf('TicketNotes', 'ticketID', others[0]?.id)).slice(-1);
    expect(note).toMatchObject({ title: 'Note', description: 'We are closing this.' });
  });

  it.each([
    [{ time: '0.5' }, /^- time\.resourceID: is required: .*time: \{"hoursWorked":…,"resourceID":…\}\.$/m],
    [{ time: '0.5', resourceID: 'Gabor Archer' }, /^- resourceID: whose time is it, or who gets the ticket/m],
    [{ time: '0.5', technician: 'Gabor Archer' }, /^- technician: whose time is it, or who gets the ticket/m],
    [{ time: { hoursWorked: 45, resourceID: 29682885 } }, /^- time\.hoursWorked: must be more than 0/m],
  ])('says which part of the call is not right: %j', async (given, told) => {
    const { text } = await server.call('update-ticket', { id, status: 'Complete', ...given });
    expect(text).toMatch(told);
    expect(text).not.toMatch(/assignedResourceRoleID/);
  });

  it('tells what there is nothing to tick of', async () => {
    const tick = (more: Record<string, unknown>) =>
      server.call('update-ticket', { id, confirm: 'UPDATE_TICKET', ...more });
    await tick({ checklist: ['Restart'] });
    expect((await tick({ checklist: ['Restart'] })).text).toMatch(
      /^- checklist: ticked before: "Restart"\.$/m,
    );
    const rest = await server.call('update-ticket', { id, checklist: ['Restart', 'Back up'] });
    expect(rest.text).toMatch(/^Note: checklist: ticked before: "Restart"$/m);
    const open = await recordsWhere(sandbox, 'Tickets', { op: 'noteq', field: 'status', value: 5 });
    const lists = await recordsWhere(sandbox, 'TicketChecklistItems', { op: 'gt', field: 'id', value: 0 });
    const bare = open.find((ticket) => lists.every(({ ticketID }) => ticketID !== ticket.id));
    const none = await server.call('update-ticket', { id: bare?.id, checklist: ['all'] });
    expect(none.text).toMatch(/^- checklist: this ticket has no items\.$/m);
    const also = await server.call('update-ticket', { id: bare?.id, checklist: ['all'], status: 'Complete' });
    expect(also.text).toMatch(/^Note: checklist: this ticket has no items$/m);
  });

  it('is left alone where the policy forbids a part of it', async () => {
    await start();
    const from = sandbox.requests.length;
    const { text } = await server.call('update-ticket', closing());
    expect(text).toMatch(/does not allow writing what the customer sees/);
    expect(sent(from)).toEqual([]);
  });
});

describe('a ticket unless one is open', () => {
  const ticket = { title: 'Disk is full', companyID: 'Contoso Ltd', dueDateTime: '2030-01-01', queueID: 5 };
  const create = (more: Record<string, unknown> = {}) =>
    server.call('create-ticket', { ...ticket, unlessOpen: true, confirm: 'CREATE_TICKET', ...more });

  it('is created once, for each company and title, and again when the first is closed', async () => {
    expect((await create()).text).toMatch(/^Created Ticket/);
    const [first] = await rowsOf('Tickets', 'title', ticket.title);
    const from = sandbox.requests.length;
    const second = await create({ description: 'Alert 2' });
    expect(second.text).toMatch(
      /^Nothing was written: an open ticket of the same company and title is there\./,
    );
    expect(second.text).toContain(
      `Ticket ${String(first?.id)}: ${String(first?.ticketNumber)} Disk is full\tstatus: New`,
    );
    expect(sent(from)).toEqual([]);
    expect((await create({ title: 'Disk is nearly full' })).text).toMatch(/^Created Ticket/);
    expect((await create({ companyID: 'Fabrikam Inc' })).text).toMatch(/^Created Ticket/);
    await server.call('update-ticket', { id: first?.id, status: 'Complete', confirm: 'UPDATE_TICKET' });
    expect((await create({ description: 'Alert 3' })).text).toMatch(/^Created Ticket/);
  });
});

describe('work that is transferred', () => {
  const karim = 29682890;
  const hugo = 29682886;
  const transfer = (more: Record<string, unknown> = {}) =>
    server.call('transfer-work', { kind: 'resource', from: 'Karim Webb', to: 'Hugo Hart', ...more });

  it('is a dry run first, and then goes over with everything that is open', async () => {
    const from = sandbox.requests.length;
    const unseen = await transfer({ confirm: 'TRANSFER_WORK' });
    expect(unseen.text).toMatch(
      /^PREVIEW, nothing was written\. A query writes the records that its preview showed/,
    );
    expect(sent(from)).toEqual([]);
    expect(unseen.text).toMatch(/\d Tickets, .*CompanyToDos/);
    const { text } = await transfer({ confirm: 'TRANSFER_WORK' });
    expect(text).toMatch(/skipped 0, refused 0, unknown 0, not reached 0\./);
    const open = {
      op: 'and',
      items: [
        { op: 'eq', field: 'assignedResourceID', value: karim },
        { op: 'noteq', field: 'status', value: 5 },
      ],
    };
    expect(await recordsWhere(sandbox, 'Tickets', open)).toEqual([]);
    for (const request of writesSince(sandbox, from))
      expect(JSON.stringify(request.body)).toContain(String(hugo));
    expect((await transfer()).text).toMatch(/Nothing open is theirs/);
    const [, receipt = ''] = /Receipt: (w-[0-9a-f]{12})/.exec(text) ?? [];
    await server.call('write-receipt', { receipt, action: 'undo', confirm: 'WRITE_RECEIPT' });
    expect((await recordsWhere(sandbox, 'Tickets', open)).length).toBeGreaterThan(0);
  });

  it('takes visits to come along, by a new assignment before the old one goes', async () => {
    const [ticket] = await recordsWhere(sandbox, 'Tickets', { op: 'eq', field: 'companyID', value: 175 });
    const soon = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
    await server.call('book-service-call', {
      ticketIDs: [ticket?.id],
      resourceIDs: [karim],
      startDateTime: `${soon}T09:00:00Z`,
      endDateTime: `${soon}T10:00:00Z`,
      description: 'Visit',
      allowConflicts: true,
      confirm: 'BOOK_SERVICE_CALL',
    });
    const args = { entities: ['ServiceCalls'] };
    const before = (await rowsOf('ServiceCallTicketResources', 'resourceID', hugo)).length;
    await server.call('create-entity', {
      entity: 'Appointments',
      data: {
        resourceID: hugo,
        title: 'Dentist',
        startDateTime: `${soon}T09:30:00Z`,
        endDateTime: `${soon}T10:30:00Z`,
      },
      confirm: 'CREATE_ENTITY',
    });
    expect((await transfer(args)).text).toMatch(
      /Note: who takes over is not free for service call \d+: appointment Dentist/,
    );
    const { text } = await transfer({ ...args, confirm: 'TRANSFER_WORK' });
    expect(text).toMatch(/skipped 0, refused 0/);
    expect((await rowsOf('ServiceCallTicketResources', 'resourceID', hugo)).length).toBeGreaterThan(before);
  });

  it('gives what is open of a contact to another one of the same company', async () => {
    const contacts = await recordsWhere(sandbox, 'Contacts', { op: 'eq', field: 'isActive', value: 1 });
    const tickets = await recordsWhere(sandbox, 'Tickets', { op: 'noteq', field: 'status', value: 5 });
    const pairs = tickets.flatMap(({ contactID, companyID }) => {
      const other = contacts.find((contact) => contact.companyID === companyID && contact.id !== contactID);
      const own = contacts.find((contact) => contact.id === contactID && contact.companyID === companyID);
      return other && own ? [[own.id, other.id]] : [];
    });
    const [[leaving, taking] = []] = pairs;
    const args = { kind: 'contact', from: leaving, to: taking };
    expect((await transfer(args)).text).toMatch(/would update \d+ Tickets/);
    expect((await transfer({ ...args, confirm: 'TRANSFER_WORK' })).text).toMatch(
      /refused 0, unknown 0, not reached 0\./,
    );
    const stranger = contacts.find(
      ({ companyID }) => companyID !== contacts.find(({ id }) => id === leaving)?.companyID,
    );
    expect((await transfer({ ...args, to: stranger?.id })).text).toMatch(
      /to: is a contact of another company/,
    );
  });

  const refused: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ to: 'Karim Webb' }, /to: is the one who leaves/],
    [{ to: 'Clara Cole' }, /to: .*(not active|no active)/],
    [{ entities: ['Invoices'] }, /entities: Invoices is none of Tickets, Tasks, /],
    [{ kind: 'company' }, /kind/],
  ];
  it.each(refused)('is refused for %j', async (more, text) => {
    expect((await transfer(more)).text).toMatch(text);
  });
});
