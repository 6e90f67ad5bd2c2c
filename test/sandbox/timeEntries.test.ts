import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { type Caller, callerOf, eq, questionsOf } from './caller.js';

let sandbox: Sandbox;
let call: Caller;
const { errorsOf, made, item, first } = questionsOf((...request) => call(...request));
beforeAll(async () => {
  sandbox = await startSandbox({ limits: { threshold: 1_000_000 } });
  call = callerOf(sandbox);
});
afterAll(() => sandbox.close());

const ticket = { companyID: 175, title: 'Test', status: 1, priority: 2 };
/** A person with the role it holds by default. */
const worker = { resourceID: 29682886, roleID: 29682902 };

describe('time entries', () => {
  const day = { dateWorked: '2026-11-18', hoursWorked: 1 };

  test('are booked on exactly one thing, with times that make sense', async () => {
    const id = await made('Tickets', ticket);
    const on = (more: object) => errorsOf('POST', 'TimeEntries', { ...worker, ...more });
    expect(await on({ ticketID: id, ...day })).toEqual(['accepted']);
    expect(await on({ ticketID: id, internalBillingCodeID: 29682809, ...day })).toEqual([
      'Only one of ticketID,taskID and InternallAllocationCodeID can be used at once',
    ]);
    expect(await on({ ticketID: id })).toEqual([
      'Must have at least one of hoursWorked or startDateTime/endDateTime',
      'dateWorked is required when no value is supplied for startDateTime',
    ]);
    expect(await on({ ticketID: id, ...day, hoursWorked: 25 })).toEqual([
      'hoursWorked greater than 24 hours or less than zero hours',
    ]);
    expect(await on({ ticketID: id, ...day, roleID: null })).toEqual([
      'TimeEntries for Tickets must have a roleID',
    ]);
    expect(await on({ taskID: 1, ...day })).toEqual(['This taskID does not reference a valid Task']);
    expect(await on({ ticketID: id, ...day, billingCodeID: 29682809 })).toEqual([
      'The given allocation code is not an active general allocation code',
    ]);
    expect(await on({ internalBillingCodeID: 29682809, ...day })).toEqual(['accepted']);
    expect(await errorsOf('POST', 'TimeEntries', { ticketID: id, roleID: 29682902, ...day })).toContain(
      'Value does not exist for the required field resourceID',
    );
    expect((await call('POST', `Tickets/${id}/TimeEntries`, {})).status).toBe(404);
  });

  test('task time needs the resource on the task', async () => {
    const task = await first('Tasks', { op: 'exist', field: 'assignedResourceID' });
    const mine = { resourceID: task.assignedResourceID, roleID: task.assignedResourceRoleID };
    expect(await errorsOf('POST', 'TimeEntries', { ...mine, taskID: task.id, ...day })).toEqual(['accepted']);
    const other =
      task.assignedResourceID === worker.resourceID ? { resourceID: 29682885, roleID: 29682901 } : worker;
    expect(await errorsOf('POST', 'TimeEntries', { ...other, taskID: task.id, ...day })).toEqual([
      'This roleID is not valid for this Task and Resource',
    ]);
  });

  test('hours follow from start and stop; hours alone change nothing', async () => {
    const ticketID = await made('Tickets', ticket);
    const times = { startDateTime: '2026-11-18T09:00:00Z', endDateTime: '2026-11-18T10:30:00Z' };
    const id = await made('TimeEntries', { ...worker, ticketID, ...times });
    expect(await item(`TimeEntries/${id}`)).toMatchObject({
      hoursWorked: 1.5,
      dateWorked: '2026-11-18T00:00:00.000Z',
      timeEntryType: 2,
    });
    await call('PATCH', 'TimeEntries', { id, hoursWorked: 4 });
    expect((await item(`TimeEntries/${id}`)).hoursWorked).toBe(1.5);
  });

  test('others’ entries stay, and posted ones too', async () => {
    const open = await first(
      'TimeEntries',
      { op: 'notExist', field: 'billingApprovalDateTime' },
      eq('timeEntryType', 2),
    );
    expect(await errorsOf('DELETE', `TimeEntries/${open.id}`, undefined)).toEqual([
      'You do not have permission to delete time entries that you did not create',
    ]);
    const posted = await first('TimeEntries', { op: 'exist', field: 'billingApprovalDateTime' });
    expect(await errorsOf('PATCH', 'TimeEntries', { id: posted.id, summaryNotes: 'x' })).toContain(
      'You cannot edit time entries that have been posted.',
    );
    const ticketID = await made('Tickets', ticket);
    const own = await made('TimeEntries', { ...worker, ticketID, ...day });
    expect(
      await errorsOf(
        'PATCH',
        'TimeEntries',
        { id: own, summaryNotes: 'x' },
        { ImpersonationResourceId: '29682885' },
      ),
    ).toEqual(['User not authorized to change Show On Invoice values for Ticket time entries']);
    expect((await call('DELETE', `TimeEntries/${own}`)).body).toEqual({ itemId: own });
  });

  test('a contract can ask for start and stop', async () => {
    const contract = await first('Contracts', eq('companyID', 175), eq('contractType', 7));
    await call('PATCH', 'Contracts', { id: contract.id, timeReportingRequiresStartAndStopTimes: 1 });
    const ticketID = await made('Tickets', { ...ticket, contractID: contract.id });
    expect(await errorsOf('POST', 'TimeEntries', { ...worker, ticketID, ...day })).toEqual([
      'TimeEntries for Service tickets require a start and stop time.',
    ]);
  });
});
