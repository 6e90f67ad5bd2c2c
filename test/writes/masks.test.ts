import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { resources } from '../../src/tools/prompts-and-resources/resources.js';
import { type Ids, idFor, idsOf, readExamples, readTools, writeExample, writeTools } from './examples.js';
import { type Rig, rig, writesSince } from './support.js';

/** Stands in every hidden field; must stand in no answer. */
const canary = 'Canary7731';
const masks = 'Tickets.resolution, Tickets.udf:Root Cause, Companies.phone, Contacts.title, *.summaryNotes';

let sandbox: Sandbox;
let open: Rig;
let ids: Ids;
const rigs: Rig[] = [];
const folder = mkdtempSync(join(tmpdir(), 'masks-'));

async function serve(env: Record<string, string>): Promise<Rig> {
  const one = await rig(sandbox, { env });
  rigs.push(one);
  return one;
}

beforeAll(async () => {
  sandbox = await startSandbox();
  open = await serve({});
  ids = await idsOf(open);
  for (const [tool, args] of [
    ['update-ticket', { id: ids.ticket, fields: { resolution: canary, 'Root Cause': canary } }],
    ['update-company', { id: ids.company, phone: canary }],
    ['update-contact', { id: ids.contact, title: canary }],
    ['create-time-entry', { ...writeExample('create-time-entry', ids), summaryNotes: canary }],
  ] as const) {
    const confirm = tool.toUpperCase().replaceAll('-', '_');
    const { text, isError } = await open.call(tool, { ...args, confirm });
    expect(isError, text).toBe(false);
  }
});
afterAll(async () => {
  await Promise.all(rigs.map((one) => one.close()));
  await sandbox.close();
});

