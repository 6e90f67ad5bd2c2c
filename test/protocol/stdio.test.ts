import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { startSandbox } from '../../src/sandbox/index.js';
import { type Connection, connect, program, spawnClient, tenantEnvironment } from '../support/tenant.js';

/** Runs the program with the given input until it ends by itself. */
async function run(args: readonly string[], input: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

const message = (id: number, method: string, params: unknown = {}) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;

const initialize = message(1, 'initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'pipe', version: '1' },
});

describe('stdio', () => {
  it('answers requests that were piped in, writes nothing else to stdout, and ends with the input', async () => {
    const input =
      initialize +
      `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n` +
      message(2, 'tools/list') +
      message(3, 'tools/call', { name: 'count-entity', arguments: { entity: 'Tickets' } });
    const { code, stdout } = await run(['--demo'], input);
    const messages = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(messages.map((answer) => answer.id).sort()).toEqual([1, 2, 3]);
    expect(messages.every((answer) => answer.jsonrpc === '2.0' && answer.result !== undefined)).toBe(true);
    const count = messages.find((answer) => answer.id === 3);
    expect(count.result.content[0].text).toMatch(/^\d+ Tickets$/);
  });

  const versioned = (protocolVersion: string) =>
    message(1, 'initialize', {
      protocolVersion,
      capabilities: {},
      clientInfo: { name: 'pipe', version: '1' },
    });
  const ping = (id: number) => ({ jsonrpc: '2.0', id, method: 'ping' });
  const linesOf = async (input: string) =>
    (await run(['--demo'], input)).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const answersTo = async (input: string) => (await linesOf(input)).filter(({ id }) => id !== 1);
  const invalid = (code: number) => ({
    jsonrpc: '2.0',
    id: null,
    error: { code, message: expect.any(String) },
  });

  it('answers a batch after 2025-03-26 with one list, and says which members were no messages', async () => {
    const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
    const count = {
      jsonrpc: '2.0',
      id: 3,
      method: 'tools/call',
      params: { name: 'count-entity', arguments: { entity: 'Tickets' } },
    };
    const batches = [
      [initialized, ping(2), count],
      [initialized],
      [ping(4), 7, null],
      [],
      [ping(5), ping(5)],
    ];
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 6 } };
    const late = [{ ...count, id: 6 }, ping(7), cancelled];
    const input = [...batches, late].map((batch) => `${JSON.stringify(batch)}\n`).join('');
    const all = await linesOf(versioned('2025-03-26') + input);
    const answers = all.filter(({ id }) => id !== 1);
    expect(all).toContainEqual(
      expect.objectContaining({ id: 1, result: expect.objectContaining({ protocolVersion: '2025-03-26' }) }),
    );
    const lists = answers.filter(Array.isArray).map((list) => list.map(({ id }) => id).sort());
    expect(lists.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual([[2, 3], [4, null, null], [7]]);
    expect(answers.filter((one) => !Array.isArray(one))).toEqual([invalid(-32600), invalid(-32600)]);
  });

  it('refuses a batch in every other version', async () => {
    const answers = await answersTo(
      `${initialize}${JSON.stringify([ping(2)])}\n${JSON.stringify(ping(3))}\n`,
    );
    expect(answers).toContainEqual(invalid(-32600));
    expect(answers).toContainEqual(expect.objectContaining({ id: 3, result: {} }));
    expect(answers).toHaveLength(2);
  });

  it('answers a line that is not JSON with a parse error, and goes on; a last line needs no line break', async () => {
    const lines = ['{"jsonrpc":', 'hello', '7', '', '\r'].join('\n');
    const answers = await answersTo(`\uFEFF${initialize}${lines}\n${JSON.stringify(ping(2))}`);
    expect(answers.slice(0, 3)).toEqual([invalid(-32700), invalid(-32700), invalid(-32600)]);
    expect(answers.slice(3)).toEqual([expect.objectContaining({ id: 2, result: {} })]);
  });

  it.each([
    ['{"a":1}', null],
    ['{}', null],
    ['1', null],
    ['"ping"', null],
    ['null', null],
    ['true', null],
    ['[]', null],
    ['{"jsonrpc":"2.0"}', null],
    ['{"jsonrpc":"2.0","id":9}', 9],
    ['{"jsonrpc":"2.0","id":9,"method":5}', 9],
    ['{"jsonrpc":"1.0","id":"x","method":"ping"}', 'x'],
    ['{"id":9,"method":"ping"}', 9],
    ['{"jsonrpc":"2.0","id":null,"method":"ping"}', null],
    ['{"jsonrpc":"2.0","id":{},"method":"ping"}', null],
    ['{"jsonrpc":"2.0","id":1.5,"method":"ping"}', null],
    ['{"jsonrpc":"2.0","id":9,"method":"ping","params":["x"]}', 9],
    ['{"jsonrpc":"2.0","result":{}}', null],
  ])('answers %s, which is JSON and no message, as an invalid request, and goes on', async (line, id) => {
    for (const [version, batched] of [
      ['2025-06-18', false],
      ['2025-03-26', false],
      ['2025-03-26', true],
    ] as const) {
      const sent = batched ? `[${line},${JSON.stringify(ping(3))}]` : line;
      const answers = await answersTo(`${versioned(version)}${sent}\n${JSON.stringify(ping(2))}\n`);
      const refused = { ...invalid(-32600), id };
      const alone = line === '[]' && !batched ? invalid(-32600) : refused;
      expect(answers).toContainEqual(
        batched ? expect.arrayContaining([refused, expect.objectContaining({ id: 3, result: {} })]) : alone,
      );
      expect(answers).toContainEqual(expect.objectContaining({ id: 2, result: {} }));
      expect(answers).toHaveLength(2);
    }
  });

  it('a request of a batch that is cancelled on a later line is not waited for', async () => {
    const sandbox = await startSandbox();
    const child = spawn(process.execPath, [program], {
      env: { PATH: process.env.PATH, ...tenantEnvironment(sandbox) },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      sandbox.faults.add({ fault: { kind: 'hang' }, path: 'Tickets/query/count' });
      const read = async (): Promise<unknown> => JSON.parse(String((await once(child.stdout, 'data'))[0]));
      child.stdin.write(versioned('2025-03-26'));
      await read();
      const count = { name: 'count-entity', arguments: { entity: 'Tickets' } };
      const slow = { jsonrpc: '2.0', id: 3, method: 'tools/call', params: count };
      child.stdin.write(`${JSON.stringify([ping(2), slow])}\n`);
      await vi.waitFor(
        () => expect(sandbox.requests.map(({ path }) => path)).toContain('V1.0/Tickets/query/count'),
        5000,
      );
      const answered = read();
      const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 3 } };
      child.stdin.write(`${JSON.stringify(cancelled)}\n`);
      expect(await answered).toEqual([expect.objectContaining({ id: 2, result: {} })]);
    } finally {
      child.kill();
      await sandbox.close();
    }
  });

  it('bounds a line, and goes on after it', async () => {
    const answers = await answersTo(
      `${initialize}"${'x'.repeat(33 * 1024 * 1024)}"\n${JSON.stringify(ping(2))}\n`,
    );
    expect(answers).toEqual([invalid(-32700), expect.objectContaining({ id: 2, result: {} })]);
  });

  it('answers a request of the wrong form as its sender’s mistake, by the name of the parameter', async () => {
    const input =
      initialize +
      `${JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call' })}\n` +
      message(3, 'tools/call', { name: 5 }) +
      message(4, 'tools/call', { name: 'get-version', arguments: ['x'] }) +
      message(5, 'resources/read') +
      message(6, 'prompts/get', { name: 'triage', arguments: { a: 1 } }) +
      message(7, 'logging/setLevel', { level: 'loud' });
    const { stdout } = await run(['--demo'], input);
    const errors = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ id }) => id > 1)
      .map(({ error }) => ({ code: error?.code, message: error?.message }));
    expect(errors.map(({ code }) => code)).toEqual(Array(6).fill(-32602));
    const told = errors.map(({ message: text }) => text).sort();
    expect(told).toEqual([
      expect.stringMatching(/^Invalid params for logging\/setLevel: level: /),
      expect.stringMatching(/^Invalid params for prompts\/get: arguments\.a: .*expected string/),
      expect.stringMatching(/^Invalid params for resources\/read: uri: .*expected string/),
      expect.stringMatching(/^Invalid tools\/call request: [\s\S]*"params"/),
      expect.stringMatching(/^Invalid tools\/call request: [\s\S]*"arguments"/),
      expect.stringMatching(/^Invalid tools\/call request: [\s\S]*"name"/),
    ]);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends cleanly on %s', async (signal) => {
    const child = spawn(process.execPath, [program, '--demo'], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.write(initialize);
    await once(child.stdout, 'data');
    child.kill(signal);
    const [code, killedBy] = await once(child, 'exit');
    expect({ code, killedBy }).toEqual({ code: 0, killedBy: null });
  });

  it('refuses an unknown tool with the nearest name, as a protocol error', async () => {
    const client = await spawnClient(['--demo'], {});
    await expect(client.callTool({ name: 'query-entitys', arguments: {} })).rejects.toThrow(/query-entity/);
    await client.close();
  });
});

