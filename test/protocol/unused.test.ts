import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observedCall } from '../support/observed-call.js';
import { type Connection, connect } from '../support/tenant.js';

/** Arguments that hold nothing, and arguments that must not vanish. */
let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

async function calling(tool: string, args: Record<string, unknown>) {
  const { requests, ...observed } = await observedCall(tenant, tool, args);
  return { ...observed, requests: requests.length };
}

const contoso = { companyID: 'Contoso Ltd' };

/** What each tool needs; everything else that it declares is unused. */
const calls: Readonly<Record<string, Record<string, unknown>>> = {
  'list-known-entities': {},
  'describe-entity-fields': { entity: 'Roles' },
  'query-entity': { entity: 'Roles' },
  'count-entity': { entity: 'Roles' },
  'aggregate-entity': { entity: 'Tickets', groupBy: ['status'] },
  'get-entity': { entity: 'Companies', id: 175 },
  'get-threshold-information': {},
  'get-version': {},
  'search-tickets': { status: 'New' },
  'get-ticket': { id: 'T20261109.0005' },
  'get-attachment': { entity: 'TicketAttachments', id: 1 },
  'search-companies': { search: 'Contoso' },
  'get-company': { id: '175' },
  'search-contacts': contoso,
  'get-contact': { id: '1' },
  'search-projects': contoso,
  'get-project': { id: '1001' },
  'search-tasks': { projectID: '1001' },
  'get-task': { id: '1' },
  'search-time-entries': { dateWorked: 'last 7 days' },
  'create-ticket': { ...contoso, title: 'x' },
  'create-company': { companyName: 'New one', phone: '1', companyType: 'Customer' },
  'create-contact': { ...contoso, firstName: 'A', lastName: 'B' },
  'create-entity': { entity: 'Tickets', data: { ...contoso, title: 'x', status: 1, priority: 2 } },
  'update-entity': { entity: 'Tickets', id: 101730, data: { title: 'x' } },
  'delete-entity': { entity: 'TicketCharges', id: 1 },
  'create-ticket-note': { ticketID: 'T20261109.0005', title: 'x', description: 'y' },
  'create-time-entry': {
    ticketID: 'T20261109.0005',
    hoursWorked: 1,
    summaryNotes: 'x',
    resourceID: 'Aiko Abbott',
  },
  'create-attachment': { parentId: '101730', name: 'x.txt', data: 'eA==' },
  'update-ticket': { id: '101730', title: 'x' },
  'update-company': { id: '175', phone: '1' },
  'update-contact': { id: '30684005', phone: '1' },
  'write-receipt': { receipt: 'w-000000000000', action: 'status' },
  'transfer-work': { kind: 'resource', from: 'Bianca Almeida', to: 'Hugo Hart' },
  'find-free-time': { resourceID: 'Bianca Almeida' },
  'book-service-call': {
    ticketIDs: ['101740'],
    resourceIDs: ['Bianca Almeida'],
    startDateTime: '2026-12-01T09:00:00Z',
    endDateTime: '2026-12-01T10:00:00Z',
  },
};

/** Arguments of a tool that updates which are no fields: of the fields themselves null and "" are values. */
const beside = ['ids', 'items', 'query', 'onError', 'checklist', 'time', 'note', 'fields', 'confirm'];
/** How calls are made and answered: nothing in one of these says nothing to a tool that has no such argument. */
const ofOtherTools = [
  ...[
    'timeZone',
    'format',
    'maxRecords',
    'afterId',
    'orderBy',
    'cursor',
    'withIds',
    'includeFields',
    'search',
  ],
  ...['query', 'ids', 'items', 'onError', 'parentEntity', 'parentId', 'confirm', 'again'],
];
const isUnused = (tool: string, key: string) => !/^update-(?!entity)/.test(tool) || beside.includes(key);

