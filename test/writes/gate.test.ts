import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { type Ids, idsOf, writeExample, writeTools } from './examples.js';
import { type Reply, type Rig, type RigOptions, rig, tokenIn, writesSince } from './support.js';

let sandbox: Sandbox;
let ids: Ids;
const rigs: Rig[] = [];
beforeAll(async () => {
  sandbox = await startSandbox();
  ids = await idsOf(await open());
});
afterAll(async () => {
  await Promise.all(rigs.map((one) => one.close()));
  await sandbox.close();
});

async function open(options: RigOptions = {}): Promise<Rig> {
  const one = await rig(sandbox, options);
  rigs.push(one);
  return one;
}

async function writesOf(work: () => Promise<unknown>) {
  const from = sandbox.requests.length;
  await work();
  return writesSince(sandbox, from);
}

const key = 'k'.repeat(40);

/** Names of contact groups are unique, so every test has its own. */
let group = { entity: 'ContactGroups', data: { name: '', isActive: true } };
let groups = 0;
beforeEach(() => {
  groups += 1;
  group = { entity: 'ContactGroups', data: { name: `People with a preview ${groups}`, isActive: true } };
});

describe('every tool that writes', () => {
  it('is known here', () => {
    expect(writeTools.length).toBeGreaterThanOrEqual(11);
  });

  it.each(writeTools.map((tool) => [tool.name, tool.confirmToken] as const))(
    '%s writes nothing without its token, with a wrong one, and in no mode',
    async (name, token) => {
      expect(token).toBe(name.toUpperCase().replaceAll('-', '_'));
      for (const mode of ['token', 'preview', 'elicit']) {
        const server = await open({ env: { AUTOTASK_CONFIRM_MODE: mode } });
        const args = writeExample(name, ids);
        const wrong =
          mode === 'token' ? [undefined, '', 'yes', token.toLowerCase(), `${token}!`] : [undefined, token];
        const writes = await writesOf(async () => {
          for (const confirm of wrong) {
            const { text } = await server.call(name, confirm === undefined ? args : { ...args, confirm });
            expect(text).toMatch(/^PREVIEW, nothing was written/);
          }
        });
        expect(writes).toEqual([]);
      }
    },
  );
});

describe('preview mode', () => {
  const env = { AUTOTASK_CONFIRM_MODE: 'preview', AUTOTASK_CONFIRM_KEY: key };

  it('writes once with the token of the preview, and not twice', async () => {
    const server = await open({ env });
    const { text } = await server.call('create-entity', group);
    const token = tokenIn(text);
    expect(token).toMatch(/^CREATE_ENTITY\.[0-9a-z]+\.[0-9a-f]{16}\.[\w-]{16}\.[\w-]{16}$/);
    const writes = await writesOf(async () => {
      const done = await server.call('create-entity', { ...group, confirm: token });
      expect(done.text).toMatch(/^Created ContactGroup/);
      const again = await server.call('create-entity', { ...group, confirm: token });
      expect(again.text).toMatch(/PREVIEW, nothing was written. Equals ContactGroup \d+, created through/);
    });
    expect(writes.length).toBe(1);
  });

  it('refuses the token for other arguments, another tool, another caller, and a forged one', async () => {
    const server = await open({ env });
    const token = tokenIn((await server.call('create-entity', group)).text);
    const stranger = await open({ env: { ...env, AUTOTASK_CONFIRM_KEY: 'x'.repeat(40) } });
    const writes = await writesOf(async () => {
      const other = { ...group, data: { ...group.data, name: 'Other people' } };
      expect((await server.call('create-entity', { ...other, confirm: token })).text).toMatch(
        /preview of another call/,
      );
      expect((await stranger.call('create-entity', { ...group, confirm: token })).text).toMatch(
        /preview of another/,
      );
      const company = { id: 0, phone: '1' };
      expect((await server.call('update-company', { ...company, confirm: token })).text).toMatch(
        /was not the token/,
      );
      const forged = token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
      expect((await server.call('create-entity', { ...group, confirm: forged })).text).toMatch(
        /has changed since/,
      );
    });
    expect(writes).toEqual([]);
  });

  it('tells the number 7001 from the text "7001"', async () => {
    const server = await open({ env });
    const named = (name: unknown) => ({ ...group, data: { ...group.data, name } });
    const token = tokenIn((await server.call('create-entity', named('7001'))).text);
    const writes = await writesOf(async () => {
      const { text } = await server.call('create-entity', { ...named(7001), confirm: token });
      expect(text).not.toMatch(/^Created/);
    });
    expect(writes).toEqual([]);
  });

  it('does not care in which order the arguments stand', async () => {
    const server = await open({ env });
    const token = tokenIn((await server.call('create-entity', group)).text);
    const turned = { confirm: token, data: { isActive: true, name: group.data.name }, entity: group.entity };
    const writes = await writesOf(() => server.call('create-entity', turned));
    expect(writes.length).toBe(1);
  });

  it('refuses when the record changed since the preview', async () => {
    const server = await open({ env });
    const created = await open();
    const made = await created.call('create-entity', { ...group, confirm: 'CREATE_ENTITY' });
    const id = Number(/ContactGroup (\d+)/.exec(made.text)?.[1]);
    const change = { entity: 'ContactGroups', id, data: { name: 'First' } };
    const token = tokenIn((await server.call('update-entity', change)).text);
    await created.call('update-entity', {
      entity: 'ContactGroups',
      id,
      data: { isActive: false },
      confirm: 'UPDATE_ENTITY',
    });
    const writes = await writesOf(async () => {
      const { text } = await server.call('update-entity', { ...change, confirm: token });
      expect(text).toMatch(/PREVIEW, nothing was written. The record, or what would be written, has changed/);
    });
    expect(writes).toEqual([]);
  });

  it('expires', async () => {
    const { createPreviewTokens } = await import('../../src/server/confirmation/preview-token.js');
    const { pendingInMemory } = await import('../../src/server/confirmation/pending-tokens.js');
    const { createEntities } = await import('../../src/entities/index.js');
    const { createReader } = await import('../../src/client/index.js');
    const reader = createReader({
      credentials: sandbox.credentials,
      zoneUrl: sandbox.url,
      timeoutMs: 10_000,
      maxConcurrency: 3,
      cacheDir: null,
      log: () => {},
    });
    const plan = await createEntities(reader).tenant().writes.planCreate(group, { timeZone: 'UTC' });
    const subject = { toolToken: 'CREATE_ENTITY', args: group, caller: 'me' };
    const old = createPreviewTokens(key, -2_000, pendingInMemory());
    expect(await old.check(await old.issue(subject, plan), subject, plan)).toBe('expired');
    const fresh = createPreviewTokens(key, 60_000, pendingInMemory());
    expect(await fresh.check(await fresh.issue(subject, plan), { ...subject, caller: 'you' }, plan)).toBe(
      'other',
    );
    expect(await fresh.check(await fresh.issue(subject, plan), subject, plan)).toBe('good');
  });

  it('tells in the tool list that the word alone does not write', async () => {
    const server = await open({ env });
    const { tools: listed } = await server.client.listTools();
    const tool = listed.find(({ name }) => name === 'create-ticket');
    expect(tool?.inputSchema.properties?.confirm).toMatchObject({
      description: expect.stringMatching(/from the preview/),
    });
  });
});

