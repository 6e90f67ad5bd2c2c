import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clients } from '../../src/cli/config/clients.js';
import { launchOf } from '../../src/cli/config/launch.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { connectClient, startProgram } from '../http/support.js';
import { openClient } from '../support/client.js';
import { documented, markdownTable } from '../support/docs.js';
import { program, tenantEnvironment } from '../support/tenant.js';
import { type Client as ClientName, connectionOf, names, parsed, read } from './clients.js';
import { emptyFolder, run } from './support.js';

const root = join(import.meta.dirname, '../..');
const token = 'bearer-token-for-this-test';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const credentials = () => ({
  AUTOTASK_USERNAME: sandbox.credentials.userName,
  AUTOTASK_SECRET: sandbox.credentials.secret,
  AUTOTASK_INTEGRATION_CODE: sandbox.credentials.integrationCode,
  AUTOTASK_HTTP_TOKEN: token,
});

/** What the tests' tenant needs besides and a real one does not. */
const elsewhere = () => ({ AUTOTASK_ZONE_URL: sandbox.url, AUTOTASK_CACHE_DIR: 'none', LOG_LEVEL: 'error' });

async function printed(client: string, args: readonly string[] = [], home = emptyFolder()) {
  const ran = await run(['config', client, ...args], { env: { HOME: home, ...credentials() } });
  expect(ran.code, ran.stderr).toBe(0);
  for (const value of Object.values(credentials())) expect(ran.stdout + ran.stderr).not.toContain(value);
  return ran.stdout;
}

/** Starts what stands in the entry and asks it for the version of the tenant. */
async function askOverStdio(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd?: string,
) {
  const all = { PATH: process.env.PATH ?? '', ...env };
  const client = await openClient({ command, args, env: all, ...(cwd === undefined ? {} : { cwd }) });
  const { tools } = await client.listTools();
  const answer = JSON.stringify(await client.callTool({ name: 'get-version', arguments: {} }));
  await client.close();
  return { answer, tools: tools.map(({ name }) => name) };
}

