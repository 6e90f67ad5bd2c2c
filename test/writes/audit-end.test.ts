import {
  copyFileSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { digest, origin } from '../../src/audit/chains/chain.js';
import { createAuditFile, verify } from '../../src/audit/index.js';
import { leaseFile } from '../../src/audit/lease.js';
import { withLock } from '../../src/audit/lock.js';
import { freshLog, verifyCommand, write } from './audit-support.js';

const cut = (path: string, lines: number) => {
  const kept = readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1 - lines);
  writeFileSync(path, kept.map((line) => `${line}\n`).join(''));
};

describe('the end of the audit log', () => {
  it('says in words that a file is not there, or is none', async () => {
    const path = freshLog();
    expect(await verifyCommand([path])).toEqual({
      code: 1,
      stdout: '',
      stderr: `autotask-mcp: ${path}: there is no such file or folder.\n`,
    });
    expect((await verifyCommand([dirname(path)])).stderr).toMatch(
      /: it is a folder, and a file is wanted\.\n$/,
    );
  });

  it('shows whole lines cut from it, and is not written over', async () => {
    const path = freshLog();
    await write(path, 3);
    expect(statSync(`${path}.head`).mode & 0o777).toBe(0o600);
    cut(path, 2);
    const { code, stdout } = await verifyCommand([path]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/NOT INTACT: .* ends with line 4, and line 6 was written: lines were removed/);
    const left = readFileSync(path, 'utf8');
    await expect(write(path, 1)).rejects.toThrow(/ends with line 4, and .*\.head says line 6/);
    expect(readFileSync(path, 'utf8')).toBe(left);
    cut(path, 4);
    expect((await verify([path], null)).problem).toMatch(/ends with line 0, and line 6 was written/);
  });

  it('may be one line ahead of its record, as after a crash between the two, and no further', async () => {
    const path = freshLog();
    const log = createAuditFile({ path, key: null, maxBytes: 1_000_000 });
    const records: string[] = [];
    for (let line = 1; line <= 4; line += 1) {
      await log.append({ event: 'attempt', attempt: `${line}` });
      records.push(readFileSync(`${path}.head`, 'utf8'));
    }
    writeFileSync(`${path}.head`, records[1] ?? '');
    expect((await verify([path], null)).problem).toMatch(/says line 2: an older record/);
    await expect(log.append({})).rejects.toThrow(/ends with line 4, and .* says line 2/);
    writeFileSync(`${path}.head`, records[2] ?? '');
    expect((await verify([path], null)).problem).toBeNull();
    await log.append({ event: 'outcome', attempt: '4' });
    expect(await verify([path], null)).toMatchObject({ problem: null, last: 5, checkpointSince: 1 });
  });

  it('catches up with its record before the next line, so that a second crash leaves it no further behind', async () => {
    const path = freshLog();
    const log = createAuditFile({ path, key: null, maxBytes: 1_000_000 });
    await log.append({ number: 1 });
    const record = readFileSync(`${path}.head`, 'utf8');
    await log.append({ number: 2 });
    writeFileSync(`${path}.head`, record);
    // A line that cannot be written: what was appended before is in the record all the same.
    await expect(log.append({ number: 3n })).rejects.toThrow(/BigInt/);
    expect(readFileSync(`${path}.head`, 'utf8')).toContain('"last":2,');
  });

  it.each([
    ['its own file', null, 1_000_000],
    ['its own file, with a key', 'k'.repeat(32), 1_000_000],
    ['a file set aside', null, 500],
  ])(
    'cut off in %s, and its record removed: a failure, and nothing is written over it',
    async (_in, key, most) => {
      const path = freshLog();
      await write(path, 3, key, most);
      if (most < 1_000) rmSync(path);
      else cut(path, 2);
      rmSync(`${path}.head`);
      const removed = /\.head is not there, and line \d says that it was kept: it was removed/;
      const env: Record<string, string> = key === null ? {} : { AUTOTASK_AUDIT_KEY: key };
      const { code, stdout } = await verifyCommand([path], env);
      expect({ code, stdout }).toEqual({ code: 1, stdout: expect.stringMatching(removed) });
      await expect(write(path, 1, key, most)).rejects.toThrow(removed);
      expect(readdirSync(dirname(path)).filter((name) => name.endsWith('.head'))).toEqual([]);
    },
  );

  it('of which nothing at all is left is not called intact', async () => {
    const path = freshLog();
    await write(path, 2);
    cut(path, 4);
    rmSync(`${path}.head`);
    expect(await verifyCommand([path])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^NOTHING TO CHECK: .*\.head is not there: .*or all of it was removed/),
    });
  });

  it('has no record in a log that is older than such records, which is said', async () => {
    const path = freshLog();
    const body = JSON.stringify({ seq: 1, prev: origin.hash, event: 'attempt', attempt: 'a' });
    writeFileSync(path, `${body.slice(0, -1)},"hash":"${digest(body, null)}"}\n`);
    expect(await verifyCommand([path])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\.head is not there: the log is older .* would leave no trace/),
    });
    await write(path, 1);
    expect(await verifyCommand([path])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\.head is kept since line 2: the log is older/),
    });
  });

  it.each(['.head.new', '.head'])(
    'puts its record in the place of a link (%s), not where that leads',
    async (end) => {
      const path = freshLog();
      const other = join(dirname(path), 'of-somebody-else');
      writeFileSync(other, 'kept', { mode: 0o644 });
      const link = `${path}${end}`;
      if (end === '.head') {
        await write(path, 1);
        renameSync(link, `${path}-record`);
        symlinkSync(`${path}-record`, link);
      } else symlinkSync(other, link);
      await write(path, 1);
      expect(readFileSync(other, 'utf8')).toBe('kept');
      expect(statSync(other).mode & 0o777).toBe(0o644);
      expect(lstatSync(`${path}.head`).isSymbolicLink()).toBe(false);
      expect(await verify([path], null)).toMatchObject({ problem: null, checkpointSince: 1 });
    },
  );

  it.each([
    ['another number', (text: string) => text.replace('"last":4', '"last":3')],
    ['what is no record', () => '{}'],
  ])('shows a record with %s', async (_what, tamper) => {
    const path = freshLog();
    await write(path, 2);
    writeFileSync(`${path}.head`, tamper(readFileSync(`${path}.head`, 'utf8')));
    expect((await verify([path], null)).problem).toMatch(/\.head was changed, or written with another key/);
    await expect(write(path, 1)).rejects.toThrow(/\.head was changed/);
  });

  it('has a record that nobody without the key can make', async () => {
    const [path, forged] = [freshLog(), freshLog()];
    const key = 'a'.repeat(32);
    await write(path, 2, key);
    cut(path, 2);
    await write(forged, 1);
    copyFileSync(`${forged}.head`, `${path}.head`);
    expect((await verify([path], key)).problem).toMatch(/\.head was changed, or written with another key/);
  });

  it('knows a last line that was written anew from the one that was written', async () => {
    const [path, other] = [freshLog(), freshLog()];
    await write(path, 2);
    await write(other, 2);
    copyFileSync(other, path);
    expect((await verify([path], null)).problem).toMatch(/number 4 is not the one that was written/);
  });

  it('goes on with its number when the files were moved away whole', async () => {
    const path = freshLog();
    await write(path, 2);
    renameSync(path, `${path}-archive`);
    await write(path, 1);
    expect(await verify([path], null)).toMatchObject({ first: 5, last: 6, problem: null });
    expect(await verify([`${path}-archive`, path], null)).toMatchObject({ lines: 6, problem: null });
    expect((await verifyCommand([path])).stdout).toMatch(/continues a file .*line 4 is the last/);
  });

  it('is not written behind half a line', async () => {
    const path = freshLog();
    await write(path, 1);
    writeFileSync(path, readFileSync(path, 'utf8').trimEnd());
    expect((await verify([path], null)).problem).toMatch(/line 2 is only half written/);
    await expect(write(path, 1)).rejects.toThrow(/last line of .* is only half written/);
  });
});

