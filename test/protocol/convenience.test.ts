import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Connection, connect } from '../support/tenant.js';

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

const body = z.looseObject({ filter: z.array(z.unknown()) });

/** The filter that a search sent for its entity, and the answer. */
async function sent(tool: string, entity: string, args: Record<string, unknown>) {
  let answer = { text: '', isError: false };
  const requests = await tenant.requestsOf(async () => {
    answer = await tenant.call(tool, args);
  });
  const queries = requests.filter(({ path }) =>
    [`V1.0/${entity}/query`, `V1.0/${entity}/query/count`].includes(path),
  );
  // Before the list a name may be looked up in the same entity; after its first query there may be windows, and near
  // values of a field that nothing has.
  const sorted = ['Tickets', 'TimeEntries'].includes(entity) || 'city' in args;
  const query = sorted ? queries[0] : queries.findLast(({ path }) => path.endsWith('/query'));
  return { ...answer, filter: query === undefined ? null : body.parse(query.body).filter, requests };
}

const contains = (fields: readonly string[], value: string) => ({
  op: 'or',
  items: fields.map((field) => ({ op: 'contains', field, value })),
});
const within = (field: string, from: string, until: string) => ({
  op: 'and',
  items: [
    { op: 'gte', field, value: from },
    { op: 'lt', field, value: until },
  ],
});
const eq = (field: string, value: unknown) => ({ op: 'eq', field, value });
const day = ['2026-07-01T00:00:00Z', '2026-07-02T00:00:00Z'] as const;

/** Ids of the sandbox's first records, which do not change with the day. */
const contoso = 175;
const open = [
  { op: 'noteq', field: 'status', value: 5 },
  { op: 'noteq', field: 'status', value: 16 },
];

