import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entities } from '../../generated/table.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.js';
import { type Caller, callerOf, everything } from './caller.js';

let sandbox: Sandbox;
let call: Caller;
beforeAll(async () => {
  sandbox = await startSandbox({ limits: { threshold: 1_000_000, threads: 100 } });
  call = callerOf(sandbox);
});
afterAll(() => sandbox.close());

describe('every entity of the table', () => {
  test('answers its verbs and refuses the others', { timeout: 60_000 }, async () => {
    const wrong: string[] = [];
    const expectStatus = async (
      method: string,
      path: string,
      allowed: boolean,
      none: number,
    ): Promise<void> => {
      const { status } = await call(method, path, method === 'GET' || method === 'DELETE' ? undefined : {});
      // Anything but "no such route" and "no such verb" means that the route was found.
      const found = status !== 404 && status !== 405;
      if (found !== allowed || (!allowed && status !== none)) wrong.push(`${method} ${path}: ${status}`);
    };
    for (const { name, path, operations } of entities) {
      if (path === null) continue;
      const writes = operations.some((operation) => ['create', 'update', 'patch'].includes(operation));
      const byId = operations.includes('get') || operations.includes('delete');
      await Promise.all([
        expectStatus('POST', name, operations.includes('create'), writes ? 405 : 404),
        expectStatus('PATCH', name, operations.includes('patch'), writes ? 405 : 404),
        expectStatus('PUT', name, operations.includes('update'), writes ? 405 : 404),
        expectStatus('GET', `${name}/999999999`, operations.includes('get'), byId ? 405 : 404),
        expectStatus('DELETE', `${name}/999999999`, operations.includes('delete'), byId ? 405 : 404),
        expectStatus('PATCH', `${name}/999999999`, false, byId ? 405 : 404),
        expectStatus('POST', `${name}/query`, operations.includes('query'), 404),
        expectStatus('PUT', `${name}/query`, false, operations.includes('query') ? 405 : 404),
      ]);
    }
    expect(wrong).toEqual([]);
  });

  test('lists, reads and describes its children below their parents', async () => {
    const wrong: string[] = [];
    for (const { name, parents } of entities) {
      for (const { path, operations } of parents) {
        const at = path.replace('{parentId}', '175');
        const list = await call('GET', at);
        if (operations.includes('query') !== Array.isArray(list.body.items))
          wrong.push(`GET ${at}: ${list.status}`);
        const fields = await call('GET', `${at}/entityInformation/fields`);
        if (!Array.isArray(fields.body.fields)) wrong.push(`${at} metadata: ${fields.status}`);
        const query = await call('POST', `${at}/query`, { filter: everything });
        if (query.status !== 404) wrong.push(`${name} has a child query`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

test('paths tolerate case, doubled and trailing slashes', async () => {
  for (const path of ['tickets/100001', 'TICKETS//100001/', '/Tickets/100001']) {
    expect((await call('GET', path)).body.item.id, path).toBe(100001);
  }
  const plain = await fetch(
    `${sandbox.url}atservicesrest//v1.0/zoneinformation/?USER=${sandbox.credentials.userName}`,
  );
  expect(await plain.json()).toMatchObject({ url: sandbox.apiUrl });
});

test('wrong verb and unknown route look like those of the service', async () => {
  const verb = await call('DELETE', 'Tickets/100001');
  expect([verb.status, verb.body]).toEqual([
    405,
    { Message: "The requested resource does not support http method 'DELETE'." },
  ]);
  for (const [method, path] of [
    ['POST', 'Contacts'],
    ['POST', 'Tickets/100001/TimeEntries'],
    ['POST', 'CompanyToDos'],
    ['GET', 'Nonsense'],
    ['GET', 'TicketAttachments/entityInformation/userDefinedFields'],
  ] as const) {
    const answer = await call(method, path, method === 'POST' ? {} : undefined);
    expect([answer.status, answer.headers.get('content-type')], path).toEqual([404, 'text/html']);
    expect(answer.text).toContain('<html>');
  }
  expect((await fetch(`${sandbox.apiUrl}V2.0/zoneInformation`)).status).toBe(404);
});

describe('getting in', () => {
  test('zone discovery needs no credentials and knows its users', async () => {
    const ask = (user: string) =>
      fetch(`${sandbox.apiUrl}v1.0/zoneInformation?user=${encodeURIComponent(user)}`);
    const known = await (await ask(sandbox.credentials.userName.toUpperCase())).json();
    expect(known).toMatchObject({
      url: sandbox.apiUrl,
      zoneName: expect.any(String),
      ci: expect.any(Number),
    });
    const unknown = await ask('nobody@example.com');
    expect([unknown.status, await unknown.json()]).toEqual([
      500,
      { errors: ['Zone information could not be determined'] },
    ]);
    expect(await (await fetch(`${sandbox.apiUrl}VersionInformation`)).json()).toEqual({
      apiVersions: ['V1.0'],
    });
  });

  test('any wrong header is 401 without a body', async () => {
    for (const header of ['Secret', 'UserName', 'ApiIntegrationCode']) {
      const answer = await call('GET', 'Version', undefined, { [header]: 'wrong' });
      expect([answer.status, answer.text, answer.headers.get('content-length')]).toEqual([401, '', '0']);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic Realm=/);
    }
    expect((await call('GET', 'Version')).body).toMatchObject({ majorVersion: expect.any(String) });
  });

  test('single endpoints answer in their own shapes', async () => {
    expect((await call('GET', 'Modules')).body.modules[0]).toEqual({ key: 2, value: true });
    expect((await call('GET', 'EntityInformation')).body.entityDescriptions).toHaveLength(entities.length);
    const before = (await call('GET', 'ThresholdInformation')).body;
    const after = (await call('GET', 'ThresholdInformation')).body;
    expect(after).toMatchObject({ requestThresholdTimeframe: 60 });
    expect(after.currentTimeframeRequestCount).toBe(before.currentTimeframeRequestCount + 1);
  });
});

describe('metadata', () => {
  test('fields carry text picklist values, empty text for nothing and their parents', async () => {
    const { body } = await call('GET', 'Tickets/entityInformation/fields');
    const field = (name: string) => body.fields.find((one: { name: string }) => one.name === name);
    expect(Object.keys(field('title'))).toEqual([
      'name',
      'dataType',
      'length',
      'isRequired',
      'isReadOnly',
      'isQueryable',
      'isReference',
      'isPickList',
      'picklistValues',
      'referenceEntityType',
      'picklistParentValueField',
      'isSupportedWebhookField',
    ]);
    expect(field('title')).toMatchObject({
      length: 255,
      picklistValues: null,
      referenceEntityType: '',
      picklistParentValueField: '',
    });
    expect(field('companyID')).toMatchObject({
      length: 0,
      isReference: true,
      referenceEntityType: 'Company',
      isPickList: false,
    });
    expect(field('status').picklistValues[0]).toEqual({
      value: '1',
      label: 'New',
      isDefaultValue: true,
      sortOrder: 1,
      parentValue: '',
      isActive: true,
      isSystem: true,
    });
    expect(field('subIssueType')).toMatchObject({ picklistParentValueField: 'issueType' });
    const values = field('subIssueType').picklistValues;
    expect(values.find((value: { value: string }) => value.value === '123')).toMatchObject({
      label: 'VPN',
      parentValue: '12',
    });
    expect(field('queueID').picklistValues.some((value: { isActive: boolean }) => !value.isActive)).toBe(
      true,
    );
    expect(
      field('priority').picklistValues.filter((value: { isDefaultValue: boolean }) => value.isDefaultValue),
    ).toHaveLength(1);
  });

  test('user-defined fields say type and null', async () => {
    const { body } = await call('GET', 'Companies/entityInformation/userDefinedFields');
    expect(body.fields[0]).toMatchObject({
      name: 'Customer Ranking',
      type: 'integer',
      isPickList: true,
      referenceEntityType: null,
      picklistParentValueField: null,
      defaultValue: '',
    });
    expect(body.fields[0].picklistValues.at(-1)).toMatchObject({ label: 'Copper', isActive: false });
    expect((await call('GET', 'Roles/entityInformation/userDefinedFields')).body).toEqual({ fields: [] });
  });

  test('entityInformation says what the table allows', async () => {
    expect((await call('GET', 'tickets/entityinformation')).body.info).toMatchObject({
      name: 'Ticket',
      canCreate: true,
      canDelete: false,
      canQuery: true,
      canUpdate: true,
      userAccessForDelete: 'None',
      hasUserDefinedFields: true,
    });
  });
});
