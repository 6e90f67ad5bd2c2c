import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { variableTable } from '../../src/config/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { openClient } from '../support/client.js';

const root = join(import.meta.dirname, '../..');

const manifestShape = z.object({
  name: z.string(),
  version: z.string(),
  server: z.object({
    entry_point: z.string(),
    mcp_config: z.object({
      command: z.literal('node'),
      args: z.array(z.string()),
      env: z.record(z.string(), z.string()),
    }),
  }),
  tools: z.array(z.object({ name: z.string(), description: z.string() })),
  user_config: z.record(
    z.string(),
    z.object({
      type: z.string(),
      required: z.boolean(),
      sensitive: z.boolean().optional(),
      default: z.unknown().optional(),
    }),
  ),
});

const folder = mkdtempSync(join(tmpdir(), 'mcpb-test-'));
const unpacked = join(folder, 'unpacked');
let manifest: z.infer<typeof manifestShape>;
let sandbox: Sandbox;
beforeAll(async () => {
  // The build is there; what `npm run bundle:mcpb` does after it.
  execFileSync(process.execPath, ['packaging/mcpb.mjs', folder], { cwd: root });
  const mcpbPath = join(folder, `autotask-mcp-${packageJson.version}.mcpb`);
  execFileSync(join(root, 'node_modules/.bin/mcpb'), ['unpack', mcpbPath, unpacked]);
  manifest = manifestShape.parse(JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')));
  sandbox = await startSandbox();
}, 60_000);
afterAll(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

/** Starts the server as Claude Desktop does: what is not filled in is handed over in one of these ways. */
async function start(filled: Readonly<Record<string, string>>, unfilled: 'empty' | 'literal') {
  const { command, args, env } = manifest.server.mcp_config;
  const put = (text: string) =>
    text
      .replaceAll(`\${__dirname}`, unpacked)
      .replace(/\$\{user_config\.(\w+)\}/g, (all, key) => filled[key] ?? (unfilled === 'empty' ? '' : all));
  let stderr = '';
  const client = await openClient({
    command: command === 'node' ? process.execPath : command,
    args: args.map(put),
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, put(value)])),
    onStderr: (text) => {
      stderr += text;
    },
  });
  const call = async (name: string, args: Record<string, unknown>) => {
    const { content } = await client.callTool({ name, arguments: args });
    return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  };
  return { client, call, stderr: () => stderr };
}

const credentials = () => ({
  username: sandbox.credentials.userName,
  secret: sandbox.credentials.secret,
  integration_code: sandbox.credentials.integrationCode,
  api_url: sandbox.apiUrl,
});

describe('the bundle for Claude Desktop', () => {
  it('holds the program, its licences and nothing else', () => {
    expect(readdirSync(unpacked).sort()).toEqual([
      'LICENSE',
      'THIRD-PARTY-NOTICES',
      'manifest.json',
      'package.json',
      'server',
    ]);
    expect(readdirSync(join(unpacked, 'server')).sort()).toEqual(['chunks', 'cli.js']);
    expect([manifest.name, manifest.version]).toEqual([packageJson.name, packageJson.version]);
  });

  it('asks for secrets as secrets, needs the credentials alone, and passes nothing as an argument', () => {
    const { args, env } = manifest.server.mcp_config;
    expect(args).toEqual([`\${__dirname}/${manifest.server.entry_point}`]);
    const table = new Map<string, object>(variableTable.map((row) => [row.name, row]));
    for (const [name, value] of Object.entries(env)) {
      const key = /^\$\{user_config\.(\w+)\}$/.exec(value)?.[1] ?? '';
      const asked = manifest.user_config[key];
      expect(asked, name).toBeDefined();
      expect(asked?.sensitive ?? false, name).toBe('secret' in (table.get(name) ?? {}));
    }
    expect(Object.keys(env)).toHaveLength(Object.keys(manifest.user_config).length);
    const required = Object.entries(manifest.user_config).filter(([, { required }]) => required);
    expect(required.map(([key]) => key)).toEqual(['username', 'secret', 'integration_code']);
  });

  it.each(['empty', 'literal'] as const)(
    'is started as its manifest says and lists its tools; what is left out is %s',
    async (unfilled) => {
      const { client, call, stderr } = await start(credentials(), unfilled);
      const { tools } = await client.listTools();
      expect(tools.map(({ name, description }) => ({ name, description }))).toEqual(manifest.tools);
      const from = sandbox.requests.length;
      expect(await call('count-entity', { entity: 'Companies' })).toMatch(/^\d+ Companies/);
      expect(sandbox.requests.slice(from).map(({ path }) => path)).toContain('V1.0/Companies/query/count');
      await client.close();
      expect(stderr()).toBe('');
    },
  );

  it('writes nothing when it was set to read only', async () => {
    const { client } = await start({ ...credentials(), read_only: 'true' }, 'literal');
    const { tools } = await client.listTools();
    expect(tools.filter(({ annotations }) => annotations?.readOnlyHint !== true)).toEqual([]);
    await client.close();
  });

  it.each(['empty', 'literal'] as const)(
    'says what is missing when nothing was filled in: %s',
    async (unfilled) => {
      const { client, call } = await start({}, unfilled);
      expect(await call('count-entity', { entity: 'Companies' })).toMatch(
        /AUTOTASK_USERNAME, AUTOTASK_SECRET, AUTOTASK_INTEGRATION_CODE not set/,
      );
      await client.close();
    },
  );
});
