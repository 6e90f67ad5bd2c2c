import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load } from '../../generated/load.js';
import { entities } from '../../generated/table.js';
import { createReader } from '../../src/client/index.js';
import type { AutotaskReader, Row } from '../../src/client/types.js';
import type { Entity } from '../../src/model.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/types.js';
import { viewMimeType } from '../../src/view-data.js';
import { type Rig, rig } from './support.js';

/**
 * Each text of each record of the tenant says whose it is, so that any answer can be read for what it should not hold:
 * nothing is looked for by name, and nothing is forgotten.
 */
const companies = [175, 176];
const mark = (entity: string, id: number) => `Zq${entity}${id}qZ`;
const isName = /email|number$|phone|url|contentType|publish|type$|zip|postal|userName|timeZone/i;

async function marking(): Promise<NonNullable<SandboxOptions['reshape']>> {
  const shapes: Record<string, NonNullable<SandboxOptions['reshape']>[string]> = {};
  for (const { name } of entities) {
    const fields = (await load[name]?.fields()) ?? [];
    const texts = new Set(
      fields
        .filter(
          (field) => field.dataType === 'string' && field.isPickList !== true && !isName.test(field.name),
        )
        .map((field) => field.name),
    );
    shapes[name] = (rows) => {
      for (const row of rows) {
        for (const [field, value] of Object.entries(row)) {
          const isText = texts.has(field) || (field.startsWith('udf:') && typeof value === 'string');
          if (isText && typeof value === 'string' && value.length > 3)
            row[field] = `${mark(name, row.id)} ${value}`;
        }
      }
    };
  }
  return shapes;
}

