import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuditFile, createAuditLog } from '../../src/audit/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { run } from '../cli/support.js';
import { bearer, connectClient, startProgram, token, until } from '../http/support.js';
import type { TestClient } from '../support/client.js';
import { tenantEnvironment } from '../support/tenant.js';

/** A collector: takes the frames of RFC 6587 apart. */
async function startCollector() {
  let got = '';
  const server = createServer((socket) => socket.on('data', (chunk) => (got += chunk.toString('latin1'))));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const messages = (): string[] => {
    const found: string[] = [];
    for (let rest = got; ; ) {
      const [count = '', length] = /^(\d+) /.exec(rest) ?? [];
      const end = count.length + Number(length);
      if (length === undefined || rest.length < end) return found;
      found.push(Buffer.from(rest.slice(count.length, end), 'latin1').toString('utf8'));
      rest = rest.slice(end);
    }
  };
  return { port: address.port, messages, close: () => server.close() };
}

const text = async (client: TestClient, name: string, args: Record<string, unknown>): Promise<string> => {
  const { content } = await client.callTool({ name, arguments: args });
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
};
let number = 0;
const create = (client: TestClient, name: string) =>
  text(client, 'create-entity', {
    entity: 'ContactGroups',
    data: { name, isActive: true },
    confirm: 'CREATE_ENTITY',
  });

describe('the audit log of two replicas', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-set-'));
  const log = join(folder, 'audit.jsonl');
  const of = (replica: string) => join(folder, `audit@${replica}.jsonl`);
  const linesOf = (replica: string) => readFileSync(of(replica), 'utf8').trimEnd().split('\n');
  const show = (...args: string[]) => run(['audit', 'show', log, ...args]);
  let sandbox: Sandbox;
  let collector: Awaited<ReturnType<typeof startCollector>>;
  const programs: Awaited<ReturnType<typeof startProgram>>[] = [];
  const clients: TestClient[] = [];
  const receipts: string[] = [];

  beforeAll(async () => {
    [sandbox, collector] = await Promise.all([startSandbox(), startCollector()]);
    const copies = { a: 'stdout', b: `syslog://127.0.0.1:${collector.port}` };
    for (const [name, copy] of Object.entries(copies)) {
      const program = await startProgram([], {
        ...tenantEnvironment(sandbox),
        LOG_LEVEL: 'info',
        AUTOTASK_HTTP_TOKEN: token,
        AUTOTASK_AUDIT_LOG: log,
        AUTOTASK_REPLICA_NAME: name,
        AUTOTASK_AUDIT_COPY: copy,
      });
      if (program.url === null) throw new Error(program.output().stderr);
      programs.push(program);
      clients.push(await connectClient(program.url, bearer));
    }
    for (const client of [...clients, ...clients]) {
      number += 1;
      const done = await create(client, `Grüppe ${number}`);
      expect(done).toMatch(/^Created/);
      receipts.push(/Receipt: (w-\S+)/.exec(done)?.[1] ?? '');
    }
  }, 60_000);
  afterAll(async () => {
    for (const client of clients) await client.close();
    for (const program of programs) await program.stop();
    collector.close();
    await sandbox.close();
  });

  it('is a chain for each, with its name in the file and in every line', async () => {
    expect(existsSync(log)).toBe(false);
    for (const replica of ['a', 'b']) {
      expect(linesOf(replica).map((line) => JSON.parse(line))).toEqual(
        [1, 2, 3, 4].map((seq) => expect.objectContaining({ seq, replica })),
      );
    }
    const { code, stdout } = await run(['audit', 'verify', log]);
    expect(stdout).toBe(
      'audit@a.jsonl: Intact: 4 lines (lines 1 to 4).\naudit@b.jsonl: Intact: 4 lines (lines 1 to 4).\n2 chains, 8 lines: all intact.\n',
    );
    expect(code).toBe(0);
    expect((await run(['audit', 'verify', of('b')])).stdout).toBe('Intact: 4 lines (lines 1 to 4).\n');
  });

  it('also goes to stdout or to a syslog collector, each line as it is in the file', async () => {
    expect(programs[0]?.output().stdout).toBe(readFileSync(of('a'), 'utf8'));
    await until(() => collector.messages().length >= 4);
    const head = /^<110>1 \d{4}-\d\d-\d\dT[\d:.]+Z \S+ autotask-mcp \d+ audit - /;
    for (const message of collector.messages()) expect(message).toMatch(head);
    expect(collector.messages().map((message) => message.replace(head, ''))).toEqual(linesOf('b'));
    expect(programs[1]?.output().stdout).toBe('');
  });

  it('is shown in order of time, as a table', async () => {
    const { code, stdout, stderr } = await show();
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^time +replica +who +action +entity +record +outcome$/);
    expect(lines.slice(1, -1).map((line) => line.split(/ +/)[1])).toEqual(['a', 'b', 'a', 'b']);
    expect(lines[1]).toMatch(
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}a .* create {2}ContactGroups {2}\d+ .*done$/,
    );
    expect(lines.at(-1)).toBe('4 writes of 2 chains.');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('knows a receipt at whichever replica it is asked for', async () => {
    for (const client of clients) {
      for (const receipt of receipts) {
        expect(await text(client, 'write-receipt', { receipt, action: 'status' })).toMatch(/done 1/);
      }
    }
  });

  it('shows nothing of a chain from where it was changed, and says so', async () => {
    const before = readFileSync(of('b'), 'utf8');
    writeFileSync(of('b'), before.replace('Grüppe 4', 'Grüppe 5'));
    const verified = await run(['audit', 'verify', log]);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toMatch(
      /audit@a\.jsonl: Intact.*\naudit@b\.jsonl: NOT INTACT: .*line 3 was changed/,
    );
    expect(verified.stdout).toMatch(/2 chains, 6 lines: NOT ALL INTACT\./);
    const { code, stdout, stderr } = await show();
    expect(code).toBe(1);
    expect(stdout).toMatch(/3 writes of 2 chains/);
    expect(stderr).toMatch(/audit@b\.jsonl: NOT INTACT: .*What follows is not shown/);
    writeFileSync(of('b'), before);
    expect((await show()).code).toBe(0);
  });
});

