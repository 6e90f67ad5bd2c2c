import { describe, expect, it } from 'vitest';
import { createReader } from '../../src/client/index.js';
import type { Fake, Script } from './fake.js';
import { failureOf, fakeTenant } from './setup.js';

/** A tenant with `total` tickets that pages like Autotask: only with the verb and body of the query. */
function tickets(total: number): Script {
  return (seen, _index, fake) => {
    if (seen.method !== 'POST') {
      return { status: 405, body: { Message: `The requested resource does not support http method 'GET'.` } };
    }
    const after = Number(new URL(seen.url, fake.url).searchParams.get('after') ?? 0);
    const size = Number(/"MaxRecords":(\d+)/.exec(seen.text)?.[1] ?? 500);
    const last = Math.min(total, after + size);
    const items = Array.from({ length: last - after }, (_, index) => ({ id: after + index + 1 }));
    const next = `${fake.url}ATServicesRest/V1.0/Tickets/query/next?after=${last}`;
    // count and requestCount look like totals and are none.
    const pageDetails = { count: items.length, requestCount: size, nextPageUrl: last < total ? next : null };
    return { body: { items, pageDetails } };
  };
}

const all = { filter: [] };

async function read(total: number, limit: number): Promise<{ fake: Fake; rows: number; more: boolean }> {
  const fake = await fakeTenant(tickets(total));
  const { rows, more } = await createReader(fake.settings()).query('Tickets', all, { limit });
  expect(rows.map((row) => row.id)).toEqual(Array.from({ length: rows.length }, (_, index) => index + 1));
  return { fake, rows: rows.length, more };
}

