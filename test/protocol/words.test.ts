import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { entities } from '../../generated/table.js';
import { type Connection, connect } from '../support/tenant.js';

/** Words that people use: what has one meaning is understood, what has several is asked back. */
let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

async function calling(tool: string, args: Record<string, unknown>) {
  let answer = { text: '', isError: false };
  const requests = await tenant.requestsOf(async () => {
    answer = await tenant.call(tool, args);
  });
  const queries = requests.filter(({ path }) => /query/.test(path));
  const filters = queries.map(
    ({ body }) => z.looseObject({ filter: z.array(z.unknown()).optional() }).parse(body).filter,
  );
  return {
    ...answer,
    filters,
    paths: queries.map(({ path }) => path),
    writes: requests.filter(({ method }) => method === 'PATCH'),
  };
}

describe('a query', () => {
  it.each(['filter', 'filters', 'where', 'conditions'])('is given by the word %s', async (word) => {
    for (const tool of ['query-entity', 'count-entity', 'aggregate-entity']) {
      const given = [{ op: 'eq', field: 'id', value: 101730 }];
      const { filters, text } = await calling(tool, { entity: 'Tickets', [word]: given });
      expect(filters[0], text).toEqual(given);
    }
  });
});

describe('entities', () => {
  it.each([
    ['Account', 'Companies'],
    ['customers', 'Companies'],
    ['Client', 'Companies'],
    ['Asset', 'ConfigurationItems'],
    ['devices', 'ConfigurationItems'],
    ['InstalledProduct', 'ConfigurationItems'],
    ['Technician', 'Resources'],
    ['Users', 'Resources'],
    ['Employee', 'Resources'],
    ['AllocationCodes', 'BillingCodes'],
    ['WorkType', 'BillingCodes'],
    ['TicketCost', 'TicketCharges'],
    ['KB', 'KnowledgeBaseArticles'],
    ['Block Hours', 'ContractBlocks'],
    ['POs', 'PurchaseOrders'],
    ['Proposals', 'Quotes'],
    ['Agreement', 'Contracts'],
    ['Line Items', 'BillingItems'],
    ['CSAT', 'SurveyResults'],
    ['hours', 'TimeEntries'],
    ['Labor', 'TimeEntries'],
    ['Visits', 'ServiceCalls'],
    ['todos', 'CompanyToDos'],
  ])('%s is %s, and found so', async (word, entity) => {
    const { paths, text } = await calling('query-entity', { entity: word, maxRecords: 1 });
    expect(paths, text).toContain(`V1.0/${entity}/query`);
    const listed = await calling('list-known-entities', { search: word });
    expect(listed.text).toMatch(new RegExp(`^${entity}: `, 'm'));
  });

  it('history is that of tickets, which is listed for one of them', async () => {
    const { paths, text } = await calling('query-entity', { entity: 'history', query: { ticketID: 101730 } });
    expect(paths, text).toContain('V1.0/TicketHistory/query');
  });

  it.each([
    ['time off', /several meanings.*TimeOffRequests, ResourceTimeOffBalances/],
    ['calendar', /several meanings.*Appointments, ServiceCalls/],
    ['checklist', /several meanings.*TicketChecklistItems, ChecklistLibraries/],
    ['inventory', /several meanings.*InventoryItems, InventoryProducts/],
    ['PTO', /several meanings.*TimeOffRequests, ResourceTimeOffBalances/],
    ['notes', /several meanings.*TicketNotes, TaskNotes/],
    ['person', /several meanings.*Contacts, Resources/],
    ['Expenses', /several meanings.*ExpenseItems, ExpenseReports/],
    ['Revenue', /several meanings.*BillingItems, Invoices/],
  ])('%s is asked back', async (entity, text) => {
    const found = await calling('query-entity', { entity });
    expect(found).toMatchObject({ isError: true, paths: [] });
    expect(found.text).toMatch(text);
  });
});