// What differs between two equal calls: tokens, markers and the moment.
const plain = (text: string) =>
  text.replace(
    /<\/?data-\w+>|cursor \S+|\d{2}:\d{2}(:\d{2})?(\.\d+)?|\d+ (?:of \d+ requests|of the hour|since)|"[\w.-]{40,}"/g,
    '',
  );

/** What is asked for at the same time arrives in any order. */
const inAnyOrder = (filters: readonly unknown[]) =>
  filters.map((filter) => plain(JSON.stringify(filter))).sort();

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

describe('an optional argument that holds nothing', () => {
  it('is tried for every tool', async () => {
    const { tools } = await tenant.client.listTools();
    expect(Object.keys(calls).sort()).toEqual(tools.map(({ name }) => name).sort());
  });

  it.each(Object.entries(calls))('is not given: %s', async (name, needed) => {
    const { tools } = await tenant.client.listTools();
    const declared = Object.keys(tools.find((tool) => tool.name === name)?.inputSchema.properties ?? {});
    // The second of two calls, when the names of records are known.
    await calling(name, needed);
    const expected = await calling(name, needed);
    expect(expected.text).not.toMatch(/unforeseen/);
    for (const nothing of [null, '']) {
      const known = [...declared.filter((key) => isUnused(name, key)), ...ofOtherTools];
      const unused = Object.fromEntries(known.filter((key) => !(key in needed)).map((key) => [key, nothing]));
      const found = await calling(name, { ...unused, ...needed });
      expect(plain(found.text), String(nothing)).toBe(plain(expected.text));
      expect(found.isError).toBe(expected.isError);
      expect(inAnyOrder(found.filters)).toEqual(inAnyOrder(expected.filters));
      expect(found.writes).toEqual([]);
    }
  });

  it.each<[string, Record<string, unknown>]>([
    ['create-ticket', { title: 'x', companyID: 175, city: null }],
    // A field of the ticket, which null would empty.
    ['update-ticket', { id: 101730, contractID: null }],
    ['update-ticket', { id: 101730, title: 'x', asignedResourceID: '' }],
    ['create-ticket-note', { ticketID: 101730, description: 'x', timeZone: 'Europe/Berlin' }],
    ['search-tickets', { foo: null }],
  ])('is an argument of no such tool all the same where it may mean something: %s %j', async (tool, args) => {
    const { text, isError } = await calling(tool, args);
    expect(isError).toBe(true);
    expect(text).toMatch(/ is not an argument/);
  });

  it('is not given in the call that confirms either', async () => {
    const { text } = await calling('create-ticket', {
      ...contoso,
      title: 'Strict',
      description: null,
      queueID: '',
      confirm: 'CREATE_TICKET',
    });
    expect(text).toMatch(/^Created Ticket/);
  });

  it('keeps the form that was asked for beside it', async () => {
    const { text } = await calling('query-entity', { entity: 'Roles', format: 'json', timeZone: null });
    expect(JSON.parse(text)).toMatchObject({ entity: 'Roles' });
  });

  it('means empty inside a query', async () => {
    const { filters } = await calling('query-entity', {
      entity: 'Tickets',
      query: { assignedResourceID: null },
    });
    expect(filters[0]).toEqual([{ op: 'notExist', field: 'assignedResourceID' }]);
  });

  it('empties the field of an update, which the preview says', async () => {
    const update = { id: 'T20261109.0005', queueID: null, description: '' };
    const { text } = await calling('update-ticket', {
      ...update,
      confirm: null,
      fields: null,
    });
    expect(text).toMatch(
      /^PREVIEW(.|\n)*queueID: \S.* -> \(empty\)(.|\n)*Note: this clears description, queueID/,
    );
    const { writes } = await calling('update-ticket', { ...update, confirm: 'UPDATE_TICKET' });
    expect(writes.map(({ body }) => body)).toEqual([
      { id: expect.any(Number), queueID: null, description: '' },
    ]);
  });
});

