import { afterEach, describe, expect, it } from 'vitest';
import { createWriter } from '../../src/client/index.js';
import type { AutotaskWriter, ClientSettings } from '../../src/client/types.js';
import { type Fault, type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.js';
import { failureOf, fakeTenant } from './setup.js';

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.close()));
});

interface Setup {
  readonly sandbox: Sandbox;
  readonly client: AutotaskWriter;
  readonly settings: ClientSettings;
  /** Method and path of the requests that arrived, without those for the zone. */
  arrived(): string[];
}

async function start(options: SandboxOptions = {}, overrides: Partial<ClientSettings> = {}): Promise<Setup> {
  const sandbox = await startSandbox(options);
  running.push(sandbox);
  const settings: ClientSettings = {
    credentials: sandbox.credentials,
    zoneUrl: sandbox.url,
    timeoutMs: 5_000,
    maxConcurrency: 20,
    cacheDir: null,
    log: () => undefined,
    ...overrides,
    tuning: { backoffMs: 10, longestBackoffMs: 50, ...overrides.tuning },
  };
  const arrived = () =>
    sandbox.requests
      .map(({ method, path }) => `${method} ${path.replace(/^V1\.0\//i, '')}`)
      .filter((line) => !/zoneInformation/i.test(line));
  return { sandbox, client: createWriter(settings), settings, arrived };
}

const all = { filter: [] };

async function firstId(client: AutotaskWriter, entity: string): Promise<number> {
  const { rows } = await client.query(entity, { filter: [], includeFields: ['id'] }, { limit: 1 });
  return Number(rows[0]?.id);
}

