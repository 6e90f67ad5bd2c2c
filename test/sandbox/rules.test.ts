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
/** A person with the role it holds by default: 29682886 is an engineer. */
const pair = { assignedResourceID: 29682886, assignedResourceRoleID: 29682902 };
const worker = { resourceID: 29682886, roleID: 29682902 };

describe('tickets', () => {
  test('a resource needs a role, and one it holds', async () => {
    const both =
      'Data violation: When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.';
    expect(await errorsOf('POST', 'Tickets', { ...ticket, assignedResourceID: 29682886 })).toEqual([both]);
    expect(await errorsOf('POST', 'Tickets', { ...ticket, assignedResourceRoleID: 29682902 })).toEqual([
      both,
    ]);
    expect(
      await errorsOf('POST', 'Tickets', { ...ticket, ...pair, assignedResourceRoleID: 29682906 }),
    ).toEqual(['The specified AssignedResourceID and AssignedRoleID combination is not currently defined']);
    expect(await errorsOf('POST', 'Tickets', { ...ticket, ...pair })).toEqual(['accepted']);
    const apiUser = await errorsOf('POST', 'Tickets', { ...ticket, ...pair, assignedResourceID: 29682884 });
    expect(apiUser[0]).toBe(
      'Reference value on field: assignedResourceID of type: Resource does not exist or is invalid.',
    );
  });

  test('contact, contract and location belong to the company', async () => {
    const contact = await first('Contacts', eq('companyID', 176), eq('isActive', 1));
    const contract = await first('Contracts', { op: 'noteq', field: 'companyID', value: 175 });
    const location = await first('CompanyLocations', eq('companyID', 176));
    expect(await errorsOf('POST', 'Tickets', { ...ticket, contactID: contact.id })).toEqual([
      'Data violation: contactID is not associated to the companyID or its Parent Company..',
    ]);
    expect(await errorsOf('POST', 'Tickets', { ...ticket, contractID: contract.id })).toEqual([
      `contractID [${contract.id}] is not associated to companyID [175] or its parent.`,
    ]);
    expect(await errorsOf('POST', 'Tickets', { ...ticket, companyLocationID: location.id })).toEqual([
      `The companyLocationID[${location.id}] cannot be associated with the Ticket. The CompanyLocation must belong to the Ticket's, ConfigurationItem's, or the Contact's Company.`,
    ]);
  });

  test('a category can demand more', async () => {
    expect(
      await errorsOf('POST', 'Tickets', { ...ticket, ticketCategory: 2, dueDateTime: '2030-01-01' }),
    ).toEqual(['queueID is required', 'billingCodeID is required']);
  });

  test('an update is checked as a whole, and an empty contract on a move is kept', async () => {
    const contract = await first('Contracts', eq('companyID', 175), eq('contractType', 7));
    const id = await made('Tickets', { ...ticket, contractID: contract.id });
    expect(await errorsOf('PATCH', 'Tickets', { id, companyID: 176 })).toEqual([
      `contractID [${contract.id}] is not associated to companyID [176] or its parent.`,
    ]);
    expect(await errorsOf('PATCH', 'Tickets', { id, companyID: 176, contractID: null })).toEqual([
      'accepted',
    ]);
    expect(await item(`Tickets/${id}`)).toMatchObject({ companyID: 176, contractID: contract.id });
    expect((await errorsOf('PATCH', 'Tickets', { id, description: 'later' }))[0]).toMatch(/^contractID/);
  });

  test('completing stamps the completion, reopening takes it back, and history follows', async () => {
    const id = await made('Tickets', ticket);
    await call('PATCH', 'Tickets', { id, status: 5 });
    expect(await item(`Tickets/${id}`)).toMatchObject({
      completedDate: expect.any(String),
      completedByResourceID: 29682884,
    });
    await call('PATCH', 'Tickets', { id, status: 8 });
    expect(await item(`Tickets/${id}`)).toMatchObject({ completedDate: null, resolvedDateTime: null });
    const { body } = await call('POST', 'TicketHistory/query', { filter: [eq('ticketID', id)] });
    expect(body.items.map((row: { action: string }) => row.action)).toEqual([
      'Created',
      'Updated',
      'Updated',
    ]);
  });

  test('helpers are not the primary, notes cannot be deleted, charges can', async () => {
    const id = await made('Tickets', { ...ticket, ...pair });
    expect(await errorsOf('POST', `Tickets/${id}/SecondaryResources`, worker)).toHaveLength(1);
    const note = await made(`Tickets/${id}/Notes`, { description: 'd', noteType: 1, publish: 2 });
    expect((await call('DELETE', `Tickets/${id}/Notes/${note}`)).status).toBe(405);
    expect(await errorsOf('POST', `Tickets/${id}/Notes`, { description: 'd', publish: 3 })).toEqual([
      'Value does not exist for the required field noteType',
      'Picklist value [3] does not exist for publish. ; on record number [1].',
    ]);
    expect(await errorsOf('PATCH', `Tickets/${id}/Notes`, { id: note, description: 'changed' })).toEqual([
      'accepted',
    ]);
    const charge = { name: 'Cable', chargeType: 1, datePurchased: '2026-11-01', unitQuantity: 1 };
    const made2 = await made(`Tickets/${id}/Charges`, charge);
    expect((await call('DELETE', `Tickets/${id}/Charges/${made2}`)).body).toEqual({ itemId: made2 });
  });

  test('a checklist library brings its items along', async () => {
    const id = await made('Tickets', ticket);
    const library = await first('ChecklistLibraryChecklistItems', { op: 'exist', field: 'id' });
    await made(`Tickets/${id}/ChecklistLibraries`, { checklistLibraryID: library.checklistLibraryID });
    const { items } = (await call('GET', `Tickets/${id}/ChecklistItems`)).body;
    expect(items.length).toBeGreaterThan(0);
    await call('PATCH', `Tickets/${id}/ChecklistItems`, { id: items[0].id, isCompleted: true });
    expect((await item(`TicketChecklistItems/${items[0].id}`)).completedDateTime).toEqual(expect.any(String));
  });
});

