import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { signed, startAuthorizationServer } from '../support/authorization-server.js';
import { tenantEnvironment } from '../support/tenant.js';
import { freePort, startSignedIn } from './oauth-support.js';
import { callTool, mcpHeaders } from './support.js';

/** People of one tenant whose rules name different companies, served by one process, one after the other. */
const folder = mkdtempSync(join(tmpdir(), 'companies-'));
const file = join(folder, 'rules.json');
writeFileSync(
  file,
  JSON.stringify({
    rules: [
      { name: 'all', when: { groups: 'all' } },
      { name: 'contoso', when: { groups: 'contoso' }, policy: { readCompanies: ['175'] } },
      { name: 'adventure', when: { groups: 'adventure' }, policy: { readCompanies: ['177'] } },
    ],
  }),
);
const hugo = 'hugo.hart@bluebird.example';

let sandbox: Sandbox;
let issuer: Awaited<ReturnType<typeof startAuthorizationServer>>;
let server: Awaited<ReturnType<typeof startSignedIn>>;
beforeAll(async () => {
  sandbox = await startSandbox();
  const port = await freePort();
  issuer = await startAuthorizationServer({ resource: `http://127.0.0.1:${port}/mcp` });
  server = await startSignedIn(
    { port, issuer: issuer.issuer },
    {
      ...tenantEnvironment(sandbox),
      // That it listens is read in its log.
      LOG_LEVEL: 'info',
      AUTOTASK_AUDIT_LOG: join(folder, 'audit.jsonl'),
      AUTOTASK_OAUTH_POLICY_FILE: file,
    },
    [],
  );
});
afterAll(async () => {
  await server.stop();
  await Promise.all([issuer.close(), sandbox.close()]);
});

async function call(group: string, tool: string, args: unknown): Promise<string> {
  const claims = {
    iss: issuer.issuer,
    aud: server.mcpUrl,
    sub: 'hugo',
    email: hugo,
    email_verified: true,
    groups: [group],
    scope: 'autotask.read autotask.write',
    exp: Math.floor(Date.now() / 1_000) + 300,
  };
  const bearer = signed(issuer.key, { alg: 'RS256', kid: issuer.key.kid }, claims);
  const response = await fetch(server.mcpUrl, {
    method: 'POST',
    headers: { ...mcpHeaders, Authorization: `Bearer ${bearer}` },
    body: callTool(tool, args),
  });
  return response.text();
}
const tickets = { entity: 'Tickets', maxRecords: 3, format: 'json', includeFields: ['id', 'companyID'] };
const idsIn = (text: string) => [...text.matchAll(/\\"id\\":(1\d{5})\b/g)].map(([, id]) => Number(id));

it('what one of them looked up is there for nobody else', async () => {
  for (const group of ['all', 'contoso', 'adventure', 'all']) {
    const text = await call(group, 'search-tickets', { companyID: 'Adventure Works' });
    if (group === 'contoso') expect(text).toContain('no record of Companies is called');
    else expect(text).toContain('Tickets');
    const listed = await call(group, 'search-companies', { search: 'o' });
    expect(listed.includes('Contoso')).toBe(group !== 'adventure');
    expect(listed.includes('Adventure')).toBe(group !== 'contoso');
  }
});

it('a list, a preview and a receipt of other rights show nothing of other companies', async () => {
  const listed = await call('all', 'query-entity', {
    ...tickets,
    query: { companyID: { in: [175, 177] } },
  });
  const cursor = /cursor\\":\{\\"text\\":\\"([^\\]+)/.exec(listed)?.[1];
  expect(cursor, listed).toBeDefined();
  const next = { ...tickets, query: { companyID: { in: [175, 177] } }, cursor };
  const continued = await call('contoso', 'query-entity', next);
  expect(continued).toContain('Contoso Ltd');
  expect(continued).not.toContain('Adventure');

  const [id] = idsIn(await call('adventure', 'query-entity', { ...tickets, query: { companyID: 177 } }));
  const change = { id, title: 'Secret of Adventure' };
  const done = await call('adventure', 'update-ticket', { ...change, confirm: 'UPDATE_TICKET' });
  const receipt = /Receipt: (w-[0-9a-f]{12})/.exec(done)?.[1];
  expect(receipt, done).toBeDefined();
  sandbox.clearRequests();
  for (const action of ['resume', 'undo']) {
    const text = await call('contoso', 'write-receipt', { receipt, action, confirm: 'WRITE_RECEIPT' });
    expect(text).toContain('There is nothing to write');
    expect(text).not.toContain('Adventure');
  }
  const again = await call('contoso', 'update-ticket', { ...change, confirm: 'UPDATE_TICKET' });
  expect(again).toContain(`There is no record ${id} in Tickets`);
  expect(sandbox.requests.filter(({ method }) => method === 'PATCH')).toEqual([]);
});