describe('every advertised filter reaches Autotask', () => {
  const ticketText = ['ticketNumber', 'title', 'description'];
  it.each([
    [
      'search-tickets',
      'Tickets',
      { search: 'vpn down' },
      [contains(ticketText, 'vpn'), contains(ticketText, 'down')],
    ],
    ['search-tickets', 'Tickets', { ticketNumber: 'T20240101.0001' }, [eq('ticketNumber', 'T20240101.0001')]],
    ['search-tickets', 'Tickets', { companyID: 'Contoso Ltd' }, [eq('companyID', contoso)]],
    ['search-tickets', 'Tickets', { company: 'contoso ltd' }, [eq('companyID', contoso)]],
    ['search-tickets', 'Tickets', { contactID: '30684007' }, [eq('contactID', 30684007)]],
    [
      'search-tickets',
      'Tickets',
      { assignedResource: 'Bianca Almeida' },
      [eq('assignedResourceID', 29682885)],
    ],
    ['search-tickets', 'Tickets', { queue: 'Level 1 Support' }, [eq('queueID', 29682833)]],
    ['search-tickets', 'Tickets', { status: 'In Progress' }, [eq('status', 8)]],
    [
      'search-tickets',
      'Tickets',
      { status: ['New', 'In Progress'] },
      [{ op: 'in', field: 'status', value: [1, 8] }],
    ],
    ['search-tickets', 'Tickets', { priority: 'High' }, [eq('priority', 1)]],
    ['search-tickets', 'Tickets', { ticketType: 'Incident' }, [eq('ticketType', 2)]],
    ['search-tickets', 'Tickets', { issueType: 'Network' }, [eq('issueType', 12)]],
    ['search-tickets', 'Tickets', { createDate: '2026-07-01' }, [within('createDate', ...day)]],
    ['search-tickets', 'Tickets', { dueDateTime: '2026-07-01' }, [within('dueDateTime', ...day)]],
    [
      'search-tickets',
      'Tickets',
      { lastActivityDate: '2026-07-01..2026-07-01' },
      [within('lastActivityDate', ...day)],
    ],
    ['search-tickets', 'Tickets', { completedDate: '2026-07-01' }, [within('completedDate', ...day)]],
    // One server-side filter, every closed status by itself.
    [
      'search-tickets',
      'Tickets',
      { openOnly: 'true', unassigned: 'true', maxRecords: '500' },
      [{ op: 'notExist', field: 'assignedResourceID' }, ...open],
    ],
    // Null alone says nobody, as in a query; beside others it is what clients send for what was not given.
    ...[{ assignedResourceID: null }, { technician: null }].map(
      (args): [string, string, Record<string, unknown>, unknown[]] => [
        'search-tickets',
        'Tickets',
        { ...args, openOnly: true },
        [{ op: 'notExist', field: 'assignedResourceID' }, ...open],
      ],
    ),
    [
      'search-tasks',
      'Tasks',
      { assignedResourceID: null },
      [{ op: 'notExist', field: 'assignedResourceID' }],
    ],
    [
      'search-tickets',
      'Tickets',
      { assignedResourceID: null, companyID: null },
      [{ op: 'exist', field: 'id' }],
    ],
    [
      'search-tickets',
      'Tickets',
      { assignedResourceID: null, unassigned: false },
      [{ op: 'exist', field: 'id' }],
    ],
    ['search-tickets', 'Tickets', { openOnly: 'false' }, [{ op: 'exist', field: 'id' }]],
    ['search-tickets', 'Tickets', { afterId: 101000 }, [{ op: 'gt', field: 'id', value: 101000 }]],
    [
      'search-companies',
      'Companies',
      { search: 'contoso' },
      [contains(['companyName', 'companyNumber'], 'contoso')],
    ],
    ['search-companies', 'Companies', { activeOnly: true }, [eq('isActive', true)]],
    ['search-companies', 'Companies', { companyType: 'Customer' }, [eq('companyType', 1)]],
    ['search-companies', 'Companies', { ownerResource: 'Bianca Almeida' }, [eq('ownerResourceID', 29682885)]],
    ['search-companies', 'Companies', { parentCompany: contoso }, [eq('parentCompanyID', contoso)]],
    ['search-companies', 'Companies', { city: 'Springfield' }, [eq('city', 'Springfield')]],
    ['search-companies', 'Companies', { companyNumber: 'A1' }, [eq('companyNumber', 'A1')]],
    [
      'search-companies',
      'Companies',
      { phone: '555' },
      [contains(['phone', 'alternatePhone1', 'alternatePhone2'], '555')],
    ],
    ['search-companies', 'Companies', { createDate: '2026-07-01' }, [within('createDate', ...day)]],
    [
      'search-companies',
      'Companies',
      { lastActivityDate: '2026-07-01' },
      [within('lastActivityDate', ...day)],
    ],
    [
      'search-contacts',
      'Contacts',
      { search: 'dilan' },
      [contains(['firstName', 'lastName', 'emailAddress'], 'dilan')],
    ],
    // An integer for contacts, a boolean for companies.
    ['search-contacts', 'Contacts', { activeOnly: true }, [eq('isActive', 1)]],
    ['search-contacts', 'Contacts', { companyID: contoso }, [eq('companyID', contoso)]],
    ['search-contacts', 'Contacts', { firstName: 'Dilan' }, [eq('firstName', 'Dilan')]],
    ['search-contacts', 'Contacts', { lastName: 'Abbott' }, [eq('lastName', 'Abbott')]],
    ['search-contacts', 'Contacts', { externalID: 'X-1' }, [eq('externalID', 'X-1')]],
    ['search-contacts', 'Contacts', { createDate: '2026-07-01' }, [within('createDate', ...day)]],
    [
      'search-contacts',
      'Contacts',
      { emailAddress: 'dilan' },
      [contains(['emailAddress', 'emailAddress2', 'emailAddress3'], 'dilan')],
    ],
    [
      'search-contacts',
      'Contacts',
      { phone: '555' },
      [contains(['phone', 'mobilePhone', 'alternatePhone'], '555')],
    ],
    [
      'search-projects',
      'Projects',
      { search: 'office' },
      [contains(['projectName', 'projectNumber', 'description'], 'office')],
    ],
    ['search-projects', 'Projects', { companyID: contoso }, [eq('companyID', contoso)]],
    [
      'search-projects',
      'Projects',
      { projectLeadResource: 'Bianca Almeida' },
      [eq('projectLeadResourceID', 29682885)],
    ],
    ['search-projects', 'Projects', { status: 'Complete' }, [eq('status', 5)]],
    ['search-projects', 'Projects', { projectType: '5' }, [eq('projectType', 5)]],
    ['search-projects', 'Projects', { startDateTime: '2026-07-01' }, [within('startDateTime', ...day)]],
    ['search-projects', 'Projects', { endDateTime: '2026-07-01' }, [within('endDateTime', ...day)]],
    ['search-projects', 'Projects', { openOnly: true }, [{ op: 'noteq', field: 'status', value: 5 }]],
    ['search-tasks', 'Tasks', { search: 'plan' }, [contains(['title', 'taskNumber', 'description'], 'plan')]],
    ['search-tasks', 'Tasks', { projectID: '1' }, [eq('projectID', 1)]],
    ['search-tasks', 'Tasks', { phaseID: 1 }, [eq('phaseID', 1)]],
    ['search-tasks', 'Tasks', { assignedResource: 'Bianca Almeida' }, [eq('assignedResourceID', 29682885)]],
    ['search-tasks', 'Tasks', { status: 'New' }, [eq('status', 1)]],
    ['search-tasks', 'Tasks', { startDateTime: '2026-07-01' }, [within('startDateTime', ...day)]],
    ['search-tasks', 'Tasks', { endDateTime: '2026-07-01' }, [within('endDateTime', ...day)]],
    ['search-tasks', 'Tasks', { openOnly: true }, [{ op: 'noteq', field: 'status', value: 5 }]],
    ['search-tasks', 'Tasks', { unassigned: true }, [{ op: 'notExist', field: 'assignedResourceID' }]],
    [
      'search-time-entries',
      'TimeEntries',
      { search: 'firewall' },
      [contains(['summaryNotes', 'internalNotes'], 'firewall')],
    ],
    ['search-time-entries', 'TimeEntries', { resourceID: 'Bianca Almeida' }, [eq('resourceID', 29682885)]],
    ['search-time-entries', 'TimeEntries', { ticketID: '101959' }, [eq('ticketID', 101959)]],
    ['search-time-entries', 'TimeEntries', { taskID: '5' }, [eq('taskID', 5)]],
    ['search-time-entries', 'TimeEntries', { contractID: '29683601' }, [eq('contractID', 29683601)]],
    [
      'search-time-entries',
      'TimeEntries',
      { billingCode: 'Remote Support' },
      [eq('billingCodeID', 29682801)],
    ],
    ['search-time-entries', 'TimeEntries', { role: 'Senior Engineer' }, [eq('roleID', 29682902)]],
    ['search-time-entries', 'TimeEntries', { dateWorked: '2026-07-01' }, [within('dateWorked', ...day)]],
    [
      'search-time-entries',
      'TimeEntries',
      { dateWorked: '2026-07-01..2026-07-01' },
      [within('dateWorked', ...day)],
    ],
    ['search-time-entries', 'TimeEntries', { billable: 'true' }, [eq('isNonBillable', false)]],
    ['search-time-entries', 'TimeEntries', { billable: false }, [eq('isNonBillable', true)]],
    [
      'search-time-entries',
      'TimeEntries',
      { unposted: true },
      [{ op: 'notExist', field: 'billingApprovalDateTime' }],
    ],
  ])('%s on %s with %j', async (tool, entity, args, filter) => {
    const result = await sent(tool, entity, args);
    expect({ text: result.text, isError: result.isError }).toMatchObject({ isError: false });
    expect(result.filter).toEqual(filter);
  });

  it('and no argument is advertised without being tested here', async () => {
    const { tools } = await tenant.client.listTools();
    const form = [
      'maxRecords',
      'afterId',
      'withIds',
      'includeFields',
      'timeZone',
      'format',
      'overdue',
      'orderBy',
      'cursor',
    ];
    const source = await import('node:fs/promises').then((fs) => fs.readFile(import.meta.filename, 'utf8'));
    const untested = tools
      .filter((tool) => tool.name.startsWith('search-'))
      .flatMap((tool) => Object.keys(tool.inputSchema.properties ?? {}).map((name) => `${tool.name} ${name}`))
      .filter((entry) => {
        const [tool = '', name = ''] = entry.split(' ');
        const short = name.replace(/ID$/, '');
        const rows = source.split("'search-").filter((row) => `search-${row}`.startsWith(`${tool}'`));
        return !form.includes(name) && !rows.some((row) => new RegExp(`\\b(${name}|${short}):`).test(row));
      });
    expect(untested, 'arguments without a row in this file').toEqual([]);
  });

  it('overdue is open and past the due date', async () => {
    const before = Date.now();
    const { filter } = await sent('search-tickets', 'Tickets', { overdue: true });
    expect(filter).toEqual([...open, { op: 'lt', field: 'dueDateTime', value: expect.any(String) }]);
    const due = z.object({ value: z.string() }).parse(filter?.at(-1)).value;
    expect(Math.abs(Date.parse(due) - before)).toBeLessThan(60_000);
  });

  it('refuses a blank filter and an unknown one instead of ignoring it', async () => {
    const empty = await sent('search-tickets', 'Tickets', { companyID: ' ' });
    expect(empty.text).toMatch(/companyID: is empty: leave it out/);
    const unknown = await sent('search-tickets', 'Tickets', { colour: 'red' });
    expect(unknown.text).toMatch(/colour is not an argument/);
    const twice = await sent('search-tickets', 'Tickets', { companyID: 175, companyId: 176 });
    expect(twice.text).toMatch(/companyId is not an argument\. Did you mean companyID/);
    const both = await sent('search-tickets', 'Tickets', { company: 175, customer: 176 });
    expect(both.text).toMatch(/company is not an argument.*customer is not an argument/s);
    expect([...empty.requests, ...unknown.requests, ...twice.requests, ...both.requests]).toEqual([]);
  });

  it.each([
    [{ companyId: 175 }, { companyID: 175 }],
    [{ company_id: 175 }, { companyID: 175 }],
    [{ customer: 175 }, { companyID: 175 }],
    [{ assignee: 'Bianca Almeida' }, { assignedResourceID: 'Bianca Almeida' }],
    [
      { query: 'printer', limit: 3 },
      { search: 'printer', maxRecords: 3 },
    ],
    [
      { sort: 'createDate desc', open_only: true },
      { orderBy: 'createDate desc', openOnly: true },
    ],
    [{ fields: ['title'] }, { includeFields: ['title'] }],
  ])('takes %j for %j', async (other, own) => {
    const meant = await sent('search-tickets', 'Tickets', own);
    expect(meant.text).not.toMatch(/not run/);
    const { text, requests } = await sent('search-tickets', 'Tickets', other);
    expect(text.replace(/data-\w+|cursor \S+/g, '')).toBe(meant.text.replace(/data-\w+|cursor \S+/g, ''));
    expect(requests.length).toBeGreaterThan(0);
  });

  it('takes the address of a contact under its short name', async () => {
    const { filter } = await sent('search-contacts', 'Contacts', {
      email: 'julia.archer@contosoltd.example',
    });
    const own = await sent('search-contacts', 'Contacts', {
      emailAddress: 'julia.archer@contosoltd.example',
    });
    expect(filter).toEqual(own.filter);
    expect(filter?.length).toBeGreaterThan(0);
  });

  it('takes the number of a ticket under its own name', async () => {
    const { text } = await sent('search-tickets', 'Tickets', { maxRecords: 1 });
    const [ticketNumber] = /T\d{8}\.\d{4}/.exec(text) ?? [];
    const found = await sent('get-ticket', 'Tickets', { ticketNumber });
    expect(found.text).toContain(ticketNumber);
    expect(found.text).not.toMatch(/not run/);
  });
});