let sandbox: Sandbox;
let all: AutotaskReader;
let server: Rig;
beforeAll(async () => {
  sandbox = await startSandbox({ reshape: await marking(), limits: { threshold: 1_000_000 } });
  all = createReader({
    credentials: sandbox.credentials,
    zoneUrl: sandbox.url,
    timeoutMs: 10_000,
    maxConcurrency: 3,
    cacheDir: null,
    log: () => {},
  });
  server = await rig(sandbox, { env: { AUTOTASK_READ_COMPANIES: '175,176' }, views: [viewMimeType] });
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

const named = (name: string): Entity => {
  const found = entities.find((entity) => entity.name === name);
  if (found === undefined) throw new Error(`there is no entity ${name}`);
  return found;
};
const tables = new Map<string, ReadonlyMap<number, Row>>();

async function tableOf(entity: Entity): Promise<ReadonlyMap<number, Row>> {
  const known = tables.get(entity.name);
  if (known !== undefined) return known;
  const { path, operations, queryBy } = entity;
  const asked = path !== null && operations.includes('query') && queryBy.length === 0 ? path : null;
  const { rows } = asked === null ? { rows: [] } : await all.query(asked, { filter: [] }, { limit: 20_000 });
  const table = new Map(rows.map((row) => [Number(row.id), row]));
  tables.set(entity.name, table);
  return table;
}

/** Whether a record is one of the two companies', or of no company at all. */
async function mayBeSeen(name: string, id: number): Promise<boolean> {
  // Files are known by what tells of them: the same id in every collection.
  const entity = named(name.endsWith('Attachments') ? 'AttachmentInfo' : name);
  if (entity.companyScope === 'denied') return false;
  if (entity.companyScope === 'shared') return true;
  if (entity.name === 'Companies') return companies.includes(id);
  const row = (await tableOf(entity)).get(id);
  const steps = entity.companyScope.filter(({ field }) => typeof row?.[field] === 'number');
  for (const step of steps) if (!(await mayBeSeen(step.entity, Number(row?.[step.field])))) return false;
  return steps.length > 0;
}

let marksRead = 0;
/** Marks of others in an answer; what the question holds itself is repeated. */
async function foreign(answer: unknown, asked: unknown = ''): Promise<readonly string[]> {
  const text = JSON.stringify(answer);
  const question = JSON.stringify(asked);
  const found: string[] = [];
  for (const [whole, name = '', id] of new Set(text.matchAll(/Zq([A-Za-z]+\d?s)(\d+)qZ/g))) {
    marksRead += 1;
    if (!question.includes(whole) && !(await mayBeSeen(name, Number(id)))) found.push(whole);
  }
  return [...new Set(found)];
}

async function ask(tool: string, args: Record<string, unknown>): Promise<void> {
  const answer = await server.client.callTool({ name: tool, arguments: args });
  expect(await foreign(answer, args), `${tool} ${JSON.stringify(args)}`).toEqual([]);
}

/** Some records of an entity that nobody here may see. */
async function outside(entity: Entity, most: number): Promise<readonly Row[]> {
  const found: Row[] = [];
  for (const [id, row] of await tableOf(entity)) {
    if (found.length === most) break;
    if (!(await mayBeSeen(entity.name, id))) found.push(row);
  }
  return found;
}
const scoped = entities.filter(({ companyScope }) => typeof companyScope !== 'string');
const seen = entities.filter(
  ({ companyScope, queryBy }) => companyScope !== 'denied' && queryBy.length === 0,
);
const plain = (text: unknown) => String(text).replace(/Zq\w+qZ /g, '');

describe('no text of a record of another company is in', { timeout: 60_000 }, () => {
  it('lists of any entity, as text and as what a view is given', async () => {
    for (const { name: entity } of seen)
      await ask('query-entity', { entity, includeFields: ['*'], maxRecords: 60, format: 'json' });
    expect(marksRead).toBeGreaterThan(3_000);
  });

  it('answers about records by their ids, names and parts of names', async () => {
    for (const entity of scoped) {
      for (const row of await outside(entity, 1)) {
        await ask('get-entity', { entity: entity.name, id: row.id });
        for (const field of entity.nameFields.filter((name) => typeof row[name] === 'string')) {
          const name = plain(row[field]);
          for (const value of [name, `${name.slice(0, 3)}x${name.slice(3)}`, { contains: name.slice(-6) }])
            await ask('query-entity', { entity: entity.name, query: { [field]: value } });
        }
      }
    }
  });

  it('totals by what a reference names, and filters by it', async () => {
    for (const entity of seen) {
      for (const { name: field, referenceEntityType } of (await load[entity.name]?.fields()) ?? []) {
        const target = entities.find(({ singular }) => singular === referenceEntityType);
        if (target === undefined || typeof target.companyScope === 'string') continue;
        const [name] = target.nameFields;
        if (name === undefined) continue;
        await ask('aggregate-entity', { entity: entity.name, groupBy: [`${field}.${name}`] });
        const [row] = await outside(target, 1);
        if (row !== undefined)
          await ask('query-entity', { entity: entity.name, query: { [field]: plain(row[name]) } });
      }
    }
  });

  it('the whole story of a ticket, files, plans of writes and what is told about fields', async () => {
    for (const { id } of await outside(named('Tickets'), 3)) await ask('get-ticket', { id });
    for (const [id] of [...(await tableOf(named('Tickets')))].slice(0, 300)) {
      if (await mayBeSeen('Tickets', id)) await ask('get-ticket', { id, include: ['all'] });
    }
    for (const [id] of await tableOf(named('AttachmentInfo'))) await ask('get-attachment', { id });
    for (const { name: entity } of seen) await ask('describe-entity-fields', { entity });
    await ask('update-ticket', { query: { status: { noteq: 'Complete' } }, priority: 'Low' });
    await ask('transfer-work', { kind: 'contact', from: 30_684_007, to: 30_684_008 });
    for (const { title } of await outside(named('Tickets'), 10)) {
      const args = { companyID: 175, title: plain(title), priority: 1, status: 1 };
      await ask('create-ticket', args);
      await ask('create-ticket', { ...args, unlessOpen: true });
    }
  });

  it('resources and completions', async () => {
    const { client } = server;
    const { resources } = await client.listResources();
    for (const { uri } of resources.filter((resource) => resource.uri.startsWith('autotask:')))
      expect(await foreign(await client.readResource({ uri })), uri).toEqual([]);
    for (const value of [...'abcdegilmnoprstuwz', 'Zq', 'ZqCompanies177', 'Adventure', 'Tailspin']) {
      for (const [name, argument] of [
        ['brief-company', 'company'],
        ['summarise-ticket', 'ticket'],
      ] as const) {
        const { completion } = await client.complete({
          ref: { type: 'ref/prompt', name },
          argument: { name: argument, value },
        });
        expect(await foreign(completion.values, value), value).toEqual([]);
      }
    }
  });
});

describe('a record of another company and none at all', { timeout: 60_000 }, () => {
  const none = 987_654_321;
  /** The answer without what differs anyway: the id that was asked for, and the marks around data. */
  async function answered(tool: string, args: Record<string, unknown>, id: number): Promise<string> {
    const { text } = await server.call(tool, args);
    const asked = new RegExp(`(?<![\\w.:-])${id}(?![\\w:-])`, 'g');
    return text.replace(/data-[0-9a-f]+/g, 'data').replace(asked, 'ID');
  }

  it('are told apart by no answer', async () => {
    let compared = 0;
    for (const entity of scoped) {
      const { name, operations, parents } = entity;
      // Small numbers stand for other things in an answer as well.
      const [row] = (await outside(entity, 60)).filter(({ id }) => Number(id) >= 40);
      if (row === undefined) continue;
      const [text] = ((await load[name]?.fields()) ?? []).filter(
        ({ dataType, isPickList, isReadOnly }) =>
          dataType === 'string' && isPickList !== true && isReadOnly !== true,
      );
      const data = text === undefined ? null : { [text.name]: 'x' };
      const questions: readonly (readonly [string, (id: number) => Record<string, unknown>])[] = [
        ['get-entity', (id) => ({ entity: name, id })],
        ['count-entity', (id) => ({ entity: name, query: { id } })],
        ['query-entity', (id) => ({ entity: name, query: { id: { in: [id, none + 1] } } })],
        ...(operations.includes('update') && data !== null
          ? ([['update-entity', (id: number) => ({ entity: name, id, data })]] as const)
          : []),
        ...(operations.includes('delete')
          ? ([['delete-entity', (id: number) => ({ entity: name, id })]] as const)
          : []),
      ];
      const above = parents.flatMap((parent) => entities.find((one) => one.name === parent.entity) ?? []);
      const asked = questions.map(([tool, argsOf]) => [tool, argsOf, Number(row.id)] as const);
      const below = [];
      for (const parent of above.filter(({ companyScope }) => typeof companyScope !== 'string')) {
        const [owner] = (await outside(parent, 60)).filter(({ id }) => Number(id) >= 40);
        if (owner === undefined) continue;
        const under = (id: number) => ({ entity: name, parentEntity: parent.name, parentId: id });
        below.push(['query-entity', under, Number(owner.id)] as const);
        if (operations.includes('create'))
          below.push([
            'create-entity',
            (id: number) => ({ ...under(id), data: data ?? {} }),
            Number(owner.id),
          ] as const);
      }
      for (const [tool, argsOf, id] of [...asked, ...below]) {
        const theirs = await answered(tool, argsOf(id), id);
        expect(theirs, `${tool} ${JSON.stringify(argsOf(id))}`).toBe(
          await answered(tool, argsOf(none), none),
        );
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(120);
  });
});