describe('elicit mode', () => {
  const env = { AUTOTASK_CONFIRM_MODE: 'elicit' };
  let confirmed: Record<string, unknown>;
  beforeEach(() => {
    confirmed = { ...group, confirm: 'CREATE_ENTITY' };
  });

  it('writes when the human says yes to what would be written', async () => {
    const server = await open({ env, human: () => 'yes' });
    const writes = await writesOf(async () => {
      expect((await server.call('create-entity', group)).text).toMatch(/^PREVIEW/);
      expect(server.asked).toEqual([]);
      expect((await server.call('create-entity', confirmed)).text).toMatch(/^Created ContactGroup/);
    });
    expect(writes.length).toBe(1);
    expect(server.asked).toEqual([
      expect.stringMatching(/would create ContactGroup.*People with a preview/s),
    ]);
  });

  it.each([
    ['no', /did not confirm\. Nothing was written/],
    ['decline', /did not confirm\. Nothing was written/],
  ] as const)('writes nothing when the answer is: %s', async (reply, said) => {
    const server = await open({ env, human: () => reply });
    const writes = await writesOf(async () => {
      const { text, isError } = await server.call('create-entity', confirmed);
      expect({ text, isError }).toMatchObject({
        isError: true,
        text: expect.stringMatching(said),
      });
    });
    expect(writes).toEqual([]);
  });

  it('writes nothing when the dialog breaks', async () => {
    const server = await open({ env, human: () => 'break' });
    const writes = await writesOf(async () => {
      // A later client than those of 2025 fails itself; an earlier one tells the server.
      const told = await server.call('create-entity', confirmed).catch(String);
      expect(JSON.stringify(told)).toMatch(/the dialog broke/);
    });
    expect(writes).toEqual([]);
  });

  it('refuses when the record changed while the human was thinking', async () => {
    const other = await open();
    const made = await other.call('create-entity', { ...group, confirm: 'CREATE_ENTITY' });
    const id = Number(/ContactGroup (\d+)/.exec(made.text)?.[1]);
    const change = { entity: 'ContactGroups', id, data: { isActive: false }, confirm: 'UPDATE_ENTITY' };
    const server = await open({
      env,
      human: async (): Promise<Reply> => {
        await other.call('update-entity', { ...change, data: { name: 'Renamed meanwhile' } });
        return 'yes';
      },
    });
    const writes = await writesOf(async () => {
      const { text } = await server.call('update-entity', change);
      expect(text).toMatch(/changed while the user was asked/);
    });
    expect(writes.length).toBe(1);
  });

  it('falls back to previews where the client cannot ask', async () => {
    const server = await open({ env });
    const writes = await writesOf(async () => {
      const { text } = await server.call('create-entity', confirmed);
      expect(text).toMatch(/PREVIEW, nothing was written. confirm was not the token of a preview/);
      const done = await server.call('create-entity', { ...group, confirm: tokenIn(text) });
      expect(done.text).toMatch(/^Created/);
    });
    expect(writes.length).toBe(1);
  });
});