describe('audit show', () => {
  const log = join(mkdtempSync(join(tmpdir(), 'audit-show-')), 'audit.jsonl');
  const key = 'k'.repeat(32);
  const attempt = {
    tool: 'update-ticket',
    route: 'Tickets',
    gate: 'token',
    body: {},
    changes: [],
    receipt: 'w-0123456789ab',
    step: 0,
    called: 'Ticket',
    former: null,
    cut: [],
    sentAt: '2026-03-01T10:00:00Z',
  };
  beforeAll(async () => {
    let at = Date.parse('2026-11-27T22:00:00Z');
    const logOf = (replica: string | null) =>
      createAuditLog(createAuditFile({ path: log, key, maxBytes: 900, replica }), () => new Date(at));
    const [own, a] = [logOf(null), logOf('a')];
    const write = (
      to: typeof own,
      entity: string,
      id: number | null,
      action: string,
      caller: string,
      more = {},
    ) => {
      at += 3_600_000;
      return to.attempt({ ...attempt, entity, id, action, caller, ...more });
    };
    const first = await write(a, 'Tickets', 7, 'update', 'bot');
    await first({ outcome: 'done', id: 7 });
    const second = await write(own, 'Companies', null, 'create', 'token-name', {
      issuer: 'https://issuer',
      subject: 'Ann\u001b[31m\nB',
      actAs: 29,
    });
    await second({ outcome: 'done', id: 8 });
    const third = await write(a, 'Tickets', 8, 'update', 'bot');
    await third({ outcome: 'refused', error: 'no\u009bright' });
    await write(own, 'Tickets', 9, 'update', 'Bot');
    const last = await write(own, 'Tickets', 10, 'update', 'other');
    await last({ outcome: 'unknown', error: 'lost' });
    // Another replica found out what became of it.
    await a.outcome('w-0123456789ab', idOf('Tickets', 10), { outcome: 'done', id: 10 });
  });
  /** The attempt that a file holds for a record. */
  function idOf(entity: string, id: number): string {
    const files = [log, `${log}.1`, `${log}.2`, `${log}.3`, `${log}.4`].filter((path) => existsSync(path));
    const events = files.flatMap((path) =>
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    return events.find((event) => event.event === 'attempt' && event.entity === entity && event.id === id)
      .attempt;
  }
  const show = (args: readonly string[], env = { AUTOTASK_AUDIT_KEY: key }) =>
    run(['audit', 'show', log, ...args], { env });
  const records = async (...args: string[]) => {
    const { code, stdout } = await show([...args, '--json']);
    expect(code).toBe(0);
    return stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).record);
  };

  it.each([
    ['everything, in order of time over the chains', [], [7, 8, 8, 9, 10]],
    ['from a day on', ['--from', '2026-11-28'], [8, 8, 9, 10]],
    ['until the end of a day', ['--to', '2026-11-27'], [7]],
    [
      'between two times, the second not included',
      ['--from', '2026-11-28T00:00Z', '--to', '2026-11-28T03:00+01:00'],
      [8, 8],
    ],
    ['of a caller, in whatever case', ['--person', 'BOT'], [7, 8, 9]],
    ['of a resource in whose name was written', ['--person', '29'], [8]],
    ['of an entity', ['--entity', 'companies'], [8]],
    ['of a record, also one that was made', ['--record', '8'], [8, 8]],
    ['refused', ['--outcome', 'refused'], [8]],
    ['without outcome', ['--outcome', 'open'], [9]],
    ['whose outcome another replica found out', ['--outcome', 'done', '--record', '10'], [10]],
    [
      'of several filters, all of which hold',
      ['--entity', 'Tickets', '--person', 'bot', '--from', '2026-11-28'],
      [8, 9],
    ],
    ['nothing', ['--record', '1'], []],
  ])('%s', async (_, args, wanted) => {
    expect(await records(...args)).toEqual(wanted);
  });

  it('prints no control character, and the same facts as JSON', async () => {
    const { stdout } = await show([]);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(stdout).toMatch(/refused: no ?right/);
    expect(stdout).toMatch(/token-name\).* for 29/);
    const json = (await show(['--json', '--outcome', 'refused'])).stdout;
    expect(json.trimEnd()).not.toMatch(/\p{Cc}/u);
    expect(JSON.parse(json)).toMatchObject({
      replica: 'a',
      entity: 'Tickets',
      outcome: 'refused',
      error: 'no\u009bright',
      receipt: 'w-0123456789ab',
    });
  });

  it('shows nothing without the key of the log', async () => {
    const { code, stdout, stderr } = await show([], { AUTOTASK_AUDIT_KEY: 'x'.repeat(32) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '0 writes of 2 chains.\n' });
    expect(stderr).toMatch(/NOT INTACT/);
    expect(stderr).toMatch(/written without AUTOTASK_AUDIT_KEY or with another one/);
  });

  it.each([
    [['--from', 'yesterday'], /--from must read 2026-11-28/],
    [['--to', '2026-02-30'], /--to must read/],
    [['--entity', 'Tickts'], /Did you mean Tickets/],
    [['--record', 'T1'], /--record must be the id/],
    [['--outcome', 'done!'], /--outcome must be one of done, refused, unknown, open/],
  ])('refuses %s', async (args, problem) => {
    const { code, stdout, stderr } = await show(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(problem);
  });
});

