import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verify } from '../../src/audit/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { freshLog, linesOf, verifyCommand, write } from './audit-support.js';
import { type Rig, rig, writesSince } from './support.js';

let sandbox: Sandbox;
const rigs: Rig[] = [];
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(async () => {
  await Promise.all(rigs.map((one) => one.close()));
  await sandbox.close();
});

async function open(env: Record<string, string>): Promise<Rig> {
  const one = await rig(sandbox, { env });
  rigs.push(one);
  return one;
}

let groups = 0;
const group = () => {
  groups += 1;
  return {
    entity: 'ContactGroups',
    data: { name: `Audited ${groups}`, isActive: true },
    confirm: 'CREATE_ENTITY',
  };
};

describe('the audit log', () => {
  it('holds a pair for each write and nothing for previews and refusals', async () => {
    const path = freshLog();
    const server = await open({ AUTOTASK_AUDIT_LOG: path, AUTOTASK_MASK_FIELDS: 'Tickets.resolution' });
    const { confirm: _, ...unconfirmed } = group();
    await server.call('create-entity', unconfirmed);
    await server.call('create-entity', {
      entity: 'ContactGroups',
      data: { nme: 1 },
      confirm: 'CREATE_ENTITY',
    });
    expect(existsSync(path)).toBe(false);
    const args = group();
    const made = await server.call('create-entity', args);
    const id = Number(/ContactGroup (\d+)/.exec(made.text)?.[1]);
    await server.call('create-entity', { ...args, again: true });
    const change = {
      entity: 'ContactGroups',
      id,
      data: { name: 'Audited, renamed' },
      confirm: 'UPDATE_ENTITY',
    };
    await server.call('update-entity', change);
    const lines = linesOf(path);
    expect(lines.map(({ event, outcome }) => `${event} ${outcome ?? ''}`.trim())).toEqual([
      'attempt',
      'outcome done',
      'attempt',
      'outcome refused',
      'attempt',
      'outcome done',
    ]);
    expect(lines[0]).toMatchObject({
      tool: 'create-entity',
      entity: 'ContactGroups',
      action: 'create',
      route: 'ContactGroups',
      id: null,
      caller: 'stdio test',
      gate: 'token',
      body: args.data,
    });
    expect(lines[1]).toMatchObject({ attempt: lines[0]?.attempt, outcome: 'done', id });
    expect(lines[4]).toMatchObject({
      id,
      changes: [{ field: 'name', before: args.data.name, after: 'Audited, renamed' }],
    });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await verify([path], null)).toMatchObject({ lines: 6, problem: null, open: [] });
  });

  it('keeps secrets and what is named like one out', async () => {
    const path = freshLog();
    const server = await open({ AUTOTASK_AUDIT_LOG: path });
    const { secret } = sandbox.credentials;
    const args = group();
    await server.call('create-entity', {
      ...args,
      data: { ...args.data, name: `Group ${secret} ${groups}` },
    });
    expect(linesOf(path).length).toBe(2);
    expect(readFileSync(path, 'utf8')).not.toContain(secret);
    expect(readFileSync(path, 'utf8')).toContain('[redacted]');
  });

  it('stands on disk before the write is sent, and knows writes whose outcome nobody knows', async () => {
    const path = freshLog();
    const server = await open({ AUTOTASK_AUDIT_LOG: path });
    sandbox.faults.add({
      fault: { kind: 'reset', when: 'after' },
      path: 'ContactGroups',
      method: 'POST',
      times: 1,
    });
    const from = sandbox.requests.length;
    const { text } = await server.call('create-entity', group());
    expect(text).toMatch(/may or may not/);
    expect(writesSince(sandbox, from).length).toBe(1);
    expect(linesOf(path).map(({ event, outcome }) => [event, outcome])).toEqual([
      ['attempt', undefined],
      ['outcome', 'unknown'],
    ]);
  });

  it.each([
    ['its folder does not exist', () => `${freshLog()}/nowhere/audit.jsonl`],
    [
      'it is a folder',
      () => {
        const path = freshLog();
        mkdirSync(path);
        return path;
      },
    ],
    [
      'its last line was changed',
      () => {
        const path = freshLog();
        writeFileSync(path, '{"seq":1,"prev":"x"}\n');
        return path;
      },
    ],
  ])('refuses the write when %s', async (_what, make) => {
    const server = await open({ AUTOTASK_AUDIT_LOG: make() });
    const from = sandbox.requests.length;
    const { text, isError } = await server.call('create-entity', group());
    expect(isError).toBe(true);
    expect(text).toMatch(/audit log cannot be written\. Nothing was written/);
    expect(writesSince(sandbox, from)).toEqual([]);
  });
});