describe('closed statuses', () => {
  it('come from the configuration', async () => {
    const other = await connect({ env: { AUTOTASK_CLOSED_STATUS_IDS: '5, 7' } });
    const requests = await other.requestsOf(() => other.call('search-tickets', { openOnly: true }));
    const query = requests.find((request) => request.path === 'V1.0/Tickets/query');
    expect(body.parse(query?.body).filter).toEqual([
      { op: 'noteq', field: 'status', value: 5 },
      { op: 'noteq', field: 'status', value: 7 },
    ]);
    await other.close();
  });
});

describe('one record', () => {
  it('get-ticket tells by number what a technician needs, in few tokens', async () => {
    const { text } = await tenant.call('get-ticket', { id: 'T20261109.0005' });
    expect(text).toMatch(/companyID: Contoso Ltd \(id 175\)/);
    expect(text).toMatch(/contactID: .+ \(id \d+\)/);
    expect(text).toMatch(/firstResponseDueDateTime: /);
    const worked = await tenant.call('search-time-entries', {
      includeFields: ['ticketID'],
      maxRecords: 1,
      format: 'json',
    });
    const { records } = z
      .looseObject({
        records: z.array(z.looseObject({ ticketID: z.looseObject({ id: z.number() }).nullable() })),
      })
      .parse(JSON.parse(worked.text));
    const id = records[0]?.ticketID?.id;
    const account = await tenant.call('get-ticket', { id: String(id) });
    expect(account.text).toMatch(/TimeEntries.*:\nid\tdateWorked\tresourceID/);
    expect(account.text.length / 4).toBeLessThan(2500);
  });

  it.each([
    ['get-company', 'Contoso', /^Company 175\n/],
    ['get-company', 175, /companyName: Contoso Ltd/],
    ['get-contact', 'Dilan Abbott', /^Contact 30684007\n/],
    ['get-contact', 'Abbott, Dilan', /^Contact 30684007\n/],
  ])('%s finds %j', async (tool, id, expected) => {
    expect((await tenant.call(tool, { id })).text).toMatch(expected);
  });

  it.each(['Projects', 'Tasks'])('get-* finds one of %s by name', async (entity) => {
    const { records } = z
      .looseObject({ records: z.array(z.looseObject({ id: z.number() })) })
      .parse(await tenant.json('query-entity', { entity, maxRecords: 1 }));
    const tool = entity === 'Projects' ? 'get-project' : 'get-task';
    const byId = await tenant.call(tool, { id: records[0]?.id });
    const name = /(?:projectName|taskNumber): (.+)/.exec(byId.text)?.[1];
    const byName = await tenant.call(tool, { id: name });
    expect(byName.text.split('\n')[0]).toBe(byId.text.split('\n')[0]);
  });

  it('lists the matches when a name fits several', async () => {
    const { text, isError } = await tenant.call('get-company', { id: 'a' });
    expect(isError).toBe(true);
    expect(text).toMatch(/fits \d+ records of Companies\. Valid: \d+ = /);
  });
});
