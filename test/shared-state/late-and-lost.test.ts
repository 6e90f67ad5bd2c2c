import { createServer, connect as open } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../http/support.js';
import { engineProgram, startEngine, type TestEngine } from '../support/engine.js';
import { type Replica, readTicket, startReplica } from './support.js';
import { type SeenRequest, type WatchedTenant, watchTenant } from './watched-tenant.js';

let engine: TestEngine;
let tenant: WatchedTenant;
let replicas: Replica[] = [];
let number = 0;
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Replicas with these settings besides, each of which has read something: metadata is known, and the tenant too. */
async function start(
  envs: readonly Record<string, string>[],
  { engineArgs = [], threshold = 10_000 }: { engineArgs?: readonly string[]; threshold?: number } = {},
): Promise<readonly [Replica, Replica, Replica]> {
  [engine, tenant] = await Promise.all([startEngine(engineArgs), watchTenant({ limits: { threshold } })]);
  replicas = await Promise.all(
    envs.map((env) => startReplica(tenant, { AUTOTASK_STATE_URL: engine.url, ...env })),
  );
  for (const replica of replicas) expect((await read(replica)).isError).toBe(false);
  const [first, second, third = second] = replicas;
  if (first === undefined || second === undefined || third === undefined) throw new Error('too few');
  return [first, second, third];
}
afterEach(async () => {
  engine.resume();
  for (const replica of replicas) replica.kill('SIGCONT');
  await Promise.all(replicas.map((replica) => replica.stop()));
  await Promise.all([engine.close(), tenant.close()]);
});

const read = (replica: Replica) => {
  number += 1;
  return replica.call('query-entity', readTicket(number));
};
/** Whether all of them were answered. */
const readMany = async (replica: Replica, many: number) => {
  const answers = await Promise.all(Array.from({ length: many }, () => read(replica)));
  expect(answers.filter(({ isError }) => isError)).toEqual([]);
};
const becomes = async (replica: Replica, mode: string) => {
  while (!JSON.stringify((await replica.ready()).body).includes(`"sharedState":"${mode}"`)) await wait(30);
};
const running = () => tenant.seen.filter(({ to }) => to === Number.POSITIVE_INFINITY).length;
const isQuestion = ({ endpoint }: SeenRequest) => endpoint === 'thresholdinformation';

describe.skipIf(engineProgram === null)('never a fourth request', () => {
  it('of a replica that hears of its turn when the lease of it has ended', async () => {
    const [late, other] = await start([{}, {}]);
    tenant.latency = 1_500;
    const load = readMany(other, 12);
    await until(() => running() === 3);
    const waits = readMany(late, 3);
    await wait(300);
    late.kill('SIGSTOP');
    await wait(10_800);
    await until(() => running() === 3);
    late.kill('SIGCONT');
    await Promise.all([load, waits]);
    expect(tenant.mostTogether()).toBe(3);
  }, 60_000);

  it('of a replica that was kept from running while it was alone, and does not know that the engine is back', async () => {
    const [late, other] = await start([{}, {}]);
    engine.pause();
    await becomes(late, 'down');
    tenant.latency = 4_000;
    const waits = readMany(late, 2);
    await until(() => running() === 1);
    // Just when it has found once more that the engine does not answer, and does not ask for a moment.
    const failures = async () => /^autotask_shared_state_failures.*$/m.exec(await late.metrics())?.[0];
    const before = await failures();
    while ((await failures()) === before) await wait(20);
    late.kill('SIGSTOP');
    engine.resume();
    await becomes(other, 'up');
    await until(() => running() === 0);
    tenant.latency = 1_500;
    const load = readMany(other, 6);
    await until(() => running() === 3);
    late.kill('SIGCONT');
    await Promise.all([load, waits]);
    expect(tenant.mostTogether()).toBe(3);
  }, 60_000);

  it('of a replica that spared the hour when the engine was lost', async () => {
    const [paced, other] = await start(
      [{}, {}].map(() => ({ AUTOTASK_HOURLY_SHARE: '50' })),
      {
        threshold: 600,
      },
    );
    const { userName, secret, integrationCode } = tenant.sandbox.credentials;
    const headers = { UserName: userName, Secret: secret, ApiIntegrationCode: integrationCode };
    const version = () => fetch(`${tenant.sandbox.apiUrl}V1.0/Version`, { headers });
    for (let sent = 0; sent < 265; sent += 1) await (await version()).arrayBuffer();
    // The engine hears of what others sent when Autotask is asked, as it is when a replica comes back to it.
    await engine.client.hdel((await engine.client.keys('*:meta'))[0] ?? '', 'sure', 'asked', 'tries');
    await read(other);
    tenant.limited = (request) => {
      tenant.latency = isQuestion(request) ? 0 : 2_500;
      return null;
    };
    const since = performance.now();
    const waits = readMany(paced, 3);
    await wait(500);
    expect(tenant.seen.filter(({ from }) => from > since)).toEqual([]);
    engine.pause();
    await Promise.all([waits, read(other)]);
    expect(tenant.mostTogether(since)).toBeLessThanOrEqual(2);
  }, 60_000);

  it('after the engine forgot the tenant', async () => {
    const [one, other] = await start([{}, {}]);
    tenant.latency = 4_000;
    const load = readMany(one, 3);
    await until(() => running() === 3);
    await engine.client.flushall();
    await Promise.all([load, readMany(other, 3)]);
    expect(tenant.mostTogether()).toBe(3);
  }, 60_000);

  it('after the engine was started anew, knows nothing, and nobody noticed', async () => {
    const [one, other] = await start([{}, {}], { engineArgs: ['--appendonly', 'no'] });
    for (const phase of [0, 1_500]) {
      tenant.latency = 5_500;
      const load = readMany(one, 3);
      await until(() => running() === 3);
      await wait(phase);
      await engine.kill();
      await engine.start();
      tenant.latency = 0;
      await Promise.all([load, readMany(other, 3)]);
      expect(tenant.mostTogether()).toBe(3);
    }
  }, 60_000);

  it('of a replica with a share of none before all others know that the engine is back', async () => {
    const [none] = await start([{ AUTOTASK_STATE_SHARE: '0' }, {}]);
    engine.pause();
    await becomes(none, 'down');
    engine.resume();
    await becomes(none, 'settling');
    const [from, since] = [tenant.seen.length, performance.now()];
    await readMany(none, 1);
    expect(tenant.seen.slice(from).map((request) => request.from - since > 1_000)).toEqual([true]);
  }, 60_000);
});