describe('fields', () => {
  it.each([
    ['Tickets', { accountID: 175 }, { op: 'eq', field: 'companyID', value: 175 }],
    ['Tickets', { installedProductID: 1 }, { op: 'eq', field: 'configurationItemID', value: 1 }],
    ['Tickets', { subject: 'x' }, { op: 'eq', field: 'title', value: 'x' }],
    ['Tickets', { assignee: null }, { op: 'notExist', field: 'assignedResourceID' }],
    ['Tickets', { assignedTo: 29682885 }, { op: 'eq', field: 'assignedResourceID', value: 29682885 }],
    ['Tickets', { sla: null }, { op: 'notExist', field: 'serviceLevelAgreementID' }],
    ['Tickets', { queue: 'Level 1' }, { op: 'eq', field: 'queueID', value: 29682833 }],
    ['TimeEntries', { technician: 29682885 }, { op: 'eq', field: 'resourceID', value: 29682885 }],
    ['Opportunities', { salesperson: 29682885 }, { op: 'eq', field: 'ownerResourceID', value: 29682885 }],
    ['Opportunities', { value: 5 }, { op: 'eq', field: 'amount', value: 5 }],
    ['Opportunities', { expectedCloseDate: null }, { op: 'notExist', field: 'projectedCloseDate' }],
    ['Opportunities', { lastActivityDate: null }, { op: 'notExist', field: 'lastActivity' }],
    ['Invoices', { total: 5 }, { op: 'eq', field: 'invoiceTotal', value: 5 }],
    ['Invoices', { invoiceDate: null }, { op: 'notExist', field: 'invoiceDateTime' }],
    ['Tasks', { startDate: null }, { op: 'notExist', field: 'startDateTime' }],
    ['Contracts', { renewalDate: null }, { op: 'notExist', field: 'endDate' }],
    ['Contracts', { startDateTime: null }, { op: 'notExist', field: 'startDate' }],
    ['ContractServices', { price: 5 }, { op: 'eq', field: 'unitPrice', value: 5 }],
    ['ExpenseReports', { employee: 29682885 }, { op: 'eq', field: 'submitterID', value: 29682885 }],
  ])('of %s: %j', async (entity, query, condition) => {
    const { filters, text } = await calling('count-entity', { entity, query });
    expect(filters[0], text).toEqual([condition]);
  });

  it.each([
    [{ title: { startsWith: 'x' } }, ['title: beginsWith "x" (for "startsWith")']],
    [{ subject: { startsWith: 'x' } }, ['subject is title', 'title: beginsWith "x" (for "startsWith")']],
    [
      { or: [{ title: { startsWith: 'x' } }, { status: 'New' }] },
      ['either title: beginsWith "x" (for "startsWith"), or status: New (1)'],
    ],
    [{ title: { begins_with: 'x' } }, []],
    [{ title: { eq: 'x' } }, []],
    [{ title: 'x' }, []],
    [{ status: { isNot: 'New' } }, ['status: not New (1)']],
    [{ assignedResourceID: { isNull: true } }, ['assignedResourceID: empty']],
  ])('and for operators are told: %j', async (query, lines) => {
    for (const tool of ['count-entity', 'query-entity', 'aggregate-entity']) {
      const { text } = await calling(tool, { entity: 'Tickets', query });
      const said = text.split('\n').filter((line) => /^(either )?\w+(: | is )/.test(line));
      expect(
        said.filter((line) => !/^(Note|Complete|No): /.test(line)),
        tool,
      ).toEqual(lines);
    }
  });

  it('with several meanings are asked back', async () => {
    const { text, filters } = await calling('count-entity', {
      entity: 'Tickets',
      query: { closedDate: 'today' },
    });
    expect(text).toMatch(/"closedDate" may mean completedDate or resolvedDateTime of Tickets; name one/);
    expect(filters).toEqual([]);
  });

  it('with several meanings in sales are asked back', async () => {
    const query = { closeDate: 'this month' };
    const { text, filters } = await calling('count-entity', { entity: 'Opportunities', query });
    expect(text).toContain(
      '"closeDate" may mean projectedCloseDate or closedDate of Opportunities; name one',
    );
    expect(filters).toEqual([]);
    const won = await calling('count-entity', { entity: 'Opportunities', query: { status: 'won' } });
    expect(won.text).toContain('Did you mean Closed or Implemented?');
  });

  it('are written under their own names, with the same checks', async () => {
    const { text } = await calling('update-ticket', { id: '101730', fields: { assignee: 29682885 } });
    expect(text).toMatch(/assignedResourceRoleID: is required together with assignedResourceID/);
  });
});

