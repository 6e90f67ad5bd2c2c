import { afterAll, beforeAll, expect, it } from 'vitest';
import { observedCall } from '../support/observed-call.js';
import { type Connection, connect } from '../support/tenant.js';

/** What is asked for by a field that the records do not have: the refusal names what answers, and that is tried. */

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());
const ask = (tool: string, args: Record<string, unknown>) => observedCall(tenant, tool, args);

const contoso = 'Contoso';
const elsewhere: [string, Record<string, unknown>, string, string][] = [
  ['TimeEntries', { companyID: contoso }, 'ticketID.companyID|taskID.projectID.companyID', 'Tickets'],
  ['TimeEntries', { customer: contoso }, 'ticketID.companyID|taskID.projectID.companyID', 'Tickets'],
  ['TimeEntries', { 'ticketID.companyID': contoso }, 'ticketID.companyID', 'Tickets'],
  ['TimeEntries', { 'ticket.company': contoso }, 'ticketID.companyID', 'Tickets'],
  ['TimeEntries', { ticketID: { companyID: contoso } }, 'ticketID.companyID', 'Tickets'],
  ['TimeEntries', { 'taskID.projectID.companyID': contoso }, 'taskID.projectID.companyID', 'Tasks'],
  ['TimeEntries', { queueID: 'Level 1 Support' }, 'ticketID.queueID', 'Tickets'],
  ['TicketNotes', { companyID: contoso }, 'ticketID.companyID', 'Tickets'],
  ['ContractBlocks', { companyID: contoso }, 'contractID.companyID', 'Contracts'],
  ['Invoices', { 'companyID.ownerResourceID': 'Gabor Archer' }, 'companyID.ownerResourceID', 'Companies'],
];

it.each(elsewhere)('%s %j stands in what they belong to: %s', async (entity, query, path, owner) => {
  for (const tool of ['query-entity', 'count-entity', 'aggregate-entity']) {
    const { text, isError, filters } = await ask(tool, { entity, query });
    expect({ text, isError, filters }).toMatchObject({ isError: true, filters: [] });
    expect(text).toContain(`aggregate-entity groups by "${path}"; for a list find the ${owner} first`);
  }
  const grouped = await ask('aggregate-entity', { entity, groupBy: [path] });
  expect(grouped).toMatchObject({ isError: false });
});

it('a group by such a field names the path that works', async () => {
  const { text } = await ask('aggregate-entity', { entity: 'TimeEntries', groupBy: ['companyID'] });
  expect(text).toContain('aggregate-entity groups by "ticketID.companyID|taskID.projectID.companyID"');
});

it('what is stored can only be in the record itself', async () => {
  const data = { companyID: contoso, ticketID: 101730, hoursWorked: 1 };
  const { text } = await ask('create-entity', { entity: 'TimeEntries', data });
  expect(text).toContain('companyID: "companyID" is not a field of TimeEntries.');
  expect(text).not.toContain('aggregate-entity');
});

it.each([
  ['Tickets', 'openOnly', { status: { noteq: 'Closed' } }],
  ['Tickets', 'isOpen', { status: { noteq: 'Closed' } }],
  ['Tasks', 'openOnly', { status: { noteq: 'Complete' } }],
  ['Tickets', 'unassigned', { assignedResourceID: null }],
  ['Tickets', 'overdue', { dueDateTime: { lt: 'now' }, status: { noteq: 'Closed' } }],
  ['Companies', 'activeOnly', { isActive: true }],
  ['TimeEntries', 'unposted', { billingApprovalDateTime: null }],
])('in a query of %s %s is %j', async (entity, word, query) => {
  const { text, filters } = await ask('count-entity', { entity, query: { [word]: true } });
  expect(filters).toEqual([]);
  expect(text).toContain(`"${word}" is not a field of ${entity}; as a query: ${JSON.stringify(query)}`);
  expect(await ask('count-entity', { entity, query })).toMatchObject({ isError: false });
});

