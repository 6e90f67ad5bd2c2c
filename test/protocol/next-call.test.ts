import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observedCall } from '../support/observed-call.js';
import { recordsWhere } from '../support/records.js';
import { type Connection, connect } from '../support/tenant.js';

/** What a model asks first of what is rarely used either works or is refused with the call that does. */

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

const ask = (tool: string, args: Record<string, unknown>) => observedCall(tenant, tool, args);

describe('a field that stands in what belongs to the records', () => {
  it.each([
    ['Tasks', 'hoursWorked', 'TimeEntries', 'taskID'],
    ['Tickets', 'hoursWorked', 'TimeEntries', 'ticketID'],
    ['Companies', 'serialNumber', 'ConfigurationItems', 'companyID'],
  ])('%s.%s is that of %s', async (entity, field, below, link) => {
    const { text, requests } = await ask('aggregate-entity', { entity, metrics: [`max(${field})`] });
    expect(requests.filter(({ path }) => path.includes('query'))).toEqual([]);
    expect(text).toContain(`"${field}" is not a field of ${entity} but of ${below}`);
    expect(text).toContain(`query-entity {"entity":"${below}","query":{"${link}":"…"}} lists them`);
    expect(text).toContain(`aggregate-entity of ${below} groups by "${link}"`);
  });

  it.each([
    ['Projects', 'taskID.projectID'],
    ['Companies', 'ticketID.companyID|taskID.projectID.companyID'],
  ])('hours worked for %s are grouped by %s', async (entity, path) => {
    const { text } = await ask('aggregate-entity', { entity, metrics: ['sum(hoursWorked)'] });
    expect(text).toContain(`aggregate-entity of TimeEntries groups by "${path}"`);
    const next = { entity: 'TimeEntries', groupBy: [path], metrics: ['sum(hoursWorked)'], top: 3 };
    expect(await ask('aggregate-entity', next)).toMatchObject({ isError: false });
  });

  it.each(['department', 'departmentID'])(
    'a condition on %s of resources names the list that has it',
    async (word) => {
      const { text } = await ask('query-entity', { entity: 'Resources', query: { [word]: 'Service Desk' } });
      const next = {
        entity: 'ResourceRoleDepartments',
        query: { departmentID: '…' },
        includeFields: ['resourceID'],
      };
      expect(text).toContain(`query-entity ${JSON.stringify(next)} tells their resourceID`);
      const query = { departmentID: 'Service Desk' };
      expect((await ask('query-entity', { ...next, query })).text).not.toContain(
        'No ResourceRoleDepartments',
      );
    },
  );

  it('what nothing has is no field of anything', async () => {
    const { text } = await ask('count-entity', { entity: 'Tasks', query: { mood: 1 } });
    expect(text).toContain('"mood" is not a field of Tasks. describe-entity-fields lists its fields.');
  });
});

describe('what is listed below one record', () => {
  it('is found by the name of that record', async () => {
    const query = { resourceID: 'Hugo Hart' };
    const { text, requests } = await ask('query-entity', { entity: 'ResourceTimeOffBalances', query });
    const [hugo] = await recordsWhere(tenant.sandbox, 'Resources', {
      op: 'eq',
      field: 'lastName',
      value: 'Hart',
    });
    expect(requests.map(({ path }) => path).join(' ')).toContain(`Resources/${hugo?.id}/TimeOffBalances`);
    expect(text).toContain(`resourceID: Hugo Hart (id ${hugo?.id})`);
    expect(text).toContain('vacationTimeBalance');
  });

  it.each([undefined, { year: 2026 }, { resourceID: 'Hugo Hart', year: 2026 }])(
    'is refused by %j with the query that works',
    async (query) => {
      const { text } = await ask('query-entity', { entity: 'ResourceTimeOffBalances', query });
      expect(text).toContain('give parentId, the id of a record of Resources');
      expect(text).toContain('{"resourceID":"…"} as the whole query');
    },
  );

  it('and has no field for it says that parentId does', async () => {
    const query = { articleID: 3 };
    const { text } = await ask('query-entity', { entity: 'ArticlePlainTextContent', query });
    expect(text).toContain('parentId says which record of KnowledgeBaseArticles it is of');
  });
});

