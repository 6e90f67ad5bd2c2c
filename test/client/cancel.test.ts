import { describe, expect, it } from 'vitest';
import { createReader } from '../../src/client/index.js';
import { failureOf, fakeTenant, oneTicket } from './setup.js';

const all = { filter: [] };

describe('cancelling and time', () => {
  it('an abort reaches the socket', async () => {
    const controller = new AbortController();
    const fake = await fakeTenant(() => {
      setTimeout(() => controller.abort(), 20);
      return { delayMs: 500, body: oneTicket };
    });
    const reader = createReader(fake.settings());
    const error = await failureOf(reader.query('Tickets', all, { limit: 1, signal: controller.signal }));
    expect(error).toMatchObject({ kind: 'cancelled', actor: 'caller' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(fake.calls[0]?.aborted).toBe(true);
  });

  it('a signal that is aborted already sends nothing', async () => {
    const fake = await fakeTenant(() => ({ body: oneTicket }));
    const signal = AbortSignal.abort();
    const error = await failureOf(createReader(fake.settings()).query('Tickets', all, { limit: 1, signal }));
    expect(error.kind).toBe('cancelled');
    expect(fake.calls).toHaveLength(0);
  });

  it('a request has its own time', async () => {
    const fake = await fakeTenant(() => ({ delayMs: 1_000, body: oneTicket }));
    const reader = createReader(
      fake.settings({ timeoutMs: 80, totalTimeoutMs: 5_000, tuning: { retries: 0 } }),
    );
    const error = await failureOf(reader.item('Tickets/1'));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('no answer came within 0.08 s');
  });

  it('a call has a total, waiting and further pages included', async () => {
    const fake = await fakeTenant((_seen, index, { url }) => ({
      delayMs: 60,
      body: {
        items: [{ id: index }],
        pageDetails: { nextPageUrl: `${url}ATServicesRest/V1.0/Tickets/query/next?p=${index}` },
      },
    }));
    const reader = createReader(fake.settings({ totalTimeoutMs: 300 }));
    const error = await failureOf(reader.query('Tickets', all, { limit: 10_000 }));
    expect(error.kind).toBe('unavailable');
    expect(error.message).toContain('within 0.3 s, waiting included');
    expect(fake.calls.length).toBeGreaterThan(1);
    expect(fake.calls.length).toBeLessThan(7);
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