describe('the copy of the audit log', () => {
  it.each([
    [
      { AUTOTASK_AUDIT_COPY: 'stdout', AUTOTASK_AUDIT_LOG: '/tmp/a' },
      /AUTOTASK_AUDIT_COPY: may be stdout over HTTP only/,
    ],
    [{ AUTOTASK_AUDIT_COPY: 'syslog://h' }, /AUTOTASK_AUDIT_COPY: is set without AUTOTASK_AUDIT_LOG/],
    [{ AUTOTASK_AUDIT_COPY: 'udp://h', AUTOTASK_AUDIT_LOG: '/tmp/a' }, /must be stdout or syslog/],
    [{ AUTOTASK_REPLICA_NAME: '../a' }, /AUTOTASK_REPLICA_NAME: must be letters/],
  ])('%s: does not start over stdio', async (env, problem) => {
    const { code, stderr } = await run(['--demo'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(problem);
  });

  it('keeps nobody waiting, and catches up when the collector is there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'audit-copy-'));
    const log = join(folder, 'audit.jsonl');
    const first = await startCollector();
    first.close();
    const program = await startProgram(['--demo'], {
      AUTOTASK_HTTP_TOKEN: token,
      AUTOTASK_AUDIT_LOG: log,
      AUTOTASK_AUDIT_COPY: `syslog://127.0.0.1:${first.port}`,
    });
    const client = await connectClient(program.url ?? '', bearer);
    expect(await create(client, 'Copied')).toMatch(/^Created/);
    await until(() => /lines do not reach the collector/.test(program.output().stderr));
    let got = '';
    const server = createServer((socket) => socket.on('data', (chunk) => (got += String(chunk))));
    await new Promise<void>((resolve) => server.listen(first.port, '127.0.0.1', resolve));
    expect(await create(client, 'Copied too')).toMatch(/^Created/);
    await until(() => got.split('autotask-mcp').length > 4);
    expect(program.output().stderr).toMatch(/the collector is there again/);
    for (const line of readFileSync(log, 'utf8').trimEnd().split('\n')) expect(got).toContain(line);
    await client.close();
    await program.stop();
    server.close();
  });
});
