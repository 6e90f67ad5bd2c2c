import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { consentTool, viewMimeType, viewUri } from '../../src/view-data.js';
import { type ClientKind, openClient, type TestClient } from '../support/client.js';
import { spawnClient, tenantEnvironment } from '../support/tenant.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z') });
});
afterAll(() => sandbox.close());

const withViews = [viewMimeType];

const connect = (
  views: readonly string[] | undefined,
  kind: ClientKind,
  env: Record<string, string> = {},
): Promise<TestClient> =>
  spawnClient(
    [],
    { ...tenantEnvironment(sandbox), ...env },
    { kind, ...(views === undefined ? {} : { views }) },
  );

const calls = [
  ['search-tickets', { openOnly: true, maxRecords: 3 }],
  ['query-entity', { entity: 'Contacts', maxRecords: 3 }],
  ['get-ticket', { id: 101730, include: 'all' }],
  ['get-ticket', { id: 101730 }],
  ['aggregate-entity', { entity: 'Tickets', groupBy: ['queueID'], metrics: ['count'] }],
  ['update-ticket', { id: 101730, status: 'New' }],
  ['update-ticket', { ids: [101730, 101731], status: 'New' }],
  ['get-company', { id: 175 }],
  ['update-ticket', { id: 101730, status: 'Nonsense' }],
] as const;

/** Marks, tokens and cursors are made anew with every answer. */
const comparable = (text: string) =>
  text
    .replace(/(?<=UPDATE_TICKET)(?:\.[\w-]+){4}/g, '')
    .replace(/data-[0-9a-f]{8}/g, 'data-')
    .replace(/cursor \S+ \(until [^)]+\)/g, 'cursor')
    .replace(/\d+ of the hour/g, 'N of the hour');
const textOf = (content: readonly object[]) =>
  comparable(content.map((block) => ('text' in block ? String(block.text) : '')).join('\n'));

/** This program as it would be if it had no views. */
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'without-views-'));
  execFileSync(process.execPath, [join(import.meta.dirname, 'build-without-views.mjs'), folder]);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All that a client is told: lists, answers whole, and how it is refused. */
async function everything(client: TestClient): Promise<string[]> {
  const told: unknown[] = [
    client.getInstructions(),
    await client.listTools(),
    await client.listResources(),
    await client.listResourceTemplates(),
    await client.listPrompts(),
  ];
  for (const [name, args] of calls) told.push(await client.callTool({ name, arguments: args }));
  const refused = [
    () => client.readResource({ uri: viewUri }),
    () => client.callTool({ name: consentTool, arguments: {} }),
  ];
  for (const ask of refused) told.push(await ask().then(() => 'answered', String));
  return told.map((one) => comparable(JSON.stringify(one)));
}

const size = (value: unknown) => JSON.stringify(value).length / 4;
const withoutViews = <Listed extends { _meta?: unknown }>({ _meta: _, ...listed }: Listed) => listed;

describe.each([
  ['of 2025', 'v2'],
  ['of 2025, of the first SDK', 'v1'],
  ['of 2026-07-28', 'v2-pinned'],
] as const)('a client %s', (_, kind) => {
  test.each([['token'], ['preview'], ['person']])(
    'that shows no views gets what a program without any gives it, where %s confirms',
    async (mode) => {
      const env = { ...tenantEnvironment(sandbox), AUTOTASK_CONFIRM_MODE: mode };
      const plain = await spawnClient([], env, { kind });
      const command = { command: process.execPath, args: [join(folder, 'cli.js')], env };
      const other = await openClient(command, { kind });
      expect(await everything(plain)).toEqual(await everything(other));
      await Promise.all([plain.close(), other.close()]);
    },
  );

  test('that shows no views gets nothing of them; one that does gets the same text', async () => {
    const plain = await connect(undefined, kind);
    const showing = await connect(withViews, kind);
    for (const [name, args] of calls) {
      const [without, beside] = await Promise.all([
        plain.callTool({ name, arguments: args }),
        showing.callTool({ name, arguments: args }),
      ]);
      expect(without.structuredContent).toBeUndefined();
      expect(without._meta?.['autotask-mcp/consent']).toBeUndefined();
      expect(textOf(beside.content)).toBe(textOf(without.content));
    }
    const tools = [await plain.listTools(), await showing.listTools()].map((listed) => listed.tools);
    expect(JSON.stringify(tools[0])).not.toMatch(/_meta|ui:\/\//);
    expect(tools[1]?.map(withoutViews)).toEqual(tools[0]);
    const resources = [await plain.listResources(), await showing.listResources()].map(
      (listed) => listed.resources,
    );
    expect(resources[1]?.filter(({ uri }) => uri !== viewUri)).toEqual(resources[0]);
    await expect(plain.readResource({ uri: viewUri })).rejects.toThrow(/no resource/);
    const { contents } = await showing.readResource({ uri: viewUri });
    expect(contents[0]?.mimeType).toBe(viewMimeType);
    await Promise.all([plain.close(), showing.close()]);
  });

  test.each([['token'], ['person']])(
    'with views gets a list at most 300 tokens longer, where %s confirms',
    async (mode) => {
      const env = { AUTOTASK_CONFIRM_MODE: mode };
      const plain = await connect(undefined, kind, env);
      const showing = await connect(withViews, kind, env);
      const [without, beside] = [await plain.listTools(), await showing.listTools()];
      expect(size(beside.tools) - size(without.tools)).toBeLessThanOrEqual(300);
      const names = beside.tools.filter(({ _meta }) => _meta !== undefined).map(({ name }) => name);
      expect(names.includes(consentTool)).toBe(mode === 'person');
      expect(names).toContain('query-entity');
      expect(without.tools.map(({ name }) => name)).not.toContain(consentTool);
      await Promise.all([plain.close(), showing.close()]);
    },
  );
});

test('a list of a page that a client does not show says nothing: no media type is no view', async () => {
  const other = await connect(['text/html'], 'v2');
  const { tools } = await other.listTools();
  expect(tools.every(({ _meta }) => _meta === undefined)).toBe(true);
  await other.close();
});
