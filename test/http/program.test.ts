import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import { tenantEnvironment } from '../support/tenant.js';
import {
  bearer,
  callTool,
  connectClient,
  connectForSession,
  message,
  post,
  startProgram,
  token,
} from './support.js';

const refused = async (env: Record<string, string>, args: readonly string[] = []) => {
  const program = await startProgram(args, env);
  if (program.url !== null) {
    await program.stop();
    throw new Error('it started');
  }
  expect(await program.exited).toBe(2);
  return program.output().stderr;
};

describe('the program refuses to start', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['without a token', {}, /AUTOTASK_HTTP_TOKEN: is required .* at least 16 characters/],
    [
      'for people who sign in, without a public address and an issuer',
      { AUTOTASK_HTTP_AUTH: 'oauth' },
      /AUTOTASK_HTTP_PUBLIC_URL: is required when AUTOTASK_HTTP_AUTH is oauth[\s\S]*AUTOTASK_OAUTH_ISSUERS: is required/,
    ],
    [
      'for people who sign in, at a public address over plain http',
      { AUTOTASK_HTTP_AUTH: 'oauth', AUTOTASK_HTTP_PUBLIC_URL: 'http://mcp.example.com/mcp' },
      /AUTOTASK_HTTP_PUBLIC_URL: must be the address of \/mcp .* over https/,
    ],
    [
      'for people who sign in, with an issuer over plain http',
      { AUTOTASK_HTTP_AUTH: 'oauth', AUTOTASK_OAUTH_ISSUERS: 'https://a.example.com,http://a.example.com' },
      /AUTOTASK_OAUTH_ISSUERS: must list addresses of issuers/,
    ],
    [
      'with a prefix of scopes that is two words',
      { AUTOTASK_HTTP_AUTH: 'oauth', AUTOTASK_OAUTH_SCOPE_PREFIX: 'api://x y' },
      /AUTOTASK_OAUTH_SCOPE_PREFIX: must be one word/,
    ],
    [
      'with settings of OAuth that nothing would use',
      { AUTOTASK_HTTP_TOKEN: token, AUTOTASK_OAUTH_TENANTS: 'x' },
      /AUTOTASK_OAUTH_TENANTS: has no effect unless AUTOTASK_HTTP_AUTH is oauth/,
    ],
    [
      'with a short token',
      { AUTOTASK_HTTP_TOKEN: 'short-secret' },
      /AUTOTASK_HTTP_TOKEN: must have at least 16/,
    ],
    [
      'with spaces in a token',
      { AUTOTASK_HTTP_TOKEN: 'twenty characters ok' },
      /AUTOTASK_HTTP_TOKEN: .*without spaces/,
    ],
    [
      'with a short token among several',
      { AUTOTASK_HTTP_TOKENS: `one ${token}, two short` },
      /AUTOTASK_HTTP_TOKENS: entry 2 has a token that must have/,
    ],
    [
      'with an unknown flag of a token',
      { AUTOTASK_HTTP_TOKENS: `one ${token} readonly` },
      /entry 1 must read: name token \[read-only\] \[policy=FILE\]/,
    ],
    [
      'with a name twice',
      { AUTOTASK_HTTP_TOKENS: `one ${token}\none ${token}x` },
      /entry 2 has the name of another token/,
    ],
    [
      'with a token twice',
      { AUTOTASK_HTTP_TOKENS: `one ${token} read-only, two ${token}` },
      /entry 2 has the token of another holder/,
    ],
    [
      'with the name of the single token',
      { AUTOTASK_HTTP_TOKEN: token, AUTOTASK_HTTP_TOKENS: `default ${token}x` },
      /entry 1 has the name of another token \(that of AUTOTASK_HTTP_TOKEN is default\)/,
    ],
    [
      'with the single token among several',
      { AUTOTASK_HTTP_TOKEN: token, AUTOTASK_HTTP_TOKENS: `one ${token} read-only` },
      /entry 1 has the token of another holder/,
    ],
    [
      'with nothing but comments for tokens',
      { AUTOTASK_HTTP_TOKENS: `# one ${token}, two ${token}x` },
      /AUTOTASK_HTTP_TOKEN: is required/,
    ],
    [
      'for a gateway that would write in the name of one resource in every tenant',
      { AUTOTASK_HTTP_AUTH: 'gateway', AUTOTASK_IMPERSONATION_RESOURCE_ID: '7' },
      /AUTOTASK_IMPERSONATION_RESOURCE_ID: is a resource of one tenant/,
    ],
    [
      'for a gateway, with a tool that does not exist',
      { AUTOTASK_HTTP_AUTH: 'gateway', AUTOTASK_DISABLED_TOOLS: 'get-tickt' },
      /AUTOTASK_DISABLED_TOOLS\): "get-tickt" fits no tool/,
    ],
    [
      'for an open gateway',
      { AUTOTASK_HTTP_AUTH: 'gateway', AUTOTASK_HTTP_HOST: '0.0.0.0' },
      /AUTOTASK_HTTP_TOKEN: is required when AUTOTASK_HTTP_HOST is 0\.0\.0\.0/,
    ],
    [
      'with a wrong port',
      { PORT: '70000', AUTOTASK_HTTP_TOKEN: token },
      /PORT: must be a port number from 0 to 65535/,
    ],
    [
      'with a wrong mode',
      { AUTOTASK_HTTP_AUTH: 'none', AUTOTASK_HTTP_TOKEN: token },
      /AUTOTASK_HTTP_AUTH: must be token, gateway or oauth/,
    ],
    [
      'with an origin that is none',
      { AUTOTASK_HTTP_ALLOWED_ORIGINS: 'example.com', AUTOTASK_HTTP_TOKEN: token },
      /AUTOTASK_HTTP_ALLOWED_ORIGINS: must list origins/,
    ],
    [
      'with an unknown transport',
      { AUTOTASK_TRANSPORT: 'htpp' },
      /AUTOTASK_TRANSPORT: must be stdio or http/,
    ],
  ])('%s', async (_, env, text) => {
    const stderr = await refused(env);
    expect(stderr).toMatch(text);
    for (const secret of ['short-secret', 'twenty characters ok', token])
      expect(stderr).not.toContain(secret);
  });

  it('on a port that is taken', async () => {
    const first = await startProgram([], { AUTOTASK_HTTP_TOKEN: token });
    const port = new URL(String(first.url)).port;
    const second = await startProgram([], { AUTOTASK_HTTP_TOKEN: token, PORT: port });
    expect(second.url).toBeNull();
    expect(await second.exited).toBe(1);
    expect(second.output().stderr).toMatch(/Cannot listen on 127\.0\.0\.1, port \d+: something else uses it/);
    await first.stop();
  });
});