describe('paging', () => {
  it('quirk 9: follows nextPageUrl with the original verb and body', async () => {
    const { fake, rows, more } = await read(1_200, 5_000);
    expect({ rows, more }).toEqual({ rows: 1_200, more: false });
    expect(fake.calls.map((call) => call.method)).toEqual(['POST', 'POST', 'POST']);
    expect(new Set(fake.calls.map((call) => call.text)).size).toBe(1);
    expect(fake.calls.every((call) => call.headers.secret !== undefined)).toBe(true);
  });

  it.each([
    { total: 30, limit: 25, rows: 25, more: true, requests: 1 },
    { total: 25, limit: 25, rows: 25, more: false, requests: 1 },
    { total: 24, limit: 25, rows: 24, more: false, requests: 1 },
    { total: 500, limit: 500, rows: 500, more: false, requests: 1 },
    { total: 501, limit: 500, rows: 500, more: true, requests: 1 },
    { total: 1_000, limit: 600, rows: 600, more: true, requests: 2 },
    { total: 600, limit: 600, rows: 600, more: false, requests: 2 },
    { total: 1_000, limit: 1_000, rows: 1_000, more: false, requests: 2 },
    { total: 0, limit: 10, rows: 0, more: false, requests: 1 },
  ])('stops at the limit and says whether there is more: $limit of $total', async (expected) => {
    const { fake, rows, more } = await read(expected.total, expected.limit);
    expect({ rows, more, requests: fake.calls.length }).toEqual({
      rows: expected.rows,
      more: expected.more,
      requests: expected.requests,
    });
    const sizes = fake.calls.map((call) => Number(/"MaxRecords":(\d+)/.exec(call.text)?.[1]));
    expect(sizes.every((size) => size >= 1 && size <= 500)).toBe(true);
  });

  it('quirk 10: does not take count or requestCount for totals', async () => {
    const fake = await fakeTenant((seen) =>
      seen.path.endsWith('/count') ? { body: { queryCount: 1_234 } } : { body: {} },
    );
    expect(await createReader(fake.settings()).count('Tickets', [])).toBe(1_234);
    expect(fake.calls[0]).toMatchObject({ method: 'POST', path: 'Tickets/query/count' });
  });

  it('quirk 11: sends long filters in a POST body, never in the address', async () => {
    const fake = await fakeTenant(tickets(1));
    const value = Array.from({ length: 400 }, (_, index) => index);
    const filter = [{ op: 'in', field: 'id', value }];
    await createReader(fake.settings()).query('Tickets', { filter }, { limit: 1 });
    expect(fake.calls[0]).toMatchObject({ method: 'POST', path: 'Tickets/query' });
    expect(fake.calls[0]?.url).not.toContain('?');
    expect(fake.calls[0]?.body).toMatchObject({ filter });
  });

  it('quirk 12: spells out "everything", since a filter is mandatory', async () => {
    const fake = await fakeTenant((seen) =>
      /"filter":\[\]/.test(seen.text) ? { status: 500 } : { body: { items: [], queryCount: 0 } },
    );
    const reader = createReader(fake.settings());
    await reader.query('Companies', all, { limit: 1 });
    await reader.count('Companies', []);
    const everything = [{ op: 'exist', field: 'id' }];
    expect(fake.calls.map((call) => call.body)).toMatchObject([
      { filter: everything },
      { filter: everything },
    ]);
  });

  it('quirk 25: asks for id although the caller did not', async () => {
    const fake = await fakeTenant(tickets(1));
    const reader = createReader(fake.settings());
    await reader.query('Tickets', { filter: [], includeFields: ['title'] }, { limit: 1 });
    await reader.query('Tickets', { filter: [], includeFields: ['title', 'ID'] }, { limit: 1 });
    await reader.query('Tickets', all, { limit: 1 });
    expect(fake.calls.map((call) => call.body)).toMatchObject([
      { IncludeFields: ['id', 'title'] },
      { IncludeFields: ['title', 'ID'] },
      {},
    ]);
    expect(fake.calls[2]?.text).not.toContain('IncludeFields');
  });

  it('quirk 7: refuses an operator that Autotask would silently drop', async () => {
    const fake = await fakeTenant(tickets(3));
    const reader = createReader(fake.settings());
    const filter = [{ op: 'or', items: [{ op: 'ne', field: 'status', value: 5 }] }];
    for (const work of [reader.query('Tickets', { filter }, { limit: 1 }), reader.count('Tickets', filter)]) {
      const error = await failureOf(work);
      expect(error.kind).toBe('invalid');
      expect(error.message).toMatch(/status: "ne" is not an operator.*noteq/);
    }
    expect(fake.calls).toHaveLength(0);
  });

  it('never follows a page to another origin, where the credentials would go along', async () => {
    const stranger = await fakeTenant(tickets(1));
    const fake = await fakeTenant(() => ({
      body: {
        items: [{ id: 1 }],
        pageDetails: { nextPageUrl: `${stranger.url}ATServicesRest/V1.0/Tickets/query/next` },
      },
    }));
    const error = await failureOf(createReader(fake.settings()).query('Tickets', all, { limit: 100 }));
    expect(error.kind).toBe('unexpected');
    expect(error.message).toContain(new URL(stranger.url).origin);
    expect(stranger.calls).toHaveLength(0);
    expect(fake.calls).toHaveLength(1);
  });

  it('stops when a page names itself as the next one', async () => {
    const fake = await fakeTenant((_seen, _index, { url }) => ({
      body: {
        items: [{ id: 1 }],
        pageDetails: { nextPageUrl: `${url}ATServicesRest/V1.0/Tickets/query/next?p=1` },
      },
    }));
    const error = await failureOf(createReader(fake.settings()).query('Tickets', all, { limit: 100 }));
    expect(error.message).toContain('successor');
    expect(fake.calls).toHaveLength(2);
  });

  it('streams page by page and reads no further than its consumer', async () => {
    const fake = await fakeTenant(tickets(2_000));
    const sizes: number[] = [];
    for await (const page of createReader(fake.settings()).pages('Tickets', all)) {
      sizes.push(page.length);
      if (sizes.length === 2) break;
    }
    expect(sizes).toEqual([500, 500]);
    expect(fake.calls).toHaveLength(2);
  });

  it('reports progress after each page', async () => {
    const fake = await fakeTenant(tickets(1_200));
    const progress: number[] = [];
    const onProgress = (rows: number) => progress.push(rows);
    await createReader(fake.settings()).query('Tickets', all, { limit: 1_100, onProgress });
    expect(progress).toEqual([367, 734, 1_100]);
  });

  it('refuses a limit below one, and a path that leaves the API', async () => {
    const fake = await fakeTenant(tickets(1));
    const reader = createReader(fake.settings());
    expect((await failureOf(reader.query('Tickets', all, { limit: 0 }))).kind).toBe('invalid');
    for (const path of ['Tickets/../Version', 'Tickets/1?x=2', '/Tickets', 'https://example.com/x', '']) {
      expect((await failureOf(reader.item(path))).kind).toBe('invalid');
    }
    expect(fake.calls).toHaveLength(0);
  });
});
