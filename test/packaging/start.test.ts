import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { explainConfirm } from '../../src/server/tool-list/confirm-description.js';
import { listings } from '../../src/server/tool-list/listings.js';
import type { ListedTool } from '../../src/server/tool-list/tool-definition.js';
import { program, spawnClient, tenantEnvironment } from '../support/tenant.js';

const folder = mkdtempSync(join(tmpdir(), 'start-'));
let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

describe('the lists that the build made ready', () => {
  const all = listings.tools.map(({ listed }) => listed);
  const reading = listings.tools.filter(({ mutates }) => !mutates).map(({ listed }) => listed);
  const disabled = { AUTOTASK_DISABLED_TOOLS: '*-company,delete-entity' };
  const left = all.filter(({ name }) => !/-company$|^delete-entity$/.test(name));
  const cases: readonly [string, readonly string[], Record<string, string>, readonly ListedTool[]][] = [
    ['as usual', [], {}, all],
    ['read-only', ['--read-only'], {}, reading],
    ['confirmed by preview', [], { AUTOTASK_CONFIRM_MODE: 'preview' }, explainConfirm(all, 'preview')],
    ['asking the human', [], { AUTOTASK_CONFIRM_MODE: 'elicit' }, explainConfirm(all, 'elicit')],
    ['without what a policy disables', [], disabled, left],
  ];
  it.each(cases)('are what the tools themselves say: %s', async (_, args, env, tools) => {
    const client = await spawnClient(args, { ...tenantEnvironment(sandbox), ...env });
    expect((await client.listTools()).tools).toEqual(tools);
    expect((await client.listPrompts()).prompts).toEqual(listings.prompts);
    const { resources } = await client.listResources();
    const { resourceTemplates } = await client.listResourceTemplates();
    const uris = [...resources.map(({ uri }) => uri), ...resourceTemplates.map((one) => one.uriTemplate)];
    const offered = tools.map(({ name }) => name);
    const expected = listings.resources.filter(({ tool }) => offered.includes(tool));
    expect(uris.sort()).toEqual(expected.map(({ uri }) => uri).sort());
    await client.close();
  });
});

/** A server to which lines are written by hand, in folders of its own. */
interface Raw {
  readonly child: ChildProcess;
  ask(method: string, params?: object): Promise<unknown>;
}

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill();
});

async function startRaw(env: Record<string, string>, nodeArgs: readonly string[] = []): Promise<Raw> {
  const child = spawn(process.execPath, [...nodeArgs, program], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  started.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  let id = 0;
  const ask = async (method: string, params: object = {}) => {
    id += 1;
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    return JSON.parse(String((await lines.next()).value));
  };
  await ask('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  });
  child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  await ask('tools/list');
  await ask('resources/list');
  await ask('prompts/list');
  return { child, ask };
}

/** Sockets of the internet that a process holds; Linux says so in /proc. */
function internetSockets(pid: number | undefined): string[] {
  const inodes = new Set(
    ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((kind) =>
      readFileSync(`/proc/${pid}/net/${kind}`, 'utf8')
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(/\s+/)[9] ?? ''),
    ),
  );
  return readdirSync(`/proc/${pid}/fd`)
    .map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    })
    .filter((target) => inodes.has(/^socket:\[(\d+)\]$/.exec(target)?.[1] ?? 'none'));
}

