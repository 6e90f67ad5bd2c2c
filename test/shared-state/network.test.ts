import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { engineProgram, startEngine, type TestEngine } from '../support/engine.js';
import { type EngineNetwork, startEngineNetwork } from '../support/engine-network.js';
import { type Replica, readTicket, slow, startReplica } from './support.js';
import { type WatchedTenant, watchTenant } from './watched-tenant.js';

let engine: TestEngine;
let network: EngineNetwork;
let tenant: WatchedTenant;
let replica: Replica;
let number = 0;

const read = () => {
  number += 1;
  return replica.call('query-entity', readTicket(number));
};
const create = () => {
  number += 1;
  const data = { name: `Network ${number}`, isActive: true };
  return replica.call('create-entity', { entity: 'ContactGroups', data, confirm: 'CREATE_ENTITY' });
};
const mode = async () => JSON.stringify((await replica.ready()).body);
async function becomes(wanted: string) {
  while (!(await mode()).includes(`"sharedState":"${wanted}"`)) await wait(50);
}
const numSub = z.tuple([z.string(), z.number()]);
const listeners = async () =>
  numSub.parse(await engine.client.call('PUBSUB', 'NUMSUB', 'autotask-mcp:pause'))[1];

describe.skipIf(engineProgram === null || !slow)('a replica whose way to the engine', () => {
  beforeEach(async () => {
    [engine, tenant] = await Promise.all([startEngine(), watchTenant()]);
    network = await startEngineNetwork(engine.port);
    replica = await startReplica(tenant, {
      AUTOTASK_STATE_URL: engine.url.replace(`:${engine.port}`, `:${network.port}`),
      AUTOTASK_CONFIRM_MODE: 'token',
      AUTOTASK_MAX_WRITES_PER_HOUR: '3',
    });
    expect((await read()).isError).toBe(false);
  }, 60_000);
  afterEach(async () => {
    engine.resume();
    await replica.stop();
    await Promise.all([network.close(), engine.close(), tenant.close()]);
  });

  it('is lost without a word opens another one', async () => {
    network.swallow = true;
    network.drop('all');
    await becomes('down');
    expect((await read()).isError).toBe(false);
    // What was opened meanwhile is lost as well.
    network.swallow = false;
    await becomes('up');
    expect((await create()).text).toMatch(/^Created/);
  }, 30_000);

  it('is lost on the side of its channels alone listens again', async () => {
    expect(await listeners()).toBe(1);
    network.drop('subscribed');
    // The engine does not know that nobody hears the old one.
    while ((await listeners()) < 2) await wait(50);
    expect((await read()).isError).toBe(false);
  }, 30_000);

  it.each([500, 1_060, 3_000])(
    'takes %d ms for each answer reads on',
    async (ms) => {
      network.delayMs = ms;
      await wait(ms + 500);
      const since = performance.now();
      expect((await read()).isError).toBe(false);
      expect(performance.now() - since).toBeLessThan(8_000);
      network.delayMs = 0;
      await becomes('up');
    },
    60_000,
  );

  it('was away counts no write that was refused meanwhile', async () => {
    expect((await create()).text).toMatch(/^Created/);
    network.cut();
    await becomes('down');
    for (let refused = 0; refused < 5; refused += 1)
      expect((await create()).text).toMatch(/does not answer.*Nothing was written/s);
    network.open();
    await becomes('up');
    for (let made = 0; made < 2; made += 1) expect((await create()).text).toMatch(/^Created/);
    expect((await create()).text).toMatch(/allows 3 writes per hour/);
  }, 60_000);

  it('asks for another password than it has says so, and goes on when it is the right one again', async () => {
    const [, password = ''] = /redis:\/\/:([^@]+)@/.exec(engine.url) ?? [];
    await engine.client.config('SET', 'requirepass', 'another-0123456789');
    // Whoever is signed in stays so; the next connection is refused.
    expect((await create()).text).toMatch(/^Created/);
    network.cut();
    await becomes('down');
    network.open();
    while (!/shared state: WRONGPASS/.test(replica.log())) await wait(50);
    expect((await read()).isError).toBe(false);
    expect((await create()).text).toMatch(/does not answer.*Nothing was written/s);
    expect(replica.log()).not.toContain(password);
    await engine.client.config('SET', 'requirepass', password);
    await becomes('up');
    expect((await create()).text).toMatch(/^Created/);
  }, 60_000);

  it.each(['stopped', 'killed'])(
    'ends at an engine that is %s in the middle of many writes: no more than are allowed within the hour',
    async (how) => {
      const from = tenant.seen.length;
      const posts = () =>
        tenant.seen.slice(from).filter(({ method, path }) => method === 'POST' && path === 'ContactGroups')
          .length;
      tenant.latency = 150;
      const items = Array.from({ length: 20 }, (_, at) => ({ name: `Many ${at}`, isActive: true }));
      const many = replica.call('create-entity', {
        entity: 'ContactGroups',
        items,
        confirm: 'CREATE_ENTITY',
      });
      while (posts() < 2) await wait(5);
      if (how === 'stopped') engine.pause();
      else await engine.kill();
      const { text } = await many;
      expect(text).toMatch(/does not answer/);
      const receipt = /w-[0-9a-f]{12}/.exec(text)?.[0] ?? '';
      if (how === 'stopped') engine.resume();
      else await engine.start();
      await becomes('up');
      const resumed = await replica.call('write-receipt', {
        receipt,
        action: 'resume',
        confirm: 'WRITE_RECEIPT',
      });
      expect(resumed.text).toMatch(/allows 3 writes per hour/);
      expect(posts()).toBeLessThanOrEqual(3);
    },
    60_000,
  );
});
