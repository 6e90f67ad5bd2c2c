import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entities } from '../../generated/table.js';
import { findRoute, routes } from '../../src/entities/write/route.js';
import type { Entity, Operation } from '../../src/model.js';
import { type Connection, connect } from '../support/tenant.js';

let tenant: Connection;
beforeAll(async () => {
  tenant = await connect();
});
afterAll(() => tenant.close());

/** What writes, with the word that each write needs. */
const mutating: Readonly<Record<string, string>> = {
  'create-entity': 'CREATE_ENTITY',
  'update-entity': 'UPDATE_ENTITY',
  'delete-entity': 'DELETE_ENTITY',
  'write-receipt': 'WRITE_RECEIPT',
  'transfer-work': 'TRANSFER_WORK',
  'book-service-call': 'BOOK_SERVICE_CALL',
  'create-ticket': 'CREATE_TICKET',
  'update-ticket': 'UPDATE_TICKET',
  'create-ticket-note': 'CREATE_TICKET_NOTE',
  'create-attachment': 'CREATE_ATTACHMENT',
  'create-company': 'CREATE_COMPANY',
  'update-company': 'UPDATE_COMPANY',
  'create-contact': 'CREATE_CONTACT',
  'update-contact': 'UPDATE_CONTACT',
  'create-time-entry': 'CREATE_TIME_ENTRY',
};

const reading = [
  'list-known-entities',
  'describe-entity-fields',
  'query-entity',
  'count-entity',
  'aggregate-entity',
  'get-entity',
  'get-threshold-information',
  'get-version',
  'find-free-time',
  'search-tickets',
  'get-ticket',
  'get-attachment',
  'search-companies',
  'get-company',
  'search-contacts',
  'get-contact',
  'search-projects',
  'get-project',
  'search-tasks',
  'get-task',
  'search-time-entries',
];

describe('the tool list', () => {
  it('are the tools that read and those that write', async () => {
    const { tools } = await tenant.client.listTools();
    const named = (readOnly: boolean) =>
      tools.filter((tool) => tool.annotations?.readOnlyHint === readOnly).map((tool) => tool.name);
    expect(named(true).sort(), 'a new tool stands in reading or mutating').toEqual([...reading].sort());
    expect(named(false).sort()).toEqual(Object.keys(mutating).sort());
  });

  it('costs at most 6,700 tokens for 32 tools that read or write one record, and 7,690 with several records, plans of several writes and receipts', async () => {
    const { tools } = await tenant.client.listTools();
    const tokensOf = (list: unknown) => Math.round(JSON.stringify({ tools: list }).length / 4);
    const forPlans = new Set(['write-receipt', 'find-free-time', 'book-service-call', 'transfer-work']);
    const forSeveral = new Set([
      'ids',
      'items',
      'query',
      'onError',
      'again',
      'unlessOpen',
      'checklist',
      'note',
      'time',
    ]);
    const forOne = tools
      .filter(({ name }) => !forPlans.has(name))
      .map((tool) => {
        if (!(tool.name in mutating)) return tool;
        const own = Object.entries(tool.inputSchema.properties ?? {}).filter(
          ([name]) => !forSeveral.has(name),
        );
        return { ...tool, inputSchema: { ...tool.inputSchema, properties: Object.fromEntries(own) } };
      });
    const [one, all] = [tokensOf(forOne), tokensOf(tools)];
    process.stdout.write(
      `tools/list: ${forOne.length} tools, ${one} tokens for one record each (characters / 4); all ${tools.length}: ${all}\n`,
    );
    expect(forOne).toHaveLength(32);
    const cost = 'what every client pays: worth a higher bound, or shorter descriptions?';
    expect(one, cost).toBeLessThanOrEqual(6700);
    expect(all, cost).toBeLessThanOrEqual(7690);
  });

  it('costs at most 1,000 tokens for counting and files together, with every argument they can have', async () => {
    const local = await connect({ env: { AUTOTASK_FILES_DIR: import.meta.dirname } });
    const { tools } = await local.client.listTools();
    await local.close();
    const three = ['aggregate-entity', 'get-attachment', 'create-attachment'];
    const costs = three.map((name) => JSON.stringify(tools.find((tool) => tool.name === name)).length / 4);
    process.stdout.write(`${three.map((name, at) => `${name} ${costs[at]}`).join(', ')}\n`);
    expect(costs.reduce((sum, cost) => sum + cost, 0)).toBeLessThanOrEqual(1000);
  });

  /** Asks nobody but this server. */
  const closedWorld: ReadonlySet<string> = new Set(['list-known-entities']);

  it('gives every tool a title, hints where they are not what the protocol takes for granted, a bounded description and a strict object of arguments', async () => {
    const { tools } = await tenant.client.listTools();
    for (const tool of tools) {
      expect(tool.name).toMatch(/^[a-z-]{1,64}$/);
      expect(tool.title, tool.name).toBeTruthy();
      expect(tool.description?.length, `${tool.name}: shorten its description`).toBeLessThanOrEqual(400);
      const { openWorldHint = true, ...hints } = tool.annotations ?? {};
      expect(Object.keys(hints).sort()).toEqual(['destructiveHint', 'idempotentHint', 'readOnlyHint']);
      expect(openWorldHint, tool.name).toBe(!closedWorld.has(tool.name));
      expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      // Unions and dialects confuse some hosts, which then drop the whole list.
      expect(JSON.stringify(tool.inputSchema)).not.toMatch(/anyOf|oneOf|\$schema|exclusiveM/);
    }
  });

  it('asks every tool that writes for its own word, and no other tool', async () => {
    const { tools } = await tenant.client.listTools();
    for (const { name, inputSchema } of tools) {
      const confirm = JSON.stringify(inputSchema.properties?.confirm ?? null);
      if (name in mutating) expect(confirm, name).toContain(mutating[name]);
      else expect(confirm, name).toBe('null');
    }
  });

  it('comes with instructions that every client shows whole', () => {
    const text = tenant.client.getInstructions() ?? '';
    expect(text).toMatch(/preview/);
    expect(text.length).toBeLessThan(2000);
  });
});

