import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { consentKey, consentTool, viewMimeType } from '../../src/view-data.js';
import { startProgram } from '../http/support.js';
import { openClient, type TestClient } from '../support/client.js';
import { tenantEnvironment } from '../support/tenant.js';

const tokens = ['first-0123456789abcdef', 'other-0123456789abcdef'] as const;

let sandbox: Sandbox;
let program: Awaited<ReturnType<typeof startProgram>>;
beforeAll(async () => {
  sandbox = await startSandbox();
  const file = join(mkdtempSync(join(tmpdir(), 'consent-')), 'tokens');
  writeFileSync(file, tokens.map((token, at) => `holder${at} ${token}\n`).join(''));
  program = await startProgram([], {
    ...tenantEnvironment(sandbox),
    AUTOTASK_CONFIRM_MODE: 'person',
    AUTOTASK_HTTP_TOKENS_FILE: file,
    LOG_LEVEL: 'info',
  });
}, 60_000);
afterAll(async () => {
  await program.stop();
  await sandbox.close();
});

const clientOf = (token: string, views: boolean): Promise<TestClient> =>
  openClient(
    { url: `${program.url}/mcp`, headers: { Authorization: `Bearer ${token}` } },
    { kind: 'v2-pinned', ...(views ? { views: [viewMimeType] } : {}) },
  );

const textOf = ({ content }: { readonly content: readonly object[] }) =>
  content.map((block) => ('text' in block ? String(block.text) : '')).join('\n');
const written = () => sandbox.requests.filter(({ method }) => method === 'PATCH').length;

describe('a person confirms over HTTP without sessions', () => {
  test('with the token that a view was given, once, and nobody else with it', async () => {
    const args = { id: 101730, priority: 'High' };
    const client = await clientOf(tokens[0], true);
    const preview = await client.callTool({ name: 'update-ticket', arguments: args });
    const token = preview._meta?.[consentKey];
    const consent = { name: consentTool, arguments: { tool: 'update-ticket', arguments: args, token } };
    const other = await clientOf(tokens[1], true);
    expect(textOf(await other.callTool(consent))).toMatch(/belongs to the preview of another call/);
    expect(written()).toBe(0);
    const changed = { ...consent.arguments, arguments: { ...args, priority: 'Critical' } };
    expect(textOf(await client.callTool({ ...consent, arguments: changed }))).toMatch(/nothing was written/i);
    expect(written()).toBe(0);
    expect(textOf(await client.callTool(consent))).toMatch(/^Updated Ticket 101730/);
    expect(textOf(await client.callTool(consent))).toMatch(/nothing was written/i);
    expect(written()).toBe(1);
    // It is worth nothing any more, and stands in no log all the same.
    const { stdout, stderr } = program.output();
    expect(`${stdout}${stderr}`).not.toContain(String(token));
    await Promise.all([client.close(), other.close()]);
  });

  test('not through a client of 2025 without a session, which is told what would help', async () => {
    const client = await openClient(
      { url: `${program.url}/mcp`, headers: { Authorization: `Bearer ${tokens[0]}` } },
      { kind: 'v2', views: [viewMimeType] },
    );
    const so = written();
    const answer = await client.callTool({ name: 'update-ticket', arguments: { id: 101730, title: 'x' } });
    expect(answer.isError).toBe(true);
    expect(textOf(answer)).toMatch(/is not known.*Nothing was written\.[\s\S]*AUTOTASK_HTTP_SESSIONS=true/);
    expect(written()).toBe(so);
    await client.close();
  });

  test('is no tool for a client without views, and its own word writes nothing', async () => {
    const client = await clientOf(tokens[0], false);
    await expect(client.callTool({ name: consentTool, arguments: {} })).rejects.toThrow(/There is no tool/);
    const answer = await client.callTool({
      name: 'update-ticket',
      arguments: { id: 101730, priority: 'Low', confirm: 'UPDATE_TICKET' },
    });
    expect(answer.isError).toBe(true);
    expect(textOf(answer)).toMatch(/can neither show a view nor ask its user/);
    expect(written()).toBe(1);
    await client.close();
  });
});
