import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../http/support.js';
import { engineProgram, startEngine, type TestEngine } from '../support/engine.js';
import { isWrite } from '../writes/support.js';
import { type Replica, readTicket, startReplica } from './support.js';
import { type WatchedTenant, watchTenant } from './watched-tenant.js';

let engine: TestEngine;
let tenant: WatchedTenant;
let replicas: Replica[] = [];
let number = 0;
const read = (replica: Replica) => {
  number += 1;
  return replica.call('query-entity', readTicket(number));
};
const readMany = (many: readonly Replica[], each: number) =>
  Promise.all(many.flatMap((replica) => Array.from({ length: each }, () => read(replica))));

/** Another integration of the tenant sends so many requests. */
async function useElsewhere({ sandbox: { apiUrl, credentials } }: WatchedTenant, requests: number) {
  const { userName, secret, integrationCode } = credentials;
  const headers = { UserName: userName, Secret: secret, ApiIntegrationCode: integrationCode };
  for (let sent = 0; sent < requests; sent += 1)
    await (await fetch(`${apiUrl}V1.0/Version`, { headers })).arrayBuffer();
}
const bothAreUp = async (many: readonly Replica[]) =>
  (await Promise.all(many.map((replica) => replica.ready()))).every(({ body }) =>
    JSON.stringify(body).includes('"sharedState":"up"'),
  );

const now = () => performance.now();
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

beforeEach(() => {
  if (tenant === undefined) return;
  tenant.latency = 0;
  tenant.limited = null;
});

describe.skipIf(engineProgram === null)('replicas that share their state', () => {
  beforeAll(async () => {
    [engine, tenant] = await Promise.all([startEngine(), watchTenant()]);
    const env = { AUTOTASK_STATE_URL: engine.url };
    replicas = await Promise.all([1, 2, 3].map(() => startReplica(tenant, env)));
    for (const replica of replicas) expect((await read(replica)).isError).toBe(false);
  }, 60_000);
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await Promise.all([engine.close(), tenant.close()]);
  });

  it('send three requests at a time to an endpoint, together, and all of them get through', async () => {
    tenant.latency = 40;
    const since = now();
    const answers = await readMany(replicas, 15);
    expect(answers.filter(({ isError }) => isError)).toEqual([]);
    expect(tenant.mostTogether(since)).toBe(3);
  });

  it('read metadata once, not once each', async () => {
    const [first, ...others] = replicas;
    const describeOn = async (replica: Replica) => {
      const { text } = await replica.call('describe-entity-fields', { entity: 'Roles' });
      return { text: text.replace(/data-\w+/g, 'data') };
    };
    const metadataSince = (from: number) =>
      tenant.seen.slice(from).filter(({ path }) => /entityInformation|userDefinedFields/i.test(path)).length;
    const before = tenant.seen.length;
    const text = first === undefined ? '' : (await describeOn(first)).text;
    expect(text).toMatch(/hourlyRate/);
    expect(metadataSince(before)).toBeGreaterThan(0);
    const after = tenant.seen.length;
    for (const replica of others) expect((await describeOn(replica)).text).toBe(text);
    expect(metadataSince(after)).toBe(0);
  });

  it('serve a newcomer in turn while another has a long queue', async () => {
    const [busy, newcomer] = replicas;
    if (busy === undefined || newcomer === undefined) throw new Error('no replicas');
    tenant.latency = 40;
    const crowd = readMany([busy], 40);
    await until(() => tenant.mostTogether(0) >= 3);
    const from = tenant.seen.length;
    await read(newcomer);
    // At most what was on its way or in the engine's queue before it: three each, and those that began meanwhile.
    expect(tenant.seen.length - from).toBeLessThan(20);
    expect((await crowd).filter(({ isError }) => isError)).toEqual([]);
  });

  it('forget scripts and lose connections without anybody noticing', async () => {
    tenant.latency = 30;
    const since = now();
    const load = readMany(replicas, 12);
    for (const disturb of [
      () => engine.client.call('SCRIPT', 'FLUSH'),
      () => engine.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'),
      () => engine.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub'),
    ]) {
      await wait(80);
      await disturb();
    }
    expect((await load).filter(({ isError }) => isError)).toEqual([]);
    expect(tenant.mostTogether(since)).toBeLessThanOrEqual(3);
  });

  it('all pause when Autotask told one of them to', async () => {
    const [first, second, third] = replicas;
    if (first === undefined || second === undefined || third === undefined) throw new Error('no replicas');
    let limited: { to: number } | null = null;
    tenant.limited = (request) => {
      if (limited !== null) return null;
      limited = request;
      return 2;
    };
    const told = read(first);
    await until(() => limited !== null && limited.to < Number.POSITIVE_INFINITY);
    await wait(100);
    const from = tenant.seen.length;
    const answers = await Promise.all([told, ...[second, third, second, third].map(read)]);
    expect(answers.filter(({ isError }) => isError)).toEqual([]);
    const ended: { to: number } = limited ?? { to: 0 };
    const waits = tenant.seen.slice(from).map((request) => request.from - ended.to);
    expect(Math.min(...waits)).toBeGreaterThan(1_900);
  });

  it('a replica that dies holds nothing longer than its lease', async () => {
    const doomed = await startReplica(tenant, { AUTOTASK_STATE_URL: engine.url });
    await read(doomed);
    const [survivor] = replicas;
    if (survivor === undefined) throw new Error('no replica');
    // Long enough that its requests are still on their way.
    tenant.latency = 1_500;
    const from = tenant.seen.length;
    const lost = readMany([doomed], 6).catch(() => 'lost');
    await until(() => tenant.seen.length - from === 3);
    doomed.kill('SIGKILL');
    const killed = now();
    tenant.latency = 0;
    expect((await read(survivor)).isError).toBe(false);
    const took = now() - killed;
    expect(took).toBeLessThan(12_000);
    expect(tenant.mostTogether(killed - 5_000)).toBeLessThanOrEqual(3);
    await lost;
  });
});