describe('what config prints', () => {
  it.each(names)('for %s starts the server on the tenant, as written', async (name) => {
    const text = await printed(name);
    const { command, args, env } = connectionOf(name, text, credentials());
    sandbox.clearRequests();
    const { answer } = await askOverStdio(command, args, { ...env, ...elsewhere() });
    expect(answer).toContain('live tenant');
    expect(sandbox.requests.at(-1)?.headers.secret).toBe(sandbox.credentials.secret);
  });

  it.each(names)('for %s hands a secret on as it is, whatever signs are in it', async (name) => {
    const secret = ['a$b$', '{HOME}"\\ #~@z'].join('');
    const { env } = connectionOf(name, await printed(name), { ...credentials(), AUTOTASK_SECRET: secret });
    const file = env.AUTOTASK_SECRET_FILE;
    expect(file === undefined ? env.AUTOTASK_SECRET : read(file)).toBe(
      file === undefined ? secret : `${secret}\n`,
    );
  });

  it.each(names)('for %s with --demo --read-only needs no credentials', async (name) => {
    const text = await printed(name, ['--demo', '--read-only']);
    expect(text).not.toMatch(/AUTOTASK_/);
    const { command, args, env } = connectionOf(name, text, {});
    const { answer, tools } = await askOverStdio(command, args, { ...env });
    expect(answer).toContain('sandbox');
    expect(tools.filter((tool) => /^(create|update|delete)-/.test(tool))).toEqual([]);
  });

  it.each(names.filter((name) => name !== 'claude-desktop' && name !== 'zed'))(
    'for %s with --url reaches a server over HTTP with its token, and with --read-only without tools that write',
    async (name) => {
      const { url, stop } = await startProgram(['--http'], {
        ...tenantEnvironment(sandbox),
        AUTOTASK_HTTP_TOKEN: token,
        LOG_LEVEL: 'info',
      });
      const text = await printed(name, ['--url', `${url}/mcp`]);
      const { url: found = '', headers, command } = connectionOf(name, text, credentials());
      expect(command).toBe('');
      expect(found).toBe(`${url}/mcp`);
      const client = await connectClient(found.replace(/\/mcp$/, ''), { ...headers });
      const answer = await client.callTool({ name: 'get-version', arguments: {} });
      expect(JSON.stringify(answer)).toContain('live tenant');
      await client.close();
      const readOnly = connectionOf(
        name,
        await printed(name, ['--url', `${url}/mcp`, '--read-only']),
        credentials(),
      );
      const reader = await connectClient(`${url}`, { ...readOnly.headers });
      const tools = (await reader.listTools()).tools.map((tool) => tool.name);
      expect(tools).toContain('query-entity');
      expect(tools.filter((tool) => /^(create|update|delete)-/.test(tool))).toEqual([]);
      await reader.close();
      await stop();
    },
  );

  it('for VS Code asks for secrets without echo', async () => {
    const { inputs } = parsed('vscode', await printed('vscode'));
    expect(inputs).toMatchObject([
      { id: 'autotask-username', password: false },
      { id: 'autotask-secret', password: true },
      { id: 'autotask-integration-code', password: true },
    ]);
  });

  it('for Docker passes names of variables on, and what follows the image to the program', async () => {
    const words = (await printed('docker', ['--read-only'])).trim().split(' ');
    const at = words.indexOf('IMAGE');
    expect(words.slice(0, 3)).toEqual(['docker', 'run', '--rm']);
    const passed = words.flatMap((word, index) => (words[index - 1] === '-e' ? [word] : []));
    expect(passed).toEqual(['AUTOTASK_USERNAME', 'AUTOTASK_SECRET', 'AUTOTASK_INTEGRATION_CODE']);
    const values: Record<string, string> = credentials();
    const env = Object.fromEntries(passed.map((name) => [name, values[name] ?? '']));
    const { answer } = await askOverStdio(process.execPath, [program, ...words.slice(at + 1)], {
      ...env,
      ...elsewhere(),
    });
    expect(answer).toContain('live tenant');
    expect(await printed('docker', ['--http'])).toMatch(
      /-p 127\.0\.0\.1:3000:3000 .*-e AUTOTASK_HTTP_TOKEN IMAGE\n$/,
    );
    expect(await printed('docker', ['--demo'])).toMatch(/ IMAGE --demo\n$/);
  });

  it('is npx where the program was installed as a package, and works like that', async () => {
    const folder = emptyFolder();
    const installed = join(folder, 'node_modules/autotask-mcp');
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    cpSync(join(root, 'dist'), join(installed, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(installed, 'package.json'));
    symlinkSync('../autotask-mcp/dist/cli.js', join(folder, 'node_modules/.bin/autotask-mcp'));
    const script = join(installed, 'dist/cli.js');
    const { stdout } = await run(['config', 'cursor', '--demo'], { script, env: { HOME: folder } });
    const { command, args } = connectionOf('cursor', stdout, {});
    expect([command, ...args]).toEqual(['npx', '-y', 'autotask-mcp', '--demo']);
    const { answer } = await askOverStdio(
      command,
      args,
      { HOME: folder, npm_config_offline: 'true', npm_config_update_notifier: 'false' },
      folder,
    );
    expect(answer).toContain('sandbox');
    expect(launchOf(script, 'win32', ['--demo'])).toEqual({
      command: 'cmd',
      args: ['/c', 'npx', '-y', 'autotask-mcp', '--demo'],
    });
  });
});

it('names for npx what npx itself was asked for, and lets npm install from git', () => {
  const folder = emptyFolder();
  const script = join(folder, 'node_modules/autotask-mcp/dist/cli.js');
  mkdirSync(dirname(script), { recursive: true });
  writeFileSync(script, '');
  const asked = (spec: string) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ _npx: { packages: [spec] } }));
    return launchOf(script, 'linux', ['--demo']).args;
  };
  expect(asked('github:owner/repo')).toEqual(['-y', '--allow-git=root', 'github:owner/repo', '--demo']);
  expect(asked('owner/repo')).toEqual(['-y', '--allow-git=root', 'owner/repo', '--demo']);
  expect(asked('autotask-mcp@0.1')).toEqual(['-y', 'autotask-mcp@0.1', '--demo']);
});

