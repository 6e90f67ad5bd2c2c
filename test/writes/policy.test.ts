import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entities } from '../../generated/table.js';
import { createReader, createWriter } from '../../src/client/index.js';
import { entityAt } from '../../src/policy/entity-of-path.js';
import { guardReader } from '../../src/policy/guards/guard-reader.js';
import { guardWriter } from '../../src/policy/guards/guard-writer.js';
import { createPolicy } from '../../src/policy/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { program } from '../support/tenant.js';
import { type Rig, rig, writesSince } from './support.js';

let sandbox: Sandbox;
const rigs: Rig[] = [];
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  await Promise.all(rigs.map((one) => one.close()));
  await sandbox.close();
});

async function open(env: Record<string, string>): Promise<Rig> {
  const one = await rig(sandbox, { env });
  rigs.push(one);
  return one;
}

const pathsSince = (from: number) => sandbox.requests.slice(from).map(({ path }) => path);

const clientSettings = () => ({
  credentials: sandbox.credentials,
  zoneUrl: sandbox.url,
  timeoutMs: 10_000,
  maxConcurrency: 3,
  cacheDir: null,
  log: () => {},
});

describe('a picklist whose choices are records', () => {
  it.each([
    [{}, true],
    [{ AUTOTASK_READ_ENTITIES: '!KnowledgeBaseArticles' }, false],
    [{ AUTOTASK_MASK_FIELDS: 'KnowledgeBaseArticles.title' }, false],
    [{ AUTOTASK_READ_COMPANIES: 'Contoso*' }, false],
  ])('names them where they may be read (%j)', async (env, named) => {
    const server = await open(env);
    const entity = 'ChecklistLibraryChecklistItems';
    const described = await server.call('describe-entity-fields', { entity });
    const listed = await server.call('query-entity', { entity });
    for (const { text } of [described, listed]) {
      expect(text).toContain('knowledgebaseArticleID');
      expect(text.includes('Knowledge Base Article ')).toBe(named);
    }
    const found = await server.call('query-entity', { entity, query: { knowledgebaseArticleID: 9 } });
    expect(found.text).toMatch(/^1 ChecklistLibraryChecklistItems/);
    expect(found.text).not.toMatch(/no value of this picklist/);
  });
});

