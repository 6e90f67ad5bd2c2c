import { describe, expect, it, vi } from 'vitest';
import { createReader, createWriter } from '../../src/client/index.js';
import { RateLimiter } from '../../src/client/rate-limiting/rate-limiter.js';
import { defaultTuning } from '../../src/client/tuning.js';
import { failureOf, fakeTenant, oneTicket } from './setup.js';

const good = {
  ...oneTicket,
  queryCount: 1,
  item: { id: 1 },
  fields: [],
  info: { name: 'Ticket' },
  itemId: 1,
};

describe('quirk 23: three concurrent requests per endpoint', () => {
  it('counts metadata, count, records, writes and other clients of the tenant together', async () => {
    const fake = await fakeTenant(() => ({ delayMs: 30, body: good }));
    const settings = fake.settings();
    const clients = [createWriter(settings), createWriter(settings)];
    const work = clients.flatMap((client, index) => [
      client.query('Tickets', { filter: [] }, { limit: 10 + index }),
      client.count('Tickets', [{ op: 'eq', field: 'id', value: index }]),
      client.item(`Tickets/${index}`),
      client.item(`tickets/${index + 10}`),
      client.create('Tickets', {}),
      client.create('Tickets/5/Notes', {}),
      client.fields('Tickets', { fresh: true }),
    ]);
    await Promise.all(work);
    expect(fake.calls).toHaveLength(14);
    const perEndpoint = (fake.most.get('Tickets') ?? 0) + (fake.most.get('tickets') ?? 0);
    expect(fake.mostOverall).toBe(3);
    expect(perEndpoint).toBeGreaterThanOrEqual(3);
  });

  it('counts further pages, whose address is absolute, for their endpoint', async () => {
    const fake = await fakeTenant((seen, _index, { url }) => ({
      delayMs: 20,
      body: {
        items: [{ id: 1 }],
        pageDetails: {
          nextPageUrl: seen.url.includes('next') ? null : `${url}ATServicesRest/V1.0/Tickets/query/next?p=2`,
        },
      },
    }));
    const reader = createReader(fake.settings());
    const limits = [51, 52, 53, 54, 55, 56];
    await Promise.all(limits.map((limit) => reader.query('Tickets', { filter: [] }, { limit })));
    expect(fake.calls).toHaveLength(12);
    expect(fake.most.get('Tickets')).toBe(3);
  });

  it('keeps the limit for all endpoints together', async () => {
    const fake = await fakeTenant(() => ({ delayMs: 20, body: good }));
    const reader = createReader(fake.settings({ maxConcurrency: 4 }));
    const entities = ['Tickets', 'Companies', 'Contacts', 'Tasks', 'Projects', 'Quotes', 'Roles', 'Skills'];
    await Promise.all(entities.map((entity) => reader.count(entity, [])));
    expect(fake.mostOverall).toBe(4);
  });

  it('serves first come first, but lets others pass a busy endpoint', async () => {
    const fake = await fakeTenant((seen) => ({
      delayMs: seen.path.startsWith('Tickets') ? 300 : 0,
      body: good,
    }));
    const reader = createReader(fake.settings());
    await reader.zone();
    const ids = [1, 2, 3, 4, 5, 6, 7];
    const done: string[] = [];
    const slow = ids.map((id) => reader.item(`Tickets/${id}`).then(() => done.push(`Tickets/${id}`)));
    await Promise.all([...slow, reader.item('Companies/1').then(() => done.push('Companies/1'))]);
    expect(done[0]).toBe('Companies/1');
    const tickets = fake.calls.map((call) => call.path).filter((path) => path.startsWith('Tickets'));
    expect(tickets.slice(3)).toEqual(['Tickets/4', 'Tickets/5', 'Tickets/6', 'Tickets/7']);
  });

  it('forgets who is cancelled while waiting, without sending the request', async () => {
    const fake = await fakeTenant(() => ({ delayMs: 400, body: good }));
    const reader = createReader(fake.settings());
    const controller = new AbortController();
    const running = [1, 2, 3].map((id) => reader.item(`Tickets/${id}`));
    const waiting = failureOf(reader.item('Tickets/4', { signal: controller.signal }));
    const last = reader.item('Tickets/5');
    await vi.waitFor(() => expect(fake.calls).toHaveLength(3), { interval: 5 });
    controller.abort();
    expect((await waiting).kind).toBe('cancelled');
    await Promise.all([...running, last]);
    expect(fake.calls.map((call) => call.path)).not.toContain('Tickets/4');
    expect(fake.calls).toHaveLength(4);
  });
});