describe('against the sandbox', () => {
  it.each<[string, Fault]>([
    ['429 with Retry-After', { kind: 'limited', retryAfter: 0 }],
    ['429 without Retry-After', { kind: 'limited' }],
    ['503', { kind: 'unavailable' }],
    ['503 with a web page', { kind: 'html', status: 503 }],
    ['500 without errors', { kind: 'serverError' }],
    ['a connection broken before', { kind: 'reset', when: 'before' }],
    ['a connection broken after', { kind: 'reset', when: 'after' }],
    ['a truncated body', { kind: 'truncated' }],
  ])('quirk 1: a read is repeated after %s, a write is not', async (_name, fault) => {
    const { sandbox, client, arrived } = await start();
    await client.zone();
    sandbox.faults.add({ fault, path: 'Companies/query', times: 2 });
    expect((await client.query('Companies', all, { limit: 2 })).rows).toHaveLength(2);
    const reads = arrived().filter((line) => line === 'POST Companies/query').length;
    expect(reads).toBeLessThanOrEqual(3);
    sandbox.faults.add({ fault, method: 'PATCH', times: 1 });
    const id = await firstId(client, 'Companies');
    const error = await failureOf(client.patch('Companies', { id, phone: '555' }));
    expect(error.kind).toBe(fault.kind === 'limited' ? 'limited' : 'outcomeUnknown');
    expect(arrived().filter((line) => line.startsWith('PATCH')).length).toBeLessThanOrEqual(1);
  });

  it('quirk 1: a write whose answer is lost may have happened, and the error says so', async () => {
    const { sandbox, client } = await start();
    sandbox.faults.add({ fault: { kind: 'reset', when: 'after' }, method: 'PATCH', times: 1 });
    const id = await firstId(client, 'Companies');
    const error = await failureOf(client.patch('Companies', { id, phone: '555-0100' }));
    expect(error.kind).toBe('outcomeUnknown');
    expect(await client.item(`Companies/${id}`)).toMatchObject({ phone: '555-0100' });
  });

  it('quirk 1: a rejected value is 500 with errors and is sent once', async () => {
    const { client, arrived } = await start();
    const filter = [{ op: 'eq', field: 'nonsense', value: 1 }];
    const error = await failureOf(client.query('Tickets', { filter }, { limit: 1 }));
    expect(error).toMatchObject({ kind: 'invalid', status: 500 });
    expect(error.upstream.join()).toContain('nonsense');
    expect(arrived()).toEqual(['POST Tickets/query']);
  });

  it('quirk 2: wrong credentials cost one request and one look at the zone', async () => {
    const { sandbox, settings, arrived } = await start();
    const credentials = { ...settings.credentials, secret: 'wrong-secret' };
    const error = await failureOf(createWriter({ ...settings, credentials }).item('Tickets/1'));
    expect(error).toMatchObject({ kind: 'credentials', status: 401 });
    expect(arrived()).toEqual(['GET Tickets/1']);
    expect(sandbox.requests.filter(({ path }) => /zoneInformation/i.test(path))).toHaveLength(2);
  });

  it.each(['401', '500'] as const)(
    'quirk 2: a wrong tracking identifier answered with %s',
    async (status) => {
      const { settings } = await start({ behaviour: { wrongCredential: status } });
      const credentials = { ...settings.credentials, integrationCode: 'wrong-code' };
      const error = await failureOf(createWriter({ ...settings, credentials }).item('Tickets/1'));
      expect(error).toMatchObject({ kind: 'credentials', status: Number(status) });
    },
  );

  it('quirk 2: after a move to another zone reads go on', async () => {
    const { sandbox, client } = await start();
    const before = await client.zone();
    expect(await client.count('Companies', [])).toBeGreaterThan(0);
    sandbox.moveZone();
    expect(await client.count('Companies', [])).toBeGreaterThan(0);
    expect((await client.zone()).apiUrl).not.toBe(before.apiUrl);
  });

  it('quirk 3: updates go to the collection with the id in the body', async () => {
    const { client, arrived } = await start();
    const id = await firstId(client, 'Companies');
    expect(await client.patch('Companies', { id, phone: '555-0199' })).toBe(id);
    expect(arrived()).toContain('PATCH Companies');
    const error = await failureOf(client.patch(`Companies/${id}`, { phone: '555-0199' }));
    expect(error).toMatchObject({ kind: 'notAllowed', status: 405 });
    expect(error.upstream.join()).toContain('does not support');
  });

  it('quirk 4: a child that cannot be written at the root is told as such', async () => {
    const { client } = await start();
    const error = await failureOf(client.create('Contacts', { firstName: 'A' }));
    expect(['notFound', 'notAllowed']).toContain(error.kind);
  });

  it.each(['200', '404'] as const)(
    'quirks 6 and 37: a missing record answered with %s',
    async (missingRecord) => {
      const { client } = await start({ behaviour: { missingRecord } });
      expect(await client.item('Tickets/999999999')).toBeNull();
    },
  );

  it('quirk 7: an operator that the service would drop never gets there', async () => {
    const { client, arrived } = await start();
    const filter = [{ op: 'ne', field: 'status', value: 5 }];
    expect((await failureOf(client.query('Tickets', { filter }, { limit: 1 }))).kind).toBe('invalid');
    expect(arrived()).toEqual([]);
  });

  it('quirks 9 and 10: all pages are read with verb and body of the query, as many as count says', async () => {
    const { client, arrived } = await start({ scale: 5 });
    const count = await client.count('Tickets', []);
    expect(count).toBeGreaterThan(500);
    const { rows, more } = await client.query(
      'Tickets',
      { filter: [], includeFields: ['title'] },
      { limit: count },
    );
    expect(more).toBe(false);
    expect(new Set(rows.map((row) => row.id)).size).toBe(count);
    let streamed = 0;
    for await (const page of client.pages('Tickets', { filter: [], includeFields: ['id'] })) {
      streamed += page.length;
    }
    expect(streamed).toBe(count);
    expect(arrived().some((line) => line.startsWith('GET'))).toBe(false);
    const some = await client.query('Tickets', all, { limit: 10 });
    expect({ rows: some.rows.length, more: some.more }).toEqual({ rows: 10, more: true });
  });

  it('quirk 11: a filter of many kilobytes arrives', async () => {
    const { client } = await start();
    const value = Array.from({ length: 500 }, (_, index) => index + 100_000_000);
    const { rows } = await client.query(
      'Tickets',
      { filter: [{ op: 'in', field: 'id', value }] },
      { limit: 1 },
    );
    expect(rows).toEqual([]);
  });

  it('quirk 12: everything can be asked for although a filter is mandatory', async () => {
    const { client } = await start({ behaviour: { emptyFilter: 'refuse' } });
    expect((await client.query('Companies', all, { limit: 3 })).rows).toHaveLength(3);
    expect(await client.count('Companies', [])).toBeGreaterThan(2);
  });

  it('quirk 13: what Autotask says about too many conditions reaches the caller', async () => {
    const { client } = await start();
    const value = Array.from({ length: 501 }, (_, index) => index);
    const error = await failureOf(
      client.query('Tickets', { filter: [{ op: 'in', field: 'id', value }] }, { limit: 1 }),
    );
    expect(error.kind).toBe('invalid');
    expect(error.upstream.join()).toMatch(/500 or fewer/);
  });

  it('quirk 15: picklist values are text in metadata', async () => {
    const { client } = await start();
    const fields = await client.fields('Tickets');
    const values = fields.flatMap((field) => field.picklistValues ?? []);
    expect(values.length).toBeGreaterThan(0);
    expect(
      values.every(({ value, parentValue }) => typeof value === 'string' && typeof parentValue === 'string'),
    ).toBe(true);
  });

  it.each(['items', 'item'] as const)(
    'quirk 17: an attachment that comes as %s has its data',
    async (shape) => {
      const { client } = await start({ behaviour: { attachmentGet: shape } });
      const ticket = await firstId(client, 'Tickets');
      const id = await client.create(`Tickets/${ticket}/Attachments`, {
        attachmentType: 'FILE_ATTACHMENT',
        title: 'Note',
        fullPath: 'note.txt',
        publish: 2,
        data: btoa('hello'),
      });
      expect(await client.item(`Tickets/${ticket}/Attachments/${id}`)).toMatchObject({ data: btoa('hello') });
    },
  );

  it.each(['words', 'numbers'] as const)('quirk 18: rights given as %s', async (accessFor) => {
    const { client } = await start({ behaviour: { accessFor } });
    expect(await client.entityInformation('Tickets')).toMatchObject({ name: 'Ticket', canQuery: true });
  });

  /** A tenant whose requests take half a second each, because half of its hourly requests are used. */
  async function busy(): Promise<Setup> {
    const setup = await start({ limits: { threshold: 80, latencySteps: true } });
    for (let used = 0; used < 40; used += 1) await setup.client.count('Companies', []);
    setup.sandbox.clearRequests();
    return setup;
  }

  it('quirk 23: many calls at once never exceed the threads of an endpoint', async () => {
    const { client, arrived } = await busy();
    const ids = [1, 2, 3];
    await Promise.all([
      ...ids.map((id) => client.item(`Tickets/${id}`)),
      ...ids.map((id) => client.count('Tickets', [{ op: 'gt', field: 'id', value: id }])),
      client.fields('Tickets'),
      client.userDefinedFields('Tickets'),
    ]);
    // A refusal would have cost a repeat.
    expect(arrived()).toHaveLength(8);
  });

  it('quirk 23: a thread limit hit all the same, by another program, is waited out', async () => {
    const { client, settings, arrived } = await busy();
    const { createMemoryShare } = await import('../../src/client/memory-share.js');
    const { defaultTuning } = await import('../../src/client/tuning.js');
    const tuning = { ...defaultTuning, retries: 10, backoffMs: 300 };
    const share = createMemoryShare(20, tuning, null);
    const stranger = createWriter({ ...settings, share, tuning });
    const patient = createWriter({ ...settings, share: createMemoryShare(20, tuning, null), tuning });
    await Promise.all([patient.zone(), stranger.zone(), client.zone()]);
    const both = [patient, stranger].flatMap((each) => [1, 2, 3].map((id) => each.item(`Tickets/${id}`)));
    expect((await Promise.all(both)).length).toBe(6);
    expect(arrived().length).toBeGreaterThan(6);
  });

  it('quirk 24: impersonation goes along with writes only', async () => {
    const { sandbox, client } = await start({}, { impersonationResourceId: 29_682_885 });
    const id = await firstId(client, 'Companies');
    await client.patch('Companies', { id, phone: '555-0111' }).catch(() => undefined);
    const sent = sandbox.requests.filter(({ headers }) => headers.impersonationresourceid !== undefined);
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual(['PATCH V1.0/Companies']);
  });

  it('quirk 25: pages beyond the first work although the caller left id out', async () => {
    const { client } = await start({ scale: 5 });
    const { rows } = await client.query('Tickets', { filter: [], includeFields: ['title'] }, { limit: 501 });
    expect(rows).toHaveLength(501);
    expect(rows.every((row) => typeof row.id === 'number')).toBe(true);
  });

  it('quirk 27: the zone address gets its version', async () => {
    const { client, settings, sandbox } = await start();
    expect((await client.zone()).apiUrl).toMatch(/ATServicesRest\/V1\.0\/$/);
    expect((await client.version()).length).toBeGreaterThan(0);
    const pinned = createWriter({ ...settings, apiUrl: sandbox.apiUrl });
    expect(await pinned.count('Companies', [])).toBeGreaterThan(0);
  });

  it.each<[string, Fault, string]>([
    ['maintenance', { kind: 'html', status: 200 }, 'unavailable'],
    ['an outage', { kind: 'html', status: 404 }, 'notFound'],
    ['403', { kind: 'forbidden' }, 'permission'],
    ['401', { kind: 'unauthorized' }, 'credentials'],
  ])('quirk 28: understands %s', async (_name, fault, kind) => {
    const { sandbox, client } = await start();
    await client.zone();
    sandbox.faults.add({ fault, path: 'Companies' });
    expect((await failureOf(client.count('Companies', []))).kind).toBe(kind);
    sandbox.faults.clear();
    expect(await client.count('Companies', [])).toBeGreaterThan(0);
  });

  it('quirk 31: the threshold is reported, and reaching it is an error with a remedy', async () => {
    const { client } = await start(
      { limits: { threshold: 8 } },
      { tuning: { retries: 1, slowestPaceMs: 0 } },
    );
    for (let used = 1; used <= 7; used += 1) await client.count('Companies', []);
    expect(await client.threshold()).toMatchObject({
      externalRequestThreshold: 8,
      currentTimeframeRequestCount: 8,
    });
    const error = await failureOf(client.count('Companies', []));
    expect(error).toMatchObject({ kind: 'limited', status: 429, actor: 'autotask' });
    expect(error.next).toMatch(/[Ww]ait/);
  });

  it('never follows a page to a host that must not see the credentials', async () => {
    const stranger = await fakeTenant(() => ({ body: {} }));
    const { sandbox, client } = await start({ scale: 5 });
    sandbox.faults.add({ fault: { kind: 'foreignPaging', base: stranger.url } });
    const error = await failureOf(client.query('Tickets', all, { limit: 600 }));
    expect(error.kind).toBe('unexpected');
    expect(stranger.calls).toEqual([]);
  });

  it('gives up on a service that never answers', async () => {
    const { sandbox, client } = await start({}, { timeoutMs: 700, tuning: { retries: 1 } });
    await client.zone();
    sandbox.faults.add({ fault: { kind: 'hang' }, path: 'Companies' });
    const error = await failureOf(client.count('Companies', []));
    expect(error.kind).toBe('unavailable');
    expect((await failureOf(client.patch('Companies', { id: 1 }))).kind).toBe('outcomeUnknown');
  });

  it('tells a missing permission from a wrong value', async () => {
    const { sandbox, client } = await start();
    sandbox.deny('Companies', ['query']);
    expect(await failureOf(client.count('Companies', []))).toMatchObject({
      kind: 'permission',
      actor: 'operator',
    });
  });

  it('knows no user-defined fields where there is no such path', async () => {
    const { client } = await start();
    expect(await client.userDefinedFields('TicketAttachments')).toEqual([]);
    expect((await client.userDefinedFields('Companies')).every(({ dataType }) => dataType !== '')).toBe(true);
  });
});
