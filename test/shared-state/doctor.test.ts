import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { run } from '../cli/support.js';
import { engineProgram, freePort, startEngine, type TestEngine } from '../support/engine.js';
import { tenantEnvironment } from '../support/tenant.js';
import { documentedRights } from './support.js';

const finding = z.object({
  check: z.string(),
  status: z.string(),
  detail: z.string(),
  next: z.string().optional(),
});
const report = z.object({ ok: z.boolean(), findings: z.array(finding) });

let sandbox: Sandbox;
let engine: TestEngine;
let others: TestEngine;

/** What the doctor says about the shared state: status and detail of each finding. */
async function examine(url: string) {
  const env = { ...tenantEnvironment(sandbox), AUTOTASK_STATE_URL: url };
  const { stdout, code } = await run(['doctor', '--json'], { env });
  expect(stdout).not.toMatch(/engine-password|wrong-password|user-password/);
  const { ok, findings } = report.parse(JSON.parse(stdout));
  expect(code).toBe(ok ? 0 : 1);
  const own = findings.filter(({ check }) => check === 'Shared state');
  for (const { status, detail, next } of own) {
    expect(next !== undefined).toBe(status !== 'ok');
    expect(detail).not.toMatch(/\.\s*\.|\n/);
  }
  return {
    ok,
    found: own.map(({ status, detail }) => `${status}: ${detail}`),
    next: own.map(({ next }) => next),
  };
}

describe.skipIf(engineProgram === null)('the doctor and the shared state', () => {
  beforeAll(async () => {
    [sandbox, engine, others] = await Promise.all([startSandbox(), startEngine(), startEngine()]);
    await engine.client.call('ACL', 'SETUSER', 'autotask', 'on', '>user-password-1', ...documentedRights());
    await engine.client.call(
      'ACL',
      'SETUSER',
      'reader',
      'on',
      '>user-password-2',
      '~*',
      '+@read',
      '+info',
      '+ping',
    );
  });
  afterAll(() => Promise.all([sandbox.close(), engine.close(), others.close()]));
  const as = (user: string, password: string) => `redis://${user}:${password}@127.0.0.1:${engine.port}`;

  it('finds nothing wrong with an engine set up as the documentation says, nor with the user it names', async () => {
    const { ok, found } = await examine(as('autotask', 'user-password-1'));
    expect(found).toEqual([
      // A busy machine is slow to answer.
      expect.stringMatching(/^(?:ok|warning): (Redis|Valkey) \d+\.\d+\.\d+, answers in \d+\.\d ms/),
    ]);
    expect(ok).toBe(true);
  });

  it('names eviction, missing persistence, and what somebody else keeps there', async () => {
    const { client } = others;
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    await client.config('SET', 'appendonly', 'no');
    await client.mset('session:1', 'a', 'session:2', 'b');
    await client.set('autotask-mcp:{0123}:meta', 'ours', 'PX', 60_000);
    await client.select(3);
    await client.set('job', '1');
    const { ok, found } = await examine(others.url);
    expect(found.slice(1)).toEqual([
      expect.stringMatching(/^problem: maxmemory-policy is allkeys-lru/),
      expect.stringMatching(/^warning: appendonly is off/),
      // Its own last write may still be there.
      expect.stringMatching(
        /^warning: somebody else's keys are there: 2 of [34] keys looked at, and what is in db3\./,
      ),
    ]);
    expect(ok).toBe(false);
  });

  const user = async (...rights: string[]) => {
    await engine.client.call('ACL', 'SETUSER', 'limited', 'reset', 'on', '>user-password-3', ...rights);
    return as('limited', 'user-password-3');
  };

  it.each([
    [
      'a user who may only read',
      () => as('reader', 'user-password-2'),
      /refuses what this server needs: NOPERM/,
      /rights/,
    ],
    [
      'a user without the channels',
      () => user('~autotask-mcp:*', '+@all', '-@dangerous', '+info', '+scan'),
      /refuses what this server needs: .*(channel|permission)/i,
      /rights/,
    ],
    [
      'a user without scripts',
      () => user(...documentedRights(), '-@scripting'),
      /refuses what this server needs: NOPERM.*eval/,
      /rights/,
    ],
    [
      'a user who may not ask what it is',
      () => user('~*', '+ping'),
      /refuses this server: NOPERM.*info/,
      /rights/,
    ],
    [
      'a wrong password',
      () => as('autotask', 'wrong-password'),
      /refuses this server: WRONGPASS/,
      /password/,
    ],
    ['no password', () => `redis://127.0.0.1:${engine.port}`, /refuses this server: NOAUTH/, /password/],
    [
      'a database that it does not have',
      () => `${as('autotask', 'user-password-1')}/99`,
      /refuses this server: ERR .*DB index/,
      /database/,
    ],
    [
      'a port that nobody listens on',
      async () => `redis://:wrong-password@127.0.0.1:${await freePort()}`,
      /does not answer: connect ECONNREFUSED/,
      /host and port/,
    ],
    [
      'TLS that it does not speak',
      () => engine.url.replace('redis:', 'rediss:'),
      /does not answer: /,
      /scheme/,
    ],
    [
      'a server of another kind',
      () => sandbox.url.replace('http:', 'redis:'),
      /does not answer: Protocol error/,
      /host and port/,
    ],
    [
      'sentinels that are none',
      () => engine.url.replace('redis:', 'redis+sentinel:').replace('/0', '/primary'),
      /refuses this server: .*sentinel/i,
      /own log/,
    ],
    [
      'a cluster that is none',
      () => engine.url.replace('redis:', 'redis+cluster:').replace('/0', ''),
      /refuses this server: ERR This instance has cluster support disabled/,
      /own log/,
    ],
    [
      'an engine that is full',
      async () => {
        await others.client.config('SET', 'maxmemory-policy', 'noeviction');
        await others.client.config('SET', 'maxmemory', '1');
        return others.url;
      },
      /refuses what this server needs: OOM/,
      /maxmemory/,
    ],
    [
      'a replica of another engine',
      async () => {
        await others.client.config('SET', 'maxmemory', '0');
        await others.client.call('REPLICAOF', '127.0.0.1', engine.port);
        return others.url;
      },
      /refuses what this server needs: READONLY/,
      /primary/,
    ],
    [
      'an engine that stands still',
      () => {
        others.pause();
        return others.url;
      },
      /does not answer: nothing within 1000 ms/,
      /whether the engine runs/,
    ],
  ])('says so of %s, and what to do', async (_, url, problem, remedy) => {
    const { ok, found, next } = await examine(await url());
    const at = found.findIndex((line) => problem.test(line));
    expect(found.join('\n')).toMatch(problem);
    expect(next[at]).toMatch(remedy);
    expect(ok).toBe(false);
  });
});