describe('words for what is no entity, and for types', () => {
  it.each([
    ['Queues', 'Tickets', 'queueID'],
    ['priorities', 'Tickets', 'priority'],
    ['issue types', 'Tickets', 'issueType'],
    ['SSL certificates', 'ConfigurationItems', 'ssl'],
    ['Domains', 'ConfigurationItems', 'domain'],
  ])('%s are told by %s.%s', async (word, entity, field) => {
    const { text, requests } = await ask('query-entity', { entity: word });
    expect(requests).toEqual([]);
    const next = { entity, fields: [field] };
    expect(text).toContain(`${entity} have it as a field`);
    expect(text).toContain(`describe-entity-fields ${JSON.stringify(next)}`);
    expect((await ask('describe-entity-fields', next)).text).toContain(field);
    const listed = await ask('list-known-entities', { search: word });
    expect(listed.text).toContain(`describe-entity-fields ${JSON.stringify(next)}`);
  });

  it.each([
    ['ConfigurationItems', { type: 'Server' }, 'type is configurationItemType'],
    ['TicketNotes', { type: 'Task Notes' }, 'type is noteType'],
    ['Tags', { name: 'vpn' }, 'name is label'],
    ['Projects', { title: { contains: 'Firewall' } }, 'title is projectName'],
    ['Tickets', { name: { contains: 'VPN' } }, 'name is title'],
    [
      'ConfigurationItemDnsRecords',
      { configurationItemID: 'CONT-SRV02' },
      'configurationItemID is installedProductID',
    ],
  ])('%s by %j', async (entity, query, understood) => {
    const { text, isError } = await ask('query-entity', { entity, query, maxRecords: 1 });
    expect(isError).toBe(false);
    expect(text).toContain(understood);
  });

  it.each(['Contacts', 'Resources'])('a whole name of %s is asked for by its parts', async (entity) => {
    const { text } = await ask('count-entity', { entity, query: { name: 'Hugo Hart' } });
    expect(text).toContain('as a query: {"firstName":"Hugo","lastName":"Hart"}');
  });

  it('a type of which there are two is asked back', async () => {
    const { text } = await ask('count-entity', { entity: 'BillingCodes', query: { type: 'Normal' } });
    expect(text).toContain('"type" may mean billingCodeType or useType of BillingCodes; name one');
  });
});

it.each([
  [
    'create-entity',
    { entity: 'Tasks', data: { estimatedHours: '1:30' } },
    '"1:30" must be a number; write 1.5.',
  ],
  ['count-entity', { entity: 'Tasks', query: { estimatedHours: { gt: '45 min' } } }, 'write 0.75'],
  ['count-entity', { entity: 'TimeEntries', query: { hoursWorked: '1h 30m' } }, 'write 1.5'],
  [
    'query-entity',
    { entity: 'ConfigurationItems', query: { warrantyExpirationDate: 'expired' } },
    'what is past is {"warrantyExpirationDate":{"lt":"today"}}',
  ],
])('%s %j is refused with what is meant', async (tool, args, told) => {
  const { text, writes } = await ask(tool, args);
  expect(writes).toEqual([]);
  expect(text).toContain(told);
});

it.each(['udf', 'UDFs', 'user-defined fields', 'custom fields'])(
  '%s are those that the tenant defined',
  async (word) => {
    const { text } = await ask('describe-entity-fields', { entity: 'Companies', fields: [word] });
    expect(text).toContain('3 of ');
    for (const name of ['Customer Ranking', 'Managed Endpoints', 'Review Date']) expect(text).toContain(name);
  },
);

it('a number that is no amount is in no currency', async () => {
  const metrics = ['sum(Managed Endpoints)', 'avg(surveyCompanyRating)', 'sum(assetValue)'];
  const { text } = await ask('aggregate-entity', { entity: 'Companies', metrics });
  expect(text).not.toContain('Managed Endpoints is in the currency');
  expect(text).not.toContain('surveyCompanyRating is in the currency');
  expect(text).toContain('assetValue is in the currency of each record');
});

describe('writes below a record', () => {
  it('the predecessor of a task is created, changed and deleted without naming its parent', async () => {
    const data = { predecessorTaskID: 70003, successorTaskID: 70004, lagDays: 2 };
    const create = { entity: 'TaskPredecessors', data };
    expect((await ask('create-entity', create)).text).toContain('(Tasks/70004/Predecessors)');
    const made = await ask('create-entity', { ...create, confirm: 'CREATE_ENTITY' });
    expect(made.writes.map(({ method, path }) => `${method} ${path}`).join()).toMatch(
      /POST .*Tasks\/70004\/Predecessors$/,
    );
    const id = Number(/TaskPredecessor (\d+)/.exec(made.text)?.[1]);
    const change = { entity: 'TaskPredecessors', id, data: { lagDays: 5 }, confirm: 'UPDATE_ENTITY' };
    expect((await ask('update-entity', change)).text).toContain('Read back: every field is stored as sent.');
    const remove = { entity: 'TaskPredecessors', id, confirm: 'DELETE_ENTITY' };
    expect((await ask('delete-entity', remove)).isError).toBe(false);
    const left = await recordsWhere(tenant.sandbox, 'TaskPredecessors', { op: 'eq', field: 'id', value: id });
    expect(left).toEqual([]);
  });

  it('an approval needs no data, names what it is for and is the request that Autotask takes', async () => {
    const approve = { entity: 'TimeOffRequestsApprove', parentId: 5 };
    const preview = await ask('create-entity', approve);
    expect(preview.text).toContain('on TimeOffRequest 5');
    expect(preview.writes).toEqual([]);
    const { requests } = await ask('create-entity', { ...approve, confirm: 'CREATE_ENTITY' });
    const sent = requests.filter(({ path }) => /\/Approve$/.test(path));
    expect(sent.map(({ method }) => method)).toEqual(['GET']);
    const none = await ask('create-entity', { ...approve, parentId: 999 });
    expect(none.text).toContain('there is no record 999 in TimeOffRequests');
    const inData = { entity: 'TimeOffRequestsApprove', data: { timeOffRequestID: 5 } };
    expect((await ask('create-entity', inData)).text).toContain(
      'parentId says which record of TimeOffRequests it is of',
    );
  });

  it('a parent that a record cannot have is refused', async () => {
    const data = { title: 'x', companyID: 175, status: 'New', priority: 'High' };
    const { text, writes } = await ask('create-entity', { entity: 'Tickets', parentId: 3, data });
    expect(text).toContain('parentId: Tickets stand below no other record: leave it out.');
    expect(writes).toEqual([]);
  });
});

