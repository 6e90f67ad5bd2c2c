import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createReader, createWriter } from '../../src/client/index.js';
import type { Reply } from './fake.js';
import { failureOf, fakeTenant, oneTicket } from './setup.js';

async function created(reply: Reply, overrides: object = {}) {
  const fake = await fakeTenant(() => reply);
  const work = createWriter(fake.settings(overrides)).create('Tickets', { title: 'x' });
  return { fake, error: await failureOf(work) };
}

describe('writes', () => {
  it('quirk 3: patch sends the id in the body to the collection', async () => {
    const fake = await fakeTenant(() => ({ body: { itemId: 30 } }));
    const writer = createWriter(fake.settings());
    expect(await writer.patch('Companies/175/Contacts', { id: 30, title: 'CTO' })).toBe(30);
    expect(await writer.create('Companies/175/Contacts', { firstName: 'A' })).toBe(30);
    expect(await writer.remove('TimeEntries/30')).toBe(30);
    expect(fake.calls.map(({ method, path, text }) => [method, path, text])).toEqual([
      ['PATCH', 'Companies/175/Contacts', '{"id":30,"title":"CTO"}'],
      ['POST', 'Companies/175/Contacts', '{"firstName":"A"}'],
      ['DELETE', 'TimeEntries/30', ''],
    ]);
  });

  it('quirk 19: there is no PUT, which would null what is left out, and a reader cannot write', async () => {
    const fake = await fakeTenant(() => ({ body: {} }));
    const reads = Object.keys(createReader(fake.settings()));
    const writes = Object.keys(createWriter(fake.settings())).filter((name) => !reads.includes(name));
    expect(writes.sort()).toEqual(['create', 'patch', 'remove']);
  });

  it.each<[string, object]>([
    ['itemId', { itemId: 7 }],
    ['itemId as text', { itemId: '7' }],
    ['id', { id: 7 }],
    ['item', { item: { id: 7 } }],
  ])('takes the id from %s', async (_name, body) => {
    const fake = await fakeTenant(() => ({ body }));
    expect(await createWriter(fake.settings()).create('Tickets', {})).toBe(7);
  });

  it('quirk 24: impersonates on writes only', async () => {
    const fake = await fakeTenant((seen) =>
      seen.headers.impersonationresourceid !== undefined && /query/.test(seen.path)
        ? { status: 500, body: { errors: ['does not have the adequate permissions'] } }
        : { body: { itemId: 1, item: null, queryCount: 0, ...oneTicket } },
    );
    const writer = createWriter(fake.settings({ impersonationResourceId: 29_682_885 }));
    await writer.query('Tickets', { filter: [] }, { limit: 1 });
    await writer.count('Tickets', []);
    await writer.item('Tickets/1');
    await writer.create('Tickets', {});
    expect(fake.calls.map((call) => call.headers.impersonationresourceid)).toEqual([
      undefined,
      undefined,
      undefined,
      '29682885',
    ]);
  });

  it('sends plain JSON without claiming a content encoding', async () => {
    const fake = await fakeTenant(() => ({ body: { itemId: 1 } }));
    await createWriter(fake.settings()).create('Tickets', { title: 'Grüße' });
    expect(fake.calls[0]?.headers['content-type']).toBe('application/json');
    expect(fake.calls[0]?.headers).not.toHaveProperty('content-encoding');
    expect(fake.calls[0]?.body).toEqual({ title: 'Grüße' });
  });
});

describe('a write is sent once', () => {
  it.each<[string, Reply, string]>([
    ['429', { status: 429, headers: { 'retry-after': '0' } }, 'limited'],
    [
      'the thread limit',
      { status: 500, body: { errors: ['threshold of 3 threads … Itgenatr005'] } },
      'limited',
    ],
    ['502', { status: 502 }, 'outcomeUnknown'],
    ['503', { status: 503 }, 'outcomeUnknown'],
    ['504', { status: 504 }, 'outcomeUnknown'],
    ['500 without errors', { status: 500, body: '' }, 'outcomeUnknown'],
    ['500 with errors', { status: 500, body: { errors: ['queueID is required'] } }, 'invalid'],
    ['200 with a web page', { body: '<html></html>' }, 'outcomeUnknown'],
    ['200 without an id', { body: {} }, 'outcomeUnknown'],
    ['200 cut short', { body: '{"item' }, 'outcomeUnknown'],
    ['a connection that closes without an answer', { drop: 'before' }, 'outcomeUnknown'],
    ['a connection that closes in the answer', { drop: 'middle', body: '{"item' }, 'outcomeUnknown'],
  ])('after %s', async (_name, reply, kind) => {
    const { fake, error } = await created(reply);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(fake.calls).toHaveLength(1);
    expect(error.kind).toBe(kind);
    if (kind === 'outcomeUnknown') expect(error.next).toMatch(/search/);
    if (kind === 'limited') expect(error.message).toContain('Nothing was written');
  });

  it('says that the outcome is unknown when the answer takes too long', async () => {
    const { fake, error } = await created({ delayMs: 2_000, body: { itemId: 1 } }, { timeoutMs: 700 });
    expect(error.kind).toBe('outcomeUnknown');
    expect(error.message).toMatch(/was sent.*within 0.7 s/);
    expect(fake.calls).toHaveLength(1);
  });

  it('says that the outcome is unknown when it is cancelled on its way', async () => {
    const controller = new AbortController();
    const fake = await fakeTenant(() => {
      setTimeout(() => controller.abort(), 20);
      return { delayMs: 5_000, body: { itemId: 1 } };
    });
    const work = createWriter(fake.settings()).create('Tickets', {}, { signal: controller.signal });
    const error = await failureOf(work);
    expect(error.kind).toBe('outcomeUnknown');
    expect(fake.calls).toHaveLength(1);
  });

  it('says that nothing was written when no connection came about', async () => {
    const closed = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address();
        server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
      });
    });
    const fake = await fakeTenant(() => ({}));
    const writer = createWriter(fake.settings({ apiUrl: `http://127.0.0.1:${closed}/` }));
    const error = await failureOf(writer.create('Tickets', {}));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('Nothing was written');
  });

  it('is not joined with an identical one', async () => {
    const fake = await fakeTenant((_seen, index) => ({ delayMs: 30, body: { itemId: index } }));
    const writer = createWriter(fake.settings());
    const ids = await Promise.all([writer.create('Tickets', {}), writer.create('Tickets', {})]);
    expect(ids).toEqual([0, 1]);
  });

  it('never uses a kept connection, which might be closing', async () => {
    const fake = await fakeTenant(() => ({ body: { itemId: 1, item: null } }));
    const writer = createWriter(fake.settings());
    await writer.item('Tickets/1');
    await writer.create('Tickets', {});
    await writer.item('Tickets/2');
    expect(fake.calls.map((call) => call.headers.connection)).toEqual(['keep-alive', 'close', 'keep-alive']);
  });
});
