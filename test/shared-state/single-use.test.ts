import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engineProgram, startEngine, type TestEngine } from '../support/engine.js';
import { isWrite, tokenIn } from '../writes/support.js';
import { key, type Replica, startReplica } from './support.js';
import { type WatchedTenant, watchTenant } from './watched-tenant.js';

let engine: TestEngine;
let tenant: WatchedTenant;
let one: Replica;
let two: Replica;

let groups = 0;
const group = () => {
  groups += 1;
  return { entity: 'ContactGroups', data: { name: `Shared ${groups}`, isActive: true } };
};
const create = async (replica: Replica, args: Record<string, unknown>) =>
  (await replica.call('create-entity', args)).text;
const writes = () => tenant.sandbox.requests.filter(isWrite).length;

describe.skipIf(engineProgram === null)('confirmations of replicas that share their state', () => {
  beforeAll(async () => {
    [engine, tenant] = await Promise.all([startEngine(), watchTenant()]);
    const env = {
      AUTOTASK_STATE_URL: engine.url,
      AUTOTASK_CONFIRM_KEY: key,
      AUTOTASK_CONFIRM_MODE: 'preview',
    };
    [one, two] = await Promise.all([startReplica(tenant, env), startReplica(tenant, env)]);
  }, 60_000);
  afterAll(async () => {
    await Promise.all([one.stop(), two.stop()]);
    await Promise.all([engine.close(), tenant.close()]);
  });

  it('are good at every replica, each once, however many ask at the same time', async () => {
    for (const [previewing, writing] of [
      [one, two],
      [two, one],
    ] as const) {
      const args = group();
      const before = writes();
      const confirm = tokenIn(await create(previewing, args));
      const asked = [writing, previewing, writing, previewing];
      const answers = await Promise.all(asked.map((replica) => create(replica, { ...args, confirm })));
      expect(answers.filter((text) => /^Created ContactGroup/.test(text)).length, answers.join('\n')).toBe(1);
      // What the others got were previews of their own.
      expect(answers.filter((text) => /^PREVIEW.*used already/.test(text)).length).toBe(3);
      expect(writes() - before).toBe(1);
    }
  });

  it('given out before the engine was started anew cost a new preview: it may have forgotten that one was used', async () => {
    const args = group();
    const before = writes();
    const used = tokenIn(await create(one, args));
    expect(await create(two, { ...args, confirm: used })).toMatch(/^Created/);
    const next = group();
    const open = tokenIn(await create(one, next));
    // As if what happened last had not reached the disk: the used token is there again.
    const [kept] = await engine.client.keys('autotask-mcp:{pending}:*');
    expect(kept).toBeDefined();
    const run = await engine.client.get(kept ?? '');
    await engine.kill();
    await engine.start();
    expect(await engine.client.get(kept ?? '')).toBe(run);
    const answers = await Promise.all(
      [one, two, one].map((replica) => create(replica, { ...next, confirm: open })),
    );
    expect(answers.filter((text) => /^PREVIEW.*used already/.test(text)).length, answers.join('\n')).toBe(3);
    expect(writes() - before).toBe(1);
    expect(await create(two, { ...next, confirm: tokenIn(answers[0] ?? '') })).toMatch(/^Created/);
  });
});