describe('projects', () => {
  test('tasks need a type, and a department and work type when somebody is assigned', async () => {
    const project = await first('Projects', { op: 'exist', field: 'id' });
    const at = `Projects/${project.id}/Tasks`;
    expect(await errorsOf('POST', at, { title: 'T', status: 1 })).toEqual([
      'Value does not reference an existing entity for taskType . ',
    ]);
    expect(await errorsOf('POST', at, { title: 'T', status: 1, taskType: 1, ...pair })).toEqual([
      'departmentID is a required field when a Resource (primary/secondary) is assigned to a Task',
      'billingCodeID is a required field when a Resource (primary/secondary) is assigned to a Task',
    ]);
    const rest = { departmentID: 29683401, billingCodeID: 29682804 };
    expect(
      await errorsOf('POST', at, {
        title: 'T',
        status: 1,
        taskType: 1,
        ...pair,
        ...rest,
        assignedResourceRoleID: 29682906,
      }),
    ).toEqual(['The Task "T" has an invalid Resource and Role combination.']);
    const id = await made(at, { title: 'T', status: 1, taskType: 1, ...pair, ...rest });
    expect((await call('PATCH', at, { id, status: 5 })).body).toEqual({ itemId: id });
    expect((await item(`Tasks/${id}`)).completedDateTime).toEqual(expect.any(String));
    expect((await call('PATCH', 'Tasks', { id, status: 5 })).status).toBe(404);
  });

  test('contracts end after they start; company and type are fixed', async () => {
    const contract = await first('Contracts', eq('companyID', 176), eq('status', 1));
    expect(await errorsOf('PATCH', 'Contracts', { id: contract.id, endDate: '2001-01-01' })).toEqual([
      'Contract EndDate must be after StartDate.',
    ]);
    expect(
      await errorsOf('PATCH', 'Contracts', { id: contract.id, companyID: 177, contractType: 4 }),
    ).toEqual(['accepted']);
    expect(await item(`Contracts/${contract.id}`)).toMatchObject({
      companyID: 176,
      contractType: contract.contractType,
    });
  });
});