describe('without credentials', () => {
  it('lists tools and describes entities from the snapshot; anything else says what is missing', async () => {
    const client = await spawnClient([], { LOG_LEVEL: 'error' });
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(5);
    const described = await client.callTool({
      name: 'describe-entity-fields',
      arguments: { entity: 'Tickets', fields: ['status'] },
    });
    expect(JSON.stringify(described)).toMatch(/from the snapshot/);
    const refused = await client.callTool({ name: 'query-entity', arguments: { entity: 'Tickets' } });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused)).toMatch(/AUTOTASK_USERNAME, AUTOTASK_SECRET, AUTOTASK_INTEGRATION_CODE/);
    await client.close();
  });

  it('makes no upstream call to list tools, with credentials neither', async () => {
    let calls = 0;
    const upstream = createServer((_request, response) => {
      calls += 1;
      response.writeHead(500).end();
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const address = upstream.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const client = await spawnClient([], {
      AUTOTASK_USERNAME: 'api@example.com',
      AUTOTASK_SECRET: 'secret-secret',
      AUTOTASK_INTEGRATION_CODE: 'CODE',
      AUTOTASK_ZONE_URL: `http://127.0.0.1:${address.port}/`,
    });
    await client.listTools();
    expect(calls).toBe(0);
    await client.callTool({ name: 'get-version', arguments: {} });
    expect(calls).toBeGreaterThan(0);
    await client.close();
    upstream.close();
  });
});