describe.skipIf(engineProgram === null)('what a run leaves in the engine', () => {
  it('names nobody, holds no secret and no record, ends by itself, and is little', async () => {
    const [engine, tenant] = await Promise.all([startEngine(), watchTenant()]);
    const env = {
      AUTOTASK_STATE_URL: engine.url,
      AUTOTASK_CONFIRM_KEY: key,
      AUTOTASK_CONFIRM_MODE: 'preview',
      AUTOTASK_MAX_WRITES_PER_HOUR: '100',
      AUTOTASK_HOURLY_SHARE: '90',
    };
    const both = await Promise.all([startReplica(tenant, env), startReplica(tenant, env)]);
    const [first, second] = both;
    if (first === undefined || second === undefined) throw new Error('no replicas');
    // Reads and writes of every kind, and what is left when some are on their way.
    const texts: string[] = [];
    for (const entity of ['Tickets', 'Companies', 'Contacts', 'Resources']) {
      const query = { entity, query: {}, maxRecords: 20, format: 'json' };
      texts.push((await first.call('query-entity', query)).text);
    }
    const args = group();
    await create(second, { ...args, confirm: tokenIn(await create(first, args)) });
    await create(first, group());
    tenant.latency = 1_500;
    const onTheirWay = Array.from({ length: 12 }, (_, id) =>
      (id % 2 === 0 ? first : second).call('query-entity', { entity: 'Tickets', query: { id } }),
    );
    const waiting = async () => (await engine.client.keys('*:waiting')).length;
    while ((await waiting()) === 0) await new Promise((resolve) => setTimeout(resolve, 20));

    const keys = await engine.client.keys('*');
    const kinds = new Set(keys.map((name) => name.replace(/[0-9a-f]{12,}/g, '…')));
    expect([...kinds].sort()).toEqual([
      'autotask-mcp:pulse:…',
      'autotask-mcp:{pending}:…',
      'autotask-mcp:{…}:hours',
      'autotask-mcp:{…}:meta',
      'autotask-mcp:{…}:metadata:…',
      'autotask-mcp:{…}:queue',
      'autotask-mcp:{…}:running',
      'autotask-mcp:{…}:waiting',
      'autotask-mcp:{…}:writes:all',
    ]);
    expect(keys.filter((name) => !name.includes(':metadata:')).length).toBeLessThan(12);

    const contents: string[] = [];
    for (const name of keys) {
      const lives = await engine.client.pttl(name);
      expect(lives, name).toBeGreaterThan(0);
      expect(lives, name).toBeLessThanOrEqual(6 * 60 * 60_000 + 1_000);
      const type = await engine.client.type(name);
      const value =
        type === 'hash'
          ? await engine.client.hgetall(name)
          : type === 'zset'
            ? await engine.client.zrange(name, 0, -1, 'WITHSCORES')
            : await engine.client.get(name);
      // Metadata is what Autotask says about its fields: no secret, and no record either.
      contents.push(`${name} ${JSON.stringify(value)}`);
    }
    const all = contents.join('\n');
    const { userName, secret, integrationCode } = tenant.sandbox.credentials;
    const records = texts.flatMap((text) => JSON.parse(text).records ?? []);
    expect(records.length).toBeGreaterThan(40);
    const recordTexts = records.flatMap((row: Record<string, unknown>) =>
      ['title', 'description', 'companyName', 'emailAddress', 'lastName', 'phone', 'userName', 'email']
        .map((field) => row[field])
        .filter((value) => typeof value === 'string' && value.length > 5),
    );
    expect(recordTexts.length).toBeGreaterThan(60);
    const secrets = [userName, secret, integrationCode, key, 'engine-password', 'replica-token', 'Shared '];
    for (const text of [...secrets, ...recordTexts])
      expect(all.includes(String(text)), String(text)).toBe(false);
    await Promise.all(onTheirWay);
    await Promise.all(both.map((replica) => replica.stop()));
    await Promise.all([engine.close(), tenant.close()]);
  }, 60_000);
});

describe('a server that shares nothing', () => {
  it('loads nothing of what replicas share', () => {
    const files = ['dist/cli.js', ...readdirSync('dist/chunks').map((name) => `dist/chunks/${name}`)];
    const own = files.filter((path) => /\/shared-state-/.test(path));
    expect(own.length).toBe(1);
    const name = basename(own[0] ?? '');
    const importers = files.filter(
      (path) => !own.includes(path) && readFileSync(path, 'utf8').includes(name),
    );
    expect(importers.length).toBeGreaterThan(0);
    // On demand, and only there.
    for (const path of importers)
      expect(readFileSync(path, 'utf8').replaceAll(`import(\`./${name}\`)`, '')).not.toContain(name);
  });
});
