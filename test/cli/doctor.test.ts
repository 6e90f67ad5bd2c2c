import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/types.js';
import { tenantEnvironment } from '../support/tenant.js';
import { emptyFolder, onTerminal, run } from './support.js';

const report = z.strictObject({
  ok: z.boolean(),
  version: z.string(),
  mode: z.enum(['live', 'demo']),
  findings: z.array(
    z.strictObject({
      check: z.string(),
      status: z.enum(['ok', 'warning', 'problem', 'skipped']),
      detail: z.string().min(1),
      next: z.string().min(1).optional(),
    }),
  ),
  variables: z.array(z.strictObject({ name: z.string(), from: z.string().nullable() })),
  entities: z.array(
    z.strictObject({
      entity: z.string(),
      read: z.string(),
      create: z.string(),
      update: z.string(),
      delete: z.string(),
    }),
  ),
});

const open: Sandbox[] = [];
afterEach(async () => {
  for (const sandbox of open.splice(0)) await sandbox.close();
});

async function tenant(options: SandboxOptions = {}): Promise<Sandbox> {
  const sandbox = await startSandbox(options);
  open.push(sandbox);
  return sandbox;
}

interface Asked {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

/** Runs the doctor against the sandbox and checks what holds for every report. */
async function examine(sandbox: Sandbox, { env = {}, args = [] }: Asked = {}) {
  const all = { ...tenantEnvironment(sandbox), ...env };
  const { code, stdout, stderr } = await run(['doctor', '--json', ...args], { env: all });
  const parsed = report.parse(JSON.parse(stdout));
  expect(stderr).toBe('');
  expect(code).toBe(parsed.ok ? 0 : 1);
  for (const { status, next } of parsed.findings) {
    expect(next !== undefined, JSON.stringify(parsed.findings)).toBe(
      status === 'problem' || status === 'warning',
    );
  }
  for (const secret of [sandbox.credentials.secret, sandbox.credentials.integrationCode]) {
    expect(stdout).not.toContain(secret);
  }
  const find = (check: string) => parsed.findings.filter((finding) => finding.check === check);
  const troubles = parsed.findings.filter(({ status }) => status === 'problem' || status === 'warning');
  return { ...parsed, code, find, troubles, text: stdout };
}

const credentialCalls = (sandbox: Sandbox) => sandbox.requests.filter(({ headers }) => 'secret' in headers);

describe('doctor on a tenant that is fine', () => {
  it('finds everything in order with few calls, none of which could write', async () => {
    const sandbox = await tenant();
    const { ok, code, mode, version, entities, find, troubles } = await examine(sandbox);
    expect({ ok, code, mode, version }).toEqual({
      ok: true,
      code: 0,
      mode: 'live',
      version: packageJson.version,
    });
    expect(troubles).toEqual([]);
    expect(find('Zone')[0]?.detail).toContain('found by the user name');
    expect(find('Threshold')[0]?.detail).toMatch(/^\d+ of 10,000 requests in 60 minutes/);
    expect(entities.find(({ entity }) => entity === 'Tickets')).toEqual({
      entity: 'Tickets',
      read: 'yes',
      create: 'yes',
      update: 'yes',
      delete: '-',
    });
    expect(sandbox.requests.length).toBeLessThanOrEqual(2 + 2 * entities.length);
    const writes = sandbox.requests.filter(
      ({ method, path }) => method !== 'GET' && !(method === 'POST' && /\/query$/i.test(path)),
    );
    expect(writes).toEqual([]);
  });

  it('says where each setting comes from and never what it is', async () => {
    const sandbox = await tenant();
    const file = join(emptyFolder(), 'secret');
    writeFileSync(file, `${sandbox.credentials.secret}\n`);
    const env: Record<string, string> = { ...tenantEnvironment(sandbox), AUTOTASK_SECRET_FILE: file };
    delete env.AUTOTASK_SECRET;
    const json = await run(['doctor', '--json', '--read-only'], { env });
    const from = new Map(report.parse(JSON.parse(json.stdout)).variables.map((one) => [one.name, one.from]));
    expect(from.get('AUTOTASK_SECRET')).toBe('file');
    expect(from.get('AUTOTASK_USERNAME')).toBe('environment');
    expect(from.get('AUTOTASK_READ_ONLY')).toBe('argument');
    expect(from.get('AUTOTASK_TIMEOUT_MS')).toBe('default');
    expect(from.get('AUTOTASK_AUDIT_LOG')).toBeNull();
    const text = await run(['doctor', '--read-only'], { env });
    expect(text.stdout).toMatch(/AUTOTASK_SECRET +file\n/);
    expect(text.stdout).toMatch(/AUTOTASK_READ_ONLY +command line\n/);
    for (const value of Object.values(sandbox.credentials)) expect(text.stdout).not.toContain(value);
  });

  it('prints a table of at most 80 columns without colour or bar when it is no terminal', async () => {
    const { code, stdout, stderr } = await run(['doctor', '--demo']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).not.toContain('\u001b');
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/sandbox tenant[\s\S]*Tickets +yes +yes +yes +-[\s\S]*\nEverything works\.\n$/);
  });

  it('shows a bar and colours on a terminal, and no colour with NO_COLOR', async () => {
    const coloured = await onTerminal('doctor --demo', {});
    expect(coloured.code).toBe(0);
    expect(coloured.shown.replaceAll('\u001b', 'ESC')).toMatch(/\rESC\[K\[#+\.*\] Tickets/);
    expect(coloured.shown).toContain('\u001b[32mok');
    const plain = await onTerminal('doctor --demo', { NO_COLOR: '1' });
    expect(plain.shown).not.toContain('\u001b[32m');
    expect(plain.shown).toContain('Everything works.');
  });

  it('shows what read-only mode and the policy leave', async () => {
    const sandbox = await tenant();
    const readOnly = await examine(sandbox, { args: ['--read-only'] });
    expect(readOnly.entities[0]).toMatchObject({ read: 'yes', create: 'read-only', update: 'read-only' });
    expect(readOnly.find('Writes')[0]?.detail).toBe('none: read-only');
    sandbox.clearRequests();
    const policy = await examine(sandbox, {
      env: { AUTOTASK_READ_ENTITIES: '*,!Contracts', AUTOTASK_CREATE_ENTITIES: 'Tickets' },
    });
    const rights = new Map(policy.entities.map((one) => [one.entity, one]));
    expect(rights.get('Contracts')).toMatchObject({ read: 'policy', create: 'policy' });
    expect(rights.get('Companies')).toMatchObject({ read: 'yes', create: 'policy', update: 'yes' });
    expect(sandbox.requests.filter(({ path }) => /Contracts\/query/i.test(path))).toEqual([]);
    expect(policy.find('Policy')[0]?.detail).toContain('readEntities');
    expect(policy.troubles).toEqual([]);
  });
});

describe('doctor on a tenant that is not', () => {
  it('tries a wrong secret once', async () => {
    const sandbox = await tenant();
    const { find, code, entities } = await examine(sandbox, {
      env: { AUTOTASK_SECRET: 'wrong-secret-value' },
    });
    expect(code).toBe(1);
    expect(find('Credentials')).toMatchObject([
      { status: 'problem', next: expect.stringContaining('locked') },
    ]);
    expect(entities).toEqual([]);
    expect(credentialCalls(sandbox)).toHaveLength(1);
  });

  it.each(['AUTOTASK_USERNAME', 'AUTOTASK_INTEGRATION_CODE'])(
    'tries a wrong %s once where the zone answers 500',
    async (name) => {
      const sandbox = await tenant({ behaviour: { wrongCredential: '500' } });
      const env = { [name]: 'somebody@else.example', AUTOTASK_API_URL: sandbox.apiUrl };
      const { code, troubles } = await examine(sandbox, { env });
      expect(code).toBe(1);
      expect(troubles).toHaveLength(1);
      expect(credentialCalls(sandbox)).toHaveLength(1);
    },
  );

  it('sends the credentials once when the answer gives no reason', async () => {
    const sandbox = await tenant();
    sandbox.faults.add({ fault: { kind: 'serverError' }, path: 'ThresholdInformation' });
    expect((await examine(sandbox)).code).toBe(1);
    expect(credentialCalls(sandbox)).toHaveLength(1);
  });

  it('says that no zone knows the user, and sends no credential', async () => {
    const sandbox = await tenant();
    const { find, code } = await examine(sandbox, { env: { AUTOTASK_USERNAME: 'nobody@nowhere.example' } });
    expect(code).toBe(1);
    expect(find('Zone')).toMatchObject([
      { status: 'problem', next: expect.stringContaining('AUTOTASK_USERNAME') },
    ]);
    expect(credentialCalls(sandbox)).toEqual([]);
  });

  it.each([
    ['reset', { kind: 'reset', when: 'before' }],
    ['unavailable', { kind: 'unavailable' }],
    ['silent', { kind: 'hang' }],
  ] as const)('says that zone discovery is %s, and sends no credential', async (_how, fault) => {
    const sandbox = await tenant();
    sandbox.faults.add({ fault, path: 'zoneInformation' });
    const { find, code } = await examine(sandbox, { env: { AUTOTASK_TIMEOUT_MS: '500' } });
    expect(code).toBe(1);
    expect(find('Zone')).toMatchObject([
      { status: 'problem', next: expect.stringContaining('AUTOTASK_API_URL') },
    ]);
    expect(credentialCalls(sandbox)).toEqual([]);
  });

  it('says that nobody listens where the zone is pinned', async () => {
    const sandbox = await tenant();
    const { find, code } = await examine(sandbox, { env: { AUTOTASK_API_URL: 'http://127.0.0.1:9/' } });
    expect(code).toBe(1);
    expect(find('Connection')[0]?.detail).toContain('refused');
  });

  it('warns when the threshold is nearly used up, and when it is', async () => {
    const nearly = await tenant({ limits: { threshold: 60 } });
    const headers = {
      UserName: nearly.credentials.userName,
      Secret: nearly.credentials.secret,
      ApiIntegrationCode: nearly.credentials.integrationCode,
    };
    for (let sent = 0; sent < 50; sent += 1) await fetch(`${nearly.apiUrl}V1.0/Version`, { headers });
    const warned = await examine(nearly);
    expect(warned.find('Threshold')).toMatchObject([
      { status: 'warning', detail: expect.stringContaining('of 60') },
    ]);

    const full = await tenant();
    full.faults.add({ fault: { kind: 'limited', retryAfter: 17 }, path: 'ThresholdInformation' });
    const { find, code } = await examine(full);
    expect(find('Connection')).toMatchObject([{ status: 'warning', next: expect.stringContaining('17 s') }]);
    expect(code).toBe(0);
    expect(credentialCalls(full)).toHaveLength(1);
  });

  it('names the entities that the API user may not read or write', async () => {
    const sandbox = await tenant();
    sandbox.deny('Contracts');
    sandbox.deny('Tickets', ['create']);
    const { entities, find, code } = await examine(sandbox);
    const rights = new Map(entities.map((one) => [one.entity, one]));
    expect(rights.get('Contracts')).toMatchObject({ read: 'no', create: 'no', update: 'no' });
    expect(rights.get('Tickets')).toMatchObject({ read: 'yes', create: 'no', update: 'yes' });
    expect(find('Permissions')).toMatchObject([
      {
        status: 'warning',
        detail: expect.stringContaining('Contracts'),
        next: expect.stringContaining('!Contracts'),
      },
    ]);
    expect(code).toBe(0);
  });

  it('recognises maintenance, before and while it looks at the entities', async () => {
    const sandbox = await tenant();
    sandbox.faults.add({ fault: { kind: 'html', status: 200 } });
    sandbox.faults.add({ fault: { kind: 'html', status: 200 }, path: 'zoneInformation' });
    const down = await examine(sandbox);
    expect(down.code).toBe(1);
    expect(down.troubles[0]?.detail).toContain('maintenance');
    sandbox.faults.clear();
    sandbox.faults.add({ fault: { kind: 'html', status: 200 }, path: 'Tickets' });
    const partly = await examine(sandbox);
    expect(partly.entities.find(({ entity }) => entity === 'Tickets')).toMatchObject({
      read: '?',
      create: '?',
    });
    expect(partly.find('Permissions')[0]).toMatchObject({ status: 'warning' });
  });

  it.each([
    [600_000, /600 s behind|599 s behind|601 s behind/],
    [-600_000, /(599|600|601) s ahead of/],
  ])('notices a clock that is %i ms off', async (ms, text) => {
    const sandbox = await tenant();
    sandbox.faults.add({ fault: { kind: 'clock', ms } });
    const { find, code } = await examine(sandbox);
    expect(find('Clock')).toMatchObject([{ status: 'warning', detail: expect.stringMatching(text) }]);
    expect(code).toBe(0);
  });

  it('gives up on slow answers after the time it was given', async () => {
    const sandbox = await tenant();
    sandbox.faults.add({ fault: { kind: 'latency', ms: 3000 }, path: 'ThresholdInformation' });
    const { find, code } = await examine(sandbox, { env: { AUTOTASK_TIMEOUT_MS: '400' } });
    expect(find('Connection')).toMatchObject([
      { status: 'problem', detail: expect.stringContaining('0.4 s') },
    ]);
    expect(code).toBe(1);
  });

  it('passes on no secret that Autotask says in an error, and no control character', async () => {
    const sandbox = await tenant();
    const { userName, secret, integrationCode } = sandbox.credentials;
    const texts = [
      `Bad ${secret} of ${userName}: ${integrationCode} \u001b[2J${Buffer.from(secret).toString('base64')}`,
    ];
    sandbox.faults.add({ fault: { kind: 'serverError', errors: texts }, path: 'ThresholdInformation' });
    const env = tenantEnvironment(sandbox);
    for (const args of [['doctor'], ['doctor', '--json']]) {
      const { stdout, code } = await run(args, { env });
      expect(code).toBe(1);
      expect(stdout).toContain('[redacted]');
      for (const value of [
        userName,
        secret,
        integrationCode,
        Buffer.from(secret).toString('base64'),
        '\u001b',
      ]) {
        expect(stdout).not.toContain(value);
      }
    }
  });
});

describe('doctor on a configuration that is wrong', () => {
  it('names what is not set and how to get it', async () => {
    const { code, stdout } = await run(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/problem +Credentials +not set: AUTOTASK_USERNAME, AUTOTASK_SECRET,/);
    expect(stdout).toContain('doctor --demo');
  });

  it('names every mistake at once, sends nothing, and repeats no value', async () => {
    const sandbox = await tenant();
    const { find, code, text } = await examine(sandbox, {
      env: {
        AUTOTASK_AUDIT_KEY: 'short-audit-key',
        AUTOTASK_SECRET_FILE: '/nowhere/secret',
        AUTOTASK_TIMEOUT_MS: 'soon',
        AUTOTASK_HTTP_TOKEN: 'short-token',
        AUTOTASK_TRANSPORT: 'http',
      },
    });
    expect(code).toBe(1);
    const details = find('Configuration').map(({ detail }) => detail);
    for (const name of [
      'AUTOTASK_AUDIT_KEY',
      'AUTOTASK_SECRET_FILE',
      'AUTOTASK_TIMEOUT_MS',
      'AUTOTASK_HTTP_TOKEN',
    ]) {
      expect(details.some((detail) => detail.startsWith(name))).toBe(true);
    }
    expect(text).not.toMatch(/short-audit-key|short-token|soon/);
    expect(sandbox.requests).toEqual([]);
  });

  it('names a secret file that cannot be read, and one that is empty', async () => {
    const sandbox = await tenant();
    const env: Record<string, string> = { ...tenantEnvironment(sandbox), AUTOTASK_SECRET: '' };
    for (const [path, problem] of [
      [emptyFolder(), 'names a folder, not a file'],
      [join(emptyFolder(), 'secret'), 'names a file that does not exist'],
    ] as const) {
      const unreadable = await examine(sandbox, { env: { ...env, AUTOTASK_SECRET_FILE: path } });
      expect(unreadable.find('Configuration')[0]?.detail).toBe(`AUTOTASK_SECRET_FILE: ${problem}`);
    }
    const file = join(emptyFolder(), 'empty');
    writeFileSync(file, '\n');
    const empty = await examine(sandbox, { env: { ...env, AUTOTASK_SECRET_FILE: file } });
    expect(empty.find('Configuration')[0]?.detail).toBe('AUTOTASK_SECRET_FILE: names a file that is empty');
    expect(sandbox.requests).toEqual([]);
  });

  it('points out a variable that was probably misspelt', async () => {
    const { find, code } = await examine(await tenant(), { env: { AUTOTASK_TIMEZON: 'UTC' } });
    expect(find('Configuration').at(-1)).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('AUTOTASK_TIMEZONE'),
    });
    expect(code).toBe(0);
  });

  it('tries the folders for real and leaves nothing behind', async () => {
    const sandbox = await tenant();
    const folder = emptyFolder();
    writeFileSync(join(folder, 'file'), '');
    const good = await examine(sandbox, {
      env: {
        AUTOTASK_CACHE_DIR: join(folder, 'new', 'cache'),
        AUTOTASK_AUDIT_LOG: join(folder, 'audit.jsonl'),
      },
    });
    expect(good.find('Cache')).toMatchObject([{ status: 'ok', detail: join(folder, 'new', 'cache') }]);
    expect(good.find('Audit log')).toMatchObject([{ status: 'ok' }]);
    expect(readdirSync(folder)).toEqual(['file']);
    const bad = await examine(sandbox, {
      env: {
        AUTOTASK_CACHE_DIR: join(folder, 'file', 'cache'),
        AUTOTASK_AUDIT_LOG: join(folder, 'missing', 'audit.jsonl'),
      },
    });
    expect(bad.find('Cache')).toMatchObject([
      { status: 'warning', detail: expect.stringContaining('is a file') },
    ]);
    expect(bad.find('Audit log')).toMatchObject([
      { status: 'problem', detail: expect.stringContaining('does not exist') },
    ]);
    expect(bad.code).toBe(1);
    const files = join(folder, 'missing');
    const noFiles = await examine(sandbox, { env: { AUTOTASK_FILES_DIR: files } });
    expect(noFiles.find('Files')).toMatchObject([
      { status: 'problem', detail: `${files}: there is no such folder. The server does not start.` },
    ]);
    expect(noFiles.code).toBe(1);
    const folderAsFile = await examine(sandbox, { env: { AUTOTASK_AUDIT_LOG: folder } });
    expect(folderAsFile.find('Audit log')).toMatchObject([
      { status: 'problem', detail: expect.stringContaining('it is a folder: name a file in it') },
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('notices a folder that this user may not write', async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, 'cache'));
    chmodSync(join(folder, 'cache'), 0o500);
    const { find } = await examine(await tenant(), { env: { AUTOTASK_CACHE_DIR: join(folder, 'cache') } });
    expect(find('Cache')).toMatchObject([
      { status: 'warning', detail: expect.stringContaining('may not write') },
    ]);
  });

  it('notices an audit log that was tampered with', async () => {
    const log = join(emptyFolder(), 'audit.jsonl');
    writeFileSync(log, '{"seq":1}\n');
    const { find, code } = await examine(await tenant(), { env: { AUTOTASK_AUDIT_LOG: log } });
    expect(find('Audit log')).toMatchObject([
      { status: 'problem', next: expect.stringContaining('audit verify') },
    ]);
    expect(code).toBe(1);
    expect(existsSync(log)).toBe(true);
  });
});

describe('doctor on a server over HTTP', () => {
  const token = 'a-bearer-token-of-good-length';

  it('shows how it would be reached, without the token', async () => {
    const { find, text, ok } = await examine(await tenant(), {
      args: ['--http'],
      env: { AUTOTASK_HTTP_TOKEN: token, PORT: '0' },
    });
    expect(find('HTTP')).toMatchObject([{ status: 'ok', detail: '127.0.0.1:0, one tenant, 1 token' }]);
    expect(ok).toBe(true);
    expect(text).not.toContain(token);
  });

  it('warns about what others can reach and about a port that is taken', async () => {
    const holder = createServer();
    holder.listen(0, '0.0.0.0');
    await once(holder, 'listening');
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { find } = await examine(await tenant(), {
      args: ['--http'],
      env: { AUTOTASK_HTTP_TOKEN: token, AUTOTASK_HTTP_HOST: '0.0.0.0', PORT: String(port) },
    });
    expect(find('HTTP').map(({ status }) => status)).toEqual(['ok', 'warning', 'warning', 'warning']);
    holder.close();
  });

  it('looks at no tenant when a gateway brings them', async () => {
    const sandbox = await tenant();
    const { code, stdout } = await run(['doctor', '--json'], {
      env: {
        AUTOTASK_TRANSPORT: 'http',
        AUTOTASK_HTTP_AUTH: 'gateway',
        AUTOTASK_ZONE_URL: sandbox.url,
        PORT: '0',
        AUTOTASK_CACHE_DIR: 'none',
      },
    });
    expect(code).toBe(0);
    expect(stdout).toContain('the gateway brings the credentials');
    expect(sandbox.requests).toEqual([]);
  });
});
