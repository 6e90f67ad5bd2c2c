import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load } from '../../generated/load.js';
import { allEntities } from '../../src/entities/metadata/entity-names.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { recordsOf } from './examples.js';
import { type Reply, type Rig, rig, writesSince } from './support.js';

let sandbox: Sandbox;
let server: Rig;
let group = 0;
let empty = 0;
const rigs: Rig[] = [];

async function open(env: Record<string, string> = {}, human?: () => Reply): Promise<Rig> {
  const one = await rig(sandbox, { env, ...(human === undefined ? {} : { human }) });
  rigs.push(one);
  return one;
}

async function create(entity: string, data: Record<string, unknown>): Promise<number> {
  const { text } = await server.call('create-entity', { entity, data, confirm: 'CREATE_ENTITY' });
  return Number(/^Created \w+ (\d+)/.exec(text)?.[1]);
}

beforeAll(async () => {
  sandbox = await startSandbox();
  server = await open();
  group = await create('ContactGroups', { name: 'To be deleted', isActive: true });
  empty = await create('ContactGroups', { name: 'Nobody here', isActive: true });
  const contacts = await recordsOf(server, 'Contacts', 2);
  for (const { id } of contacts)
    await create('ContactGroupContacts', { contactGroupID: group, contactID: id });
});
afterAll(async () => {
  await Promise.all(rigs.map((one) => one.close()));
  await sandbox.close();
});

const remove = (id: number) => ({ entity: 'ContactGroups', id });
const countsSince = (from: number) =>
  sandbox.requests.slice(from).filter(({ path }) => /query\/count$/.test(path));

describe('the preview of a delete', () => {
  it('says what disappears: the record with names and labels, and how much stands below it', async () => {
    const from = sandbox.requests.length;
    const { text } = await server.call('delete-entity', remove(group));
    expect(text).toMatch(/would delete ContactGroup \d+ \(ContactGroups\/\d+\) for good:/);
    expect(text).toMatch(/^name: To be deleted$/m);
    expect(text).toMatch(/^isActive: true$/m);
    expect(text).toMatch(
      /^Below it stand 2 ContactGroupContacts: Autotask deletes them with it, or refuses/m,
    );
    expect(countsSince(from).length).toBe(1);
    expect((await server.call('delete-entity', remove(empty))).text).toMatch(/^Nothing stands below it\.$/m);
    const [time] = await recordsOf(server, 'TimeEntries');
    const entry = await server.call('delete-entity', { entity: 'TimeEntries', id: time.id });
    expect(entry.text).toMatch(/^resourceID: .+ \(id \d+\)$/m);
    expect(entry.text).toMatch(/^(Nothing stands below it\.|Below it stand \d+ TimeEntryAttachments:.*)$/m);
  });

  it.each([
    ['Autotask refuses the count', { kind: 'serverError', errors: ['No.'] }],
    ['its answer never comes', { kind: 'hang' }],
  ] as const)('comes and the delete is made when %s', async (_what, fault) => {
    const id = await create('ContactGroups', { name: `Deleted anyway ${fault.kind}`, isActive: true });
    const lift = sandbox.faults.add({ fault, path: 'ContactGroupContacts' });
    const from = sandbox.requests.length;
    const { text } = await server.call('delete-entity', remove(id));
    expect(text).toMatch(/^Not known whether ContactGroupContacts stand below it\.$/m);
    const done = await server.call('delete-entity', { ...remove(id), confirm: 'DELETE_ENTITY' });
    lift();
    expect(done.text).toMatch(/^Deleted ContactGroup/);
    expect(writesSince(sandbox, from).map(({ method }) => method)).toEqual(['DELETE']);
  });

  it('does not count what may not be read', async () => {
    const narrow = await open({ AUTOTASK_READ_ENTITIES: '!ContactGroupContacts' });
    const from = sandbox.requests.length;
    const { text } = await narrow.call('delete-entity', remove(group));
    expect(text).toMatch(/^Not known whether ContactGroupContacts stand below it\.$/m);
    expect(countsSince(from)).toEqual([]);
  });

  it.each(['CompanyWebhooks', 'ContactWebhooks'])(
    'counts what is excluded from %s by the webhook',
    async (entity) => {
      const [webhook] = await recordsOf(server, entity);
      const from = sandbox.requests.length;
      const { text } = await server.call('delete-entity', { entity, id: webhook.id });
      expect(text).toMatch(/^PREVIEW/);
      const asked = countsSince(from).filter(({ path }) => /WebhookExcludedResources/.test(path));
      expect(asked.map(({ body }) => body)).toEqual([
        { filter: [{ op: 'eq', field: 'webhookID', value: webhook.id }] },
      ]);
    },
  );

  it('counts by no field that points to something else than the parent', async () => {
    const wrong: string[] = [];
    for (const child of allEntities) {
      const fields = (await load[child.name]?.fields()) ?? [];
      for (const { entity, parentField } of child.parents) {
        if (parentField === null) continue;
        const type = fields.find(({ name }) => name === parentField)?.referenceEntityType;
        const parent = allEntities.find(({ name }) => name === entity)?.singular ?? '';
        if (type === undefined || (type ?? parent).toLowerCase() !== parent.toLowerCase())
          wrong.push(`${child.name}.${parentField}: ${type}, not ${parent}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('counts again for a human and not for a call that is confirmed', async () => {
    const asking = await open({ AUTOTASK_CONFIRM_MODE: 'elicit' }, () => 'no');
    await asking.call('delete-entity', { ...remove(group), confirm: 'DELETE_ENTITY' });
    expect(asking.asked[0]).toMatch(/Below it stand 2 ContactGroupContacts/);
    const from = sandbox.requests.length;
    await server.call('delete-entity', { ...remove(empty), confirm: 'DELETE_ENTITY' });
    expect(countsSince(from)).toEqual([]);
    expect(writesSince(sandbox, from).length).toBe(1);
  });
});