describe('secrets in files', () => {
  it('are read from the paths that the *_FILE variables name', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'autotask-secrets-'));
    const sandbox = await startSandbox();
    const env: Record<string, string> = { ...tenantEnvironment(sandbox) };
    for (const name of ['AUTOTASK_USERNAME', 'AUTOTASK_SECRET', 'AUTOTASK_INTEGRATION_CODE']) {
      const file = join(folder, name);
      writeFileSync(file, `${env[name]}\n`);
      delete env[name];
      env[`${name}_FILE`] = file;
    }
    const client = await spawnClient([], env);
    const answer = await client.callTool({ name: 'get-version', arguments: {} });
    expect(JSON.stringify(answer)).toMatch(/live tenant/);
    expect(sandbox.requests.some((request) => /version$/i.test(request.path))).toBe(true);
    await client.close();
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });
});

describe('files with settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'autotask-texts-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();
  const written = (name: string, bytes: Buffer) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  };
  const forms: readonly [form: string, (text: string) => Buffer][] = [
    ['UTF-8 with a byte order mark', (text) => Buffer.from(`\uFEFF${text}`)],
    ['UTF-16, little endian', (text) => Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['UTF-16, big endian', (text) => swapped(`\uFEFF${text}`)],
  ];
  const environment = (sandbox: Awaited<ReturnType<typeof startSandbox>>) => ({
    ...tenantEnvironment(sandbox),
  });

  it.each(forms)('are read as %s', async (form, bytes) => {
    const sandbox = await startSandbox();
    const { AUTOTASK_SECRET = '', ...env } = environment(sandbox);
    const policy = { disabledTools: ['get-ticket'] };
    const client = await spawnClient([], {
      ...env,
      AUTOTASK_SECRET_FILE: written(`${form}.txt`, bytes(`${AUTOTASK_SECRET}\r\n`)),
      AUTOTASK_POLICY_FILE: written(`${form}.json`, bytes(JSON.stringify(policy))),
    });
    const answer = await client.callTool({ name: 'get-version', arguments: {} });
    expect(JSON.stringify(answer)).toMatch(/live tenant/);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).not.toContain('get-ticket');
    await client.close();
    await sandbox.close();
  });

  it.each([
    ['UTF-16 without a mark', Buffer.from('secret', 'utf16le')],
    ['bytes that are no characters', Buffer.from([0x73, 0xfc, 0xff, 0x0a])],
  ])('are refused in words as %s', async (form, bytes) => {
    const { code, stderr } = await run([], '', {
      AUTOTASK_SECRET_FILE: written(`${form}.bin`, bytes),
      AUTOTASK_POLICY_FILE: written(`${form}.json`, bytes),
    });
    expect(code).toBe(2);
    for (const name of ['AUTOTASK_SECRET_FILE', 'AUTOTASK_POLICY_FILE'])
      expect(stderr).toMatch(new RegExp(`${name}: names a file that is not text: save it as UTF-8`));
  });
});