describe('after "too many requests"', () => {
  it('every client of the tenant waits as long as Autotask asked', async () => {
    let limitedAt = 0;
    const early: number[] = [];
    const fake = await fakeTenant((_seen, index) => {
      if (index === 0) {
        limitedAt = performance.now();
        return { status: 429, headers: { 'retry-after': '1' } };
      }
      if (performance.now() - limitedAt < 950) early.push(index);
      return { body: good };
    });
    const settings = fake.settings();
    const first = createReader(settings).item('Tickets/1');
    while (fake.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const others = [createReader(settings), createWriter(settings)];
    await Promise.all([first, ...others.map((client, index) => client.item(`Companies/${index}`))]);
    expect(early).toEqual([]);
    expect(fake.calls).toHaveLength(4);
  });

  it('a wait beyond any patience is told at once, and nothing is sent meanwhile', async () => {
    const fake = await fakeTenant(() => ({
      status: 429,
      headers: { 'retry-after': '120' },
      body: { errors: ['too many'] },
    }));
    const settings = fake.settings();
    const first = await failureOf(createReader(settings).item('Tickets/1'));
    expect(first).toMatchObject({ kind: 'limited', retryAfter: 120, upstream: ['too many'] });
    const second = await failureOf(createWriter(settings).create('Companies', {}));
    expect(second.kind).toBe('limited');
    expect(second.retryAfter).toBeGreaterThan(100);
    expect(second.message).toContain('was not sent');
    expect(fake.calls).toHaveLength(1);
  });

  it('other tenants of the process go on', async () => {
    const limited = await fakeTenant(() => ({ status: 429, headers: { 'retry-after': '120' } }));
    const free = await fakeTenant(() => ({ body: good }));
    await failureOf(createReader(limited.settings()).item('Tickets/1'));
    expect(await createReader(free.settings()).item('Tickets/1')).toEqual({ id: 1 });
    expect(await failureOf(createReader(limited.settings()).item('Tickets/1'))).toMatchObject({
      status: 429,
    });
  });
});

describe('quirk 31: the hourly threshold', () => {
  const threshold = (currentTimeframeRequestCount: number) => ({
    externalRequestThreshold: 10_000,
    requestThresholdTimeframe: 60,
    currentTimeframeRequestCount,
  });

  it('is asked for sparingly, and requests slow down near its end', async () => {
    const lines: string[] = [];
    const fake = await fakeTenant((seen) => ({
      body: seen.path === 'ThresholdInformation' ? threshold(9_900) : good,
    }));
    const tuning = { requestsPerThresholdCheck: 5, maxThrottleDelayMs: 300 };
    const log = (_level: string, message: string) => lines.push(message);
    const reader = createReader(fake.settings({ tuning, log }));
    for (let id = 1; id <= 12; id += 1) {
      if (id === 7) await new Promise((resolve) => setTimeout(resolve, 50));
      await reader.item(`Tickets/${id}`);
    }
    const checks = fake.calls.filter((call) => call.path === 'ThresholdInformation');
    expect(checks).toHaveLength(1);
    expect(lines.join('\n')).toMatch(/threshold is nearly used up; each request now waits/);
  });

  it('costs nothing while it is far, and more the nearer it is', () => {
    const now = Date.now();
    const paces = [0, 5_000, 7_400, 8_000, 9_000, 10_000, 12_000].map((count) => {
      const usage = new RateLimiter(defaultTuning);
      usage.recordThreshold(threshold(count), now);
      return Math.round(usage.delayMs(now));
    });
    expect(paces).toEqual([0, 0, 0, 1_000, 3_000, 5_000, 5_000]);
  });

  it('counts own requests of the last hour only', () => {
    const usage = new RateLimiter(defaultTuning);
    const start = Date.UTC(2026, 0, 1);
    for (let request = 0; request < 9_000; request += 1) usage.countRequest(start);
    expect(usage.usedFraction(start)).toBeCloseTo(0.9);
    expect(usage.usedFraction(start + 61 * 60_000)).toBe(0);
  });
});

describe('identical reads at the same time', () => {
  it('share one request', async () => {
    const fake = await fakeTenant(() => ({ delayMs: 50, body: good }));
    const reader = createReader(fake.settings());
    const rows = await Promise.all(
      [1, 2, 3, 4].map(() => reader.query('Tickets', { filter: [] }, { limit: 1 })),
    );
    expect(new Set(rows.map((result) => JSON.stringify(result))).size).toBe(1);
    expect(fake.calls).toHaveLength(1);
    await reader.query('Tickets', { filter: [] }, { limit: 1 });
    expect(fake.calls).toHaveLength(2);
  });

  it('go on for the others when one is cancelled, and stop when all are', async () => {
    const fake = await fakeTenant((seen) => ({
      delayMs: seen.path === 'Tickets/2' ? 5_000 : 80,
      body: good,
    }));
    const reader = createReader(fake.settings());
    const one = new AbortController();
    const both = [
      failureOf(reader.item('Tickets/1', { signal: one.signal })),
      reader.item('Tickets/1'),
    ] as const;
    setTimeout(() => one.abort(), 20);
    expect((await both[0]).kind).toBe('cancelled');
    expect(await both[1]).toEqual({ id: 1 });
    expect(fake.calls).toHaveLength(1);

    const all = new AbortController();
    const cancelled = [1, 2].map(() => failureOf(reader.item('Tickets/2', { signal: all.signal })));
    await vi.waitFor(() => expect(fake.calls).toHaveLength(2));
    all.abort();
    await Promise.all(cancelled);
    await vi.waitFor(() => expect(fake.calls[1]).toMatchObject({ path: 'Tickets/2', aborted: true }));
  });
});