it.each([
  // By the entity's own statuses and dates.
  ['ExpenseReports', { open: true }, { status: { notIn: ['Paid', 'Rejected', 'Transferred'] } }],
  ['PurchaseOrders', { openOnly: true }, { status: { notIn: ['Received Full', 'Canceled'] } }],
  ['Opportunities', { open: true }, { status: { notIn: ['Lost', 'Closed', 'Implemented'] } }],
  ['Contracts', { isActive: true }, { status: 'Active' }],
  ['Opportunities', { isActive: true }, { status: 'Active' }],
  ['Companies', { status: 'active' }, { isActive: true }],
  ['Contacts', { status: 'active' }, { isActive: true }],
  ['CompanyToDos', { status: 'open' }, { completedDate: null }],
  ['CompanyToDos', { overdue: true }, { endDateTime: { lt: 'now' }, completedDate: null }],
  ['Invoices', { status: 'unpaid' }, { paidDate: null }],
  ['Invoices', { overdue: true }, { paidDate: null }],
  [
    'Opportunities',
    { overdue: true },
    { projectedCloseDate: { lt: 'today' }, status: { notIn: ['Lost', 'Closed', 'Implemented'] } },
  ],
  ['Opportunities', { unassigned: true }, { ownerResourceID: null }],
  ['Invoices', { paid: true }, { paidDate: { exist: true } }],
  ['TicketCharges', { unbilled: true }, { isBilled: false }],
  ['Quotes', { expired: true }, { expirationDate: { lt: 'today' } }],
  ['TimeEntries', { status: 'approved' }, { billingApprovalDateTime: { exist: true } }],
  // Never the opposite of what was asked for.
  ['PurchaseOrders', { open: false }, { status: ['Received Full', 'Canceled'] }],
  ['Contracts', { isActive: false }, { status: { noteq: 'Active' } }],
  ['Contracts', { isActive: { noteq: false } }, { status: 'Active' }],
  ['Companies', { status: 'inactive' }, { isActive: false }],
  ['Companies', { status: { noteq: 'active' } }, { isActive: false }],
  ['Quotes', { expired: false }, { expirationDate: { gte: 'today' } }],
])('the state that a query of %s asks for by %j is %j', async (entity, given, query) => {
  const { text, filters } = await ask('count-entity', { entity, query: given });
  expect(filters).toEqual([]);
  expect(text).toContain(` is not a field of ${entity}; as a query: ${JSON.stringify(query)}`);
  expect(await ask('count-entity', { entity, query })).toMatchObject({ isError: false });
});

it('overdue invoices are sorted by the due date, on which Autotask takes no condition', async () => {
  const { text } = await ask('count-entity', { entity: 'Invoices', query: { overdue: true } });
  expect(text).toContain('{"paidDate":null}, with orderBy dueDate');
});

it.each([
  [
    'PurchaseOrders',
    { noteq: 'Closed' },
    'what is open is {"status":{"notIn":["Received Full","Canceled"]}}',
  ],
  ['PurchaseOrders', 'Closed', 'what is over is {"status":["Received Full","Canceled"]}'],
  ['Contracts', 'closed', 'what is over is {"status":["Inactive"]}'],
  ['Contracts', { noteq: 'open' }, 'what is over is {"status":["Inactive"]}'],
  ['Subscriptions', 'done', 'what is over is {"status":["Cancelled"]}'],
  ['ContractCharges', 'open', 'what is open is {"status":{"notIn":["Delivered/Shipped Full"]}}'],
  // A label that says so is told instead.
  ['Opportunities', 'done', 'Did you mean Closed?'],
])('of the statuses of %s %j is told: %s', async (entity, status, told) => {
  const { text, filters } = await ask('count-entity', { entity, query: { status } });
  expect(filters).toEqual([]);
  expect(text).toContain(told);
});

it('whether a service of a contract is active is told by the contract, not by its company', async () => {
  const { text } = await ask('count-entity', { entity: 'ContractServices', query: { isActive: true } });
  expect(text).toContain('aggregate-entity groups by "contractID.status"');
});

it('a search names the query that takes the fields for which it has no argument', async () => {
  const { text } = await ask('search-tickets', { contractID: 'Contoso Ltd Managed Services' });
  expect(text).toContain('{"entity":"Tickets","query":{"contractID":…}}');
  const near = await ask('search-tickets', { companyName: contoso });
  expect(near.text).toMatch(/^- arguments: companyName is not an argument: .* Did you mean companyID\?/m);
});

it.each([
  ['Invoices', 'dueDate', { lt: 'today' }, 'dueDate:age'],
  ['ContractBlocks', 'hoursApproved', { gt: 5 }, 'hoursApproved'],
])(
  '%s.%s, on which Autotask takes no condition, can be sorted and grouped by',
  async (entity, field, condition, group) => {
    const { text, filters } = await ask('query-entity', { entity, query: { [field]: condition } });
    expect(filters).toEqual([]);
    expect(text).toContain(`orderBy ${field} sorts by it, includeFields ["${field}"] shows it`);
    expect(text).toContain(`groupBy ["${group}"]`);
    const sorted = { entity, orderBy: field, includeFields: [field], maxRecords: 3 };
    expect(await ask('query-entity', sorted)).toMatchObject({ isError: false });
    expect(await ask('aggregate-entity', { entity, groupBy: [group] })).toMatchObject({ isError: false });
  },
);

it.each(['get-entity', 'update-entity', 'delete-entity'])(
  '%s says how a number leads to the id',
  async (tool) => {
    const { text, filters } = await ask(tool, {
      entity: 'Tasks',
      id: 'T20261015.0315',
      data: { title: 'x' },
    });
    expect(filters).toEqual([]);
    expect(text).toContain('id: must be a whole number, the id of a record: query-entity finds it by number');
  },
);