describe('operators', () => {
  const status = (op: string, value: unknown) => ({ op, field: 'status', value });
  it.each([
    ['ne', 5, status('noteq', 5)],
    ['!=', 5, status('noteq', 5)],
    ['<>', 5, status('noteq', 5)],
    ['neq', 5, status('noteq', 5)],
    ['$ne', 5, status('noteq', 5)],
    ['>=', 5, status('gte', 5)],
    ['<', 5, status('lt', 5)],
    ['nin', [5, 1], status('notIn', [5, 1])],
    ['not_in', [5, 1], status('notIn', [5, 1])],
    ['does not equal', 5, status('noteq', 5)],
    ['is not equal to', 5, status('noteq', 5)],
    ["isn't in", [5, 1], status('notIn', [5, 1])],
    ['other than', 5, status('noteq', 5)],
    ['is equal to', 5, status('eq', 5)],
    ['not gt', 5, status('lte', 5)],
    ['!>', 5, status('lte', 5)],
    ['nlt', 5, status('gte', 5)],
    ['not less than', 5, status('gte', 5)],
    ['less than or equal to', 5, status('lte', 5)],
    ['atLeast', 5, status('gte', 5)],
    ['＞＝', 5, status('gte', 5)],
    ['ｎｅ', 5, status('noteq', 5)],
  ])('%s %j is what it says', async (op, value, condition) => {
    for (const query of [{ status: { [op]: value } }, { filter: [{ op, field: 'status', value }] }]) {
      const { filters, text } = await calling('count-entity', { entity: 'Tickets', query });
      expect(filters[0], text).toEqual([condition]);
    }
  });

  it.each([
    ['startsWith', 'a', { op: 'beginsWith', value: 'a' }],
    ['like', 'a%', { op: 'beginsWith', value: 'a' }],
    ['like', '%a', { op: 'endsWith', value: 'a' }],
    ['LIKE', '%a%', { op: 'contains', value: 'a' }],
    ['isNull', true, { op: 'notExist' }],
  ])('%s %j is what it says of a text', async (op, value, condition) => {
    const { filters, text } = await calling('count-entity', {
      entity: 'Tickets',
      query: { title: { [op]: value } },
    });
    expect(filters[0], text).toEqual([{ field: 'title', ...condition }]);
  });

  it.each([
    ['notContains', /Autotask has none that excludes a part of a text/],
    ['notLike', /Autotask has none that excludes/],
    ['doesNotContain', /Autotask has none that excludes/],
    ['like', /without % .* use eq, beginsWith, endsWith or contains/],
    ['between', /use \{"gte":.*,"lte":.*\}/],
    ['notStarting', /is not an operator/],
    ['conains', /Did you mean contains\?/],
    ['notinn', /Did you mean notIn\?/],
    ['without', /Autotask has none that excludes/],
    ["doesn't start with", /Autotask has none that excludes/],
    ['not !=', /is not an operator/],
    ['start', /use \{"gte":.*,"lte":.*\}/],
  ])('%s is refused and never answered by its opposite', async (op, text) => {
    const found = await calling('count-entity', { entity: 'Tickets', query: { title: { [op]: 'a' } } });
    expect(found).toMatchObject({ isError: true, filters: [] });
    expect(found.text).toMatch(text);
    if (op.startsWith('not')) expect(found.text).not.toMatch(/Did you mean (contains|in|eq|beginsWith)\?/);
  });
});

describe('values', () => {
  it('Closed means the statuses that count as closed, where none is called so', async () => {
    const eq = await calling('count-entity', { entity: 'Tickets', query: { status: 'closed' } });
    expect(eq.filters[0]).toEqual([{ op: 'in', field: 'status', value: [5, 16] }]);
    expect(eq.text).toMatch(/status: Complete \(5\)/);
    const not = await calling('search-tickets', { status: 'Closed' });
    expect(not.filters[0]).toEqual([{ op: 'in', field: 'status', value: [5, 16] }]);
    const write = await calling('update-ticket', {
      id: '101730',
      status: 'Closed',
      confirm: 'UPDATE_TICKET',
    });
    expect(write).toMatchObject({ isError: true, writes: [] });
    expect(write.text).toMatch(/status: "Closed" is not a value.*5 = Complete/);
  });

  it('unassigned means nobody in a filter, and is refused with the form that works in a write', async () => {
    const { filters } = await calling('search-tickets', { assignedResourceID: 'unassigned' });
    expect(filters[0]).toEqual([{ op: 'notExist', field: 'assignedResourceID' }]);
    const query = { assignedResourceID: { ne: 'Unassigned' } };
    const some = await calling('count-entity', { entity: 'Tickets', query });
    expect(some.filters[0]).toEqual([{ op: 'exist', field: 'assignedResourceID' }]);
    const data = { assignedResourceID: 'unassigned' };
    const write = await calling('update-entity', { entity: 'Tickets', id: 101730, data });
    expect(write.text).toContain(
      'assignedResourceID: "unassigned" is no value of it: null empties the field',
    );
  });

  it('internal is the publish value that only our own people see', async () => {
    const note = { ticketID: 'T20261109.0005', title: 'x', description: 'y' };
    const { text } = await calling('create-ticket-note', { ...note, publish: 'internal' });
    expect(text).toMatch(/publish: .*Internal/);
    const { filters } = await calling('count-entity', {
      entity: 'TicketNotes',
      query: { publish: 'internal' },
    });
    expect(filters[0]).toEqual([{ op: 'eq', field: 'publish', value: expect.any(Number) }]);
  });
});

