import { copyFileSync, existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { verify } from '../../src/audit/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import type { TestClient } from '../support/client.js';
import { spawnClient, tenantEnvironment } from '../support/tenant.js';
import { freshLog, linesOf, verifyCommand } from './audit-support.js';
import { writesSince } from './support.js';

let sandbox: Sandbox;
const clients: TestClient[] = [];
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await sandbox.close();
});

/** The program as users run it, in a process of its own. */
async function start(log: string, env: Record<string, string> = {}): Promise<TestClient> {
  const client = await spawnClient([], { ...tenantEnvironment(sandbox), AUTOTASK_AUDIT_LOG: log, ...env });
  clients.push(client);
  return client;
}

async function create(client: TestClient, name: string): Promise<string> {
  const args = { entity: 'ContactGroups', data: { name, isActive: true }, confirm: 'CREATE_ENTITY' };
  const result = await client.callTool({ name: 'create-entity', arguments: args });
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

const hold = (ms: number) =>
  sandbox.faults.add({ fault: { kind: 'latency', ms }, path: 'ContactGroups', method: 'POST', times: 1 });

const arrived = (from: number) =>
  vi.waitFor(() => expect(writesSince(sandbox, from).length).toBe(1), { timeout: 5_000, interval: 5 });

describe('the audit log of a running server', () => {
  it('holds the whole attempt while Autotask still has the write, and the outcome after it', async () => {
    const log = freshLog();
    const client = await start(log);
    const from = sandbox.requests.length;
    hold(1_000);
    let answered = false;
    const answer = create(client, 'Held').finally(() => {
      answered = true;
    });
    await arrived(from);
    const during = readFileSync(log, 'utf8');
    const copy = freshLog();
    for (const end of ['', '.head']) copyFileSync(`${log}${end}`, `${copy}${end}`);
    expect(answered).toBe(false);
    expect(during.endsWith('}\n')).toBe(true);
    expect(during.trimEnd().split('\n').length).toBe(1);
    const [attempt] = linesOf(log);
    expect(attempt).toMatchObject({ event: 'attempt', entity: 'ContactGroups', action: 'create' });
    expect(attempt).toMatchObject({ body: { name: 'Held' }, gate: 'token' });
    expect(await verifyCommand([copy])).toEqual({
      code: 0,
      stdout: `Intact: 1 lines (lines 1 to 1).\nWithout outcome: attempt ${attempt?.attempt}\n`,
      stderr: '',
    });
    const [, open] = (await verifyCommand([copy, '--json'])).stdout.trimEnd().split('\n');
    expect(JSON.parse(open ?? '')).toEqual({ attempt: attempt?.attempt, outcome: 'open' });
    const id = Number(/ContactGroup (\d+)/.exec(await answer)?.[1]);
    expect(readFileSync(log, 'utf8').startsWith(during)).toBe(true);
    expect(linesOf(log)[1]).toMatchObject({ attempt: attempt?.attempt, outcome: 'done', id });
    expect(linesOf(log).length).toBe(2);
  });

  it('holds the attempt while Autotask has the write, and that its outcome is unknown when the connection is cut', async () => {
    const log = freshLog();
    const client = await start(log);
    const from = sandbox.requests.length;
    hold(800);
    sandbox.faults.add({ fault: { kind: 'reset', when: 'after' }, path: 'ContactGroups', method: 'POST' });
    const answer = create(client, 'Cut off');
    await arrived(from);
    expect(linesOf(log).map(({ event }) => event)).toEqual(['attempt']);
    expect(await answer).toMatch(/may or may not/);
    expect(linesOf(log).map(({ event, outcome }) => [event, outcome])).toEqual([
      ['attempt', undefined],
      ['outcome', 'unknown'],
    ]);
    expect(writesSince(sandbox, from).length).toBe(1);
  });

  it('names the attempt of a server that was killed in the middle, and goes on after it', async () => {
    const log = freshLog();
    const client = await start(log);
    const from = sandbox.requests.length;
    hold(800);
    const answer = create(client, 'Killed').catch((error: unknown) => String(error));
    await arrived(from);
    const { pid } = client;
    if (pid === null) throw new Error('no process to kill');
    process.kill(pid, 'SIGKILL');
    expect(await answer).toMatch(/closed/i);
    const [attempt] = linesOf(log);
    await create(await start(log), 'After the kill');
    expect(await verify([log], null)).toMatchObject({ lines: 3, problem: null, open: [attempt?.attempt] });
  });

  it('is one chain when two servers write at the same time, also across files', async () => {
    const log = freshLog();
    const key = 'k'.repeat(40);
    const env = { AUTOTASK_AUDIT_KEY: key, AUTOTASK_AUDIT_MAX_BYTES: '4000' };
    const servers = await Promise.all([start(log, env), start(log, env)]);
    const from = sandbox.requests.length;
    const each = 12;
    const answers = await Promise.all(
      servers.flatMap((server, at) =>
        Array.from({ length: each }, (_, number) => create(server, `Server ${at} group ${number}`)),
      ),
    );
    for (const text of answers) expect(text).toMatch(/ContactGroup \d+/);
    expect(writesSince(sandbox, from).length).toBe(2 * each);
    expect(existsSync(`${log}.2`)).toBe(true);
    expect(await verify([log], key)).toMatchObject({
      lines: 4 * each,
      first: 1,
      last: 4 * each,
      problem: null,
      open: [],
      checkpointSince: 1,
    });
    expect(await verifyCommand([log], { ...tenantEnvironment(sandbox), AUTOTASK_AUDIT_KEY: key })).toEqual({
      code: 0,
      stdout: `Intact: ${4 * each} lines (lines 1 to ${4 * each}).\n`,
      stderr: '',
    });
  });

  it('goes on at once after a process that was killed while it held the log, and waits for one that lives', async () => {
    const log = freshLog();
    const client = await start(log);
    const from = sandbox.requests.length;
    sandbox.faults.add({ fault: { kind: 'hang' }, path: 'ContactGroups', method: 'POST', times: 1 });
    const items = ['One', 'Two'].map((name) => ({ name, isActive: true }));
    const args = { entity: 'ContactGroups', items, confirm: 'CREATE_ENTITY' };
    const running = client.callTool({ name: 'create-entity', arguments: args }).catch(() => null);
    await arrived(from);
    // As it would stand in the lock while that process writes a line.
    const claim = readdirSync(dirname(log)).find((name) => name.endsWith('.running')) ?? '';
    symlinkSync(readlinkSync(join(dirname(log), claim)), `${log}.lock`);

    const other = await start(log);
    const refused = await create(other, 'While it lives');
    expect(refused).toMatch(/^Another process of this server holds the audit log\. Nothing was written\./);
    expect(refused).toMatch(/Try again in \d+ seconds\./);
    expect(writesSince(sandbox, from).length).toBe(1);

    if (client.pid !== null) process.kill(client.pid, 'SIGKILL');
    await running;
    const since = Date.now();
    expect(await create(other, 'After it was gone')).toMatch(/ContactGroup \d+/);
    expect(Date.now() - since).toBeLessThan(4_000);
    expect(existsSync(`${log}.lock`)).toBe(false);
    expect(await verify([log], null)).toMatchObject({ problem: null });
  });
});