describe('a server that was started and has listed everything', () => {
  const environment = (name: string): Record<string, string> => {
    const home = join(folder, name);
    for (const part of ['home', 'tmp', 'cache']) mkdirSync(join(home, part), { recursive: true });
    return {
      ...tenantEnvironment(sandbox),
      HOME: join(home, 'home'),
      TMPDIR: join(home, 'tmp'),
      AUTOTASK_CACHE_DIR: join(home, 'cache'),
      AUTOTASK_AUDIT_LOG: join(home, 'cache/audit.jsonl'),
    };
  };
  const filesIn = (name: string) =>
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).sort();

  it('has opened no socket, written no file and called nobody, until it is asked to', async () => {
    const from = sandbox.requests.length;
    const { child, ask } = await startRaw(environment('quiet'));
    expect(sandbox.requests.slice(from)).toEqual([]);
    expect(filesIn('quiet')).toEqual(['cache', 'home', 'tmp']);
    if (process.platform === 'linux') expect(internetSockets(child.pid)).toEqual([]);

    await ask('tools/call', { name: 'count-entity', arguments: { entity: 'Companies' } });
    expect(sandbox.requests.length).toBeGreaterThan(from);
    if (process.platform === 'linux') expect(internetSockets(child.pid)).not.toEqual([]);
  });

  it('does not mind a second one, started at the same time with the same folders', async () => {
    const env = environment('twins');
    const twins = await Promise.all([startRaw(env), startRaw(env)]);
    const call = { name: 'count-entity', arguments: { entity: 'Companies' } };
    const answers = await Promise.all(twins.map(({ ask }) => ask('tools/call', call)));
    for (const answer of answers) {
      expect(answer).toMatchObject({
        result: { content: [{ text: expect.stringMatching(/^\d+ Companies/) }] },
      });
    }
  });

  it('has loaded no tool, entity, client, sandbox, HTTP part, first SDK or large library, and no languages', async () => {
    const list = join(folder, 'loaded.txt');
    const hooks = join(folder, 'hooks.mjs');
    const register = join(folder, 'register.mjs');
    writeFileSync(
      hooks,
      `import { appendFileSync } from 'node:fs';
       export const load = (url, context, next) => (appendFileSync(${JSON.stringify(list)}, url + '\\n'), next(url, context));`,
    );
    writeFileSync(
      register,
      `import { appendFileSync } from 'node:fs';
       import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);
       const construct = (target, args) => (appendFileSync(${JSON.stringify(list)}, 'Intl\\n'), Reflect.construct(target, args));
       for (const name of ['Collator', 'DateTimeFormat', 'NumberFormat'])
         Intl[name] = new Proxy(Intl[name], { construct });`,
    );
    await startRaw(environment('lean'), ['--import', register]);

    const dist = join(program, '..');
    const contents = z
      .record(z.string(), z.array(z.string()))
      .parse(JSON.parse(readFileSync(join(dist, 'maps/contents.json'), 'utf8')));
    const loaded = readFileSync(list, 'utf8')
      .split('\n')
      .filter((url) => url.startsWith('file:') && fileURLToPath(url).startsWith(dist))
      .map((url) => basename(url));
    const inputs = Object.entries(contents)
      .filter(([path]) => loaded.includes(basename(path)))
      .flatMap(([, modules]) => modules);
    expect(inputs).toContain('src/server/index.ts');
    const heavy =
      /^generated\/|^src\/(tools|entities|client|sandbox|audit|transports\/http)\/|^src\/(config\/(http|oauth)|policy\/settings)\.ts|node_modules\/(got|ajv|prom-client|jose|hono|@hono|@modelcontextprotocol\/(sdk|node|client)|@opentelemetry)\//;
    expect(inputs.filter((path) => heavy.test(path))).toEqual([]);
    // What Node knows about languages takes as long to load as all of this program.
    expect(readFileSync(list, 'utf8').split('\n')).not.toContain('Intl');
    // Each file costs more time than what is in it.
    expect(new Set(loaded).size).toBeLessThanOrEqual(2);
  });
});

it.each([
  ['yes', { confirm: true }, 1],
  ['no', { confirm: false }, 0],
  ['something that is no answer', { confirm: 'yes' }, 0],
])('asks the human with what it loads for that, and understands %s', async (_, content, writes) => {
  const questions: string[] = [];
  const env = { ...tenantEnvironment(sandbox), AUTOTASK_CONFIRM_MODE: 'elicit' };
  const client = await spawnClient([], env, {
    human: (message) => {
      questions.push(message);
      return { action: 'accept', content };
    },
  });
  const from = sandbox.requests.length;
  const args = { entity: 'ContactGroups', data: { name: 'Asked', isActive: true }, confirm: 'CREATE_ENTITY' };
  const result = await client.callTool({ name: 'create-entity', arguments: args });
  expect(questions).toEqual([expect.stringContaining('ContactGroup')]);
  const sent = sandbox.requests
    .slice(from)
    .filter(({ method, path }) => method === 'POST' && /ContactGroups$/.test(path));
  expect(sent).toHaveLength(writes);
  expect(result.isError === true).toBe(writes === 0);
  await client.close();
});