describe('what a mask hides', () => {
  it('is there for a server without masks', async () => {
    const texts: string[] = [];
    for (const { name } of readTools) {
      for (const args of readExamples(name, ids)) texts.push((await open.call(name, args)).text);
    }
    expect(texts.filter((text) => text.includes(canary)).length).toBeGreaterThan(5);
  });

  it.each(readTools)('is in no answer of $name, as text or as JSON', async ({ name, input }) => {
    const server = await serve({ AUTOTASK_MASK_FIELDS: masks });
    for (const args of readExamples(name, ids)) {
      const forms = 'shape' in input && Object.keys(Object(input.shape)).includes('format');
      for (const form of forms ? [{}, { format: 'json' }] : [{}]) {
        const { text, isError } = await server.call(name, { ...args, ...form });
        expect(isError, text).toBe(false);
        expect(text).not.toContain(canary);
      }
    }
  });

  it.each(writeTools)(
    'is in no preview of $name, no answer and no line of the audit log',
    async ({ name }) => {
      const audit = join(folder, `${name}.jsonl`);
      const server = await serve({ AUTOTASK_MASK_FIELDS: masks, AUTOTASK_AUDIT_LOG: audit });
      const given = writeExample(name, ids);
      const { title, phone, summaryNotes, ...args } = given;
      const harmless = {
        ...args,
        ...(name === 'update-company' ? { fields: { city: 'Graz' } } : {}),
        ...(name === 'update-contact' ? { fields: { middleInitial: 'A' } } : {}),
        ...(title === undefined || name === 'update-contact' ? {} : { title }),
      };
      const from = sandbox.requests.length;
      const confirm = name.toUpperCase().replaceAll('-', '_');
      const texts = [
        (await server.call(name, harmless)).text,
        (await server.call(name, { ...harmless, confirm })).text,
        (await server.call(name, { ...given, confirm })).text,
      ];
      expect(texts.join('\n')).not.toContain(canary);
      if (name === 'create-company') expect(writesSince(sandbox, from)).toEqual([]);
      else {
        expect(writesSince(sandbox, from).length, texts.join('\n')).toBeGreaterThan(0);
        expect(readFileSync(audit, 'utf8')).not.toContain(canary);
      }
    },
  );

  it('is in no resource and no suggestion', async () => {
    const server = await serve({ AUTOTASK_MASK_FIELDS: masks });
    for (const { uri, complete } of resources) {
      const address = uri.replace('{id}', String(idFor(uri, ids)));
      const { contents } = await server.client.readResource({ uri: address.replace('{name}', 'Tickets') });
      expect(JSON.stringify(contents)).not.toContain(canary);
      if (complete === undefined) continue;
      const argument = { name: /\{(\w+)\}/.exec(uri)?.[1] ?? '', value: canary.slice(0, 4) };
      const { completion } = await server.client.complete({ ref: { type: 'ref/resource', uri }, argument });
      expect(completion.values).toEqual([]);
    }
  });

  it('cannot be guessed by a filter, a search or a count', async () => {
    const server = await serve({ AUTOTASK_MASK_FIELDS: masks });
    for (const [field, entity] of [
      ['resolution', 'Tickets'],
      ['Root Cause', 'Tickets'],
      ['phone', 'Companies'],
      ['summaryNotes', 'TimeEntries'],
    ] as const) {
      const condition = { op: 'beginsWith', field, value: 'Can' };
      const from = sandbox.requests.length;
      for (const tool of ['count-entity', 'query-entity']) {
        for (const filter of [[condition], [{ op: 'or', items: [condition] }]]) {
          const { text, isError } = await server.call(tool, { entity, query: { filter } });
          expect(isError).toBe(true);
          expect(text).toMatch(/is hidden by the policy of this server/);
        }
      }
      const asked = sandbox.requests.slice(from).map(({ body }) => JSON.stringify(body ?? {}));
      expect(asked.filter((body) => body.includes('Can'))).toEqual([]);
    }
    // The server's own search looks through hidden fields as little as a caller may.
    const { text } = await server.call('search-time-entries', { search: canary });
    expect(text).toMatch(/hid/);
  });

  it.each([
    'purchaseOrderNumber',
    'Purchase Order Number',
    'purchase order number',
    'PURCHASE_ORDER_NUMBER',
    'purchase-order-number',
    'purchase\u200b order\u200b number',
  ])('is not in an error that calls its field %j', async (words) => {
    const server = await serve({ AUTOTASK_MASK_FIELDS: 'Tickets.purchaseOrderNumber' });
    const remove = sandbox.faults.add({
      fault: { kind: 'serverError', errors: [`The ${words} ${canary} is in use.`] },
      path: 'Tickets/query',
    });
    const { text } = await server.call('query-entity', { entity: 'Tickets' });
    remove();
    expect(text).toContain('withheld');
    expect(text).not.toContain(canary);
  });

  it('is not in what Autotask says about it in an error', async () => {
    const server = await serve({ AUTOTASK_MASK_FIELDS: masks });
    const remove = sandbox.faults.add({
      fault: {
        kind: 'serverError',
        errors: [`The value ${canary} of Resolution is too long.`, 'Another reason.'],
      },
      path: 'Tickets/query',
    });
    const hidden = await server.call('query-entity', { entity: 'Tickets' });
    expect(hidden.text).not.toContain(canary);
    expect(hidden.text).toMatch(
      /withheld: it names a field that the policy of this server hides.*Another reason/s,
    );
    expect((await open.call('query-entity', { entity: 'Tickets' })).text).toContain(canary);
    remove();
  });
});

describe('what a mask does not hide', () => {
  it('covers its field, and not the same value elsewhere, in a text or in the history', async () => {
    const server = await serve({ AUTOTASK_MASK_FIELDS: 'Tickets.resolution, Tickets.status' });
    const note = { ...writeExample('create-ticket-note', ids), description: `They said ${canary}` };
    await open.call('create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE' });
    const story = await server.call('get-ticket', { id: ids.ticket, include: ['notes'] });
    expect(story.text).toContain(`They said ${canary}`);
    expect(story.text).not.toMatch(/^(status|resolution):/m);
    const history = await server.call('query-entity', {
      entity: 'TicketHistory',
      query: { ticketID: ids.ticket },
    });
    expect(history.text).toMatch(/Updated\tresolution/);
  });
});