describe.skipIf(engineProgram === null)('the hour of replicas that share their state', () => {
  it('ends at the share that is set, for all of them together, and says so', async () => {
    const [engine, tenant] = await Promise.all([startEngine(), watchTenant({ limits: { threshold: 60 } })]);
    const env = { AUTOTASK_STATE_URL: engine.url, AUTOTASK_HOURLY_SHARE: '50' };
    const both = await Promise.all([startReplica(tenant, env), startReplica(tenant, env)]);
    const readAny = (replica: Replica, index: number) => {
      number += 1;
      const entity = ['Tickets', 'Companies', 'Contacts'][index % 3];
      return replica.call('query-entity', { entity, query: { id: number }, includeFields: ['id'] });
    };
    const answers = await Promise.all(
      both.flatMap((replica) => Array.from({ length: 20 }, (_, index) => readAny(replica, index))),
    );
    const counted = tenant.seen.filter(({ path }) => !/ThresholdInformation/i.test(path)).length;
    expect(counted).toBeLessThanOrEqual(30);
    expect(counted).toBeGreaterThan(25);
    const refused = answers.filter(({ isError }) => isError);
    expect(refused.length).toBeGreaterThan(5);
    expect(refused[0]?.text).toMatch(/AUTOTASK_HOURLY_SHARE.*is used up.*was not sent/s);
    await Promise.all(both.map((replica) => replica.stop()));
    await Promise.all([engine.close(), tenant.close()]);
  }, 60_000);

  it('counts what was sent while the engine was away, and what others sent meanwhile', async () => {
    const [engine, tenant] = await Promise.all([startEngine(), watchTenant({ limits: { threshold: 80 } })]);
    const env = { AUTOTASK_STATE_URL: engine.url, AUTOTASK_HOURLY_SHARE: '50' };
    const both = await Promise.all([startReplica(tenant, env), startReplica(tenant, env)]);
    const counted = () => tenant.seen.filter(({ path }) => !/ThresholdInformation/i.test(path)).length;
    for (const replica of both) expect((await read(replica)).isError).toBe(false);
    await useElsewhere(tenant, 10);
    engine.pause();
    const answers = await readMany(both, 12);
    // Each alone has a third of what was left, by what Autotask itself says.
    expect(answers.filter(({ isError }) => isError).length).toBeGreaterThan(2);
    expect(counted()).toBeGreaterThan(10);
    engine.resume();
    while (!(await bothAreUp(both))) await wait(50);
    await readMany(both, 30);
    expect(counted()).toBeLessThanOrEqual(30);
    // What was on its way when Autotask was asked counts twice, and the questions count too.
    expect(counted()).toBeGreaterThan(15);
    await Promise.all(both.map((replica) => replica.stop()));
    await Promise.all([engine.close(), tenant.close()]);
  }, 60_000);
});

