import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chainOf, createAuditFile, createAuditLog } from '../../src/audit/index.js';
import { run } from '../cli/support.js';
import { program } from '../support/tenant.js';

const folder = mkdtempSync(join(tmpdir(), 'audit-arguments-'));
const at = (...names: string[]) => join(folder, ...names);
const audit = (...args: string[]) => run(['audit', ...args]);
const jsonLines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A chain with one write for each time, whose outcomes come a second later; `twice`: the last has a second outcome. */
async function write(path: string, times: readonly string[], caller: string, twice?: string): Promise<void> {
  let now = new Date();
  const log = createAuditLog(createAuditFile({ path, key: null, maxBytes: 10_000_000 }), () => now);
  for (const [step, time] of times.entries()) {
    now = new Date(time);
    const attempt = {
      ...{
        tool: 'create-entity',
        entity: 'ContactGroups',
        action: 'create',
        route: 'ContactGroups',
        id: null,
      },
      ...{
        caller,
        gate: 'token',
        body: {},
        changes: [],
        receipt: `w-${step}`,
        step,
        called: 'x',
        former: null,
        cut: [],
        sentAt: '2026-03-01T10:00:00Z',
      },
    } as const;
    const end = await log.attempt(attempt);
    if (twice !== undefined && step === times.length - 1) {
      await end({ outcome: 'unknown', error: 'no answer' });
      now = new Date(twice);
    }
    await end({ outcome: 'done', id: 7 + step });
  }
}

