import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entities } from '../../generated/table.js';
import { createWriter } from '../../src/client/index.js';
import type { AutotaskReader, AutotaskWriter, Row } from '../../src/client/types.js';
import type { Entity } from '../../src/model.js';
import { guardReader } from '../../src/policy/guards/guard-reader.js';
import { guardWriter } from '../../src/policy/guards/guard-writer.js';
import { createPolicy } from '../../src/policy/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { program } from '../support/tenant.js';
import { type Rig, rig, writesSince } from './support.js';

const companies = [175, 176];
const policy = createPolicy({ readCompanies: ['Contoso Ltd', 'id:176'] });

let sandbox: Sandbox;
let all: AutotaskWriter;
let own: AutotaskReader;
beforeAll(async () => {
  sandbox = await startSandbox();
  all = createWriter({
    credentials: sandbox.credentials,
    zoneUrl: sandbox.url,
    timeoutMs: 10_000,
    maxConcurrency: 3,
    cacheDir: null,
    log: () => {},
  });
  own = guardReader(all, policy);
});
afterAll(() => sandbox.close());

const named = (name: string) => entities.find((entity) => entity.name === name);
const rowsOf = new Map<string, readonly Row[]>();
const expectRefusal = (work: Promise<unknown>) =>
  expect(work).rejects.toThrow(/cannot be told to be theirs|would change something/);

/** All records, also of entities that are asked for by their owner alone. */
async function everything(entity: Entity, reader: AutotaskReader): Promise<readonly Row[]> {
  const known = reader === all ? rowsOf.get(entity.name) : undefined;
  if (known !== undefined) return known;
  const rows = await readEverything(entity, reader);
  if (reader === all) rowsOf.set(entity.name, rows);
  return rows;
}

async function readEverything(entity: Entity, reader: AutotaskReader): Promise<readonly Row[]> {
  if (entity.path === null || !entity.operations.includes('query')) return [];
  const filter =
    entity.name === 'TicketHistory'
      ? [{ op: 'in', field: 'ticketID', value: Array.from({ length: 300 }, (_, at) => 100_001 + at) }]
      : entity.queryBy.length === 0
        ? []
        : [{ op: 'in', field: 'parentID', value: Array.from({ length: 400 }, (_, at) => at + 1) }];
  try {
    return (await reader.query(entity.path, { filter }, { limit: 20_000 })).rows;
  } catch (error) {
    if (entity.queryBy.length > 0) return [];
    throw error;
  }
}

/** The companies of a record, found by one question for each step. */
async function companiesOf({ companyScope }: Entity, row: Row): Promise<readonly unknown[]> {
  if (typeof companyScope === 'string') return [];
  const found: unknown[] = [];
  for (const { field, entity: target } of companyScope) {
    const id = row[field];
    if (id === null || id === undefined) continue;
    const entity = named(target);
    if (entity === undefined || target === 'Companies') found.push(id);
    else {
      const rows = await everything(entity, all);
      const parent = rows.find((one) => one.id === id);
      found.push(...(parent === undefined ? [undefined] : await companiesOf(entity, parent)));
    }
  }
  return found;
}

/** Further pages of a query are no writes. */
const written = (from: number) =>
  writesSince(sandbox, from).filter(({ path }) => !path.endsWith('/query/next'));

const belongs = (found: readonly unknown[]) =>
  found.length > 0 && found.every((id) => typeof id === 'number' && companies.includes(id));

const scoped = entities.filter(({ companyScope }) => typeof companyScope !== 'string');
const shared = entities.filter(({ companyScope }) => companyScope === 'shared');
const denied = entities.filter(({ companyScope }) => companyScope === 'denied');

