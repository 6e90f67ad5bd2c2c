import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { TestClient } from '../support/client.js';
import { type InFront, sendJson, startInFront } from '../support/in-front.js';
import { spawnClient, tenantEnvironment } from '../support/tenant.js';

/** Metadata was cached by a process that has ended; since then an administrator has added things in Autotask. */

const fieldList = z.object({ fields: z.array(z.looseObject({ name: z.string() })) });

let front: InFront;
let cache: string;
let client: TestClient;
let metadataCalls: string[] = [];
let added = false;

const environment = () => ({
  ...tenantEnvironment(front.sandbox),
  AUTOTASK_ZONE_URL: front.url,
  AUTOTASK_CACHE_DIR: cache,
});

const call = async (name: string, args: Record<string, unknown>) => {
  const result = await client.callTool({ name, arguments: args });
  const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  return { text, isError: result.isError === true };
};

/** A record of the sandbox. */
let ticket: number;

const choice = { isDefaultValue: false, sortOrder: 99, parentValue: '', isActive: true, isSystem: false };
let original: { readonly fields: unknown; readonly udfs: unknown };

async function metadataOf(path: string, how: RequestInit = {}): Promise<unknown> {
  const { userName, secret, integrationCode } = front.sandbox.credentials;
  const headers = {
    UserName: userName,
    Secret: secret,
    ApiIntegrationCode: integrationCode,
    'Content-Type': 'application/json',
  };
  return (await fetch(new URL(`V1.0/Tickets/${path}`, front.sandbox.apiUrl), { ...how, headers })).json();
}

const withLabel = () => ({
  fields: fieldList.parse(original.fields).fields.map((field) =>
    field.name === 'status'
      ? {
          ...field,
          picklistValues: [
            ...z.array(z.unknown()).parse(field.picklistValues),
            { ...choice, value: '77', label: 'Parked since today' },
          ],
        }
      : field,
  ),
});

const withUdf = () => {
  const { fields } = fieldList.parse(original.udfs);
  return {
    fields: [
      ...fields,
      { ...fields[0], name: 'Gondola', label: 'Gondola', type: 'string', isPickList: false },
    ],
  };
};

/** Makes what the cache holds older, as after two minutes. */
function age(): void {
  for (const folder of readdirSync(cache)) {
    for (const file of readdirSync(join(cache, folder))) {
      const path = join(cache, folder, file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(
        path,
        text.replace(/"until":(\d+)/, (_, until) => `"until":${Number(until) - 120_000}`),
      );
    }
  }
}

beforeAll(async () => {
  front = await startInFront();
  original = {
    fields: await metadataOf('entityInformation/fields'),
    udfs: await metadataOf('entityInformation/userDefinedFields'),
  };
  const body = JSON.stringify({
    filter: [{ op: 'exist', field: 'id' }],
    MaxRecords: 1,
    IncludeFields: ['id'],
  });
  const found = await metadataOf('query', { method: 'POST', body });
  ticket = z.object({ items: z.array(z.object({ id: z.number() })) }).parse(found).items[0]?.id ?? 0;
  front.intercept = ({ path }, response) => {
    if (!/entityInformation/.test(path)) return false;
    metadataCalls.push(path);
    if (!added) return false;
    if (path === 'Tickets/entityInformation/fields') return sendJson(response, withLabel());
    return path === 'Tickets/entityInformation/userDefinedFields' && sendJson(response, withUdf());
  };
});

afterAll(() => front.close());

beforeEach(async () => {
  cache = mkdtempSync(join(tmpdir(), 'metadata-'));
  added = false;
  client = await spawnClient([], environment());
  await call('query-entity', { entity: 'Tickets', query: { status: 'New' }, maxRecords: 1 });
  await call('describe-entity-fields', { entity: 'Tickets' });
  await client.close();
  age();
  added = true;
  client = await spawnClient([], environment());
  front.sandbox.clearRequests();
  metadataCalls = [];
});

afterEach(async () => {
  await client.close();
  rmSync(cache, { recursive: true });
});

/** The tenant behind does not know what was added in front of it: its words show that the request was sent. */
const reached = /Unable to find Gondola in the Ticket Entity/;

const cases: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ['query-entity', { entity: 'Tickets', query: { status: 'Parked since today' } }, /^No |0 of 0|no tickets/i],
  ['search-tickets', { status: 'Parked since today' }, /^No |0 of 0/i],
  ['count-entity', { entity: 'Tickets', query: { Gondola: 'B7' } }, reached],
  ['query-entity', { entity: 'Tickets', query: { id: 0 }, includeFields: ['id', 'Gondola'] }, reached],
  [
    'update-entity',
    { entity: 'Tickets', id: 0, data: { status: 'Parked since today' } },
    /Parked since today/,
  ],
  ['update-entity', { entity: 'Tickets', id: 0, data: { status: 77 } }, /Parked since today/],
  ['update-entity', { entity: 'Tickets', id: 0, data: { Gondola: 'B7' } }, /B7/],
  ['describe-entity-fields', { entity: 'Tickets', fields: ['Gondola'] }, /Gondola/],
];

describe('what was added in Autotask since the metadata was cached', () => {
  it.each(cases)('%s %o is understood', async (tool, args, says) => {
    const { text, isError } = await call(tool, args.id === 0 ? { ...args, id: ticket } : args);
    expect(text).not.toMatch(/is not a (value|field)/);
    expect(isError, text).toBe(says === reached);
    expect(text).toMatch(says);
    expect(metadataCalls.filter((path) => path === 'Tickets/entityInformation/fields')).toHaveLength(1);
    const writes = front.sandbox.requests.filter(({ method }) => method === 'PATCH');
    expect(writes).toEqual([]);
  });

  it('what is not there either is refused, and asked for once a minute', async () => {
    for (const label of ['Nowhere', 'Nothing', 'Nobody']) {
      const { text, isError } = await call('update-entity', {
        entity: 'Tickets',
        id: ticket,
        data: { status: label },
      });
      expect(isError).toBe(true);
      expect(text).toMatch(/is not a value of this picklist/);
      expect(text).toContain('Parked since today');
    }
    expect(metadataCalls.filter((path) => path === 'Tickets/entityInformation/fields')).toHaveLength(1);
  });

  it('a write that names it in its confirmation is made once', async () => {
    const args = { entity: 'Tickets', id: ticket, data: { Gondola: 'B7' } };
    const { text } = await call('update-entity', { ...args, confirm: 'UPDATE_ENTITY' });
    const writes = front.sandbox.requests.filter(({ method }) => method === 'PATCH');
    expect(writes.length, text).toBeLessThanOrEqual(1);
    expect(writes.map(({ body }) => body)).toEqual([
      { id: ticket, userDefinedFields: [{ name: 'Gondola', value: 'B7' }] },
    ]);
  });
});
