import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RecordedRequest } from '../../src/sandbox/types.js';
import { type Connection, connect } from '../support/tenant.js';

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect({ env: { AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' } });
});
afterAll(() => tenant.close());

const isWrite = ({ method, path }: RecordedRequest) =>
  ['PATCH', 'PUT', 'DELETE'].includes(method) || (method === 'POST' && !/\/query(\/|$)/.test(path));

/** Calls a tool and returns its answer and the writes that reached the tenant. */
async function writing(tool: string, args: Record<string, unknown>) {
  let answer = { text: '', isError: false };
  const requests = await tenant.requestsOf(async () => {
    answer = await tenant.call(tool, args);
  });
  const writes = requests.filter(isWrite).map(({ method, path, body }) => ({ method, path, body }));
  return { ...answer, writes };
}
const confirmed = (tool: string, args: Record<string, unknown>) =>
  writing(tool, { ...args, confirm: tool.toUpperCase().replaceAll('-', '_') });

describe('create-ticket', () => {
  it('runs a first ticket as it stands, and says what it filled in', async () => {
    const { text, writes } = await writing('create-ticket', {
      title: 'VPN issue',
      companyID: '175',
      description: 'User cannot connect to VPN',
      confirm: 'CREATE_TICKET',
    });
    expect(text).toMatch(/^Created Ticket \d+\./);
    expect(text).toMatch(/Code=OpenTicketDetail&TicketID=\d+/);
    expect(text).toMatch(/status was not given: New \(1\)/);
    expect(text).toMatch(/priority was not given: Medium \(2\)/);
    expect(writes).toEqual([
      {
        method: 'POST',
        path: 'V1.0/Tickets',
        body: {
          title: 'VPN issue',
          companyID: 175,
          description: 'User cannot connect to VPN',
          status: 1,
          priority: 2,
        },
      },
    ]);
  });

  it('tells the number by which people know the ticket', async () => {
    const { text } = await confirmed('create-ticket', { title: 'VPN issue', company: 'Contoso Ltd' });
    const number = /^ticketNumber: (T\d{8}\.\d{4})$/m.exec(text)?.[1] ?? 'none';
    expect((await tenant.call('get-ticket', { id: number })).text).toContain('VPN issue');
  });

  it('states the same in the preview and fills nothing else', async () => {
    const { text, writes } = await writing('create-ticket', { title: 'VPN issue', company: 'Contoso Ltd' });
    expect(text).toMatch(/^PREVIEW, nothing was written/);
    expect(text).toMatch(/status: New \(1\)\npriority: Medium \(2\)\nNote: /);
    expect(text).toMatch(/Note: priority was not given: Medium \(2\)/);
    expect(writes).toEqual([]);
  });

  it('wants a role with a resource, suggests the default one, and takes both by name', async () => {
    const ticket = { title: 'x', companyID: 'Contoso Ltd', assignedResourceID: 'Bianca Almeida' };
    const { text, writes } = await confirmed('create-ticket', ticket);
    const role = /default role of this resource is \d+ = ([^.]+)/.exec(text)?.[1];
    expect(text).toMatch(/assignedResourceRoleID: is required together with assignedResourceID/);
    expect(role).toBeTruthy();
    expect(writes).toEqual([]);
    const right = await confirmed('create-ticket', { ...ticket, assignedResourceRoleID: role });
    expect(right.text).toMatch(/^Created Ticket/);
  });

  it('takes any other field in fields, checks it the same way, and no field twice', async () => {
    const wrong = await confirmed('create-ticket', {
      title: 'x',
      companyID: 175,
      fields: { externalId: 1, surce: 'Email' },
    });
    expect(wrong.text).toMatch(/surce: "surce" is not a field of Tickets\. Did you mean source/);
    const twice = await confirmed('create-ticket', { title: 'x', companyID: 175, fields: { Title: 'y' } });
    expect(twice.text).toMatch(/title: is given twice/);
    const right = await writing('create-ticket', {
      title: 'x',
      companyID: 175,
      fields: { source: 'Email', 'Root Cause': 'cable' },
    });
    expect(right.text).toMatch(/source: Email \(4\)\nRoot Cause: cable/);
    expect([...wrong.writes, ...twice.writes, ...right.writes]).toEqual([]);
  });
});

describe('create-ticket in a category', () => {
  it('tells what the category would fill in, and fills in nothing', async () => {
    const { text, writes } = await writing('create-ticket', {
      title: 'x',
      companyID: 175,
      ticketCategory: 'Datto Alert',
    });
    expect(text).toMatch(/defaults of this category, not filled in: .*priority High/);
    expect(text).not.toMatch(/queueID: /);
    expect(writes).toEqual([]);
  });
});

describe('a user or a policy that may not read what only helps', () => {
  const ticket = {
    title: 'x',
    companyID: 175,
    ticketCategory: 'Datto Alert',
    assignedResourceID: 29682885,
    assignedResourceRoleID: 29682901,
  };

  it('still creates the ticket where Autotask denies it', async () => {
    tenant.sandbox.deny('TicketCategoryFieldDefaults', ['query']);
    tenant.sandbox.deny('ResourceRoles', ['query']);
    const { text } = await confirmed('create-ticket', ticket);
    tenant.sandbox.allow('TicketCategoryFieldDefaults');
    tenant.sandbox.allow('ResourceRoles');
    expect(text).toMatch(/^Created Ticket \d+\./);
    expect(text).not.toMatch(/defaults of this category/);
  });

  it('still creates the ticket where the policy forbids it', async () => {
    const other = await connect({
      env: { AUTOTASK_READ_ENTITIES: '!TicketCategoryFieldDefaults,!ResourceRoles' },
    });
    const { text } = await other.call('create-ticket', { ...ticket, confirm: 'CREATE_TICKET' });
    await other.close();
    expect(text).toMatch(/^Created Ticket \d+\./);
  });
});

describe('update-ticket', () => {
  it('finds the ticket by its number and shows before and after', async () => {
    const { text, writes } = await writing('update-ticket', { id: 'T20261109.0005', status: 'In Progress' });
    expect(text).toMatch(/This would update Ticket 101959 \(Tickets\):/);
    expect(text).toMatch(/status: New \(1\) -> In Progress \(8\)/);
    expect(writes).toEqual([]);
    const done = await confirmed('update-ticket', { id: 'T20261109.0005', status: 'In Progress' });
    expect(done.writes).toEqual([{ method: 'PATCH', path: 'V1.0/Tickets', body: { id: 101959, status: 8 } }]);
    expect(done.text).toMatch(/^Updated Ticket 101959\./);
  });
});

describe('create-ticket-note', () => {
  it('is internal unless told otherwise, by the tenant’s own label, and says so', async () => {
    const { text, writes } = await confirmed('create-ticket-note', {
      ticketID: 'T20261109.0005',
      title: 'Triage',
      description: 'Called back.',
    });
    expect(text).toMatch(/publish was not given: Internal Project Team \(2\), not visible to the customer/);
    expect(writes).toEqual([
      {
        method: 'POST',
        path: 'V1.0/Tickets/101959/Notes',
        body: {
          ticketID: 101959,
          title: 'Triage',
          description: 'Called back.',
          publish: 2,
          noteType: expect.any(Number),
        },
      },
    ]);
  });

  it('shows a customer-visible note as such in the preview', async () => {
    const { text } = await writing('create-ticket-note', {
      ticketID: 101959,
      description: 'Hello',
      publish: 'All Autotask Users',
    });
    expect(text).toMatch(/publish: All Autotask Users \(1\)/);
    expect(text).toMatch(/Who sees it: CUSTOMER-VISIBLE/);
  });
});

describe('create-time-entry', () => {
  const entry = {
    ticketID: 'T20261109.0005',
    resourceID: 'Bianca Almeida',
    dateWorked: '2026-11-10',
    hoursWorked: '1.5',
    summaryNotes: 'Replaced the access point.',
  };

  it('reports everything that is missing or wrong at once, with the role to use', async () => {
    const { text, writes } = await confirmed('create-time-entry', {
      resourceID: 'Bianca Almeida',
      hoursWorked: 25,
    });
    expect(text).toMatch(/exactly one says what the time was for; one is needed/);
    expect(text).toMatch(
      /hoursWorked: must be more than 0 and at most 24 hours, e\.g\. 0\.75 for 45 minutes/,
    );
    expect(writes).toEqual([]);
  });

  it('warns of a role that the resource does not have, and lists those that it has', async () => {
    const { text } = await writing('create-time-entry', { ...entry, roleID: 'Project Manager' });
    expect(text).toMatch(/^Warning: roleID: Project Manager .*is not a role of Bianca Almeida/m);
    expect(text).toMatch(/who has .*Service Desk Technician/);
    const assigned = await writing('update-ticket', {
      id: 101959,
      assignedResourceID: 'Bianca Almeida',
      assignedResourceRoleID: 'Project Manager',
    });
    expect(assigned.text).toMatch(/^Warning: assignedResourceRoleID: Project Manager .*is not a role of/m);
  });

  it('explains the lock when Autotask refuses time of a submitted timesheet', async () => {
    const remove = tenant.sandbox.faults.add({
      fault: {
        kind: 'serverError',
        errors: ['You cannot create time entries that have been submitted on a timesheet.'],
      },
      path: 'TimeEntries',
      method: 'POST',
      times: 1,
    });
    const { text, isError } = await confirmed('create-time-entry', {
      ...entry,
      roleID: 'Service Desk Technician',
    });
    remove();
    expect(isError).toBe(true);
    expect(text).toMatch(/have been submitted on a timesheet/);
    expect(text).toMatch(/somebody has to reject the timesheet or unpost the entry/);
  });

  it('refuses times that end before they start or span more than a day', async () => {
    const role = { roleID: 'Senior Engineer' };
    const times = { startDateTime: '2026-11-10T09:00', endDateTime: '2026-11-10T08:00' };
    expect((await confirmed('create-time-entry', { ...entry, ...role, ...times })).text).toMatch(
      /endDateTime: must be after startDateTime, by at most 24 hours/,
    );
  });

  it('logs time on a ticket by its number, at the root where Autotask wants it', async () => {
    const { text, writes } = await confirmed('create-time-entry', {
      ...entry,
      roleID: 'Service Desk Technician',
      startDateTime: '2026-11-10T09:00:00Z',
      endDateTime: '2026-11-10T10:30:00Z',
    });
    expect(text).toMatch(/^Created TimeEntry \d+\./);
    expect(writes.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST V1.0/TimeEntries']);
    expect(writes[0]?.body).toMatchObject({
      ticketID: 101959,
      resourceID: 29682885,
      dateWorked: '2026-11-10T00:00:00Z',
      hoursWorked: 1.5,
    });
  });
});

describe('companies and contacts', () => {
  it('are created with names and labels, contacts below their company', async () => {
    const company = await confirmed('create-company', {
      companyName: 'Northwind Traders Test',
      companyType: 'Customer',
      ownerResourceID: 'Bianca Almeida',
      phone: '555-0100',
    });
    expect(company.text).toMatch(/^Created Company \d+\./);
    const companyID = Number(/^Created Company (\d+)/.exec(company.text)?.[1]);
    const contact = await confirmed('create-contact', {
      companyID: 'Northwind Traders Test',
      firstName: 'Ada',
      lastName: 'Byron',
    });
    expect(contact.writes).toEqual([
      {
        method: 'POST',
        path: `V1.0/Companies/${companyID}/Contacts`,
        body: { companyID, firstName: 'Ada', lastName: 'Byron', isActive: 1 },
      },
    ]);
    expect(contact.text).toMatch(/isActive was not given: active/);
    const changed = await confirmed('update-contact', { id: 'Ada Byron', title: 'CTO', isActive: false });
    expect(changed.writes.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      {
        method: 'PATCH',
        path: `V1.0/Companies/${companyID}/Contacts`,
        body: { id: expect.any(Number), title: 'CTO', isActive: 0 },
      },
    ]);
  });

  it('say what is missing with the valid values', async () => {
    const { text, writes } = await confirmed('create-company', { companyName: 'X' });
    expect(text).toMatch(/companyType: is required.*1 = Customer/);
    expect(text).toMatch(/ownerResourceID: is required/);
    expect(text).toMatch(/phone: is required/);
    expect(writes).toEqual([]);
  });

  it('never move a contact to another company', async () => {
    const { text } = await confirmed('update-contact', { id: 30684007, fields: { companyID: 180 } });
    expect(text).toMatch(/companyID: cannot be changed/);
  });
});