describe('arguments', () => {
  const looks = 'ticketNumber, title, description';
  it.each([
    ['search-tickets', { subject: 'x' }, `subject is search, which looks in ${looks}`],
    ['search-tickets', { title: 'x' }, `title is search, which looks in ${looks}`],
    ['search-companies', { name: 'x' }, 'name is search, which looks in companyName, companyNumber'],
  ])('%s %j: the name of a field is told to be more', async (tool, args, line) => {
    const { text, isError } = await calling(tool, { ...args, maxRecords: 1 });
    expect({ text, isError }).toMatchObject({ isError: false });
    expect(text.split('\n')).toContain(line);
  });

  it('that only spell another one otherwise are not', async () => {
    const { text } = await calling('search-tickets', { customer: 175, query: 'printer', limit: 1 });
    expect(text).not.toMatch(/^\w+ is /m);
  });
});

describe('names of fields and entities', () => {
  const { length: count } = entities;
  it.each([
    [['ｓtatus'], /^status: integer/m],
    [['issue type'], /^issueType: integer/m],
    [['stat*'], /^status: integer/m],
    [['%date%'], /^createDate: datetime/m],
    [['*'], /79 of 79 fields/],
    [['statsu'], /^No field like: statsu\. Did you mean status\?$/m],
  ])('describe-entity-fields %j', async (fields, said) => {
    expect((await calling('describe-entity-fields', { entity: 'Tickets', fields })).text).toMatch(said);
  });

  it('describe-entity-fields never suggests the opposite', async () => {
    const args = { entity: 'TimeEntries', fields: ['isBillable'] };
    const { text } = await calling('describe-entity-fields', args);
    expect(text).toMatch(/^No field like: isBillable\. Its opposite is isNonBillable\.$/m);
  });

  it.each([
    [{ ｓtatus: 'New' }, { op: 'eq', field: 'status', value: 1 }],
    [{ 'issue type': 'Network' }, { op: 'eq', field: 'issueType', value: 12 }],
  ])('in a query: %j', async (query, condition) => {
    expect((await calling('count-entity', { entity: 'Tickets', query })).filters[0]).toEqual([condition]);
  });

  it.each([
    ['ticket*', /^TicketNotes: /m],
    ['%ticket%', /^TicketNotes: /m],
    ['*', new RegExp(`^${count} of ${count} entities match:`)],
    ['ticket, company', /^Companies: [\s\S]*^Tickets: /m],
    ['ticket OR company', /^Companies: [\s\S]*^Tickets: /m],
    ['incident', new RegExp(`^1 of ${count} entities match:\nTickets: `)],
    ['staff', new RegExp(`^1 of ${count} entities match:\nResources: `)],
  ])('list-known-entities %s', async (search, said) => {
    expect((await calling('list-known-entities', { search })).text).toMatch(said);
  });
});

it('describe-entity-fields finds fields by what people call them', async () => {
  const { text } = await calling('describe-entity-fields', {
    entity: 'Tickets',
    fields: ['sla', 'subject', 'accountID'],
  });
  expect(text).toMatch(/^serviceLevelAgreementID: .*\ntitle: .*\ncompanyID: /m);
  expect(text).not.toMatch(/No field like/);
});

describe('lists', () => {
  it('are taken as lists, as their JSON text, and between commas where no label holds one', async () => {
    for (const status of [['New', 'In Progress'], '["New","In Progress"]', 'New, In Progress']) {
      const { filters, text } = await calling('search-tickets', { status });
      expect(filters[0], text).toEqual([{ op: 'in', field: 'status', value: [1, 8] }]);
    }
    const one = await calling('search-tickets', { status: ['New'] });
    expect(one.filters[0]).toEqual([{ op: 'eq', field: 'status', value: 1 }]);
    const half = await calling('search-tickets', { status: 'New, Nwe' });
    expect(half).toMatchObject({ isError: true, filters: [] });
    expect(half.text).toMatch(/"Nwe" is not a value/);
  });
});
