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
  for (const { status, next } of own) expect(next !== undefined).toBe(status !== 'ok');
  return { ok, found: own.map(({ status, detail }) => `${status}: ${detail}`) };
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

  it.each([
    ['a user who may only read', () => as('reader', 'user-password-2'), /takes no write.*NOPERM/],
    ['a wrong password', () => as('autotask', 'wrong-password'), /no answer: WRONGPASS/],
    [
      'a port that nobody listens on',
      async () => `redis://:wrong-password@127.0.0.1:${await freePort()}`,
      /no answer: connect ECONNREFUSED/,
    ],
    [
      'a replica of another engine',
      async () => {
        await others.client.call('REPLICAOF', '127.0.0.1', engine.port);
        return others.url;
      },
      /takes no write.*READONLY/,
    ],
  ])('says so of %s', async (_, url, problem) => {
    const { ok, found } = await examine(await url());
    expect(found.join('\n')).toMatch(problem);
    expect(ok).toBe(false);
  });
});
