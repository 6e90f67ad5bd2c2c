import { describe, expect, it } from 'vitest';
import { createWriter } from '../../src/client/index.js';
import type { Fault } from '../../src/sandbox/index.js';
import { all, firstId, startTenant } from './sandboxed.js';
import { failureOf, fakeTenant } from './setup.js';

describe('faults of the service, against the sandbox', () => {
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
    const { sandbox, client, arrived } = await startTenant();
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
    const { sandbox, client } = await startTenant();
    sandbox.faults.add({ fault: { kind: 'reset', when: 'after' }, method: 'PATCH', times: 1 });
    const id = await firstId(client, 'Companies');
    const error = await failureOf(client.patch('Companies', { id, phone: '555-0100' }));
    expect(error.kind).toBe('outcomeUnknown');
    expect(await client.item(`Companies/${id}`)).toMatchObject({ phone: '555-0100' });
  });

  it('quirk 1: a rejected value is 500 with errors and is sent once', async () => {
    const { client, arrived } = await startTenant();
    const filter = [{ op: 'eq', field: 'nonsense', value: 1 }];
    const error = await failureOf(client.query('Tickets', { filter }, { limit: 1 }));
    expect(error).toMatchObject({ kind: 'invalid', status: 500 });
    expect(error.upstream.join()).toContain('nonsense');
    expect(arrived()).toEqual(['POST Tickets/query']);
  });

  it('quirk 2: wrong credentials cost one request and one look at the zone', async () => {
    const { sandbox, settings, arrived } = await startTenant();
    const credentials = { ...settings.credentials, secret: 'wrong-secret' };
    const error = await failureOf(createWriter({ ...settings, credentials }).item('Tickets/1'));
    expect(error).toMatchObject({ kind: 'credentials', status: 401 });
    expect(arrived()).toEqual(['GET Tickets/1']);
    expect(sandbox.requests.filter(({ path }) => /zoneInformation/i.test(path))).toHaveLength(2);
  });

  it.each(['401', '500'] as const)(
    'quirk 2: a wrong tracking identifier answered with %s',
    async (status) => {
      const { settings } = await startTenant({ behaviour: { wrongCredential: status } });
      const credentials = { ...settings.credentials, integrationCode: 'wrong-code' };
      const error = await failureOf(createWriter({ ...settings, credentials }).item('Tickets/1'));
      expect(error).toMatchObject({ kind: 'credentials', status: Number(status) });
    },
  );

  it('quirk 2: after a move to another zone reads go on', async () => {
    const { sandbox, client } = await startTenant();
    const before = await client.zone();
    expect(await client.count('Companies', [])).toBeGreaterThan(0);
    sandbox.moveZone();
    expect(await client.count('Companies', [])).toBeGreaterThan(0);
    expect((await client.zone()).apiUrl).not.toBe(before.apiUrl);
  });

  it.each<[string, Fault, string]>([
    ['maintenance', { kind: 'html', status: 200 }, 'unavailable'],
    ['an outage', { kind: 'html', status: 404 }, 'notFound'],
    ['403', { kind: 'forbidden' }, 'permission'],
    ['401', { kind: 'unauthorized' }, 'credentials'],
  ])('quirk 28: understands %s', async (_name, fault, kind) => {
    const { sandbox, client } = await startTenant();
    await client.zone();
    sandbox.faults.add({ fault, path: 'Companies' });
    expect((await failureOf(client.count('Companies', []))).kind).toBe(kind);
    sandbox.faults.clear();
    expect(await client.count('Companies', [])).toBeGreaterThan(0);
  });

  it('quirk 31: the threshold is reported, and reaching it is an error with a remedy', async () => {
    const { client } = await startTenant(
      { limits: { threshold: 8 } },
      { tuning: { retries: 1, maxThrottleDelayMs: 0 } },
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
    const { sandbox, client } = await startTenant({ scale: 5 });
    sandbox.faults.add({ fault: { kind: 'foreignPaging', base: stranger.url } });
    const error = await failureOf(client.query('Tickets', all, { limit: 600 }));
    expect(error.kind).toBe('unexpected');
    expect(stranger.calls).toEqual([]);
  });

  it('gives up on a service that never answers', async () => {
    const { sandbox, client } = await startTenant({}, { timeoutMs: 700, tuning: { retries: 1 } });
    await client.zone();
    sandbox.faults.add({ fault: { kind: 'hang' }, path: 'Companies' });
    const error = await failureOf(client.count('Companies', []));
    expect(error.kind).toBe('unavailable');
    expect((await failureOf(client.patch('Companies', { id: 1 }))).kind).toBe('outcomeUnknown');
  });

  it('tells a missing permission from a wrong value', async () => {
    const { sandbox, client } = await startTenant();
    sandbox.deny('Companies', ['query']);
    expect(await failureOf(client.count('Companies', []))).toMatchObject({
      kind: 'permission',
      actor: 'operator',
    });
  });

  it('knows no user-defined fields where there is no such path', async () => {
    const { client } = await startTenant();
    expect(await client.userDefinedFields('TicketAttachments')).toEqual([]);
    expect((await client.userDefinedFields('Companies')).every(({ dataType }) => dataType !== '')).toBe(true);
  });
});
