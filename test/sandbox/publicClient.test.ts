import { AutotaskRestApi, type EntityClient } from '@apigrate/autotask-restapi';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';

/** A client that people use against the real service, unmodified, against the sandbox. */
let sandbox: Sandbox;
let api: AutotaskRestApi;
beforeAll(async () => {
  sandbox = await startSandbox();
  const { userName, secret, integrationCode } = sandbox.credentials;
  api = new AutotaskRestApi(userName, secret, integrationCode, { base_url: sandbox.apiUrl });
});
afterAll(() => sandbox.close());

function of(entity: string): EntityClient {
  const found = api[entity];
  if (found === undefined) throw new Error(`The client does not know ${entity}.`);
  return found;
}

test('queries, counts and pages by id', async () => {
  const filter = [{ op: 'eq', field: 'status', value: 5 }];
  const total = (await of('Tickets').count({ filter })).queryCount;
  let last = 0;
  let seen = 0;
  for (;;) {
    const page = [{ op: 'gt', field: 'id', value: last }, ...filter];
    const { items } = await of('Tickets').query({ filter: page, includeFields: ['id'], MaxRecords: 500 });
    if (items.length === 0) break;
    seen += items.length;
    last = Number(items.at(-1)?.id);
  }
  expect(seen).toBe(total);
  expect(total).toBeGreaterThan(1000);
  expect(sandbox.requests[0]?.path.toLowerCase()).toBe('v1.0/zoneinformation');
});

test('creates, reads, updates, replaces and deletes', async () => {
  const company = {
    companyName: 'Public Client',
    companyType: 1,
    ownerResourceID: 29682885,
    phone: '5555555555',
  };
  const { itemId } = await of('Companies').create(company);
  await of('Companies').update({ id: itemId, city: 'Salem' });
  expect(await of('Companies').get(itemId)).toMatchObject({ item: { ...company, city: 'Salem' } });
  await of('Companies').replace({ id: itemId, ...company });
  expect(await of('Companies').get(itemId)).toMatchObject({ item: { city: null } });
  const contact = { firstName: 'Ada', lastName: 'Orr', isActive: 1 };
  const made = await of('CompanyContacts').create(itemId, contact);
  await of('CompanyContacts').update(itemId, { id: made.itemId, title: 'CTO' });
  expect(await of('Contacts').get(made.itemId)).toMatchObject({
    item: { ...contact, title: 'CTO', companyID: itemId },
  });
  expect(await of('CompanyContacts').delete(itemId, made.itemId)).toEqual(made);
  await expect(of('Companies').create({ companyName: 'x' })).rejects.toMatchObject({
    status: 500,
    details: { errors: expect.arrayContaining(['Value does not exist for the required field phone']) },
  });
});

test('uploads, reads and deletes an attachment', async () => {
  const data = Buffer.from('a small text').toString('base64');
  const file = {
    id: 0,
    attachmentType: 'FILE_ATTACHMENT',
    fullPath: 'TestText.txt',
    title: 'Test text',
    publish: 1,
    data,
  };
  const { itemId } = await of('TicketAttachments').create(100001, file);
  expect(await of('TicketAttachments').get(100001, itemId)).toMatchObject({ items: [{ id: itemId, data }] });
  expect(await of('TicketAttachments').delete(100001, itemId)).toEqual({ itemId });
});

test('reads metadata and the endpoints that stand alone', async () => {
  expect(await of('Tickets').info()).toMatchObject({ info: { name: 'Ticket', canDelete: false } });
  const { fields } = await of('Tickets').fieldInfo();
  expect(fields.find((field) => field.name === 'queueID')).toMatchObject({ isPickList: true });
  expect((await of('Tickets').udfInfo()).fields).toHaveLength(4);
  expect(await of('Modules').query({})).toMatchObject({ modules: expect.any(Array) });
  expect(await of('Tickets').get(1)).toEqual({ item: null });
});