describe('each of all entities under a policy of two companies', () => {
  it('is limited by a way to a company, is of no company, or is denied', () => {
    expect(scoped.length + shared.length + denied.length).toBe(entities.length);
    for (const start of scoped) {
      const seen = new Set<string>();
      const walk = (entity: Entity): void => {
        if (typeof entity.companyScope === 'string') throw new Error(`${start.name} ends at ${entity.name}`);
        for (const step of entity.companyScope) {
          const target = named(step.entity);
          if (target === undefined) throw new Error(`${start.name} leads to ${step.entity}`);
          seen.add(target.name);
          if (target.name !== 'Companies') walk(target);
        }
      };
      walk(start);
      expect(seen, start.name).toContain('Companies');
    }
  });

  it.each(scoped.map((entity) => [entity.name, entity] as const))(
    '%s: no record but theirs',
    async (_, entity) => {
      const rows = await everything(entity, all);
      const expected: unknown[] = [];
      for (const row of rows) if (belongs(await companiesOf(entity, row))) expected.push(row.id);
      const seen = await everything(entity, own);
      expect(seen.map(({ id }) => id)).toEqual(expected);
      if (entity.path === null || entity.queryBy.length > 0 || rows.length === 0) return;
      if (entity.name !== 'TicketHistory') expect(await own.count(entity.path, [])).toBe(expected.length);
      const outside = rows.find(({ id }) => !expected.includes(id));
      if (outside !== undefined && entity.operations.includes('get'))
        expect(await own.item(`${entity.path}/${outside.id}`)).toBeNull();
    },
  );

  it.each(denied.map((entity) => [entity.name, entity] as const))(
    '%s is denied, and nothing is sent',
    async (_, entity) => {
      const from = sandbox.requests.length;
      const path = entity.path ?? entity.parents[0]?.path.replace('{parentId}', '1') ?? entity.name;
      await expectRefusal(own.query(path, { filter: [] }, { limit: 1 }));
      await expectRefusal(own.count(path, []));
      await expectRefusal(own.item(`${path}/1`));
      await expectRefusal(own.list(path, { limit: 1 }));
      await expectRefusal(own.pages(path, { filter: [] }).next());
      expect(policy.may('create', entity)).toBe(false);
      expect(sandbox.requests.length).toBe(from);
    },
  );

  it.each(shared.map((entity) => [entity.name, entity] as const))(
    '%s is read and not written',
    async (_, entity) => {
      expect(await everything(entity, own)).toEqual(await everything(entity, all));
      for (const action of ['create', 'update', 'delete'] as const)
        expect(policy.may(action, entity)).toBe(false);
    },
  );
});

