import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { connectClient, startProgram } from '../http/support.js';
import { tenantEnvironment } from '../support/tenant.js';
import { tokenIn, writesSince } from './support.js';

/** Real processes that serve stateless HTTP, as behind a balancer that sends each request anywhere. */
const bearer = 'replica-token-0123456789';
const key = 'k'.repeat(40);

let sandbox: Sandbox;
const stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await sandbox.close();
});

type Call = (args: Record<string, unknown>, tool?: string) => Promise<string>;

async function replica(env: Record<string, string>): Promise<Call> {
  const settings = {
    ...tenantEnvironment(sandbox),
    LOG_LEVEL: 'info',
    AUTOTASK_HTTP_TOKEN: bearer,
    AUTOTASK_CONFIRM_MODE: 'preview',
    ...env,
  };
  const process = await startProgram([], settings);
  if (process.url === null) throw new Error(process.output().stderr);
  const client = await connectClient(process.url, { Authorization: `Bearer ${bearer}` });
  stops.push(async () => {
    await client.close();
    await process.stop();
  });
  return async (args, tool = 'create-entity') => {
    const { content } = await client.callTool({ name: tool, arguments: args });
    return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  };
}

let groups = 0;
const group = () => {
  groups += 1;
  return { entity: 'ContactGroups', data: { name: `Replicated ${groups}`, isActive: true } };
};

describe('replicas that share less', () => {
  it.each([['nothing', () => ({})]])(
    '%s: refuse each other’s tokens, and their own once used',
    async (_what, env) => {
      const [one, two] = await Promise.all([replica(env()), replica(env())]);
      const args = group();
      const from = sandbox.requests.length;
      const confirm = tokenIn(await one(args));
      expect(await two({ ...args, confirm })).toMatch(/^PREVIEW, nothing was written/);
      expect(writesSince(sandbox, from)).toEqual([]);
      expect(await one({ ...args, confirm })).toMatch(/^Created ContactGroup/);
      expect(await two({ ...args, confirm })).toMatch(/^PREVIEW, nothing was written/);
      expect(await one({ ...args, confirm })).toMatch(/^PREVIEW, nothing was written/);
      expect(writesSince(sandbox, from).length).toBe(1);
    },
  );

  it.each([
    [{ AUTOTASK_CONFIRM_KEY: key }, /AUTOTASK_CONFIRM_KEY: is set without AUTOTASK_STATE_URL/],
    [
      { AUTOTASK_STATE_URL: 'redis://127.0.0.1:1' },
      /AUTOTASK_STATE_URL: is set without AUTOTASK_CONFIRM_KEY/,
    ],
    [
      { AUTOTASK_CONFIRM_KEY: key, AUTOTASK_CONFIRM_MODE: 'elicit' },
      /AUTOTASK_CONFIRM_KEY: is set without AUTOTASK_STATE_URL/,
    ],
    [
      { AUTOTASK_CONFIRM_DIR: '/tmp/confirm' },
      /AUTOTASK_CONFIRM_DIR: is no longer read: replicas share .* in AUTOTASK_STATE_URL/,
    ],
  ])('do not start with half of what they need: %j', async (env, problem) => {
    await expect(replica(env)).rejects.toThrow(problem);
  });

  it('a process that was started anew refuses the tokens of the old one', async () => {
    const args = group();
    const before = await replica({});
    const confirm = tokenIn(await before(args));
    const after = await replica({});
    const from = sandbox.requests.length;
    expect(await after({ ...args, confirm })).toMatch(/^PREVIEW, nothing was written/);
    expect(writesSince(sandbox, from)).toEqual([]);
  });
});

describe('elicitation over stateless HTTP', () => {
  it('falls back to previews, because nobody can be asked there', async () => {
    const call = await replica({ AUTOTASK_CONFIRM_MODE: 'elicit' });
    const args = group();
    const from = sandbox.requests.length;
    expect(await call({ ...args, confirm: 'CREATE_ENTITY' })).toMatch(/^PREVIEW/);
    expect(writesSince(sandbox, from)).toEqual([]);
    expect(await call({ ...args, confirm: tokenIn(await call(args)) })).toMatch(/^Created/);
    expect(writesSince(sandbox, from).length).toBe(1);
  });
});