describe('a log in several files', () => {
  it('is found and checked whole, by number and not by name', async () => {
    const path = freshLog();
    await write(path, 30, null, 1_000);
    expect(readdirSync(dirname(path))).toContain('audit.jsonl.10');
    writeFileSync(`${path}.old`, 'of somebody else');
    expect(await verifyCommand([path])).toEqual({
      code: 0,
      stdout: 'Intact: 60 lines (lines 1 to 60).\n',
      stderr: '',
    });
    rmSync(`${path}.4`);
    expect((await verify([path], null)).problem).toMatch(/\.5, line 1 has the number \d+ and follows \d+/);
  });

  it('is checked when the machine died between two of them', async () => {
    const path = freshLog();
    await write(path, 2);
    renameSync(path, `${path}.1`);
    expect(await verify([path], null)).toMatchObject({ lines: 4, problem: null });
    await write(path, 1);
    expect(await verify([path], null)).toMatchObject({ lines: 6, first: 1, problem: null });
  });

  it('is checked without false alarm while others append and set files aside', async () => {
    const path = freshLog();
    await write(path, 1);
    let writing = true;
    const writers = Promise.all([write(path, 20, null, 1_000), write(path, 20, null, 1_000)]).finally(() => {
      writing = false;
    });
    const problems: (string | null)[] = [];
    while (writing) problems.push((await verify([path], null)).problem);
    await writers;
    expect(problems.length).toBeGreaterThan(5);
    expect(problems.filter((problem) => problem !== null)).toEqual([]);
    expect(await verify([path], null)).toMatchObject({ lines: 82, problem: null, open: [] });
  });

  it('may hold line ends that only some programs know', async () => {
    const path = freshLog();
    const log = createAuditFile({ path, key: null, maxBytes: 1_000_000 });
    await log.append({ title: 'Printer\u2028on\u2029fire\u0085\r\n' });
    expect(await verify([path], null)).toMatchObject({ lines: 1, problem: null });
  });
});