describe('values that are none', () => {
  it.each([
    [
      'get-entity',
      { entity: 'Assets', id: 'CONT-SRV02' },
      'ConfigurationItems',
      { referenceTitle: 'CONT-SRV02' },
    ],
    ['update-entity', { entity: 'Tags', id: 'vpn', data: { label: 'x' } }, 'Tags', { label: 'vpn' }],
    ['get-entity', { entity: 'Skills', id: 'Firewalls' }, 'Skills', { name: 'Firewalls' }],
    [
      'query-entity',
      { entity: 'Locations', parentEntity: 'Companies', parentId: 'Contoso Ltd' },
      'Companies',
      { companyName: 'Contoso Ltd' },
    ],
  ])('%s %j names the query that tells the id', async (tool, args, entity, query) => {
    const { text, requests } = await ask(tool, args);
    expect(requests).toEqual([]);
    expect(text).toContain(`query-entity finds it by number or name, ${JSON.stringify({ entity, query })}`);
    expect((await ask('query-entity', { entity, query })).text).toMatch(/^1 /);
  });

  it.each([
    ['InventoryProducts', 'availableUnits', 'quantityMinimum', 'max(availableUnits-quantityMinimum)'],
    ['Tickets', 'completedDate', 'dueDateTime', 'max(completedDate-dueDateTime:hours)'],
  ])('%s.%s is compared with %s by the aggregation that is named', async (entity, field, other, metric) => {
    const { text, filters } = await ask('count-entity', { entity, query: { [field]: { gt: other } } });
    expect(filters).toEqual([]);
    const next = { entity, groupBy: ['id'], metrics: [metric], having: [`${metric} > 0`] };
    expect(text).toContain(`aggregate-entity ${JSON.stringify(next)} compares the two`);
    expect(await ask('aggregate-entity', { ...next, top: 2 })).toMatchObject({ isError: false });
  });

  it('a number that people see names the query by it', async () => {
    const { text } = await ask('get-entity', { entity: 'Projects', id: 'P20260718.0001' });
    expect(text).toContain('"query":{"projectNumber":"P20260718.0001"}}.');
  });

  it('a day that is told from today is named as a date', async () => {
    const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
    const count = (warrantyExpirationDate: unknown) =>
      ask('count-entity', { entity: 'ConfigurationItems', query: { warrantyExpirationDate } });
    expect((await count({ lt: 'in 90 days' })).text).toContain(`; write ${day(90)}.`);
    // A day that lies behind is read as one.
    expect((await count({ gte: '2 weeks ago' })).text).toContain(`warrantyExpirationDate: from ${day(-14)}`);
    const data = { warrantyExpirationDate: '+3 years' };
    const { text } = await ask('update-entity', { entity: 'ConfigurationItems', id: 50002, data });
    expect(text).toContain(`; write ${new Date().getUTCFullYear() + 3}-`);
    expect((await count('next 90 days')).isError).toBe(false);
  });
});

it.each(['TicketAttachments', 'ProjectAttachments', 'ArticleAttachments'])(
  '%s of all owners are those of AttachmentInfo',
  async (entity) => {
    const { text } = await ask('count-entity', { entity });
    expect(text).toContain('AttachmentInfo lists and counts files of all');
    expect((await ask('count-entity', { entity: 'AttachmentInfo' })).text).toMatch(/^\d+ AttachmentInfo/);
    expect((await ask('query-entity', { entity: 'files' })).text).toContain('Valid: AttachmentInfo, ');
  },
);
