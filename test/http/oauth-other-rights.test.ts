import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { signed, startAuthorizationServer } from '../support/authorization-server.js';
import { modernVersion } from '../support/client.js';
import { recordsWhere } from '../support/records.js';
import { tenantEnvironment } from '../support/tenant.js';
import { writesSince } from '../writes/support.js';
import { freePort, startSignedIn } from './oauth-support.js';
import { callTool, initialize, mcpHeaders, message } from './support.js';

/** What one person was shown or began, in the hands of another, or of the same one with other rights. */
const folder = mkdtempSync(join(tmpdir(), 'other-rights-'));
const file = join(folder, 'rules.json');
writeFileSync(
  file,
  JSON.stringify({
    rules: [
      { name: 'all', when: { groups: 'all' } },
      { name: 'contoso', when: { groups: 'contoso' }, policy: { readCompanies: ['175'] } },
      { name: 'writers', when: { groups: 'writers' }, policy: { writeCompanies: ['175'] } },
    ],
  }),
);

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
      AUTOTASK_OAUTH_POLICY_FILE: file,
      AUTOTASK_CONFIRM_MODE: 'elicit',
      AUTOTASK_HTTP_SESSIONS: 'true',
    },
    [],
  );
});
afterAll(async () => {
  await server.stop();
  await Promise.all([issuer.close(), sandbox.close()]);
});
let from = 0;
beforeEach(() => {
  from = sandbox.requests.length;
});
const written = () => writesSince(sandbox, from).filter(({ path }) => !path.endsWith('/query/next'));

interface Who {
  readonly name: 'hugo.hart' | 'uma.chaudry';
  readonly group: 'all' | 'contoso' | 'writers';
  readonly scope?: string;
}
const hugo: Who = { name: 'hugo.hart', group: 'all' };
const others: readonly (readonly [string, Who])[] = [
  ['another person', { ...hugo, name: 'uma.chaudry' }],
  ['the same person, who may read less', { ...hugo, group: 'contoso' }],
  ['the same person, who may write less', { ...hugo, group: 'writers' }],
];
const bearerOf = ({ name, group, scope = 'autotask.read autotask.write' }: Who) => ({
  Authorization: `Bearer ${signed(
    issuer.key,
    { alg: 'RS256', kid: issuer.key.kid },
    {
      iss: issuer.issuer,
      aud: server.mcpUrl,
      sub: name,
      email: `${name}@bluebird.example`,
      email_verified: true,
      groups: [group],
      scope,
      exp: Math.floor(Date.now() / 1_000) + 300,
    },
  )}`,
});
const post = (who: Who, body: string, headers: Record<string, string> = {}) =>
  fetch(server.mcpUrl, { method: 'POST', headers: { ...mcpHeaders, ...bearerOf(who), ...headers }, body });

/** A session of a client that cannot ask: previews are confirmed by their tokens. */
async function sessionOf(who: Who): Promise<string> {
  const response = await post(who, initialize);
  await response.text();
  return String(response.headers.get('mcp-session-id'));
}
async function call(who: Who, tool: string, args: unknown): Promise<string> {
  const session = { 'Mcp-Session-Id': await sessionOf(who) };
  return (await post(who, callTool(tool, args), session)).text();
}
const tokenIn = (text: string) => /confirm: \\"([^"\\]+)\\"/.exec(text)?.[1] ?? '';

const answer = z.looseObject({
  result: z.looseObject({
    requestState: z.string().optional(),
    content: z.array(z.looseObject({ text: z.string() })).optional(),
  }),
});
/** One request of a client of 2026-07-28 whose user can be asked. */
async function asks(who: Who, tool: string, args: object, more: object = {}) {
  const headers = { 'MCP-Protocol-Version': modernVersion, 'Mcp-Method': 'tools/call', 'Mcp-Name': tool };
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': modernVersion,
    'io.modelcontextprotocol/clientInfo': { name: 'by hand', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
  };
  const body = message('tools/call', { name: tool, arguments: args, _meta, ...more });
  const { result } = answer.parse(await (await post(who, body, headers)).json());
  return { state: result.requestState, text: result.content?.[0]?.text ?? '' };
}
const ticketOf = async (companyID: number, at = 0): Promise<number> =>
  Number(
    (await recordsWhere(sandbox, 'Tickets', { op: 'eq', field: 'companyID', value: companyID }))[at]?.id,
  );

