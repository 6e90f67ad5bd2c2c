import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../cli/support.js';
import { engineProgram } from '../support/engine.js';
import {
  type ReachedEngine,
  startCluster,
  startGuardedSentinel,
  startSentinel,
  startSocket,
  startTls,
} from '../support/engine-ways.js';
import { isWrite, tokenIn } from '../writes/support.js';
import { documentedRights, key, type Replica, readTicket, slow, startReplica } from './support.js';
import { type WatchedTenant, watchTenant } from './watched-tenant.js';

let tenant: WatchedTenant;
let number = 0;
const group = () => {
  number += 1;
  return { entity: 'ContactGroups', data: { name: `Way ${number}`, isActive: true } };
};
const create = async (replica: Replica, args: Record<string, unknown>) =>
  (await replica.call('create-entity', args)).text;
const writes = () => tenant.sandbox.requests.filter(isWrite).length;
const replicaAt = ({ url, env }: ReachedEngine) =>
  startReplica(tenant, {
    AUTOTASK_STATE_URL: url,
    AUTOTASK_CONFIRM_KEY: key,
    AUTOTASK_CONFIRM_MODE: 'preview',
    AUTOTASK_MAX_WRITES_PER_HOUR: '50',
    ...env,
  });
async function eventually(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** What the doctor says about the engine, of a tenant that it need not reach. */
async function doctor({ url, env }: ReachedEngine): Promise<string> {
  const { stdout } = await run(['doctor', '--demo', '--json'], { env: { AUTOTASK_STATE_URL: url, ...env } });
  const { findings } = JSON.parse(stdout);
  return JSON.stringify(findings.filter(({ check }: { check: string }) => check === 'Shared state'));
}

const ways: [string, () => Promise<ReachedEngine>][] = [
  ['with TLS and a private authority', startTls],
  ['through a socket, by a user with the documented rights alone', () => startSocket(documentedRights())],
];
if (slow)
  ways.push(
    ['as a cluster', startCluster],
    ['through a sentinel', startSentinel],
    ['with TLS through a sentinel that wants a password', startGuardedSentinel],
  );

describe.skipIf(engineProgram === null)('an engine that is reached', () => {
  beforeAll(async () => {
    tenant = await watchTenant();
  });
  afterAll(() => tenant.close());

  it.each(ways)(
    '%s shares everything',
    async (_, start) => {
      const engine = await start();
      const replica = await replicaAt(engine);
      expect(await replica.ready()).toEqual({ status: 200, body: { status: 'ready', sharedState: 'up' } });
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => {
          number += 1;
          return replica.call('query-entity', readTicket(number));
        }),
      );
      expect(answers.filter(({ isError }) => isError)).toEqual([]);
      const args = group();
      const before = writes();
      const confirm = tokenIn(await create(replica, args));
      expect(await create(replica, { ...args, confirm })).toMatch(/^Created/);
      expect(await create(replica, { ...args, confirm })).toMatch(/^PREVIEW, nothing was written/);
      expect(writes() - before).toBe(1);
      expect(await replica.metrics()).toMatch(/^autotask_shared_state_failures 0$/m);
      expect(replica.log()).not.toMatch(/shared state|engine-password/i);
      expect(await doctor(engine)).toMatch(
        /^\[\{"check":"Shared state","status":"(?:ok|warning)","detail":"(?:Redis|Valkey) [\d.]+, answers in [^{}]*\}\]$/,
      );
      await replica.stop();
      await engine.close();
    },
    60_000,
  );

  it('with TLS whose authority nobody trusts is not used', async () => {
    const engine = await startTls();
    const said = await doctor({ ...engine, env: {} });
    expect(said).toMatch(/"status":"problem","detail":"it does not answer: .*certificate/);
    await engine.close();
  });

  it.runIf(slow)(
    'as a cluster spreads tenants, each whole in one slot',
    async () => {
      const engine = await startCluster();
      const env = { AUTOTASK_STATE_URL: engine.url };
      const { userName, secret, integrationCode } = tenant.sandbox.credentials;
      const replica = await startReplica(tenant, { ...env, AUTOTASK_HOURLY_SHARE: '90' });
      expect((await replica.call('query-entity', readTicket(1))).isError).toBe(false);
      const keys = (await Promise.all(engine.nodes.map((node) => node.keys('*')))).map((names) =>
        names.filter((name) => /:(meta|running|hours|metadata)/.test(name)),
      );
      expect(keys.filter((names) => names.length > 0).length).toBe(1);
      // Its counts and its hour; what is running comes and goes.
      expect(keys.flat().length).toBeGreaterThan(1);
      expect(keys.flat().join()).not.toMatch(new RegExp([userName, secret, integrationCode].join('|')));
      await replica.stop();
      await engine.close();
    },
    60_000,
  );
});

describe.skipIf(engineProgram === null || !slow)('a failover', () => {
  it('that loses the last second leads to a new preview, never to a second write', async () => {
    const [tenantOfTwo, engine] = await Promise.all([watchTenant(), startSentinel()]);
    tenant = tenantOfTwo;
    const [one, two] = await Promise.all([replicaAt(engine), replicaAt(engine)]);
    const [used, open] = [group(), group()];
    const usedToken = tokenIn(await create(one, used));
    const openToken = tokenIn(await create(two, open));
    const pending = () => engine.replica.keys('*:{pending}:*');
    await eventually(async () => (await pending()).length === 2);
    await engine.cutReplication();
    expect(await create(two, { ...used, confirm: usedToken })).toMatch(/^Created/);
    const before = writes();
    await engine.failOver();
    // What the new primary knows is that the token is still to be used.
    expect((await pending()).length).toBe(2);
    const up = async (replica: Replica) => /"up"/.test(JSON.stringify((await replica.ready()).body));
    await eventually(async () => (await up(one)) && (await up(two)));
    expect(await create(one, { ...used, confirm: usedToken })).toMatch(/^PREVIEW.*used already/);
    expect(await create(two, { ...used, confirm: usedToken })).toMatch(/^PREVIEW, nothing was written/);
    expect(await create(one, { ...open, confirm: openToken })).toMatch(/^PREVIEW.*used already/);
    expect(writes()).toBe(before);
    const anew = tokenIn(await create(one, open));
    expect(await create(two, { ...open, confirm: anew })).toMatch(/^Created/);
    expect(writes()).toBe(before + 1);
    expect(one.log()).toMatch(/does not answer/);
    await Promise.all([one.stop(), two.stop()]);
    await Promise.all([engine.close(), tenant.close()]);
  }, 60_000);
});