const tools: Partial<Record<Operation, string>> = {
  create: 'create-entity',
  patch: 'update-entity',
  delete: 'delete-entity',
};
const call = (entity: Entity, operation: 'create' | 'patch' | 'delete') =>
  tenant.call(tools[operation] ?? '', {
    entity: entity.name,
    ...(operation === 'delete' ? {} : { data: {} }),
    ...(operation === 'create' ? {} : { id: 1 }),
    confirm: (tools[operation] ?? '').toUpperCase().replace('-', '_'),
  });

describe.each(entities)('$name', (entity) => {
  it('can be described', async () => {
    const { text, isError } = await tenant.call('describe-entity-fields', { entity: entity.name });
    expect({ isError, live: text.includes('live from the tenant') }).toEqual({ isError: false, live: true });
    for (const name of entity.summaryFields) expect(text).toContain(`\n${name}: `);
  });

  it('is routed for what the table grants and refused for the rest, without a call', async () => {
    for (const operation of ['create', 'patch', 'delete'] as const) {
      if (routes(entity, operation).length > 0) {
        const [parent] = entity.parents.filter((candidate) => candidate.operations.includes(operation));
        const record = parent?.parentField ? { [parent.parentField]: 7 } : {};
        const route = findRoute(entity, operation, record, parent ? { parentId: 7 } : {});
        expect(route.path).toBe(parent ? parent.path.replace('{parentId}', '7') : entity.path);
        continue;
      }
      const requests = await tenant.requestsOf(async () => {
        const { text, isError } = await call(entity, operation);
        expect(isError).toBe(true);
        expect(text).toMatch(/cannot be (created|changed|deleted) through the Autotask API/);
      });
      expect(requests).toEqual([]);
    }
  });

  it('lists records, or says why it cannot', async () => {
    const { text, isError } = await tenant.call('query-entity', { entity: entity.name, maxRecords: 2 });
    if (entity.queryBy.length > 0) expect(text).toMatch(/for one owner only: .*ID/);
    else if (entity.operations.includes('query')) expect({ isError, text }).toMatchObject({ isError: false });
    else expect(text).toMatch(/cannot query/);
  });
});