describe('the program', () => {
  it('takes tokens from a file, each with its rights, and prints none', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'tokens-')), 'tokens');
    writeFileSync(file, `# who     token\ndesktop   ${token}\ndashboard read-only-0123456789 read-only\n`);
    const program = await startProgram(['--demo'], { AUTOTASK_HTTP_TOKENS_FILE: file, LOG_LEVEL: 'debug' });
    const url = String(program.url);
    expect(new URL(url).hostname).toBe('127.0.0.1');
    const client = await connectClient(url);
    const reading = await connectClient(url, { Authorization: 'Bearer read-only-0123456789' });
    const names = async (from: typeof client) => (await from.listTools()).tools.map(({ name }) => name);
    expect(await names(client)).toContain('delete-entity');
    expect(await names(reading)).not.toContain('delete-entity');
    expect(JSON.stringify(await reading.callTool({ name: 'get-version', arguments: {} }))).toMatch(
      /read-only/,
    );
    await client.close();
    await reading.close();
    await program.stop();
    const { stdout, stderr } = program.output();
    expect(stdout).toBe('');
    expect(stderr).toMatch(/debug tools\/list 200/);
    expect(stderr).not.toContain(token);
    expect(stderr).not.toContain('read-only-0123456789');
  });

  it('serves tools without credentials, and says what is missing', async () => {
    const program = await startProgram([], { AUTOTASK_HTTP_TOKEN: token });
    const url = String(program.url);
    expect((await post(url, message('tools/list'))).status).toBe(200);
    expect(await (await post(url, callTool('query-entity', { entity: 'Tickets' }))).text()).toMatch(
      /AUTOTASK_SECRET/,
    );
    expect((await fetch(`${url}/ready`)).status).toBe(503);
    await program.stop();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends on %s after the running call is answered', async (signal) => {
    const sandbox = await startSandbox({ latency: 400 });
    const program = await startProgram(['--http'], {
      ...tenantEnvironment(sandbox),
      AUTOTASK_CACHE_DIR: 'none',
      AUTOTASK_TRANSPORT: '',
      AUTOTASK_HTTP_TOKEN: token,
      LOG_LEVEL: 'info',
    });
    const url = String(program.url);
    const running = post(url, callTool('query-entity', { entity: 'Tickets', maxRecords: 1500 }));
    const metrics = async () => (await fetch(`${url}/metrics`, { headers: bearer })).text();
    while (!/^autotask_mcp_running_requests 1$/m.test(await metrics()));
    program.kill(signal);
    expect(await (await running).text()).toMatch(/1500 of Tickets/);
    expect(await program.exited).toBe(0);
    await sandbox.close();
  });

  it('attaches no file of its machine, whatever folder is named, and says why', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'files-'));
    writeFileSync(join(folder, 'report.txt'), 'report');
    const program = await startProgram(['--demo'], {
      AUTOTASK_HTTP_TOKEN: token,
      AUTOTASK_FILES_DIR: folder,
      LOG_LEVEL: 'info',
    });
    const client = await connectClient(String(program.url));
    const { tools } = await client.listTools();
    const tool = tools.find(({ name }) => name === 'create-attachment');
    expect(Object.keys(tool?.inputSchema.properties ?? {})).not.toContain('path');
    const args = { parentId: 100001, path: 'report.txt' };
    const answer = JSON.stringify(await client.callTool({ name: 'create-attachment', arguments: args }));
    expect(answer).toMatch(/path is not an argument: files of the machine are attached only over stdio/);
    await client.close();
    await program.stop();
    expect(program.output().stderr).toMatch(/AUTOTASK_FILES_DIR has no effect over HTTP/);
  });

  it('offers sessions when asked to', async () => {
    const program = await startProgram(['--demo'], {
      AUTOTASK_HTTP_TOKEN: token,
      AUTOTASK_HTTP_SESSIONS: 'true',
    });
    const client = await connectForSession(String(program.url));
    expect(client.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    await client.close();
    await program.stop();
  });

  it('ignores a PORT that is none of its business over stdio', async () => {
    const program = await startProgram([], {
      AUTOTASK_TRANSPORT: 'stdio',
      PORT: 'tcp://10.0.0.1:80',
    });
    expect(await program.exited).toBe(0);
  });
});

it.each([
  ['lies in a folder that is not there', ['missing', 'audit.jsonl'], /the folder does not exist/],
  ['is a folder', [], /it is a folder: name a file in it/],
])('warns at the start of an audit log whose path %s', async (_what, path, text) => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-path-'));
  const started = await startProgram(['--demo'], {
    AUTOTASK_HTTP_TOKEN: token,
    AUTOTASK_AUDIT_LOG: join(folder, ...path),
  });
  await started.stop();
  expect(started.url).not.toBeNull();
  const { stderr } = started.output();
  expect(stderr).toMatch(/AUTOTASK_AUDIT_LOG: .*Writes are refused as long as they cannot be recorded/);
  expect(stderr).toMatch(text);
});