describe('audit show and audit verify, asked in odd ways', () => {
  beforeAll(async () => {
    for (const name of ['set', 'one', 'two', 'cut', 'gone', 'else', 'clock']) mkdirSync(at(name));
    await write(at('set', 'audit.jsonl'), ['2026-03-01T10:00:00Z', '2026-03-02T10:00:00Z'], 'desktop');
    await write(chainOf(at('set', 'audit.jsonl'), 'a'), ['2026-03-01T11:00:00Z'], 'Bot');
    for (const copy of ['one', 'two', 'cut', 'gone']) cpSync(at('set'), at(copy), { recursive: true });
    truncateSync(at('cut', 'audit@a.jsonl'), readFileSync(at('cut', 'audit@a.jsonl')).length - 20);
    rmSync(at('gone', 'audit@a.jsonl'));
    writeFileSync(at('else', 'log.jsonl'), '{"level":"info"}\n');
    // A clock that was set back within the chain, twice.
    const times = ['2026-03-05T10:00:00Z', '2026-03-05T09:00:00Z'];
    await write(at('clock', 'audit.jsonl'), times, 'desktop', '2026-03-05T08:00:00Z');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each<[string, () => string[], number, RegExp]>([
    ['a folder', () => ['show', at('set')], 1, /set: it is a folder/],
    [
      'an empty folder',
      () => ['verify', at('else', 'audit.jsonl')],
      1,
      /audit\.jsonl: there is no such file/,
    ],
    [
      'a file of another program',
      () => ['verify', at('else', 'log.jsonl')],
      1,
      /Perhaps it is no audit log of this server/,
    ],
    [
      'a file twice',
      () => ['verify', at('set', 'audit@a.jsonl'), at('set', '.', 'audit@a.jsonl')],
      0,
      /^Intact: 2 lines/,
    ],
    [
      'all that lies there',
      () => [
        'verify',
        ...['', '@a'].flatMap((name) => ['', '.head'].map((end) => at('set', `audit${name}.jsonl${end}`))),
      ],
      0,
      /2 chains, 6 lines: all intact/,
    ],
    [
      'half a last line',
      () => ['verify', at('cut', 'audit.jsonl')],
      1,
      /line 2 is only half written. 1 line before it is intact/,
    ],
    [
      'a chain of which only the end is known',
      () => ['verify', at('gone', 'audit.jsonl')],
      1,
      /audit@a\.jsonl is not there, and \S+\.head is: it was removed/,
    ],
    [
      'two chains of one name',
      () => ['verify', at('one', 'audit@a.jsonl'), at('two', 'audit@a.jsonl')],
      0,
      /one\/audit@a\.jsonl: Intact[\s\S]*two\/audit@a\.jsonl: Intact/,
    ],
    [
      'a copy',
      () => ['show', at('one', 'audit@a.jsonl'), at('two', 'audit@a.jsonl')],
      0,
      /^1 write of 2 chains/m,
    ],
    [
      'a person that nobody is',
      () => ['show', at('set', 'audit.jsonl'), '--person', 'desk'],
      0,
      /Did you mean desktop\?/,
    ],
    [
      'a person in other letters',
      () => ['show', at('set', 'audit.jsonl'), '--person', 'bOT'],
      0,
      /^1 write of 2 chains/m,
    ],
    [
      'a day that is none, with a time',
      () => ['show', at('set', 'audit.jsonl'), '--from', '2026-02-30T10:00Z'],
      2,
      /--from must read/,
    ],
    [
      'a time in another zone',
      () => ['show', at('set', 'audit.jsonl'), '--from', '2026-03-01T23:30:00.5-11:00'],
      0,
      /^0 writes/m,
    ],
    [
      'a time without a zone',
      () => ['show', at('set', 'audit.jsonl'), '--to', '2026-03-01T10:00'],
      0,
      /^0 writes/m,
    ],
    [
      'an end before the beginning',
      () => ['show', at('set', 'audit.jsonl'), '--from', '2026-03-02', '--to', '2026-03-01'],
      2,
      /--from lies after --to/,
    ],
    [
      'one day',
      () => ['show', at('set', 'audit.jsonl'), '--from', '2026-03-01', '--to', '2026-03-01'],
      0,
      /^2 writes/m,
    ],
  ])('%s', async (_, args, exit, says) => {
    const { code, stdout, stderr } = await audit(...args());
    expect(stdout + stderr).toMatch(says);
    expect(code).toBe(exit);
    // No key explains any of this.
    expect(stdout + stderr).not.toContain('AUTOTASK_AUDIT_KEY');
  });

  it('verify tells the same to programs: an object for each chain, and what its sentences say', async () => {
    const whole = await audit('verify', at('set', 'audit.jsonl'), '--json');
    expect({ ...whole, stdout: jsonLines(whole.stdout) }).toEqual({
      code: 0,
      stdout: [
        {
          path: at('set', 'audit.jsonl'),
          intact: true,
          lines: 4,
          first: 1,
          last: 4,
          text: 'Intact: 4 lines (lines 1 to 4).',
        },
        {
          path: at('set', 'audit@a.jsonl'),
          intact: true,
          lines: 2,
          first: 1,
          last: 2,
          text: 'Intact: 2 lines (lines 1 to 2).',
        },
      ],
      stderr: '',
    });
    const cut = await audit('verify', at('cut', 'audit.jsonl'), '--json');
    expect(cut.code).toBe(1);
    expect(jsonLines(cut.stdout)).toMatchObject([
      { path: at('cut', 'audit.jsonl'), intact: true },
      {
        path: at('cut', 'audit@a.jsonl'),
        intact: false,
        lines: 1,
        text: expect.stringMatching(/^NOT INTACT: .*line 2 is only half written/),
      },
    ]);
  });

  it('files that were set aside are read by age, however a shell orders them', async () => {
    const path = at('set', 'rotated.jsonl');
    const file = createAuditFile({ path, key: null, maxBytes: 200 });
    for (let line = 0; line < 12; line += 1)
      await file.append({ time: '2026-03-01T10:00:00Z', event: 'plan' });
    const numbers = Array.from({ length: 11 }, (_, index) => `${path}.${index + 1}`);
    const { stdout } = await audit('verify', path, ...numbers.sort());
    expect(stdout).toMatch(/^Intact: 12 lines/);
  });

  it('a long table reaches a slow reader whole, and one that has seen enough ends it without a word', async () => {
    const path = at('set', 'long.jsonl');
    await write(
      path,
      Array.from({ length: 400 }, () => '2026-03-01T10:00:00Z'),
      'desktop',
    );
    const through = (reader: string) =>
      spawnSync(
        'bash',
        [
          '-c',
          `"$0" "$1" audit show "$2" --json | (${reader}); echo "\${PIPESTATUS[0]}"`,
          process.execPath,
          program,
          path,
        ],
        {
          encoding: 'utf8',
        },
      );
    expect(through('sleep 1; wc -l').stdout).toMatch(/^\s*400\n0\n$/);
    const { stdout, stderr } = through('head -1 >/dev/null');
    expect([stdout, stderr]).toEqual(['0\n', '']);
  });

  it('a clock that is set back changes neither the order within a chain nor which word is the last', async () => {
    const { stdout } = await audit('show', at('clock', 'audit.jsonl'), '--json');
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(rows.map(({ time, outcome, record }) => [time, outcome, record])).toEqual([
      ['2026-03-05T10:00:00.000Z', 'done', 7],
      ['2026-03-05T09:00:00.000Z', 'done', 8],
    ]);
  });
});