describe('entities that may not be read', () => {
  const env = { AUTOTASK_READ_ENTITIES: '!Invoices, !Compan*' };

  it.each([
    ['query-entity', { entity: 'Invoices' }],
    ['count-entity', { entity: 'invoice' }],
    ['get-entity', { entity: 'Companies', id: 0 }],
    ['get-entity', { entity: 'Notes', parentEntity: 'Companies', parentId: 0, id: 1 }],
    ['describe-entity-fields', { entity: 'Invoices' }],
    ['search-companies', { search: 'a' }],
    ['get-company', { id: 'Contoso' }],
    ['search-tickets', { companyID: 'Contoso' }],
    ['create-company', { companyName: 'X', confirm: 'CREATE_COMPANY' }],
    ['update-company', { id: 0, phone: '1', confirm: 'UPDATE_COMPANY' }],
    ['update-entity', { entity: 'Invoices', id: 1, data: { comments: 'x' }, confirm: 'UPDATE_ENTITY' }],
  ])('%s %j is refused clearly and asks the tenant nothing about them', async (name, args) => {
    const server = await open(env);
    const from = sandbox.requests.length;
    const { text, isError } = await server.call(name, args);
    expect(isError).toBe(true);
    expect(text).toMatch(/policy of this server does not allow/);
    expect(pathsSince(from).filter((path) => /Invoices|Compan/i.test(path))).toEqual([]);
  });

  it('hides them from names, resources, completion and the list of entities', async () => {
    const server = await open(env);
    const from = sandbox.requests.length;
    const { text } = await server.call('search-tickets', { maxRecords: 3 });
    expect(text).toMatch(/#\d+/);
    await expect(server.client.readResource({ uri: 'autotask://companies' })).rejects.toThrow(/policy/);
    const { completion } = await server.client.complete({
      ref: { type: 'ref/resource', uri: 'autotask://companies/{id}' },
      argument: { name: 'id', value: 'Con' },
    });
    expect(completion.values).toEqual([]);
    const named = await server.client.complete({
      ref: { type: 'ref/resource', uri: 'autotask://entities/{name}' },
      argument: { name: 'name', value: 'Inv' },
    });
    expect(named.completion.values).not.toContain('Invoices');
    expect(named.completion.values).toContain('InventoryItems');
    const listed = await server.call('list-known-entities');
    expect(listed.text).not.toMatch(/\bInvoices\b|\bCompanies:/);
    expect(pathsSince(from).filter((path) => /Invoices|Compan/i.test(path))).toEqual([]);
  });

  it('leaves out what belongs to a ticket and may not be read, and says so', async () => {
    const server = await open({ AUTOTASK_READ_ENTITIES: '!TimeEntries,!TicketCharges' });
    const first = JSON.parse(
      (await server.call('query-entity', { entity: 'Tickets', maxRecords: 1, format: 'json' })).text,
    );
    const { text, isError } = await server.call('get-ticket', { id: String(first.records[0].id) });
    expect(isError).toBe(false);
    expect(text).toMatch(/hidden by the policy of this server: TimeEntries, TicketCharges/);
  });
});

describe('entities that may not be written', () => {
  it.each([
    ['an allow list', { AUTOTASK_WRITE_ENTITIES: 'Ticket*' }],
    ['a denial beside an allowance', { AUTOTASK_WRITE_ENTITIES: '*,!ContactGroups' }],
    ['an operation of its own', { AUTOTASK_CREATE_ENTITIES: '!ContactGroups' }],
  ])('are refused by %s, confirmed or not', async (_what, env) => {
    const server = await open(env);
    const from = sandbox.requests.length;
    for (const confirm of [undefined, 'CREATE_ENTITY']) {
      const args = { entity: 'ContactGroups', data: { name: 'No', isActive: true } };
      const { text, isError } = await server.call('create-entity', confirm ? { ...args, confirm } : args);
      expect(isError).toBe(true);
      expect(text).toMatch(/does not allow creating ContactGroups/);
    }
    expect(writesSince(sandbox, from)).toEqual([]);
  });

  it('include all that may not be read', () => {
    const policy = createPolicy({ readEntities: ['Tickets'] });
    const allowed = entities.filter((entity) => policy.may('create', entity)).map(({ name }) => name);
    expect(allowed).toEqual(['Tickets']);
  });

  it('cannot be reached by whoever holds the guarded writer', async () => {
    const policy = createPolicy({ writeEntities: ['Tickets'], maskFields: ['Tickets.resolution'] });
    const writer = guardWriter(createWriter(clientSettings()), policy, null);
    const from = sandbox.requests.length;
    await expect(writer.create('Companies/0/Contacts', {})).rejects.toThrow(/creating Contacts/);
    await expect(writer.remove('TimeEntries/1')).rejects.toThrow(/deleting TimeEntries/);
    await expect(writer.patch('Tickets', { id: 1, Resolution: 'x' })).rejects.toThrow(
      /hides Tickets.Resolution/,
    );
    const nested = [{ op: 'or', items: [{ op: 'exist', field: 'resolution' }] }];
    await expect(writer.count('Tickets', nested)).rejects.toThrow(/hides Tickets.resolution/);
    await expect(writer.query('Tickets', { filter: nested }, { limit: 1 })).rejects.toThrow(/hides/);
    await expect(writer.create('Nowhere', {})).rejects.toThrow(/not a path of a known entity/);
    expect(sandbox.requests.slice(from)).toEqual([]);
  });

  it('know every path of the API', () => {
    for (const entity of entities) {
      if (entity.path !== null) expect(entityAt(`${entity.path}/7`)).toBe(entity);
      for (const { path } of entity.parents) {
        expect(entityAt(`${path.replace('{parentId}', '5')}/7`)).toBe(entity);
      }
    }
  });
});

describe('the guarded reader', () => {
  it('has no method that writes, and refuses a GET that would change something', async () => {
    const reader = guardReader(createWriter(clientSettings()), createPolicy());
    expect(Object.keys(reader).filter((name) => ['create', 'patch', 'remove'].includes(name))).toEqual([]);
    expect(Object.keys(createReader(clientSettings())).sort()).toEqual(Object.keys(reader).sort());
    const from = sandbox.requests.length;
    await expect(reader.item('TimeOffRequests/5/Approve')).rejects.toThrow(/would change something/);
    expect(sandbox.requests.slice(from)).toEqual([]);
  });
});

describe('hidden fields', () => {
  const env = { AUTOTASK_MASK_FIELDS: 'Tickets.title, *.hourlyRate, estimatedHours' };

  it('are never returned, included, filtered by, described or accepted', async () => {
    const server = await open(env);
    const all = await server.call('query-entity', { entity: 'Tickets', includeFields: ['*'], maxRecords: 5 });
    expect(all.text).toMatch(/ticketNumber/);
    expect(all.text).not.toMatch(/\ttitle\t|estimatedHours/);
    const listed = await server.call('query-entity', { entity: 'Tickets', maxRecords: 5 });
    expect(listed.text).not.toMatch(/\ttitle\b/);
    const first = JSON.parse(
      (await server.call('query-entity', { entity: 'Tickets', maxRecords: 1, format: 'json' })).text,
    );
    const { id } = first.records[0];
    expect((await server.call('get-entity', { entity: 'Tickets', id })).text).not.toMatch(/^title:/m);
    const from = sandbox.requests.length;
    for (const [name, args] of [
      ['query-entity', { entity: 'Tickets', query: { title: 'x' } }],
      [
        'query-entity',
        { entity: 'Tickets', query: { filter: [{ op: 'or', items: [{ op: 'exist', field: 'TITLE' }] }] } },
      ],
      ['query-entity', { entity: 'Tickets', includeFields: ['title'] }],
      ['update-ticket', { id, title: 'x', confirm: 'UPDATE_TICKET' }],
      ['update-entity', { entity: 'Roles', id: 1, data: { hourlyRate: 1 }, confirm: 'UPDATE_ENTITY' }],
    ] as const) {
      const { text, isError } = await server.call(name, args);
      expect({ name, isError }).toEqual({ name, isError: true });
      expect(text).toMatch(/hidden by the policy|There is no record/);
    }
    expect(writesSince(sandbox, from)).toEqual([]);
    const bodies = JSON.stringify(sandbox.requests.slice(from).map(({ body }) => body));
    expect(bodies).not.toMatch(/"title"/i);
    expect(
      (await server.call('describe-entity-fields', { entity: 'Tickets', fields: ['title'] })).text,
    ).toMatch(/No field like/);
  });

  it('are not asked for by their names', async () => {
    const server = await open(env);
    const from = sandbox.requests.length;
    const { text } = await server.call('search-time-entries', { maxRecords: 3 });
    expect(text).toMatch(/TimeEntries/);
    const included = JSON.stringify(
      sandbox.requests
        .slice(from)
        .filter(({ path }) => /Tickets\/query/.test(path))
        .map(({ body }) => body),
    );
    expect(included).not.toMatch(/"title"/);
  });
});

describe('tools that are disabled', () => {
  it('are not offered, nor are the resources that stand on them', async () => {
    const server = await open({ AUTOTASK_DISABLED_TOOLS: 'delete-entity,*-company,search-companies' });
    const { tools } = await server.client.listTools();
    expect(tools.map(({ name }) => name).filter((name) => /compan|delete/.test(name))).toEqual([]);
    await expect(server.call('delete-entity', { entity: 'Tickets', id: 1 })).rejects.toThrow(/no tool/);
    await expect(server.client.readResource({ uri: 'autotask://companies' })).rejects.toThrow(/no resource/);
    const { resources } = await server.client.listResources();
    expect(resources.map(({ uri }) => uri)).not.toContain('autotask://companies');
  });
});

describe('what the customer sees', () => {
  const note = {
    title: 'Hello',
    description: 'World',
    publish: 'All Autotask Users',
    confirm: 'CREATE_TICKET_NOTE',
  };
  const ticketID = async (server: Rig) =>
    JSON.parse((await server.call('query-entity', { entity: 'Tickets', maxRecords: 1, format: 'json' })).text)
      .records[0].id;

  it('is refused unless allowed; internal notes are written', async () => {
    const server = await open({});
    const args = { ...note, ticketID: await ticketID(server) };
    const from = sandbox.requests.length;
    const { text, isError } = await server.call('create-ticket-note', args);
    expect(isError).toBe(true);
    expect(text).toMatch(
      /does not allow writing what the customer sees. CUSTOMER-VISIBLE: its publish choice is not/,
    );
    const shared = await server.call('create-ticket-note', { ...args, publish: 'Internal & Co-Managed' });
    expect(shared.isError).toBe(true);
    expect(writesSince(sandbox, from)).toEqual([]);
    const { publish: _, ...internal } = args;
    expect((await server.call('create-ticket-note', internal)).text).toMatch(/^Created TicketNote/);
    expect(writesSince(sandbox, from).length).toBe(1);
  });

  it('is said in the preview by the label of the choice', async () => {
    const server = await open({ AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' });
    const { confirm: _, ...args } = { ...note, ticketID: await ticketID(server) };
    const preview = await server.call('create-ticket-note', args);
    expect(preview.text).toMatch(
      /^publish: All Autotask Users \(\d+\)$[\s\S]*Who sees it: CUSTOMER-VISIBLE: its publish choice/m,
    );
    const internal = await server.call('create-ticket-note', { ...args, publish: 'Internal Project Team' });
    expect(internal.text).toMatch(
      /^publish: Internal Project Team \(\d+\)$[\s\S]*Who sees it: Internal by its publish choice/m,
    );
  });

  it('includes an edit of a note that is visible already', async () => {
    const open1 = await open({ AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' });
    const made = await open1.call('create-ticket-note', { ...note, ticketID: await ticketID(open1) });
    const id = Number(/TicketNote (\d+)/.exec(made.text)?.[1]);
    const server = await open({});
    const from = sandbox.requests.length;
    const { text } = await server.call('update-entity', {
      entity: 'TicketNotes',
      id,
      data: { description: 'More' },
      confirm: 'UPDATE_ENTITY',
    });
    expect(text).toMatch(/does not allow writing what the customer sees/);
    expect(writesSince(sandbox, from)).toEqual([]);
  });
});

describe('the limit of writes', () => {
  it('lets so many through in an hour, whatever they end as', async () => {
    const server = await open({ AUTOTASK_MAX_WRITES_PER_HOUR: '2' });
    const from = sandbox.requests.length;
    const answers: string[] = [];
    for (const number of [1, 2, 3]) {
      const data = { name: `Limited ${number}`, isActive: true };
      answers.push(
        (await server.call('create-entity', { entity: 'ContactGroups', data, confirm: 'CREATE_ENTITY' }))
          .text,
      );
    }
    expect(answers[2]).toMatch(/allows 2 writes per hour.*\(this server\)\nTry again in \d+ seconds/s);
    expect(answers[2]).not.toContain('(Autotask)');
    expect(writesSince(sandbox, from).length).toBe(2);
  });
});

describe('attribution', () => {
  it('is sent on writes to entities that support it, and on nothing else', async () => {
    const server = await open({ AUTOTASK_IMPERSONATION_RESOURCE_ID: '29682885' });
    const from = sandbox.requests.length;
    const ticket = JSON.parse(
      (await server.call('query-entity', { entity: 'Tickets', maxRecords: 1, format: 'json' })).text,
    ).records[0].id;
    const preview = await server.call('update-ticket', { id: String(ticket), title: 'Attributed' });
    expect(preview.text).toMatch(/in the name of the resource 29682885/);
    await server.call('update-ticket', { id: String(ticket), title: 'Attributed', confirm: 'UPDATE_TICKET' });
    const data = { name: 'Not attributed', isActive: true };
    await server.call('create-entity', { entity: 'ContactGroups', data, confirm: 'CREATE_ENTITY' });
    const carried = sandbox.requests
      .slice(from)
      .filter(({ headers }) => headers.impersonationresourceid !== undefined)
      .map(({ method, path, headers }) => `${method} ${path} ${headers.impersonationresourceid}`);
    expect(carried).toEqual(['PATCH V1.0/Tickets 29682885']);
    expect(writesSince(sandbox, from).length).toBe(2);
  });
});

describe('the configuration', () => {
  const run = (env: Record<string, string>, ...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
    });
  const file = (content: unknown) => {
    const path = join(mkdtempSync(join(tmpdir(), 'policy-')), 'policy.json');
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  it('comes from a file too, and is printed as a table', () => {
    const path = file({
      readEntities: ['*', '!Invoices'],
      maskFields: ['Roles.hourlyRate'],
      maxWritesPerHour: 30,
    });
    const { stdout, status } = run(
      { AUTOTASK_POLICY_FILE: path, AUTOTASK_DELETE_ENTITIES: '!*' },
      'policy',
      '--demo',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/^entity\s+read\s+create\s+update\s+delete$/m);
    expect(stdout).toMatch(/^Invoices\s+no\s+-\s+no\s+-$/m);
    expect(stdout).toMatch(/^TimeEntries\s+yes\s+yes\s+yes\s+no$/m);
    expect(stdout).toMatch(/writes per hour\s+30/);
    expect(stdout).toMatch(/^ {2}Roles\.hourlyRate$/m);
    expect(run({ AUTOTASK_POLICY_FILE: path }, 'policy', '--read-only').stdout).toMatch(
      /^TimeEntries\s+yes\s+no\s+no\s+no$/m,
    );
  });

  it.each([
    [{ AUTOTASK_READ_ENTITIES: '!Invoces' }, /"Invoces" fits no entity. Did you mean Invoices/],
    [{ AUTOTASK_DISABLED_TOOLS: 'delete-entty' }, /"delete-entty" fits no tool. Did you mean delete-entity/],
    [{ AUTOTASK_MASK_FIELDS: 'Role.hourlyRate' }, /"Role" fits no entity/],
    [
      { AUTOTASK_READ_COMPANIES: '!typ:Vendor' },
      /entry 1 begins with "typ:"\. Did you mean type\?.* name:typ:…/,
    ],
    [{ AUTOTASK_MAX_WRITES_PER_HOUR: 'many' }, /must be a whole number/],
    // Once, though it fits none of several forms.
    [
      { AUTOTASK_MAX_RECORDS_PER_CALL: '600' },
      /is not right\.\n- AUTOTASK_MAX_RECORDS_PER_CALL: must be [^\n]*\n$/,
    ],
    [{ AUTOTASK_CONFIRM_KEY: 'short' }, /AUTOTASK_CONFIRM_KEY: must have at least 32 characters/],
    [
      { AUTOTASK_POLICY_FILE: file({ readEntity: [] }) },
      /readEntity in AUTOTASK_POLICY_FILE: is not a setting. Did you mean readEntities/,
    ],
    [{ AUTOTASK_POLICY_FILE: file({ writeEntities: [] }) }, /must name something/],
    [
      { AUTOTASK_POLICY_FILE: file({ readEntities: ['*'] }), AUTOTASK_READ_ENTITIES: '*' },
      /is also set as readEntities/,
    ],
    [{ AUTOTASK_POLICY_FILE: '/nowhere/policy.json' }, /names a file that does not exist/],
    [{ AUTOTASK_MARK_FIELDS: 'Ticket.externalID' }, /"Ticket" is not an entity. Did you mean Tickets/],
  ])('refuses %j at the start', (env, text) => {
    const { status, stderr } = run(env, 'policy');
    expect(stderr).toMatch(text);
    expect(status).toBe(2);
  });
});