describe('a mask of user-defined fields', () => {
  it.each(['Tickets.udf:Root Cause', 'tickets.udf:root*', 'Tickets.udf:*'])('%s hides them', async (mask) => {
    const server = await serve({ AUTOTASK_MASK_FIELDS: mask });
    const { text } = await server.call('get-entity', { entity: 'Tickets', id: ids.ticket });
    expect(text).not.toMatch(/^Root Cause:/m);
    expect(text).toMatch(/^title:/m);
    expect((await server.call('count-entity', { entity: 'Tickets', query: { title: 'x' } })).isError).toBe(
      false,
    );
  });

  it('that fits none of this tenant is an error and shows none of them', async () => {
    const server = await serve({ AUTOTASK_MASK_FIELDS: 'Tickets.udf:Rot Cause' });
    const { text, isError } = await server.call('get-entity', { entity: 'Tickets', id: ids.ticket });
    expect(isError).toBe(true);
    expect(text).toMatch(
      /hides Tickets.udf:Rot Cause, and this tenant has no such.*Did you mean Root Cause\?/,
    );
    expect(text).not.toContain(canary);
  });
});

describe('hiding who sees a note', () => {
  it('does not make it pass for internal', async () => {
    const note = { ...writeExample('create-ticket-note', ids), publish: 'All Autotask Users' };
    const free = await serve({ AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' });
    const made = await free.call('create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE' });
    const id = Number(/TicketNote (\d+)/.exec(made.text)?.[1]);
    const change = { entity: 'TicketNotes', id, data: { description: 'More' } };
    const server = await serve({ AUTOTASK_MASK_FIELDS: 'TicketNotes.publish' });
    const from = sandbox.requests.length;
    const { text, isError } = await server.call('update-entity', { ...change, confirm: 'UPDATE_ENTITY' });
    expect(isError).toBe(true);
    expect(text).toMatch(/does not allow writing what the customer sees.*publish is hidden/);
    expect(writesSince(sandbox, from)).toEqual([]);
  });
});

describe('a policy that would do nothing', () => {
  const file = (content: unknown) => {
    const path = join(mkdtempSync(join(tmpdir(), 'policy-')), 'policy.json');
    writeFileSync(path, JSON.stringify(content));
    return path;
  };

  it.each([
    ['Contracts.estimatedRevenu', /fits no field of Contracts\. Did you mean Contracts\.estimatedRevenue\?/],
    ['Contract.contractName', /"Contract" fits no entity\. Did you mean Contracts\?/],
    ['hourlyRte', /fits no field of any entity\. Did you mean hourlyRate\?/],
    ['*.hourlyRte*', /fits no field of \*\. Did you mean \*\.hourlyRate\?/],
    ['Roles.*Rat', /fits no field of Roles/],
    ['Tickets.id', /the id of a record is never hidden/],
    ['Tickets.Root Cause', /A user-defined field is written Tickets\.udf:Name/],
    ['ActionTypes.udf:X', /ActionTypes has no user-defined fields/],
    ['udf:Root Cause', /must name one entity: Entity\.udf:Name/],
    ['Tick*.udf:Root Cause', /must name one entity/],
    ['Tickets.', /must read Entity\.field/],
    ['!Tickets.title', /must read Entity\.field/],
    ['Tickets.title.x', /must read Entity\.field/],
  ])('by the mask %s is an error at the start', async (mask, problem) => {
    await expect(serve({ AUTOTASK_MASK_FIELDS: mask })).rejects.toThrow(problem);
    await expect(serve({ AUTOTASK_POLICY_FILE: file({ maskFields: [mask] }) })).rejects.toThrow(problem);
  });

  it.each(['Tickets.title', 'hourlyRate', '*.hourly*', 'Tickets.*', 'roles.HOURLYRATE'])(
    'is not what %s is',
    async (mask) => {
      await expect(serve({ AUTOTASK_MASK_FIELDS: mask })).resolves.toBeDefined();
    },
  );

  it.each([
    [{ AUTOTASK_MARK_FIELDS: 'Tickets.externalId2' }, /fits no field of Tickets/],
    [{ AUTOTASK_DISABLED_TOOLS: '!delete-entity' }, /must not begin with !/],
    [{ AUTOTASK_WRITE_ENTITIES: 'Ticket' }, /"Ticket" fits no entity\. Did you mean Tickets\?/],
    [{ AUTOTASK_DELETE_ENTITIES: '!Invoce*' }, /"Invoce\*" fits no entity\. Did you mean Invoices\?/],
  ])('by %j is an error at the start', async (env, problem) => {
    await expect(serve(env)).rejects.toThrow(problem);
  });
});
