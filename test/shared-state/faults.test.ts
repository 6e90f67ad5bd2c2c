import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { engineProgram, startEngine, type TestEngine } from '../support/engine.js';
import { isWrite, tokenIn } from '../writes/support.js';
import { key, type Replica, readTicket, startReplica } from './support.js';
import { type WatchedTenant, watchTenant } from './watched-tenant.js';

let engine: TestEngine;
let tenant: WatchedTenant;
let replicas: Replica[] = [];
let number = 0;
const read = (replica: Replica) => {
  number += 1;
  return replica.call('query-entity', readTicket(number));
};
const readMany = (each: number) =>
  Promise.all(replicas.flatMap((replica) => Array.from({ length: each }, () => read(replica))));
const group = () => {
  number += 1;
  return { entity: 'ContactGroups', data: { name: `Fault ${number}`, isActive: true } };
};
const writes = () => tenant.sandbox.requests.filter(isWrite).length;
const modeOf = async (replica: Replica) => (await replica.ready()).body;

/** Asks until it is so; a test that waits in vain ends by its own time limit. */
async function eventually(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 50));
}
const all = async (mode: string) =>
  (await Promise.all(replicas.map(modeOf))).every((body) =>
    JSON.stringify(body).includes(`"sharedState":"${mode}"`),
  );