test('records generated later do not invent a past for a record created earlier', async () => {
  const fresh = await startSandbox({ scale: 0.1 });
  const ask = callerOf(fresh);
  const id = (await ask('POST', 'Tickets', ticket)).body.itemId;
  const about = { filter: [eq('ticketID', id)] };
  for (const [entity, expected] of [
    ['TicketHistory', 1],
    ['TicketNotes', 0],
    ['TimeEntries', 0],
    ['TicketAttachments', 0],
  ] as const) {
    const { body } = await ask('POST', `${entity}/query/count`, about);
    expect([entity, body.queryCount]).toEqual([entity, expected]);
  }
  await fresh.close();
});

test('webhooks become ready with their first subscribed field', async () => {
  const id = await made('TicketWebhooks', {
    name: 'Hook',
    webhookUrl: 'https://a.example',
    deactivationUrl: 'https://b.example',
    secretKey: 's',
    isActive: true,
    sendThresholdExceededNotification: false,
  });
  expect(await item(`TicketWebhooks/${id}`)).toMatchObject({
    isReady: false,
    webhookGUID: expect.stringMatching(/-/),
    ownerResourceID: 29682884,
  });
  const fields = (await call('GET', 'TicketWebhookFields/entityInformation/fields')).body.fields;
  const values = fields.find((field: { name: string }) => field.name === 'fieldID').picklistValues;
  const title = values.find((value: { label: string }) => value.label === 'title');
  const field = await made(`TicketWebhooks/${id}/Fields`, {
    fieldID: Number(title.value),
    webhookID: id,
    isDisplayAlwaysField: true,
    isSubscribedField: true,
  });
  expect((await item(`TicketWebhooks/${id}`)).isReady).toBe(true);
  await call('DELETE', `TicketWebhooks/${id}/Fields/${field}`);
  expect((await item(`TicketWebhooks/${id}`)).isReady).toBe(false);
  expect((await call('DELETE', `TicketWebhooks/${id}`)).body).toEqual({ itemId: id });
});

describe('time off', () => {
  test('is approved by GET and rejected by POST, in the name of an approver', async () => {
    const waiting = async () => first('TimeOffRequests', eq('status', 1));
    const approver = { ImpersonationResourceId: '29682885' };
    const one = await waiting();
    expect((await call('GET', `TimeOffRequests/${one.id}/Approve`)).status).toBe(500);
    expect((await call('GET', `TimeOffRequests/${one.id}/Approve`, undefined, approver)).body).toEqual({
      itemId: one.id,
    });
    expect(await item(`TimeOffRequests/${one.id}`)).toMatchObject({
      status: 2,
      approveRejectResourceID: 29682885,
    });
    const two = await waiting();
    const body = { timeOffRequestID: two.id, reason: 'Too many away' };
    expect((await call('POST', `TimeOffRequests/${two.id}/Reject`, body, approver)).body).toEqual({
      itemId: two.id,
    });
    expect(await item(`TimeOffRequests/${two.id}`)).toMatchObject({
      status: 3,
      rejectReason: 'Too many away',
    });
    expect((await call('POST', `TimeOffRequests/${two.id}/Approve`, {}, approver)).status).toBe(405);
  });

  test('requests are made below their resource', async () => {
    const body = { requestDate: '2026-12-24', hours: 8, timeOffRequestType: 1 };
    const id = await made('Resources/29682886/TimeOffRequests', body);
    expect(await item(`TimeOffRequests/${id}`)).toMatchObject({ resourceID: 29682886, status: 1 });
    const year = new Date().getUTCFullYear();
    expect((await call('GET', `Resources/29682886/TimeOffBalances/${year}`)).body.item).toMatchObject({
      year,
    });
  });
});