/** What somebody else does in Autotask meanwhile. */
async function move(ticket: number, companyID: number): Promise<void> {
  const { credentials, apiUrl } = sandbox;
  const response = await fetch(`${apiUrl}V1.0/Tickets`, {
    method: 'PATCH',
    headers: {
      UserName: credentials.userName,
      Secret: credentials.secret,
      ApiIntegrationCode: credentials.integrationCode,
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({
      id: ticket,
      companyID,
      contactID: null,
      companyLocationID: null,
      contractID: null,
      configurationItemID: null,
    }),
  });
  expect(await response.text()).toContain('itemId');
  const [row] = await recordsWhere(sandbox, 'Tickets', { op: 'eq', field: 'id', value: ticket });
  expect(row?.companyID).toBe(companyID);
  from = sandbox.requests.length;
}

describe.each(others)('in the hands of %s', (_, other) => {
  it('the token of a preview confirms nothing', async () => {
    const change = { id: await ticketOf(177), title: 'Only by whoever saw the preview' };
    const confirm = tokenIn(await call(hugo, 'update-ticket', change));
    expect(confirm).toMatch(/^UPDATE_TICKET\./);
    const text = await call(other, 'update-ticket', { ...change, confirm });
    expect(text).toMatch(/nothing was written|There is no record|none of theirs/);
    expect(written()).toEqual([]);
    // It was not used up either.
    expect(await call(hugo, 'update-ticket', { ...change, confirm })).toMatch(/Updated Ticket/);
    expect(written()).toHaveLength(1);
  });

  it('the answer to a question writes nothing', async () => {
    const change = { id: await ticketOf(177, 1), title: 'Asked of one', confirm: 'UPDATE_TICKET' };
    const { state } = await asks(hugo, 'update-ticket', change);
    expect(state).toMatch(/^UPDATE_TICKET\./);
    const inputResponses = { confirm: { action: 'accept', content: { confirm: true } } };
    const { text } = await asks(other, 'update-ticket', change, { requestState: state, inputResponses });
    expect(text).toMatch(/belongs to the question of another call|There is no record|none of theirs/);
    expect(written()).toEqual([]);
  });

  it('a session is none', async () => {
    const session = { 'Mcp-Session-Id': await sessionOf(hugo) };
    expect((await post(other, message('tools/list'), session)).status).toBe(404);
    expect((await post({ ...hugo, scope: 'autotask.read' }, message('tools/list'), session)).status).toBe(
      404,
    );
    expect((await post(hugo, message('tools/list'), session)).status).toBe(200);
  });
});

describe('a ticket that is moved to another company between preview and confirmation', () => {
  const limited: Who = { ...hugo, group: 'contoso' };
  it.each<[string, number, (id: number) => object]>([
    ['update-ticket', 2, (id) => ({ id, title: 'Moved meanwhile' })],
    ['create-ticket-note', 3, (id) => ({ ticketID: id, title: 'x', description: 'y' })],
    ['create-time-entry', 4, (id) => ({ ticketID: id, hoursWorked: 1, summaryNotes: 'x' })],
    [
      'create-attachment',
      5,
      (id) => ({ parentEntity: 'Tickets', parentId: id, name: 'x.txt', data: 'eA==' }),
    ],
  ])('%s writes nothing, and tells nothing of it', async (tool, at, argsOf) => {
    const id = await ticketOf(175, at);
    const args = argsOf(id);
    const preview = await call(limited, tool, args);
    const confirm = tokenIn(preview);
    expect(confirm, preview).not.toBe('');
    await move(id, 177);
    const text = await call(limited, tool, { ...args, confirm });
    expect(text).toMatch(/[Tt]here is no |none of theirs/);
    expect(text).not.toContain('Adventure');
    expect(written()).toEqual([]);
  });
});