describe.each([
  ['a process of its own', false],
  ...(engineProgram === null ? [] : [['replicas that share their state', true] as const]),
] as const)('a share of the hour that others have used already, in %s', { concurrent: true }, (_, shares) => {
  const start = async (tenant: WatchedTenant) => {
    const engine = shares ? await startEngine() : null;
    const env = {
      AUTOTASK_HOURLY_SHARE: '50',
      ...(engine === null ? {} : { AUTOTASK_STATE_URL: engine.url }),
    };
    const replica = await startReplica(tenant, env);
    const stop = async () => {
      await replica.stop();
      await Promise.all([engine?.close(), tenant.close()]);
    };
    return { replica, stop };
  };

  it('lets nothing through: Autotask is asked before anything is sent', async () => {
    const tenant = await watchTenant({ limits: { threshold: 100 } });
    await useElsewhere(tenant, 51);
    const { replica, stop } = await start(tenant);
    const answers = await readMany([replica], 5);
    expect(answers.map(({ text }) => text)).toEqual(
      answers.map(() => expect.stringMatching(/AUTOTASK_HOURLY_SHARE.*is used up.*was not sent/s)),
    );
    expect(tenant.seen.map(({ path }) => path)).toEqual(['ThresholdInformation']);
    await stop();
  }, 60_000);

  it('is not known where Autotask does not tell: then work goes on after three questions', async () => {
    const tenant = await watchTenant();
    tenant.sandbox.faults.add({ fault: { kind: 'forbidden' }, path: /ThresholdInformation/i });
    const { replica, stop } = await start(tenant);
    const since = now();
    expect((await read(replica)).isError).toBe(false);
    expect(now() - since).toBeGreaterThan(9_000);
    expect(tenant.seen.filter(({ path }) => /ThresholdInformation/i.test(path)).length).toBe(3);
    expect((await read(replica)).isError).toBe(false);
    await stop();
  }, 60_000);
});

describe.skipIf(engineProgram === null)('writes of replicas that share their state', () => {
  it('are counted together: for all, and for the holder of each token', async () => {
    const [engine, tenant] = await Promise.all([startEngine(), watchTenant()]);
    const env = { AUTOTASK_STATE_URL: engine.url, AUTOTASK_MAX_WRITES_PER_HOUR: '5' };
    const both = await Promise.all([startReplica(tenant, env), startReplica(tenant, env)]);
    const create = (replica: Replica) => {
      number += 1;
      const data = { name: `Counted ${number}`, isActive: true };
      return replica.call('create-entity', { entity: 'ContactGroups', data, confirm: 'CREATE_ENTITY' });
    };
    const answers = await Promise.all(both.flatMap((replica) => [1, 2, 3, 4].map(() => create(replica))));
    expect(answers.filter(({ text }) => /^Created/.test(text)).length).toBe(5);
    expect(tenant.sandbox.requests.filter(isWrite).length).toBe(5);
    const refused = answers.find(({ isError }) => isError)?.text;
    expect(refused).toMatch(/allows 5 writes per hour, and they are used up. Nothing was written/);
    await Promise.all(both.map((replica) => replica.stop()));
    await Promise.all([engine.close(), tenant.close()]);
  }, 60_000);
});
