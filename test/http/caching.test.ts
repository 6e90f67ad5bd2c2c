import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { modernVersion } from '../support/client.js';
import { program } from '../support/tenant.js';
import { message, post, serve, tenantOf } from './support.js';

const meta = {
  'io.modelcontextprotocol/protocolVersion': modernVersion,
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const asked = [
  ['server/discover', {}],
  ['tools/list', {}],
  ['prompts/list', {}],
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ['resources/read', { uri: 'autotask://entities' }],
  ['resources/read', { uri: 'autotask://companies/175' }],
] as const;

const answer = z.looseObject({
  id: z.number(),
  result: z.looseObject({ ttlMs: z.number(), cacheScope: z.string() }),
});
const hint = (raw: unknown) => {
  const { result } = answer.parse(raw);
  return `${result.cacheScope} ${result.ttlMs / 60_000} min`;
};

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

/** discover, tools, prompts, resources, templates; what is the same for every tenant, what is a record. */
const full = ['private 5', 'public 60', 'public 60', 'public 60', 'public 60', 'public 60', 'private 0'];
const own = ['private 5', 'private 5', 'public 60', 'private 5', 'private 5', 'private 5', 'private 0'];
const minutes = (hints: readonly string[]) => hints.map((text) => `${text} min`);

describe('what a client may keep, and share', () => {
  it.each<[string, readonly string[], Record<string, string>, readonly string[]]>([
    ['everything that there is', [], {}, full],
    ['without tools that write', ['--read-only'], {}, own],
    ['without one tool', [], { AUTOTASK_DISABLED_TOOLS: 'delete-entity' }, own],
    ['without one entity', [], { AUTOTASK_READ_ENTITIES: '*,!Invoices' }, own],
    ['with writes confirmed in another way', [], { AUTOTASK_CONFIRM_MODE: 'preview' }, own],
  ])('over stdio: %s', (_what, args, env, expected) => {
    const lines = asked.map(([method, params], id) => message(method, { ...params, _meta: meta }, id));
    const { stdout } = spawnSync(process.execPath, [program, '--demo', ...args], {
      env: { PATH: process.env.PATH, ...env },
      input: `${lines.join('\n')}\n`,
      encoding: 'utf8',
    });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => answer.parse(JSON.parse(line)));
    expect(answers.sort((a, b) => a.id - b.id).map(hint)).toEqual(minutes(expected));
  });

  it('over HTTP: nothing that depends on rights, which every caller can ask to have less of', async () => {
    const server = await serve({
      openTenant: () => tenantOf({ credentials: sandbox.credentials, zoneUrl: sandbox.url }),
    });
    const hints: string[] = [];
    for (const [method, params] of asked) {
      const response = await post(server.url, message(method, { ...params, _meta: meta }), {
        'MCP-Protocol-Version': modernVersion,
        'Mcp-Method': method,
        ...('uri' in params ? { 'Mcp-Name': params.uri } : {}),
      });
      hints.push(hint(await response.json()));
    }
    expect(hints).toEqual(minutes(own));
    await server.close();
  });

  it('is nothing that a client of 2025 is told', async () => {
    const server = await serve();
    for (const method of ['tools/list', 'resources/list']) {
      expect(await (await post(server.url, message(method))).text()).not.toMatch(/ttlMs|cacheScope/);
    }
    await server.close();
  });
});