describe('the command line', () => {
  it('prints help and version', async () => {
    expect((await run(['--version'], '')).stdout.trim()).toBe(packageJson.version);
    const { stdout, code } = await run(['--help'], '');
    expect(code).toBe(0);
    expect(stdout.split('\n').length).toBeLessThan(30);
  });

  it.each([
    [['--dmeo'], /--dmeo is not an option. Did you mean --demo/],
    [['tuor'], /tuor is not a command. Did you mean tour/],
    [['sandbox', '--prot', '1'], /--prot/],
  ])('refuses %j with exit code 2 and a suggestion', async (args, text) => {
    const { code, stdout, stderr } = await run(args, '');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(text);
  });

  it('names every wrong variable at once and no value', async () => {
    const { code, stderr } = await run([], '', {
      AUTOTASK_READ_ONLY: 'maybe-secret',
      AUTOTASK_TIMEZONE: 'Mars/Base',
      AUTOTASK_SECRET_FILE: '/nowhere/secret',
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/AUTOTASK_READ_ONLY: must be true or false/);
    expect(stderr).toMatch(/AUTOTASK_TIMEZONE/);
    expect(stderr).toMatch(/AUTOTASK_SECRET_FILE/);
    expect(stderr).not.toMatch(/maybe-secret/);
  });
});

describe('read-only', () => {
  let tenant: Connection;
  beforeAll(async () => {
    tenant = await connect({ args: ['--read-only'] });
  });
  afterAll(() => tenant.close());

  it('offers no tool that writes, and calling one is an error that sends nothing', async () => {
    const { tools } = await tenant.client.listTools();
    expect(tools.every((tool) => tool.annotations?.readOnlyHint === true)).toBe(true);
    const requests = await tenant.requestsOf(() =>
      expect(
        tenant.client.callTool({
          name: 'create-entity',
          arguments: { entity: 'Tickets', data: {}, confirm: 'CREATE_ENTITY' },
        }),
      ).rejects.toThrow(/no tool/),
    );
    expect(requests).toEqual([]);
  });
});
