import { describe, expect, it } from 'vitest';
import { createReader } from '../../src/client/index.js';
import type { Reply } from './fake.js';
import { failureOf, fakeTenant, oneTicket } from './setup.js';

const good = { body: { ...oneTicket, queryCount: 1, item: { id: 1 } } };
const threads = 'The Autotask API thread threshold of 3 threads has been exceeded.';

const passing: readonly (readonly [string, Reply])[] = [
  ['429 without Retry-After', { status: 429 }],
  ['429 with Retry-After in seconds', { status: 429, headers: { 'retry-after': '0.05' } }],
  ['429 with Retry-After as a date', { status: 429, headers: { 'retry-after': new Date().toUTCString() } }],
  ['thread-limit text with status 500', { status: 500, body: { errors: [threads] } }],
  ['thread-limit text with status 400', { status: 400, body: { errors: ['… Itgenatr005 …'] } }],
  ['502', { status: 502, body: '<html><title>Bad Gateway</title></html>' }],
  ['503', { status: 503 }],
  ['504', { status: 504 }],
  ['500 without errors', { status: 500, body: '' }],
  ['500 with a message of the web framework', { status: 500, body: { message: 'An error has occurred.' } }],
  ['500 with a web page', { status: 500, body: '<html><title>Runtime Error</title></html>' }],
  ['a closed connection', { drop: 'before' }],
  ['an answer that breaks off', { drop: 'middle', body: '{"items":[' }],
  ['a truncated answer', { body: '{"items":[' }],
];

describe('reads are repeated', () => {
  it.each(passing)('after %s', async (_name, reply) => {
    for (const read of ['query', 'count', 'item'] as const) {
      const fake = await fakeTenant((_seen, index) => (index < 2 ? reply : good));
      const reader = createReader(fake.settings());
      if (read === 'query') await reader.query('Tickets', { filter: [] }, { limit: 1 });
      if (read === 'count') await reader.count('Tickets', []);
      if (read === 'item') await reader.item('Tickets/1');
      expect(fake.calls).toHaveLength(3);
      expect(new Set(fake.calls.map((call) => call.text)).size).toBe(1);
    }
  });

  it('also when a request gets no answer in time', async () => {
    const fake = await fakeTenant((_seen, index) => (index === 0 ? { ...good, delayMs: 2_000 } : good));
    const reader = createReader(fake.settings({ timeoutMs: 800, totalTimeoutMs: 8_000 }));
    expect(await reader.item('Tickets/1')).toEqual({ id: 1 });
    expect(fake.calls).toHaveLength(2);
  });

  it('also while looking for the zone', async () => {
    const fake = await fakeTenant(
      () => good,
      (_seen, index, { url }) => (index === 0 ? { status: 503 } : { body: { url: `${url}ATServicesRest/` } }),
    );
    expect(await createReader(fake.settings()).count('Tickets', [])).toBe(1);
    expect(fake.zoneCalls).toHaveLength(2);
  });

  it('only a few times', async () => {
    const fake = await fakeTenant(() => ({ status: 503 }));
    const error = await failureOf(createReader(fake.settings()).count('Tickets', []));
    expect(error).toMatchObject({ kind: 'unavailable', status: 503 });
    expect(fake.calls).toHaveLength(4);
  });

  it('only within the time of the call', async () => {
    const fake = await fakeTenant(() => ({ status: 503 }));
    const tuning = { backoffMs: 400, maxBackoffMs: 10_000, retries: 50 };
    const reader = createReader(fake.settings({ totalTimeoutMs: 700, tuning }));
    expect((await failureOf(reader.count('Tickets', []))).kind).toBe('unavailable');
    expect(fake.calls.length).toBeLessThan(5);
  });

  it('not any more once cancelled', async () => {
    const controller = new AbortController();
    const fake = await fakeTenant(() => {
      setTimeout(() => controller.abort(), 30);
      return { status: 503 };
    });
    const reader = createReader(fake.settings({ tuning: { backoffMs: 5_000, maxBackoffMs: 5_000 } }));
    const error = await failureOf(reader.count('Tickets', [], { signal: controller.signal }));
    expect(error.kind).toBe('cancelled');
    expect(fake.calls).toHaveLength(1);
  });
});

describe('quirk 1: what is the mistake of the caller is not repeated', () => {
  it.each<[string, Reply]>([
    ['500 with errors', { status: 500, body: { errors: ['Unable to find x in the Ticket Entity.'] } }],
    ['403', { status: 403 }],
    ['405', { status: 405, body: { Message: 'no' } }],
    ['404', { status: 404, body: '<html></html>' }],
    ['200 with errors', { body: { errors: ['no'] } }],
    ['200 with a web page', { body: '<html></html>' }],
  ])('%s', async (_name, reply) => {
    const fake = await fakeTenant(() => reply);
    await failureOf(createReader(fake.settings()).query('Tickets', { filter: [] }, { limit: 1 }));
    expect(fake.calls).toHaveLength(1);
  });

  it('and never holds up others', async () => {
    const fake = await fakeTenant((seen) =>
      seen.path.startsWith('Tickets') ? { status: 500, body: { errors: ['no'] } } : good,
    );
    const reader = createReader(fake.settings());
    for (let round = 0; round < 10; round += 1) await failureOf(reader.count('Tickets', []));
    expect(await reader.count('Companies', [])).toBe(1);
  });
});