describe('the lock of the audit log', () => {
  const old = (path: string) => {
    writeFileSync(path, 'of a process that died');
    utimesSync(path, new Date(0), new Date(0));
  };

  it('is taken over by one alone from a process that died', async () => {
    for (let round = 0; round < 3; round += 1) {
      const path = `${freshLog()}.lock`;
      old(path);
      let holders = 0;
      const seen: number[] = [];
      const hold = () =>
        withLock(path, async () => {
          holders += 1;
          seen.push(holders);
          await sleep(3);
          holders -= 1;
        });
      await Promise.all(Array.from({ length: 12 }, hold));
      expect(seen).toEqual(Array.from({ length: 12 }, () => 1));
      expect(readdirSync(dirname(path))).toEqual([]);
    }
  });

  it('is left alone while somebody else takes it over', async () => {
    const path = `${freshLog()}.lock`;
    old(path);
    writeFileSync(`${path}.stale`, 'of another process');
    const done = withLock(path, async () => 'done');
    await sleep(200);
    expect(readFileSync(path, 'utf8')).toBe('of a process that died');
    rmSync(`${path}.stale`);
    expect(await done).toBe('done');
  });

  it('is left to the one who took it over', async () => {
    const path = `${freshLog()}.lock`;
    await withLock(path, async () => {
      rmSync(path);
      writeFileSync(path, 'of another process');
    });
    expect(readFileSync(path, 'utf8')).toBe('of another process');
  });

  it('keeps two pieces of work of one process apart, also when they begin at the same moment', async () => {
    for (let round = 0; round < 50; round += 1) {
      const path = `${freshLog()}.w-0.running`;
      const leases = await Promise.all(Array.from({ length: 4 }, () => leaseFile(path)));
      const taken = leases.filter((lease) => lease !== null);
      expect(taken.length).toBe(1);
      expect(await leaseFile(path)).toBeNull();
      await taken[0]?.release();
      const next = await leaseFile(path);
      expect(next).not.toBeNull();
      await next?.release();
    }
  });

  it('is taken over although somebody died in doing so', async () => {
    const path = `${freshLog()}.lock`;
    old(path);
    old(`${path}.stale`);
    expect(await withLock(path, async () => 'done')).toBe('done');
  });
});
