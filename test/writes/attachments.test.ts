import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { entityNamed } from '../../src/entities/metadata/entity-names.js';
import { attachmentEntities } from '../../src/entities/read/attachment-entities.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { spawnClient, tenantEnvironment } from '../support/tenant.js';
import { type Rig, rig, tokenIn, writesSince } from './support.js';

const word = 'CREATE_ATTACHMENT';
const base64 = (content: string | Buffer) => Buffer.from(content).toString('base64');
const sha = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

let sandbox: Sandbox;
let server: Rig;
const rigs: Rig[] = [];
beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z') });
  server = await open();
});
afterAll(async () => {
  await Promise.all(rigs.map((one) => one.close()));
  await sandbox.close();
});

async function open(env: Record<string, string> = {}, of = sandbox): Promise<Rig> {
  const one = await rig(of, { env });
  rigs.push(one);
  return one;
}

const file = { parentId: 101975, name: 'plan.txt', data: base64('the plan') };
const attach = (args: object, on = server) => on.call('create-attachment', { ...file, ...args });
const body = z.looseObject({
  data: z.string(),
  publish: z.number(),
  title: z.string(),
  fullPath: z.string(),
});

describe('create-attachment', () => {
  it('shows name, type, size, hash and who sees it, and nothing is sent', async () => {
    const from = sandbox.requests.length;
    const { text } = await attach({});
    expect(text).toMatch(/^PREVIEW, nothing was written\. .* \(Tickets\/101975\/Attachments\):/);
    expect(text).toContain(`data: 8 bytes, text (utf-8), SHA-256 ${sha('the plan')}`);
    expect(text).toContain('fullPath: plan.txt');
    expect(text).toContain('publish: Internal Users Only (2)');
    expect(text).toContain('Who sees it: Internal by its publish choice.');
    expect(text).toMatch(/^on Ticket 101975: T20261112\.0003 \S/m);
    expect(text).not.toContain(file.data);
    expect(writesSince(sandbox, from)).toEqual([]);
  });

  it('attaches what was previewed, reads its size back, and gives it out again', async () => {
    const from = sandbox.requests.length;
    const { text } = await attach({ confirm: word });
    expect(text).toContain('Read back: every field is stored as sent.');
    const [post, ...more] = writesSince(sandbox, from);
    expect(more).toEqual([]);
    expect(post).toMatchObject({ method: 'POST', path: 'V1.0/Tickets/101975/Attachments' });
    expect(body.parse(post?.body)).toEqual({
      parentID: 101975,
      attachmentType: 'FILE_ATTACHMENT',
      title: 'plan.txt',
      fullPath: 'plan.txt',
      publish: 2,
      data: file.data,
    });
    const id = Number(/Created TicketAttachment (\d+)/.exec(text)?.[1]);
    expect((await server.call('get-attachment', { id })).text).toContain('\n\nthe plan\n');
  });

  const owners = attachmentEntities.flatMap((entity) => {
    const owner = entityNamed(entity.parents[0]?.entity ?? '');
    return owner === undefined ? [] : [[owner.name, entity.name] as const];
  });
  it.each(owners)('attaches to %s, internal by the label of its own picklist', async (owner, entity) => {
    const { text: list } = await server.call('query-entity', {
      entity: owner,
      maxRecords: 1,
      format: 'json',
    });
    const { records } = z
      .looseObject({ records: z.array(z.looseObject({ id: z.number() })) })
      .parse(JSON.parse(list));
    const { text } = await attach({ parentEntity: owner, parentId: records[0]?.id, confirm: word });
    expect(text).toContain('Read back: every field is stored as sent.');
    const id = Number(/Created \w+ (\d+)/.exec(text)?.[1]);
    const got = await server.call('get-attachment', { id, entity });
    expect(got.text).toContain('\n\nthe plan\n');
    expect(got.text).toContain('seen by: internal');
  });

  it('takes a ticket by its number, base64 with line ends and as a data URL', async () => {
    const from = sandbox.requests.length;
    const data = `data:text/plain;base64,${base64('the').slice(0, 2)}\r\n${base64('the').slice(2)}`;
    const { isError } = await attach({ parentId: 'T20261112.0003', data, confirm: word });
    expect(isError).toBe(false);
    expect(body.parse(writesSince(sandbox, from)[0]?.body).data).toBe(base64('the'));
  });

  it.each([
    ['no data', { data: undefined }, /data: is required/],
    ['no name', { name: undefined }, /name: is required with data/],
    ['no base64', { data: 'Grüße!' }, /data: is not base64/],
    ['half a group', { data: 'AAAAA' }, /data: is not base64/],
    ['plain words', { data: 'hello world' }, /data: is not base64: encode the file's bytes, with padding/],
    ['a plain word', { data: 'plain' }, /data: is not base64/],
    ['nothing', { data: '' }, /data: is required/],
    ['a folder in the name', { name: '../a.txt' }, /name: must be a name without a folder/],
    ['another system’s folder', { name: 'a\\b.txt' }, /name: must be a name without a folder/],
    ['dots alone', { name: '..' }, /name: is no name of a file/],
    ['invisible characters', { name: 'a\u202etxt.exe' }, /name: holds invisible characters/],
    ['a line end', { name: 'a\nb.txt' }, /name: holds invisible characters/],
    ['a name too long', { name: `${'a'.repeat(256)}` }, /name: has 256 characters; at most 255 fit/],
    [
      'an entity without files',
      { parentEntity: 'Contacts' },
      /parentEntity: Contacts cannot have attachments\. Valid: .*Tickets/,
    ],
    ['an owner that does not exist', { parentId: 42 }, /parentId: there is no record 42 in Tickets/],
    [
      'a publish choice that does not exist',
      { publish: 'Everybody' },
      /publish: "Everybody" is not a value .*Internal Users Only/,
    ],
  ])('refuses %s and sends nothing', async (_what, more, expected) => {
    const from = sandbox.requests.length;
    const { text, isError } = await attach({ ...more, confirm: word });
    expect({ isError, text: text.match(expected)?.[0] ?? text }).toMatchObject({ isError: true });
    expect(text).toMatch(expected);
    expect(writesSince(sandbox, from)).toEqual([]);
  });

  it('refuses what is too large before anything is sent, and what would lock all uploads for minutes', async () => {
    const other = await startSandbox();
    const big = await open({}, other);
    const from = other.requests.length;
    const send = (bytes: number) =>
      big.call('create-attachment', {
        parentId: 100001,
        name: 'big.bin',
        data: base64(Buffer.alloc(bytes, 7)),
        confirm: word,
      });
    expect((await send(6_000_003)).text).toMatch(/data: has .*6000000/);
    expect(writesSince(other, from)).toEqual([]);
    expect((await send(5_900_000)).isError).toBe(false);
    const { text } = await send(5_900_000);
    expect(text).toMatch(
      /takes 10,000,000 bytes of files in five minutes; 5900000 were sent and this file has 5900000\. Nothing was sent/,
    );
    expect(text).toMatch(/Try again in (2\d\d|300) seconds/);
    // create-entity sends files too and is counted with it.
    const data = {
      title: 'x',
      fullPath: 'x.bin',
      attachmentType: 'FILE_ATTACHMENT',
      publish: 2,
      data: base64(Buffer.alloc(5_000_000)),
    };
    const generic = await big.call('create-entity', {
      entity: 'TicketAttachments',
      parentId: 100001,
      data,
      confirm: 'CREATE_ENTITY',
    });
    expect(generic.text).toMatch(/takes 10,000,000 bytes/);
    expect(writesSince(other, from)).toHaveLength(1);
    await other.close();
  }, 60_000);

  it('passes on that the tenant does not take the type, and what to do', async () => {
    const { text } = await attach({ name: 'tool.exe', confirm: word });
    expect(text).toMatch(/file type of the attachment is not allowed/);
    expect(text).toMatch(/an administrator of Autotask decides which/);
  });

  it('needs the operator’s leave for what the customer would see', async () => {
    for (const publish of ['All Autotask Users', 1, 'Internal & Co-Managed']) {
      const from = sandbox.requests.length;
      expect((await attach({ publish, confirm: word })).text).toMatch(
        /does not allow writing what the customer sees/,
      );
      expect(writesSince(sandbox, from)).toEqual([]);
    }
    const free = await open({ AUTOTASK_CUSTOMER_VISIBLE_NOTES: 'true' });
    expect((await attach({ publish: 'All Autotask Users' }, free)).text).toContain(
      'Who sees it: CUSTOMER-VISIBLE',
    );
  });

  it('binds the token of a preview to the contents', async () => {
    const careful = await open({ AUTOTASK_CONFIRM_MODE: 'preview' });
    const confirm = tokenIn((await attach({}, careful)).text);
    const other = await attach({ data: base64('the PLAN'), confirm }, careful);
    expect(other.text).toMatch(/belongs to the preview of another call/);
    expect((await attach({ confirm }, careful)).text).toMatch(/^Created TicketAttachment/);
  });

  it('leaves length and hash in the audit log, not the contents', async () => {
    const log = join(mkdtempSync(join(tmpdir(), 'audit-')), 'audit.jsonl');
    const audited = await open({ AUTOTASK_AUDIT_LOG: log });
    await attach({ confirm: word }, audited);
    const data = {
      title: 'x',
      fullPath: 'x.txt',
      attachmentType: 'FILE_ATTACHMENT',
      publish: 2,
      data: file.data,
    };
    await audited.call('create-entity', {
      entity: 'TicketAttachments',
      parentId: 101975,
      data,
      confirm: 'CREATE_ENTITY',
    });
    const text = readFileSync(log, 'utf8');
    expect(text).not.toContain(file.data);
    const attempts = text.split('\n').filter((line) => line.includes('"attempt"') && line.includes('"body"'));
    expect(attempts).toHaveLength(2);
    for (const line of attempts) {
      expect(line.split(`8 bytes, SHA-256 ${sha('the plan')}`)).toHaveLength(3);
    }
  });
});

describe('files of this machine', () => {
  let folder: string;
  let outside: string;
  let local: Rig;
  beforeAll(async () => {
    const base = mkdtempSync(join(tmpdir(), 'files-'));
    folder = join(base, 'files');
    outside = join(base, 'private');
    mkdirSync(join(folder, 'sub'), { recursive: true });
    mkdirSync(outside);
    writeFileSync(join(folder, 'report.txt'), 'report');
    writeFileSync(join(folder, 'sub', 'deep.txt'), 'deep');
    writeFileSync(join(outside, 'secret.txt'), 'secret');
    writeFileSync(join(base, 'files-not.txt'), 'secret');
    symlinkSync(join(outside, 'secret.txt'), join(folder, 'link.txt'));
    symlinkSync(outside, join(folder, 'door'));
    symlinkSync(join(folder, 'sub'), join(folder, 'inner'));
    writeFileSync(join(folder, 'empty.txt'), '');
    writeFileSync(join(folder, 'huge.bin'), '');
    truncateSync(join(folder, 'huge.bin'), 3_000_000_000);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    local = await open({ AUTOTASK_FILES_DIR: folder });
  });
  afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

  const fromPath = (path: string, more: object = {}, on = local) =>
    on.call('create-attachment', { parentId: 101975, path, ...more });

  it('are attached by their path, under their own name', async () => {
    const from = sandbox.requests.length;
    expect((await fromPath('report.txt')).text).toContain(`SHA-256 ${sha('report')}`);
    expect((await fromPath('sub/deep.txt', { confirm: word })).isError).toBe(false);
    expect((await fromPath('inner/deep.txt')).text).toContain(`SHA-256 ${sha('deep')}`);
    expect(writesSince(sandbox, from).map((request) => body.parse(request.body))).toMatchObject([
      { fullPath: 'deep.txt', data: base64('deep') },
    ]);
  });

  it.each([
    ['a way up', '../private/secret.txt', /leads out of the folder/],
    ['a way up from below', 'sub/../../private/secret.txt', /leads out of the folder/],
    ['a way up in other slashes', '..\\private\\secret.txt', /leads out of the folder/],
    ['an absolute path', '/etc/passwd', /must be relative/],
    ['another system’s absolute path', 'C:\\secret.txt', /must be relative/],
    ['a neighbour with the same beginning', '../files-not.txt', /leads out of the folder/],
    ['a link to a file', 'link.txt', /is a symbolic link/],
    ['a link to a folder', 'door/secret.txt', /leads out of the folder/],
    ['a zero', 'report.txt\0.png', /leads out of the folder/],
    ['a pipe that nobody writes to', 'pipe', /is no regular file/],
    ['a folder', 'sub', /is no regular file/],
    ['the folder itself', '.', /is no regular file/],
    ['a file as a folder', 'report.txt/x', /names no file/],
    ['what is not there', 'none.txt', /names no file/],
    ['an empty file', 'empty.txt', /is an empty file/],
    ['a huge file', 'huge.bin', /has 3000000000 bytes; at most 6000000 are taken/],
  ])('are not read through %s', async (_what, path, expected) => {
    const from = sandbox.requests.length;
    const { text, isError } = await fromPath(path, { confirm: word });
    expect(isError).toBe(true);
    expect(text).toMatch(/path: /);
    expect(text).toMatch(expected);
    expect(text).not.toContain(folder);
    expect(sandbox.requests.slice(from)).toEqual([]);
  });

  it('are the ones that were checked, whatever is put in their place', async () => {
    mkdirSync(join(folder, 'real'));
    writeFileSync(join(folder, 'real', 'secret.txt'), 'harmless');
    // Exchanges a folder for a link to the outside and back, as fast as it can.
    const script = `
      const fs = require('node:fs');
      for (;;) {
        try { fs.symlinkSync(${JSON.stringify(outside)}, 'new'); fs.renameSync('new', 'swap'); } catch {}
        try { fs.symlinkSync('real', 'new'); fs.renameSync('new', 'swap'); } catch {}
      }`;
    const swapper = spawn(process.execPath, ['-e', script], { cwd: folder });
    try {
      const seen = { harmless: 0, refused: 0 };
      // Until it was met in both states, and often enough; a busy machine takes its time.
      const until = Date.now() + 40_000;
      for (let i = 0; (i < 200 || seen.harmless * seen.refused === 0) && Date.now() < until; i++) {
        const { text } = await fromPath('swap/secret.txt');
        expect(text).not.toContain(sha('secret'));
        if (text.includes(sha('harmless'))) seen.harmless++;
        else if (/path: leads out/.test(text)) seen.refused++;
        else expect(text).toMatch(/path: names no file/);
      }
      expect(seen.harmless).toBeGreaterThan(0);
      expect(seen.refused).toBeGreaterThan(0);
    } finally {
      swapper.kill();
    }
  }, 60_000);

  it('must still be the same when a preview is confirmed', async () => {
    const careful = await open({ AUTOTASK_FILES_DIR: folder, AUTOTASK_CONFIRM_MODE: 'preview' });
    writeFileSync(join(folder, 'draft.txt'), 'one');
    const confirm = tokenIn((await fromPath('draft.txt', {}, careful)).text);
    writeFileSync(join(folder, 'draft.txt'), 'two');
    const from = sandbox.requests.length;
    expect((await fromPath('draft.txt', { confirm }, careful)).text).toMatch(/has changed since the preview/);
    expect(writesSince(sandbox, from)).toEqual([]);
  });

  it('are not offered without a folder, and the reason is told', async () => {
    const { tools } = await server.client.listTools();
    const properties = JSON.stringify(tools.find(({ name }) => name === 'create-attachment')?.inputSchema);
    expect(properties).not.toContain('"path"');
    const from = sandbox.requests.length;
    const { text, isError } = await server.call('create-attachment', { parentId: 1, path: 'report.txt' });
    expect(isError).toBe(true);
    expect(text).toMatch(
      /path is not an argument: .*only over stdio, where the operator set AUTOTASK_FILES_DIR; send data instead/,
    );
    expect(sandbox.requests.slice(from)).toEqual([]);
  });

  it('are offered by the program over stdio, and a folder that is none stops it at the start', async () => {
    const env = { ...tenantEnvironment(sandbox), AUTOTASK_FILES_DIR: folder };
    const client = await spawnClient([], env);
    const { tools } = await client.listTools();
    expect(JSON.stringify(tools.find(({ name }) => name === 'create-attachment')?.inputSchema)).toContain(
      '"path"',
    );
    const answer = await client.callTool({
      name: 'create-attachment',
      arguments: { parentId: 101975, path: 'report.txt' },
    });
    expect(JSON.stringify(answer.content)).toContain(sha('report'));
    await client.close();
    await expect(
      spawnClient([], { ...env, AUTOTASK_FILES_DIR: join(folder, 'report.txt') }),
    ).rejects.toThrow();
  });
});
