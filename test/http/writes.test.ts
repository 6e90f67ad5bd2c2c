import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createAuditFile, createAuditLog } from '../../src/audit/index.js';
import { createWriter } from '../../src/client/index.js';
import { redactNothing } from '../../src/redact.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { pendingInMemory } from '../../src/server/confirmation/pending-tokens.js';
import { prepareServer } from '../../src/server/index.js';
import type { HttpServer } from '../../src/transports/http/index.js';
import { callTool, mcpHeaders, serve } from './support.js';

const path = join(mkdtempSync(join(tmpdir(), 'audit-')), 'audit.jsonl');
let sandbox: Sandbox;
let replicas: HttpServer[] = [];
beforeAll(async () => {
  sandbox = await startSandbox();
  const pending = pendingInMemory();
  const replica = () => {
    const { credentials, url: zoneUrl } = sandbox;
    const common = { timeoutMs: 60_000, maxConcurrency: 10, cacheDir: null, log: () => {} };
    const writer = createWriter({ ...common, credentials, zoneUrl });
    const server = prepareServer({
      facts: { name: 'autotask-mcp', version: '0', mode: 'live', readOnly: false },
      timeZone: 'UTC',
      closedStatusIds: [5],
      log: () => {},
      confirm: { mode: 'elicit', key: 'k'.repeat(40), seconds: 600, pending },
      open: async () => ({
        reader: writer,
        writer,
        audit: createAuditLog(createAuditFile({ path, key: null, maxBytes: 1_000_000 })),
      }),
    });
    return serve({
      openTenant: () => ({
        server: ({ readOnly }) => server(readOnly),
        check: async () => {},
        redact: redactNothing,
        thresholdUse: () => undefined,
      }),
    });
  };
  replicas = [await replica(), await replica()];
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await sandbox.close();
});

async function call(replica: HttpServer | undefined, args: Record<string, unknown>): Promise<string> {
  const response = await fetch(`${replica?.url}/mcp`, {
    method: 'POST',
    headers: mcpHeaders,
    body: callTool('create-entity', args),
  });
  return JSON.parse(await response.text()).result.content[0].text;
}

it('a preview of one stateless replica is confirmed on another, once, by the same caller', async () => {
  const [one, two] = replicas;
  const args = { entity: 'ContactGroups', data: { name: 'Across replicas', isActive: true } };
  const preview = await call(one, { ...args, confirm: 'CREATE_ENTITY' });
  expect(preview).toMatch(/^PREVIEW, nothing was written\. confirm was not the token of a preview/);
  const confirm = /confirm: "([^"]+)"\.$/.exec(preview)?.[1];
  expect(await call(two, { ...args, confirm })).toMatch(/^Created ContactGroup/);
  expect(await call(one, { ...args, confirm })).toMatch(/This token was used already/);
  const posts = sandbox.requests.filter(
    ({ method, path: at }) => method === 'POST' && /ContactGroups$/.test(at),
  );
  expect(posts.length).toBe(1);
  const [attempt] = readFileSync(path, 'utf8').split('\n');
  expect(JSON.parse(attempt ?? '')).toMatchObject({
    caller: expect.stringMatching(/^\w+$/),
    gate: 'preview',
  });
});