describe.skipIf(engineProgram === null)('no request during a pause', () => {
  it('that was told to a replica while it is alone and others of its own wait', async () => {
    const [one] = await start([{}, {}]);
    engine.pause();
    let told: SeenRequest | null = null;
    tenant.limited = (request) => {
      if (told !== null) return null;
      told = request;
      return 3;
    };
    const from = tenant.seen.length + 1;
    await readMany(one, 3);
    const { to = Number.NaN } = tenant.seen[from - 1] ?? {};
    expect(tenant.seen.slice(from).filter((request) => request.from < to + 2_900)).toEqual([]);
    expect(tenant.seen.length - from).toBe(3);
  }, 60_000);

  it('that another replica was told before the engine was lost', async () => {
    const [one, other] = await start([{}, {}]);
    let told = false;
    tenant.limited = () => {
      const first = !told;
      told = true;
      return first ? 9 : null;
    };
    const from = tenant.seen.length + 1;
    const waits = readMany(one, 1);
    await until(() => tenant.seen.at(-1)?.status === 429);
    await wait(300);
    engine.pause();
    await Promise.all([waits, readMany(other, 1)]);
    const { to = Number.NaN } = tenant.seen[from - 1] ?? {};
    expect(tenant.seen.slice(from).filter((request) => request.from < to + 8_900)).toEqual([]);
  }, 60_000);
});

describe.skipIf(engineProgram === null)('what is counted and who is next', () => {
  it('a replica that died while it waited is passed over', async () => {
    const [one, other, doomed] = await start([{}, {}, {}]);
    tenant.latency = 4_500;
    const load = readMany(one, 3);
    await until(() => running() === 3);
    const lost = readMany(doomed, 3).catch(() => 'lost');
    await wait(300);
    doomed.kill('SIGKILL');
    const since = performance.now();
    tenant.latency = 0;
    await readMany(other, 3);
    expect(performance.now() - since).toBeLessThan(8_000);
    await Promise.all([load, lost]);
  }, 60_000);

  it('a request counts for the hour until its minute has ended an hour ago', async () => {
    const [one] = await start([{ AUTOTASK_HOURLY_SHARE: '50' }, {}], { threshold: 60 });
    const [key = ''] = await engine.client.keys('*:hours');
    // Early in a minute: a call waits for the end of it where that is near, instead of being refused.
    while (Date.now() % 60_000 > 15_000) await wait(500);
    const minute = Math.floor(Date.now() / 60_000);
    await engine.client.hset(key, { [minute - 60]: 40, minute: minute - 1 });
    const refused = await read(one);
    expect(refused.text).toMatch(/AUTOTASK_HOURLY_SHARE.*is used up.*was not sent/s);
    await engine.client.hset(key, { [minute - 60]: 0, [minute - 61]: 40, minute: minute - 2 });
    await readMany(one, 1);
  }, 120_000);
});

it.skipIf(engineProgram === null)(
  'a replica lives on when its channels are not opened again',
  async () => {
    const [watched] = await start([{}, {}]);
    let deaf = false;
    const proxy = createServer((from) => {
      const to = open(engine.port, '127.0.0.1');
      from.on('data', (data) => {
        if (!(deaf && /subscribe/i.test(data.toString('latin1')))) to.write(data);
      });
      to.pipe(from);
      for (const socket of [from, to]) {
        socket.on('error', () => undefined);
        socket.on('close', () => from.destroy() && to.destroy());
      }
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const url = engine.url.replace(`:${engine.port}`, `:${address.port}`);
    const replica = await startReplica(tenant, { AUTOTASK_STATE_URL: url });
    replicas.push(replica);
    await readMany(replica, 1);
    deaf = true;
    await engine.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await wait(12_500);
    await Promise.all([readMany(watched, 6), readMany(replica, 6)]);
    await new Promise<void>((resolve) => proxy.close(() => resolve()).unref() && resolve());
  },
  60_000,
);