describe('what config refuses', () => {
  it.each([
    [['config'], /needs the name of a client.*claude-desktop, .*docker/],
    [['config', 'cursr'], /cursr is not a client that config knows\. Did you mean cursor/],
    [['config', 'cursor', 'zed'], /takes one client/],
    [['config', 'claude-desktop', '--http'], /takes? no bearer token/],
    [['config', 'cursor', '--url', 'ftp://x'], /--url must be an http or https address/],
    [['config', 'cursor', '--url', 'https://u:p@example.com/mcp'], /must hold no credentials/],
    [['config', 'cursor', '--http', '--demo'], /--demo goes without --http and --url/],
    [['config', 'cursor', '--yes'], /--yes goes with --write/],
    [['config', 'cursor', '--file', 'x'], /--file goes with --write/],
    [['config', 'docker', '--write'], /docker has no file/],
    [['config', 'zed', '--http', '--write', '--yes'], /Nothing was written.*token has to stand/],
  ])('%j with code 2', async (args, text) => {
    const { code, stdout, stderr } = await run(args, { env: { HOME: emptyFolder() } });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(text);
  });
});

it('docs/clients.md has every client and where its file lies', () => {
  const on = (platform: string, home: string, env: Record<string, string> = {}) => ({ platform, home, env });
  const rows = names.map((name) => {
    const { title, file } = clients[name];
    const [mac, linux] = [file(on('darwin', '~')), file(on('linux', '~'))];
    const windows = file(on('win32', '%USERPROFILE%', { APPDATA: '%APPDATA%' }));
    return [`\`${name}\``, title, ...[mac, linux, windows].map((path) => `\`${path}\``)];
  });
  const expected = markdownTable(['client', 'is', 'macOS', 'Linux', 'Windows'], rows);
  expect(documented('docs/clients.md', 'clients', expected)).toBe(expected);
});

describe('the places of the files', () => {
  const place = (platform: string, env: Record<string, string> = {}) => ({
    platform,
    home: platform === 'win32' ? 'C:\\Users\\ann' : '/home/ann',
    env,
  });
  const mac = '/home/ann/Library/Application Support';
  const roaming = 'C:\\Users\\ann\\AppData\\Roaming';
  const table: readonly (readonly [ClientName, string, string, string])[] = [
    [
      'claude-desktop',
      `${mac}/Claude/claude_desktop_config.json`,
      '/home/ann/.config/Claude/claude_desktop_config.json',
      `${roaming}\\Claude\\claude_desktop_config.json`,
    ],
    ['claude-code', '.mcp.json', '.mcp.json', '.mcp.json'],
    [
      'cursor',
      '/home/ann/.cursor/mcp.json',
      '/home/ann/.cursor/mcp.json',
      'C:\\Users\\ann\\.cursor\\mcp.json',
    ],
    [
      'vscode',
      `${mac}/Code/User/mcp.json`,
      '/home/ann/.config/Code/User/mcp.json',
      `${roaming}\\Code\\User\\mcp.json`,
    ],
    [
      'windsurf',
      '/home/ann/.codeium/windsurf/mcp_config.json',
      '/home/ann/.codeium/windsurf/mcp_config.json',
      'C:\\Users\\ann\\.codeium\\windsurf\\mcp_config.json',
    ],
    [
      'zed',
      '/home/ann/.config/zed/settings.json',
      '/home/ann/.config/zed/settings.json',
      `${roaming}\\Zed\\settings.json`,
    ],
    [
      'gemini',
      '/home/ann/.gemini/settings.json',
      '/home/ann/.gemini/settings.json',
      'C:\\Users\\ann\\.gemini\\settings.json',
    ],
    [
      'codex',
      '/home/ann/.codex/config.toml',
      '/home/ann/.codex/config.toml',
      'C:\\Users\\ann\\.codex\\config.toml',
    ],
  ];

  it.each(table)('of %s on macOS, Linux and Windows', (name, onMac, onLinux, onWindows) => {
    const { file } = clients[name];
    expect(file(place('darwin'))).toBe(onMac);
    expect(file(place('linux'))).toBe(onLinux);
    expect(file(place('win32'))).toBe(onWindows);
  });

  it('obey what the machine says about them', () => {
    expect(clients.vscode.file(place('linux', { XDG_CONFIG_HOME: '/x' }))).toBe('/x/Code/User/mcp.json');
    expect(clients.vscode.file(place('win32', { APPDATA: 'D:\\App' }))).toBe('D:\\App\\Code\\User\\mcp.json');
    expect(clients.codex.file(place('linux', { CODEX_HOME: '/c' }))).toBe('/c/config.toml');
  });
});