describe.skipIf(engineProgram === null)('three replicas whose shared state', () => {
  beforeAll(async () => {
    [engine, tenant] = await Promise.all([startEngine(), watchTenant()]);
    const env = {
      AUTOTASK_STATE_URL: engine.url,
      AUTOTASK_CONFIRM_KEY: key,
      AUTOTASK_CONFIRM_MODE: 'preview',
      AUTOTASK_MAX_WRITES_PER_HOUR: '50',
    };
    replicas = await Promise.all([1, 2, 3].map(() => startReplica(tenant, env)));
    expect((await readMany(1)).filter(({ isError }) => isError)).toEqual([]);
  }, 60_000);
  afterAll(async () => {
    engine.resume();
    await Promise.all(replicas.map((replica) => replica.stop()));
    await Promise.all([engine.close(), tenant.close()]);
  });
  beforeEach(() => {
    tenant.latency = 40;
  });

  it('stands still: read on within their own share, refuse writes that need it, say so, and recover', async () => {
    const [one] = replicas;
    if (one === undefined) throw new Error('no replica');
    expect(await modeOf(one)).toEqual({ status: 'ready', sharedState: 'up' });
    const args = group();
    const confirm = tokenIn((await one.call('create-entity', args)).text);
    const before = writes();
    const since = performance.now();

    const early = readMany(8);
    engine.pause();
    expect((await early).filter(({ isError }) => isError)).toEqual([]);
    await eventually(() => all('down'));
    expect((await readMany(8)).filter(({ isError }) => isError)).toEqual([]);

    const refused = await one.call('create-entity', { ...args, confirm });
    expect(refused.isError).toBe(true);
    expect(refused.text).toMatch(/replicas of this server share does not answer.*Nothing was written/s);
    expect(refused.text).toMatch(/AUTOTASK_STATE_URL.*Reading goes on/s);
    const preview = await one.call('create-entity', group());
    expect(preview.text).toMatch(/nobody can tell whether a confirmation was used already/);
    expect(writes()).toBe(before);
    expect(await one.ready()).toEqual({ status: 200, body: { status: 'ready', sharedState: 'down' } });
    expect(await one.metrics()).toMatch(/^autotask_shared_state_up 0$/m);
    expect(await one.metrics()).toMatch(/^autotask_shared_state_failures [1-9]/m);
    expect(one.log()).toMatch(/warning The shared state \(AUTOTASK_STATE_URL\) does not answer/);
    expect(one.log()).not.toContain('engine-password');

    const late = readMany(8);
    engine.resume();
    expect((await late).filter(({ isError }) => isError)).toEqual([]);
    await eventually(() => all('up'));
    expect(one.log()).toMatch(/The shared state answers again/);
    expect((await readMany(4)).filter(({ isError }) => isError)).toEqual([]);
    // What was confirmed before and refused is still good, once.
    expect((await one.call('create-entity', { ...args, confirm })).text).toMatch(/^Created|^PREVIEW/);
    expect(writes() - before).toBeLessThanOrEqual(1);
    expect(tenant.mostTogether(since)).toBeLessThanOrEqual(3);
  }, 60_000);

  it.each<[string, () => Promise<unknown>, () => Promise<unknown>]>([
    [
      'is full',
      () => engine.client.config('SET', 'maxmemory', '1'),
      () => engine.client.config('SET', 'maxmemory', '0'),
    ],
    [
      'became a replica of another one',
      () => engine.client.call('REPLICAOF', '127.0.0.1', '1'),
      () => engine.client.call('REPLICAOF', 'NO', 'ONE'),
    ],
  ])(
    '%s: read on, refuse writes that need it, and recover',
    async (_, begin, end) => {
      const [one] = replicas;
      if (one === undefined) throw new Error('no replica');
      await eventually(() => all('up'));
      const args = group();
      const confirm = tokenIn((await one.call('create-entity', args)).text);
      const before = writes();
      await begin();
      await eventually(() => all('down'));
      expect((await readMany(3)).filter(({ isError }) => isError)).toEqual([]);
      expect((await one.call('create-entity', { ...args, confirm })).text).toMatch(/Nothing was written/);
      expect(writes()).toBe(before);
      await end();
      await eventually(() => all('up'));
      const again = tokenIn((await one.call('create-entity', args)).text);
      expect((await one.call('create-entity', { ...args, confirm: again })).text).toMatch(/^Created/);
      expect(writes() - before).toBe(1);
      expect(tenant.mostTogether()).toBeLessThanOrEqual(3);
    },
    60_000,
  );

  it('dies and comes back with or without what it knew: still three requests at a time', async () => {
    for (const forget of [false, true]) {
      const since = performance.now();
      const load = readMany(10);
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (forget) await engine.client.flushall();
      await engine.kill();
      await engine.start();
      expect((await load).filter(({ isError }) => isError)).toEqual([]);
      await eventually(() => all('up'));
      expect(tenant.mostTogether(since)).toBeLessThanOrEqual(3);
    }
  }, 60_000);

  it('says "too many" while they are alone: the others hear of it when it is back', async () => {
    const [one, two] = replicas;
    if (one === undefined || two === undefined) throw new Error('no replicas');
    engine.pause();
    await eventually(() => all('down'));
    let told = Number.POSITIVE_INFINITY;
    tenant.limited = () => {
      const first = told === Number.POSITIVE_INFINITY;
      if (first) told = performance.now();
      return first ? 14 : null;
    };
    tenant.latency = 0;
    const waits = read(one);
    await eventually(async () => Number.isFinite(told));
    // What was sent before its answer is read is no fault.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    engine.resume();
    // Not by `/ready`, which asks the tenant and waits for the end of the pause.
    await eventually(async () =>
      (await Promise.all(replicas.map((replica) => replica.metrics()))).every((text) =>
        /^autotask_shared_state_up 1$/m.test(text),
      ),
    );
    expect(performance.now() - told).toBeLessThan(10_000);
    const from = tenant.seen.length;
    const other = read(two);
    while (performance.now() - told < 13_500) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(tenant.seen.length).toBe(from);
    tenant.limited = null;
    await engine.client.del(await engine.client.keys('*:meta'));
    await Promise.all([other, waits]);
  }, 60_000);
});

describe.skipIf(engineProgram === null)('a replica whose shared state is not there', () => {
  it('starts, says so, reads within its share, and with a share of none sends nothing', async () => {
    const tenant = await watchTenant();
    const engine = await startEngine();
    await engine.kill();
    const [some, none] = await Promise.all([
      startReplica(tenant, { AUTOTASK_STATE_URL: engine.url }),
      startReplica(tenant, { AUTOTASK_STATE_URL: engine.url, AUTOTASK_STATE_SHARE: '0' }),
    ]);
    expect(some.log()).toMatch(/does not answer/);
    expect((await read(some)).isError).toBe(false);
    const from = tenant.seen.length;
    const refused = await read(none);
    expect(refused.text).toMatch(/this replica sends nothing without it \(AUTOTASK_STATE_SHARE\)/);
    expect(tenant.seen.length).toBe(from);
    expect((await none.ready()).status).toBe(503);
    await engine.start();
    await eventually(async () => !(await read(none)).isError);
    await Promise.all([some.stop(), none.stop()]);
    await Promise.all([engine.close(), tenant.close()]);
  }, 60_000);
});