describe('what was given', () => {
  const nested = (depth: number): unknown =>
    depth === 0 ? { op: 'exist', field: 'id' } : { op: 'and', items: [nested(depth - 1)] };
  const parsed = (text: string): unknown => JSON.parse(text);
  it.each<[string, unknown, RegExp]>([
    ['the text null', 'null', /query: is null: leave it out for all records/],
    ['a filter of null', { filter: null }, /query: has a filter of null: leave it out/],
    ['a filter of null in text', '{"filter":null}', /has a filter of null/],
    ['two filters', { filter: [], Filter: [{ op: 'exist', field: 'id' }] }, /gives filter twice/],
    ['__proto__', parsed('{"__proto__":{"eq":1}}'), /query: "__proto__" is no name for anything here/],
    ['__proto__ in text', '{"__proto__":{"eq":1}}', /"__proto__" is no name/],
    ['constructor', { constructor: 1 }, /query: "constructor" is no name/],
    ['prototype below', { status: { prototype: 1 } }, /query\.status: "prototype" is no name/],
    [
      '__proto__ in a condition',
      parsed('{"filter":[{"op":"exist","field":"id","__proto__":{}}]}'),
      /"__proto__"/,
    ],
    [
      'items that belong to no group',
      { filter: [{ op: 'eq', field: 'id', value: 1, items: [] }] },
      /take items, not eq/,
    ],
    ['what is nested too deep', nested(20), /query.*: is nested more than 32 deep/],
    ['too long a name', { status: 'x'.repeat(100_000) }, /query\.status: has 100000 characters/],
    ['too long a key', { ['x'.repeat(100_000)]: 1 }, /is no name: it has 100000 characters/],
    [
      'too many values',
      { id: { in: Array.from({ length: 100_000 }, (_, at) => at) } },
      /holds more than 20000 values/,
    ],
  ])('never vanishes from a query: %s', async (_what, query, text) => {
    for (const tool of ['query-entity', 'count-entity', 'aggregate-entity']) {
      const result = await calling(tool, { entity: 'Tickets', query });
      expect(result, tool).toMatchObject({ isError: true, filters: [] });
      expect(result.text, tool).toMatch(text);
      expect(result.text.length).toBeLessThan(3000);
    }
  });

  it.each([
    ['update-ticket', { id: '101730', fields: parsed('{"__proto__":{"title":"x"}}') }],
    ['update-ticket', { id: '101730', fields: '{"constructor":"x"}' }],
    ['update-entity', { entity: 'Tickets', id: 101730, data: parsed('{"title":"x","__proto__":["y"]}') }],
    ['create-entity', { entity: 'Tickets', data: { prototype: 'x' } }],
    ['update-ticket', parsed('{"id":"101730","title":"x","__proto__":{"status":5}}')],
    ['search-tickets', parsed('{"status":"New","__proto__":{"queueID":1}}')],
    ['aggregate-entity', { entity: 'Tickets', groupBy: [parsed('{"__proto__":1}')] }],
    ['aggregate-entity', { entity: 'Tickets', metrics: '{"constructor":"status"}' }],
    ['query-entity', { entity: 'Tickets', orderBy: parsed('{"__proto__":"desc"}') }],
  ])('%s refuses by name what means something to the language: %j', async (tool, args) => {
    const confirm = tool.startsWith('update') || tool.startsWith('create');
    // Not parsed: that would leave out the key which is meant.
    const raw: unknown = confirm
      ? Object.assign(args ?? {}, { confirm: tool.toUpperCase().replace('-', '_') })
      : args;
    if (!isRecord(raw)) throw new Error('no arguments');
    let text = '';
    const requests = await tenant.requestsOf(async () => {
      const result = await tenant.call(tool, raw);
      expect(result.isError).toBe(true);
      text = result.text;
    });
    expect(text).toMatch(/__proto__|constructor|prototype/);
    expect(requests).toEqual([]);
  });
});
