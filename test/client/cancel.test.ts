import { describe, expect, it, vi } from 'vitest';
import { createReader } from '../../src/client/index.js';
import { failureOf, fakeTenant, oneTicket } from './setup.js';

const all = { filter: [] };

describe('cancelling and time', () => {
  it('an abort reaches the socket', async () => {
    const controller = new AbortController();
    const fake = await fakeTenant(() => {
      setTimeout(() => controller.abort(), 20);
      return { delayMs: 5_000, body: oneTicket };
    });
    const reader = createReader(fake.settings());
    const error = await failureOf(reader.query('Tickets', all, { limit: 1, signal: controller.signal }));
    expect(error).toMatchObject({ kind: 'cancelled', actor: 'caller' });
    await vi.waitFor(() => expect(fake.calls[0]?.aborted).toBe(true));
  });

  it('a signal that is aborted already sends nothing', async () => {
    const fake = await fakeTenant(() => ({ body: oneTicket }));
    const signal = AbortSignal.abort();
    const error = await failureOf(createReader(fake.settings()).query('Tickets', all, { limit: 1, signal }));
    expect(error.kind).toBe('cancelled');
    expect(fake.calls).toHaveLength(0);
  });

  it('a request has its own time', async () => {
    const fake = await fakeTenant(() => ({ delayMs: 2_000, body: oneTicket }));
    const reader = createReader(
      fake.settings({ timeoutMs: 700, totalTimeoutMs: 5_000, tuning: { retries: 0 } }),
    );
    const error = await failureOf(reader.item('Tickets/1'));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('no answer came within 0.7 s');
  });

  it('a call has a total, waiting and further pages included', async () => {
    const fake = await fakeTenant((_seen, index, { url }) => ({
      delayMs: 60,
      body: {
        items: [{ id: index }],
        pageDetails: { nextPageUrl: `${url}ATServicesRest/V1.0/Tickets/query/next?p=${index}` },
      },
    }));
    const reader = createReader(fake.settings({ totalTimeoutMs: 900 }));
    const error = await failureOf(reader.query('Tickets', all, { limit: 10_000 }));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('within 0.9 s, waiting included');
    expect(error.actor).toBe('server');
    expect(fake.calls.length).toBeGreaterThan(1);
    expect(fake.calls.length).toBeLessThan(16);
  });

  it('every request is logged at debug level, by method, path and outcome', async () => {
    const lines: string[] = [];
    const fake = await fakeTenant(() => ({ body: oneTicket }));
    const log = (level: string, message: string) => lines.push(`${level} ${message}`);
    await createReader(fake.settings({ log })).query('Tickets', all, { limit: 1 });
    expect(lines.map((line) => line.replace(/\d+ ms/, 'N ms'))).toEqual([
      'debug GET zoneInformation: 200 after N ms',
      'debug POST Tickets/query: 200 after N ms',
    ]);
  });

  it('reads use one connection again', async () => {
    const ports = new Set<unknown>();
    const fake = await fakeTenant((seen) => {
      ports.add(seen.headers.connection);
      return { body: { item: { id: 1 } } };
    });
    const reader = createReader(fake.settings());
    for (let id = 0; id < 3; id += 1) await reader.item(`Tickets/${id}`);
    expect([...ports]).toEqual(['keep-alive']);
  });
});
