import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digest, maxLineBytes, origin } from '../../src/audit/chains/chain.js';
import { createAuditFile, verify } from '../../src/audit/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { freshLog, linesOf, verifyCommand } from './audit-support.js';
import { type Rig, rig, writesSince } from './support.js';

const many = 120;
const longName = (number: number) => `Long text ${number}`;
let sandbox: Sandbox;
const rigs: Rig[] = [];
beforeAll(async () => {
  sandbox = await startSandbox({
    reshape: {
      UserDefinedFieldDefinitions: (rows) => {
        const [text] = rows.filter((row) => row.name === 'Root Cause');
        if (text === undefined) throw new Error('no field to copy');
        for (let number = 0; number < many; number += 1) {
          rows.push({ ...text, id: 50_000 + number, name: longName(number) });
        }
        rows.push({ ...text, id: 60_000, name: 'Admin password' });
      },
    },
  });
});
afterAll(async () => {
  await Promise.all(rigs.map((one) => one.close()));
  await sandbox.close();
});

async function open(path: string): Promise<Rig> {
  const one = await rig(sandbox, { env: { AUTOTASK_AUDIT_LOG: path } });
  rigs.push(one);
  return one;
}

const fields = (text: string) =>
  Object.fromEntries(Array.from({ length: many }, (_, number) => [longName(number), text]));
const update = (data: unknown, more: object = {}) => ({
  entity: 'Tickets',
  id: 101975,
  data,
  confirm: 'UPDATE_ENTITY',
  ...more,
});

describe('a write that one caller makes keeps nobody from writing after it', () => {
  it.each<[string, Record<string, unknown>, boolean]>([
    ['with 120 long user-defined fields', update(fields('界'.repeat(7_900))), true],
    ['with as many again, over the ones before', update(fields('é'.repeat(7_900))), true],
    [
      'with 300 texts under __proto__ in its data',
      update(
        JSON.parse(`{"title":"Fine","__proto__":${JSON.stringify(Array(300).fill('x'.repeat(5_000)))}}`),
      ),
      false,
    ],
    [
      'with 300 texts under constructor in its data',
      update({ title: 'Fine', constructor: Array(300).fill('x'.repeat(5_000)) }),
      false,
    ],
    [
      'with 300 texts under __proto__ beside its data',
      JSON.parse(
        JSON.stringify(update({ title: 'Fine' })).replace(
          '{',
          `{"__proto__":${JSON.stringify(Array(300).fill('x'.repeat(5_000)))},`,
        ),
      ),
      false,
    ],
  ])('%s', async (_what, args, written) => {
    const path = freshLog();
    const server = await open(path);
    const from = sandbox.requests.length;
    const { isError, text } = await server.call('update-entity', args);
    if (written) expect({ isError, text }).toMatchObject({ isError: false });
    const after = await server.call('update-entity', update({ title: 'After it' }));
    expect(after).toMatchObject({ isError: false });
    expect(after.text).not.toContain('could not be written');
    const lines = linesOf(path);
    expect(lines.length).toBe(2 * writesSince(sandbox, from).length);
    expect(readFileSync(path, 'utf8')).not.toMatch(/__proto__|"constructor"/);
    expect(await verifyCommand([path])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Intact: /),
    });
    if (!written) return;
    expect(lines[0]).toMatchObject({
      tool: 'update-entity',
      entity: 'Tickets',
      id: 101975,
      route: 'Tickets',
    });
    expect(lines[0]?.changes).toMatch(/^\d{6,} bytes, SHA-256 [0-9a-f]{64}$/);
  });

  it('leaves what was accepted in the log, and no value of a field that is named like a secret', async () => {
    const path = freshLog();
    const server = await open(path);
    const data = { TITLE: 'Recorded', status: 'In Progress', 'admin password': 'swordfish' };
    expect(await server.call('update-entity', update(data))).toMatchObject({ isError: false });
    const [attempt] = linesOf(path);
    expect(attempt?.body).toEqual({
      id: 101975,
      title: 'Recorded',
      status: 8,
      userDefinedFields: [{ name: 'Admin password', value: '[removed]' }],
    });
    expect(attempt).not.toHaveProperty('arguments');
    expect(readFileSync(path, 'utf8')).not.toContain('swordfish');
  });
});

describe('a line of the audit log', () => {
  const log = (path: string) => createAuditFile({ path, key: null, maxBytes: 100_000_000 });
  const text = (length: number) => 'x'.repeat(length);

  it.each<[string, object]>([
    ['a text of 3 MB', { event: 'attempt', attempt: 'a', body: text(3_000_000) }],
    [
      'three texts of 400 kB',
      { event: 'attempt', attempt: 'a', a: text(400_000), b: text(400_000), c: text(400_000) },
    ],
    [
      'characters that JSON writes with six',
      { event: 'attempt', attempt: 'a', body: '\u0001'.repeat(300_000) },
    ],
    ['__proto__ inside', { event: 'attempt', attempt: 'a', body: JSON.parse('{"__proto__":{"x":1}}') }],
    ['__proto__ as a member', JSON.parse('{"event":"attempt","attempt":"a","__proto__":{"x":1}}')],
    ['half of a character', { event: 'attempt', attempt: 'a', body: '\ud83d' }],
    ['a hash of its own', { event: 'attempt', attempt: 'a', body: { hash: 'x', seq: 7, prev: 'y' } }],
  ])('with %s is read back', async (_what, event) => {
    const path = freshLog();
    await log(path).append(event);
    await log(path).append({ event: 'outcome', attempt: 'a' });
    for (const line of readFileSync(path, 'utf8').split('\n')) {
      expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxLineBytes);
    }
    expect(await verify([path], null)).toMatchObject({ lines: 2, problem: null, open: [] });
  });

  it('has one bound for who writes and who reads', async () => {
    for (let length = maxLineBytes - 1_300; length < maxLineBytes; length += 100) {
      const path = freshLog();
      await log(path).append({ event: 'attempt', attempt: 'a', body: text(length) });
      await log(path).append({ event: 'outcome', attempt: 'a' });
      expect((await verify([path], null)).problem).toBeNull();
    }
  });

  it.each([
    ['longer than one may be', maxLineBytes + 1, true],
    ['longer than one may be, without an end', 3 * maxLineBytes, false],
    ['as long as one may be', maxLineBytes, true],
  ])('that is %s is to the one who checks what it is to the one who writes', async (_what, length, ended) => {
    const path = freshLog();
    const place = { seq: 1, prev: origin.hash, event: 'attempt', attempt: 'a', body: '' };
    const empty = JSON.stringify(place).length + `,"hash":"${origin.hash}"`.length;
    const body = JSON.stringify({ ...place, body: text(length - empty) });
    const line = `${body.slice(0, -1)},"hash":"${digest(body, null)}"}`;
    expect(line.length).toBe(length);
    writeFileSync(path, ended ? `${line}\n` : line);
    const { problem } = await verify([path], null);
    const next = await log(path)
      .append({ event: 'outcome', attempt: 'a' })
      .then(() => null, String);
    if (length <= maxLineBytes) expect({ problem, next }).toEqual({ problem: null, next: null });
    else {
      const words = ended ? /is longer than the 1048576 bytes/ : /is longer than|is only half written/;
      expect({ problem, next }).toEqual({
        problem: expect.stringMatching(words),
        next: expect.stringMatching(words),
      });
    }
  });
});