describe('the hash chain', () => {
  it.each([
    [
      'a changed value',
      (lines: string[]) => lines.map((line, i) => (i === 3 ? line.replace('"id":1', '"id":7') : line)),
      /line 4 was changed/,
    ],
    [
      'a removed line',
      (lines: string[]) => lines.filter((_, i) => i !== 2),
      /line 3 has the number 4 and follows 2/,
    ],
    [
      'lines that changed places',
      (lines: string[]) => [lines[0], lines[2], lines[1], ...lines.slice(3)],
      /line 2 has the number 3/,
    ],
    [
      'an inserted line',
      (lines: string[]) => [...lines.slice(0, 2), '{}', ...lines.slice(2)],
      /line 3 has no place/,
    ],
    [
      'a cut line',
      (lines: string[]) => [...lines.slice(0, 5), lines[5]?.slice(0, 30)],
      /line 6 is not a line of JSON/,
    ],
  ])('shows %s', async (_what, tamper, problem) => {
    const path = freshLog();
    await write(path, 3);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    writeFileSync(path, `${tamper(lines).join('\n')}\n`);
    expect((await verify([path], null)).problem).toMatch(problem);
  });

  it('cannot be forged without its key', async () => {
    const path = freshLog();
    const key = 'a'.repeat(32);
    await write(path, 2, key);
    expect((await verify([path], key)).problem).toBeNull();
    expect((await verify([path], null)).problem).toMatch(/line 1 was changed/);
    expect((await verify([path], 'b'.repeat(32))).problem).toMatch(/line 1 was changed/);
  });

  it('goes on across files set aside by size, none of them readable by others', async () => {
    const path = freshLog();
    await write(path, 12, null, 1_000);
    const names = readdirSync(dirname(path));
    expect(names.filter((name) => /\.(lock|new|stale)$/.test(name))).toEqual([]);
    const aside = names.filter((name) => /\.\d+$/.test(name)).length;
    expect(aside).toBeGreaterThan(3);
    const files = [...Array.from({ length: aside }, (_, i) => `${path}.${i + 1}`), path];
    for (const file of files) expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await verify(files, null)).toMatchObject({ lines: 24, first: 1, last: 24, problem: null });
    expect((await verify([files[0] ?? '', files[2] ?? ''], null)).problem).toMatch(
      /lines were removed or moved/,
    );
    expect((await verify(files.slice(1), null)).first).toBeGreaterThan(1);
  });

  it('closes a file that others could read', async () => {
    const path = freshLog();
    writeFileSync(path, '');
    chmodSync(path, 0o644);
    await write(path, 1);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('stays whole when several logs write to one file at once', async () => {
    const path = freshLog();
    await Promise.all([write(path, 8), write(path, 8), write(path, 8)]);
    expect(await verify([path], null)).toMatchObject({ lines: 48, problem: null, open: [] });
  });

  it('is checked on the command line', async () => {
    const path = freshLog();
    await write(path, 2);
    const run = () => verifyCommand([path]);
    expect(await run()).toEqual({ code: 0, stdout: 'Intact: 4 lines (lines 1 to 4).\n', stderr: '' });
    writeFileSync(path, readFileSync(path, 'utf8').replace('"id":1', '"id":9'));
    const { code, stdout } = await run();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^NOT INTACT: .*line 3 was changed after it was written/);
  });
});