describe('a model that looks for records of others', () => {
  let server: Rig;
  let names: readonly string[];
  const other: Record<string, Row> = {};
  const mine: Record<string, Row> = {};
  beforeAll(async () => {
    server = await rig(sandbox, { env: { AUTOTASK_READ_COMPANIES: 'Contoso Ltd\n176' } });
    const { rows } = await all.query('Companies', { filter: [] }, { limit: 100 });
    names = rows
      .filter(({ id }) => !companies.includes(Number(id)))
      .map(({ companyName }) => String(companyName));
    for (const name of [
      'Tickets',
      'Contacts',
      'Contracts',
      'Projects',
      'ConfigurationItems',
      'TimeEntries',
      'AttachmentInfo',
    ]) {
      const entity = named(name);
      if (entity === undefined) throw new Error(name);
      const records = (await all.query(name, { filter: [] }, { limit: 2_000 })).rows;
      for (const row of records) {
        const found = await companiesOf(entity, row);
        if (found.length === 0) continue;
        if (belongs(found)) mine[name] ??= row;
        else other[name] ??= row;
      }
    }
  });
  afterAll(() => server.close());

  /** What was asked for by its name is repeated; no other name of theirs may be told. */
  const ask = async (name: string, args: Record<string, unknown>) => {
    const answer = await server.call(name, args);
    for (const one of names) {
      if (!JSON.stringify(args).includes(one)) expect(answer.text, name).not.toContain(one);
    }
    return answer;
  };
  const idOf = (entity: string) => Number(other[entity]?.id);

  it('is told that it sees some companies alone', () => {
    expect(server.client.getInstructions()).toMatch(/records of some companies alone/);
  });

  it('is told what it may do, and of what a look for free time knows nothing', async () => {
    const { text } = await ask('get-version', {});
    expect(text).toMatch(/You may read \d+ entities; create \d+ entities; .*of some companies alone/);
    const free = await ask('find-free-time', { resourceID: [29682885] });
    expect(free.text).toMatch(/does not allow reading (TimeOffRequests|Appointments)/);
  });

  it.each([
    ['get-ticket', () => ({ id: idOf('Tickets') })],
    ['get-ticket', () => ({ id: String(other.Tickets?.ticketNumber) })],
    ['get-ticket', () => ({ id: String(other.Tickets?.title) })],
    ['get-company', () => ({ id: 177 })],
    ['get-company', () => ({ id: 'Adventure Works' })],
    ['get-contact', () => ({ id: idOf('Contacts') })],
    ['get-project', () => ({ id: idOf('Projects') })],
    ['get-entity', () => ({ entity: 'Contracts', id: idOf('Contracts') })],
    ['get-entity', () => ({ entity: 'TimeEntries', id: idOf('TimeEntries') })],
    ['get-entity', () => ({ entity: 'AttachmentInfo', id: idOf('AttachmentInfo') })],
    ['get-attachment', () => ({ id: idOf('AttachmentInfo') })],
    ['search-tickets', () => ({ companyID: 'Adventure Works' })],
    ['search-contacts', () => ({ companyID: 'Tailspin Toys' })],
    ['search-companies', () => ({ search: 'Adventure' })],
    ['query-entity', () => ({ entity: 'Tickets', query: { companyID: 177 } })],
    ['query-entity', () => ({ entity: 'Tickets', query: { id: idOf('Tickets') } })],
    ['query-entity', () => ({ entity: 'TicketNotes', query: { ticketID: idOf('Tickets') } })],
    ['query-entity', () => ({ entity: 'TimeEntries', query: { ticketID: idOf('Tickets') } })],
    ['query-entity', () => ({ entity: 'Companies', query: { companyName: { contains: 'Works' } } })],
    ['count-entity', () => ({ entity: 'Tickets', query: { companyID: 177 } })],
    ['count-entity', () => ({ entity: 'TicketNotes', query: { ticketID: idOf('Tickets') } })],
  ])('%s (%#) finds nothing of others', async (name, args) => {
    const { text } = await ask(name, args());
    expect(text).toMatch(/[Nn]o |not found|0 (of )?|nothing|Several records fit/);
    for (const secret of [
      other.Tickets?.ticketNumber,
      other.Tickets?.description,
      other.Contacts?.emailAddress,
      other.Contracts?.contractName,
    ])
      if (!JSON.stringify(args()).includes(String(secret))) expect(text).not.toContain(String(secret));
  });

  it.each([
    { or: [{ companyID: 177 }, { companyID: 175 }] },
    { or: [{ id: { gt: 0 } }, { companyID: 177 }] },
    { companyID: { in: [175, 177, 178] } },
    { companyID: { noteq: 175 } },
    { or: [{ and: [{ companyID: 177 }, { status: { gte: 1 } }] }, { title: { contains: 'a' } }] },
  ])('tickets by %j are theirs, in lists, numbers and sums', async (query) => {
    const listed = await ask('query-entity', {
      entity: 'Tickets',
      query,
      includeFields: ['id', 'companyID'],
      maxRecords: 50,
      format: 'json',
    });
    const found = [...listed.text.matchAll(/"companyID":\{"id":(\d+)/g)].map(([, id]) => Number(id));
    expect(found.length).toBeGreaterThan(0);
    for (const id of found) expect(companies).toContain(id);
    const { text } = await ask('count-entity', { entity: 'Tickets', query });
    expect(Number(/\d[\d,]*/.exec(text)?.[0].replace(',', ''))).toBeLessThan(300);
    const sums = await ask('aggregate-entity', { entity: 'Tickets', query, groupBy: ['companyID'] });
    expect(sums.isError, sums.text).toBe(false);
    expect(sums.text).toMatch(/Contoso|Fabrikam/);
  });

  it.each([
    ['TimeEntries', 'ticketID.companyID'],
    ['TimeEntries', 'ticketID'],
    ['TicketNotes', 'ticketID.companyID.companyName'],
    ['TicketNotes', 'ticketID.title'],
    ['ConfigurationItems', 'vendorID.companyName'],
  ])('totals of %s by %s are of theirs, and of all of theirs', async (entity, groupBy) => {
    const counted = await ask('count-entity', { entity });
    const count = /[\d,]+/.exec(counted.text)?.[0].replace(',', '');
    const { text, isError } = await ask('aggregate-entity', { entity, groupBy: [groupBy] });
    expect(isError, text).toBe(false);
    expect(text.replaceAll(',', '')).toMatch(new RegExp(`^TOTAL\\s.*\\b${count}$`, 'm'));
  });

  it('resources and completions hold nothing of others', async () => {
    const read = (uri: string) => server.client.readResource({ uri });
    await expect(read(`autotask://tickets/${idOf('Tickets')}`)).rejects.toThrow();
    await expect(read('autotask://companies/177')).rejects.toThrow();
    await expect(read(`autotask://attachments/${idOf('AttachmentInfo')}`)).rejects.toThrow();
    const listed = JSON.stringify(await read('autotask://companies'));
    for (const one of names) expect(listed).not.toContain(one);
    for (const value of ['A', 'Adv', 'Tail', '']) {
      const { completion } = await server.client.complete({
        ref: { type: 'ref/resource', uri: 'autotask://companies/{id}' },
        argument: { name: 'id', value },
      });
      for (const one of names) expect(JSON.stringify(completion.values)).not.toContain(one);
    }
  });

  it('the history of a ticket is there for theirs and for nobody else', async () => {
    const withHistory = async (theirs: boolean) => {
      // Of the newest there is one.
      const { rows } = await all.query('Tickets', { filter: [] }, { limit: 5_000 });
      for (const { id, companyID } of [...rows].reverse()) {
        if (companies.includes(Number(companyID)) !== theirs) continue;
        const filter = [{ op: 'eq', field: 'ticketID', value: Number(id) }];
        if ((await all.query('TicketHistory', { filter }, { limit: 1 })).rows.length > 0) return Number(id);
      }
      throw new Error('no ticket has a history');
    };
    const ofTheirs = { entity: 'TicketHistory', query: { ticketID: await withHistory(true) } };
    const shown = await ask('query-entity', ofTheirs);
    expect(shown.text).toMatch(/^[1-9]\d* TicketHistory, all that match/);
    expect((await ask('count-entity', ofTheirs)).text).toMatch(/^[1-9]\d* TicketHistory/);
    const ofOthers = { entity: 'TicketHistory', query: { ticketID: await withHistory(false) } };
    expect((await ask('query-entity', ofOthers)).text).toMatch(/^No TicketHistory match/);
    expect((await ask('count-entity', ofOthers)).text).toMatch(/^(0|No) TicketHistory/);
  });

  it('a ticket of theirs is shown whole, without names of others', async () => {
    const { text, isError } = await ask('get-ticket', { id: Number(mine.Tickets?.id), include: ['all'] });
    expect(isError, text).toBe(false);
    expect(text).toMatch(/Contoso|Fabrikam/);
    expect(text).not.toContain('not shown');
  });

  it.each([
    ['update-ticket', () => ({ id: idOf('Tickets'), title: 'x' })],
    ['update-ticket', () => ({ id: Number(mine.Tickets?.id), companyID: 177 })],
    ['update-ticket', () => ({ id: Number(mine.Tickets?.id), contactID: idOf('Contacts') })],
    [
      'update-ticket',
      () => ({ id: Number(mine.Tickets?.id), fields: { configurationItemID: idOf('ConfigurationItems') } }),
    ],
    ['create-ticket', () => ({ companyID: 177, title: 'x', priority: 1, status: 1 })],
    ['create-ticket', () => ({ companyID: 'Adventure Works', title: 'x', priority: 1, status: 1 })],
    ['create-ticket-note', () => ({ ticketID: idOf('Tickets'), title: 'x', description: 'y' })],
    ['create-contact', () => ({ companyID: 177, firstName: 'x', lastName: 'y' })],
    ['create-company', () => ({ companyName: 'New', companyType: 'Customer', phone: '1' })],
    ['update-company', () => ({ id: 177, phone: '1' })],
    ['update-entity', () => ({ entity: 'Contracts', id: idOf('Contracts'), data: { contractName: 'x' } })],
    ['update-entity', () => ({ entity: 'Roles', id: 1, data: { name: 'x' } })],
    ['update-entity', () => ({ entity: 'Tickets', id: idOf('Tickets'), data: { title: 'x' } })],
    ['delete-entity', () => ({ entity: 'TimeEntries', id: idOf('TimeEntries') })],
    [
      'create-attachment',
      () => ({ parentEntity: 'Tickets', parentId: idOf('Tickets'), name: 'x.txt', data: 'eA==' }),
    ],
    [
      'create-time-entry',
      () => ({ ticketID: idOf('Tickets'), hoursWorked: 1, summaryNotes: 'x', resourceID: 29682885 }),
    ],
    [
      'create-entity',
      () => ({
        entity: 'TicketNotes',
        data: { ticketID: idOf('Tickets'), title: 'x', description: 'y', noteType: 3, publish: 2 },
      }),
    ],
  ])('%s (%#) for others is refused before its preview, and nothing is written', async (name, args) => {
    const from = sandbox.requests.length;
    const { text, isError } = await ask(name, args());
    expect(isError, text).toBe(true);
    expect(text).toMatch(/[Tt]here is no |no record of|cannot be told to be theirs/);
    expect(text).not.toMatch(/confirm: "/);
    const word = name.toUpperCase().replaceAll('-', '_');
    await ask(name, { ...args(), confirm: word });
    expect(written(from)).toEqual([]);
  });

  it('a write by query reaches theirs alone', async () => {
    const { text } = await ask('update-entity', {
      entity: 'Tickets',
      query: { companyID: { in: [175, 177] }, status: 'New' },
      data: { title: 'x' },
    });
    expect(text).not.toMatch(/Adventure/);
  });

  it('their own records are written', async () => {
    const from = sandbox.requests.length;
    const args = { id: Number(mine.Tickets?.id), title: 'Changed within the limit' };
    const preview = await ask('update-ticket', args);
    expect(preview.isError, preview.text).toBe(false);
    const { isError, text } = await ask('update-ticket', { ...args, confirm: 'UPDATE_TICKET' });
    expect(isError, text).toBe(false);
    expect(written(from)).toHaveLength(1);
  });
});

describe('a writer that is limited to companies', () => {
  const limits = createPolicy({ writeCompanies: ['175', '176'] });
  let server: Rig;
  beforeAll(async () => {
    server = await rig(sandbox, { env: { AUTOTASK_WRITE_COMPANIES: '175,176' } });
  });
  afterAll(() => server.close());

  const of = async (name: string, theirs: boolean): Promise<Row> => {
    const entity = named(name);
    for (const row of entity === undefined ? [] : await everything(entity, all)) {
      if (entity !== undefined && belongs(await companiesOf(entity, row)) === theirs) return row;
    }
    throw new Error(`no record of ${name}`);
  };

  it.each<[string, (writer: AutotaskWriter) => Promise<unknown>]>([
    ['a change', async (w) => w.patch('Tickets', { id: (await of('Tickets', false)).id, title: 'x' })],
    ['a change of none', (w) => w.patch('Tickets', { id: 1, title: 'x' })],
    ['moving there', async (w) => w.patch('Tickets', { id: (await of('Tickets', true)).id, companyID: 177 })],
    ['moving here', async (w) => w.patch('Tickets', { id: (await of('Tickets', false)).id, companyID: 175 })],
    [
      'text for an id',
      async (w) => w.patch('Tickets', { id: (await of('Tickets', true)).id, companyID: '177' }),
    ],
    ['a new record', (w) => w.create('Tickets', { companyID: 177, title: 'x' })],
    ['a new record of nobody', (w) => w.create('Tickets', { title: 'x' })],
    ['a new company', (w) => w.create('Companies', { companyName: 'x' })],
    ['one below', async (w) => w.create(`Tickets/${(await of('Tickets', false)).id}/Notes`, { title: 'x' })],
    [
      'one below theirs that names another',
      async (w) =>
        w.create(`Tickets/${(await of('Tickets', true)).id}/Notes`, {
          ticketID: (await of('Tickets', false)).id,
        }),
    ],
    ['a deletion', async (w) => w.remove(`TimeEntries/${(await of('TimeEntries', false)).id}`)],
    ['internal time', (w) => w.create('TimeEntries', { resourceID: 29682885, hoursWorked: 1 })],
    ['a setting of all', (w) => w.patch('Roles', { id: 1, name: 'x' })],
    ['an approval', (w) => w.create('TimeOffRequests/1/Approve', {}, { method: 'GET' })],
    ['what no company is known of', (w) => w.create('KnowledgeBaseArticles', { title: 'x' })],
  ])('refuses %s, whatever was checked before, and sends no write', async (_, write) => {
    const from = sandbox.requests.length;
    await expect(write(guardWriter(all, limits, null))).rejects.toThrow(/limits writing|limited to some/);
    expect(written(from)).toEqual([]);
  });

  it.each([
    ['Quotes', 'companyID'],
    ['PurchaseOrders', 'purchaseForCompanyID'],
    ['TimeEntries', 'ticketID'],
  ])('refuses %s that would belong to nobody without their %s', async (name, field) => {
    const entity = named(name);
    if (entity === undefined) throw new Error(name);
    for (const row of await everything(entity, all)) {
      const [company] = typeof row[field] === 'number' ? await companiesOf(entity, row) : [];
      if (typeof company !== 'number') continue;
      const from = sandbox.requests.length;
      const writer = guardWriter(all, createPolicy({ writeCompanies: [`id:${company}`] }), null);
      const work = writer.patch(name, { id: row.id, [field]: null });
      await expect(work).rejects.toThrow(/limits writing.* would be none of theirs any more/);
      expect(written(from)).toEqual([]);
      return;
    }
    throw new Error(`no record of ${name} has a company`);
  });

  it('reads everything, and says in the preview what it would refuse', async () => {
    const from = sandbox.requests.length;
    const outside = Number((await of('Tickets', false)).id);
    const inside = Number((await of('Tickets', true)).id);
    expect((await server.call('get-ticket', { id: outside })).isError).toBe(false);
    const one = await server.call('update-ticket', { id: outside, title: 'x' });
    expect(one.text).toMatch(/This Ticket is none of theirs/);
    const moved = await server.call('update-ticket', { id: inside, companyID: 177 });
    expect(moved.text).toMatch(/companyID of this Ticket names a record that is none of theirs/);
    const several = await server.call('update-ticket', { ids: [inside, outside], title: 'x' });
    expect(several.text).toMatch(/none of theirs/);
    expect(several.text).toMatch(/confirm/);
    expect(written(from)).toEqual([]);
  });
});

describe('a list of companies', () => {
  const readBy = (readCompanies: string[]) => guardReader(all, createPolicy({ readCompanies }));
  const idsBy = async (readCompanies: string[]) =>
    (await readBy(readCompanies).query('Companies', { filter: [] }, { limit: 100 })).rows.map(({ id }) => id);
  const everyone = async () => (await all.query('Companies', { filter: [] }, { limit: 100 })).rows;

  it('names them by id, name, type and classification, and denials win', async () => {
    const rows = await everyone();
    const where = (test: (row: Row) => boolean) => rows.filter(test).map(({ id }) => id);
    expect(await idsBy(['175', 'id:176'])).toEqual([175, 176]);
    expect(await idsBy(['contoso*'])).toEqual([175]);
    expect(await idsBy(['type:Customer'])).toEqual(where(({ companyType }) => companyType === 1));
    expect(await idsBy(['classification:VIP', '!name:Contoso*'])).toEqual(
      where(({ classification, id }) => classification === 4 && id !== 175),
    );
    expect(await idsBy(['!type:Customer'])).toEqual(where(({ companyType }) => companyType !== 1));
    expect(await idsBy(['name:*ltd*', '!175'])).toEqual(
      where(({ companyName, id }) => /ltd/i.test(String(companyName)) && id !== 175),
    );
  });

  it.each([['Contosso'], ['type:Custmer'], ['999999'], ['!name:Nobody*']])(
    'that names nothing by %s shows nothing, and repeats nothing',
    async (entry) => {
      const work = readBy(['175', entry]).query('Tickets', { filter: [] }, { limit: 1 });
      await expect(work).rejects.toThrow(/Entry 2 of readCompanies in the policy/);
      await expect(work).rejects.not.toThrow(/Contosso|Custmer|Nobody/);
    },
  );
});

describe('the operator', () => {
  const print = (env: Record<string, string>) =>
    spawnSync(process.execPath, [program, 'policy', '--demo'], {
      env: { PATH: process.env.PATH, ...env },
      encoding: 'utf8',
    });

  it('sees which companies are meant, and the way to them for each entity', () => {
    const { stdout } = print({
      AUTOTASK_READ_COMPANIES: 'type:Customer,!Contoso*',
      AUTOTASK_WRITE_COMPANIES: '176',
    });
    expect(stdout).toMatch(/^companies to read {2,}type:Customer, !name:Contoso\*$/m);
    expect(stdout).toMatch(/^companies to write {2,}type:Customer, !name:Contoso\*; and of these: id:176$/m);
    expect(stdout).toMatch(/^TicketNotes .* ticketID > companyID$/m);
    expect(stdout).toMatch(/^TimeEntries .* ticketID > companyID or taskID > projectID > companyID$/m);
    expect(stdout).toMatch(/^Appointments +no +no +no +no +no way to a company is known$/m);
  });

  it.each(['id:Contoso', 'name:', '!'])('is told at the start that %s names no company', (entry) => {
    const { status, stderr } = print({ AUTOTASK_READ_COMPANIES: `175,${entry}` });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/AUTOTASK_READ_COMPANIES: entry 2/);
  });
});
