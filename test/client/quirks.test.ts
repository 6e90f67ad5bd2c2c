import { describe, expect, it } from 'vitest';
import { createWriter } from '../../src/client/index.js';
import { all, firstId, type Setup, startTenant } from './sandboxed.js';
import { failureOf } from './setup.js';

describe('quirks of the service, against the sandbox', () => {
  it('quirk 3: updates go to the collection with the id in the body', async () => {
    const { client, arrived } = await startTenant();
    const id = await firstId(client, 'Companies');
    expect(await client.patch('Companies', { id, phone: '555-0199' })).toBe(id);
    expect(arrived()).toContain('PATCH Companies');
    const error = await failureOf(client.patch(`Companies/${id}`, { phone: '555-0199' }));
    expect(error).toMatchObject({ kind: 'notAllowed', status: 405 });
    expect(error.upstream.join()).toContain('does not support');
  });

  it('quirk 4: a child that cannot be written at the root is told as such', async () => {
    const { client } = await startTenant();
    const error = await failureOf(client.create('Contacts', { firstName: 'A' }));
    expect(['notFound', 'notAllowed']).toContain(error.kind);
  });

  it.each(['200', '404'] as const)(
    'quirks 6 and 37: a missing record answered with %s',
    async (missingRecord) => {
      const { client } = await startTenant({ behaviour: { missingRecord } });
      expect(await client.item('Tickets/999999999')).toBeNull();
    },
  );

  it('quirk 7: an operator that the service would drop never gets there', async () => {
    const { client, arrived } = await startTenant();
    const filter = [{ op: 'ne', field: 'status', value: 5 }];
    expect((await failureOf(client.query('Tickets', { filter }, { limit: 1 }))).kind).toBe('invalid');
    expect(arrived()).toEqual([]);
  });

  it('quirks 9 and 10: all pages are read with verb and body of the query, as many as count says', async () => {
    const { client, arrived } = await startTenant({ scale: 5 });
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
    const { client } = await startTenant();
    const value = Array.from({ length: 500 }, (_, index) => index + 100_000_000);
    const { rows } = await client.query(
      'Tickets',
      { filter: [{ op: 'in', field: 'id', value }] },
      { limit: 1 },
    );
    expect(rows).toEqual([]);
  });

  it('quirk 12: everything can be asked for although a filter is mandatory', async () => {
    const { client } = await startTenant({ behaviour: { emptyFilter: 'refuse' } });
    expect((await client.query('Companies', all, { limit: 3 })).rows).toHaveLength(3);
    expect(await client.count('Companies', [])).toBeGreaterThan(2);
  });

  it('quirk 13: what Autotask says about too many conditions reaches the caller', async () => {
    const { client } = await startTenant();
    const value = Array.from({ length: 501 }, (_, index) => index);
    const error = await failureOf(
      client.query('Tickets', { filter: [{ op: 'in', field: 'id', value }] }, { limit: 1 }),
    );
    expect(error.kind).toBe('invalid');
    expect(error.upstream.join()).toMatch(/500 or fewer/);
  });

  it('quirk 15: picklist values are text in metadata', async () => {
    const { client } = await startTenant();
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
      const { client } = await startTenant({ behaviour: { attachmentGet: shape } });
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
    const { client } = await startTenant({ behaviour: { accessFor } });
    expect(await client.entityInformation('Tickets')).toMatchObject({ name: 'Ticket', canQuery: true });
  });

  /** A tenant whose requests take half a second each, because half of its hourly requests are used. */
  async function busy(): Promise<Setup> {
    const setup = await startTenant({ limits: { threshold: 80, latencySteps: true } });
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
    const { createMemoryState } = await import('../../src/client/tenant-state/memory-state.js');
    const { defaultTuning } = await import('../../src/client/tuning.js');
    const tuning = { ...defaultTuning, retries: 10, backoffMs: 300 };
    const share = createMemoryState(20, tuning, null);
    const stranger = createWriter({ ...settings, state: share, tuning });
    const patient = createWriter({ ...settings, state: createMemoryState(20, tuning, null), tuning });
    await Promise.all([patient.zone(), stranger.zone(), client.zone()]);
    const both = [patient, stranger].flatMap((each) => [1, 2, 3].map((id) => each.item(`Tickets/${id}`)));
    expect((await Promise.all(both)).length).toBe(6);
    expect(arrived().length).toBeGreaterThan(6);
  });

  it('quirk 24: impersonation goes along with writes only', async () => {
    const { sandbox, client } = await startTenant();
    const id = await firstId(client, 'Companies');
    await client
      .patch('Companies', { id, phone: '555-0111' }, { impersonationResourceId: 29_682_885 })
      .catch(() => undefined);
    const sent = sandbox.requests.filter(({ headers }) => headers.impersonationresourceid !== undefined);
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual(['PATCH V1.0/Companies']);
  });

  it('quirk 25: pages beyond the first work although the caller left id out', async () => {
    const { client } = await startTenant({ scale: 5 });
    const { rows } = await client.query('Tickets', { filter: [], includeFields: ['title'] }, { limit: 501 });
    expect(rows).toHaveLength(501);
    expect(rows.every((row) => typeof row.id === 'number')).toBe(true);
  });

  it('quirk 27: the zone address gets its version', async () => {
    const { client, settings, sandbox } = await startTenant();
    expect((await client.zone()).apiUrl).toMatch(/ATServicesRest\/V1\.0\/$/);
    expect((await client.version()).length).toBeGreaterThan(0);
    const pinned = createWriter({ ...settings, apiUrl: sandbox.apiUrl });
    expect(await pinned.count('Companies', [])).toBeGreaterThan(0);
  });
});
