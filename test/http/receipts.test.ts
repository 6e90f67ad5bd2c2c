import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { tenantEnvironment } from '../support/tenant.js';
import { type Rig, rig } from '../writes/support.js';
import { callTool, post, startProgram } from './support.js';

/** A receipt is good for the holder of the token that wrote, and for nobody else with the same audit log. */
const folder = mkdtempSync(join(tmpdir(), 'receipts-'));
const audit = join(folder, 'audit.jsonl');
const holders = ['alice', 'bob', 'stdio'] as const;
type Holder = (typeof holders)[number];
const secretOf = (holder: Holder) => `${holder}-0123456789abcdef`;

let sandbox: Sandbox;
let program: Awaited<ReturnType<typeof startProgram>>;
let local: Rig;
beforeAll(async () => {
  sandbox = await startSandbox();
  const tokens = join(folder, 'tokens');
  writeFileSync(tokens, holders.map((holder) => `${holder} ${secretOf(holder)}\n`).join(''));
  program = await startProgram([], {
    ...tenantEnvironment(sandbox),
    LOG_LEVEL: 'info',
    AUTOTASK_AUDIT_LOG: audit,
    AUTOTASK_HTTP_TOKENS_FILE: tokens,
  });
  local = await rig(sandbox, { env: { AUTOTASK_AUDIT_LOG: audit } });
});
afterAll(async () => {
  await local.close();
  await program.stop();
  await sandbox.close();
});

const ask = async (holder: Holder, name: string, args: object) => {
  const headers = { Authorization: `Bearer ${secretOf(holder)}` };
  return (await post(String(program.url), callTool(name, args), headers)).text();
};
const receiptIn = (text: string) => /Receipt: (w-[0-9a-f]{12})/.exec(text)?.[1] ?? '';
const group = (name: string) => ({
  entity: 'ContactGroups',
  data: { name, isActive: true },
  confirm: 'CREATE_ENTITY',
});
const none = /There is no receipt .* of yours in the audit log/;

it('is refused to other tokens, for whatever is asked', async () => {
  const receipt = receiptIn(await ask('alice', 'create-entity', group('Of Alice')));
  expect(receipt).not.toBe('');
  for (const action of ['status', 'resume', 'undo']) {
    for (const holder of ['bob', 'stdio'] as const) {
      const from = sandbox.requests.length;
      expect(await ask(holder, 'write-receipt', { receipt, action, confirm: 'WRITE_RECEIPT' })).toMatch(none);
      expect(sandbox.requests.length).toBe(from);
    }
  }
  expect((await local.call('write-receipt', { receipt, action: 'status' })).text).toMatch(none);
  expect(await ask('alice', 'write-receipt', { receipt, action: 'status' })).toMatch(/done 1, refused 0/);
});

it('of the client over stdio is refused to a token that is called stdio', async () => {
  const receipt = receiptIn((await local.call('create-entity', group('Of the desk'))).text);
  expect(await ask('stdio', 'write-receipt', { receipt, action: 'status' })).toMatch(none);
  expect((await local.call('write-receipt', { receipt, action: 'status' })).text).toMatch(/done 1/);
});
