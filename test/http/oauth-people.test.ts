import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { signed, startAuthorizationServer } from '../support/authorization-server.js';
import { program as entry } from '../support/tenant.js';
import { freePort, startSignedIn } from './oauth-support.js';
import { callTool, token as fixed, mcpHeaders, message, startProgram } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'people-'));
const audit = join(folder, 'audit.jsonl');
const rules = join(folder, 'rules.json');
writeFileSync(
  rules,
  JSON.stringify({
    rules: [
      {
        name: 'dispatch',
        when: { groups: 'Dispatch*', email: ['*@bluebird.example'] },
        policy: {
          writeEntities: ['Tickets', 'TicketNotes'],
          maskFields: ['Tickets.description'],
          maxWritesPerHour: 2,
        },
      },
      { name: 'auditors', when: { 'realm_access.roles': 'auditor' }, readOnly: true },
      { name: 'staff', when: { scope: 'autotask.*', staff: 'yes' } },
    ],
  }),
);

const hugo = { id: 29682886, email: 'hugo.hart@bluebird.example', name: 'Hugo Hart' };
const inactive = 'clara.cole@bluebird.example';

let sandbox: Sandbox;
let issuer: Awaited<ReturnType<typeof startAuthorizationServer>>;
let server: Awaited<ReturnType<typeof startSignedIn>>;

const live = (env: Record<string, string> = {}): Record<string, string> => ({
  AUTOTASK_USERNAME: sandbox.credentials.userName,
  AUTOTASK_SECRET: sandbox.credentials.secret,
  AUTOTASK_INTEGRATION_CODE: sandbox.credentials.integrationCode,
  AUTOTASK_ZONE_URL: sandbox.url,
  ...env,
});

beforeAll(async () => {
  sandbox = await startSandbox();
  const port = await freePort();
  issuer = await startAuthorizationServer({ resource: `http://127.0.0.1:${port}/mcp` });
  server = await startSignedIn(
    { port, issuer: issuer.issuer },
    live({ AUTOTASK_AUDIT_LOG: audit, AUTOTASK_OAUTH_POLICY_FILE: rules, AUTOTASK_HTTP_TOKEN: fixed }),
    [],
  );
  expect(server.url).not.toBeNull();
});
afterAll(async () => {
  await server.stop();
  await Promise.all([issuer.close(), sandbox.close()]);
});
beforeEach(() => sandbox.clearRequests());

const claimsOf = (claims: Record<string, unknown>) => ({
  iss: issuer.issuer,
  aud: server.mcpUrl,
  sub: `id of ${String(claims.email ?? claims.preferred_username ?? 'somebody')}`,
  scope: 'autotask.read autotask.write',
  staff: 'yes',
  exp: Math.floor(Date.now() / 1_000) + 300,
  ...claims,
});
const verified = (email: string, more: Record<string, unknown> = {}) => ({
  email,
  email_verified: true,
  ...more,
});
const tokenOf = (claims: Record<string, unknown>) =>
  signed(issuer.key, { alg: 'RS256', kid: issuer.key.kid }, claimsOf(claims));

const answerForm = z.object({
  result: z.object({ content: z.array(z.object({ text: z.string() })), isError: z.boolean().optional() }),
});
async function send(
  authorization: string,
  body: string,
  headers: Record<string, string> = {},
  at = server.mcpUrl,
) {
  const response = await fetch(at, {
    method: 'POST',
    headers: { ...mcpHeaders, Authorization: `Bearer ${authorization}`, ...headers },
    body,
  });
  const text = await response.text();
  const parsed = response.ok ? answerForm.safeParse(JSON.parse(text)) : undefined;
  return { status: response.status, text: parsed?.data?.result.content[0]?.text ?? text };
}
const call = async (claims: Record<string, unknown>, tool: string, args: unknown = {}) =>
  (await send(tokenOf(claims), callTool(tool, args))).text;

const newNote = (title: string) => ({
  ticketID: 'T20260601.0001',
  title,
  description: 'Called back.',
  publish: 'Internal Project Team',
});
const writes = () => sandbox.requests.filter(({ method }) => method !== 'GET' && method !== 'QUERY');
const sentWrites = () => writes().filter(({ path }) => !/query/i.test(path));
const nameHeader = () => sentWrites().map(({ headers }) => headers.impersonationresourceid);

/** A ticket of the tenant, whatever it is. */
async function someTicket(): Promise<string> {
  const text = await call(verified(hugo.email), 'query-entity', {
    entity: 'Tickets',
    maxRecords: 1,
    format: 'json',
  });
  return /"ticketNumber":\s*"([^"]+)"/.exec(text)?.[1] ?? '';
}
const noteFor = async (title: string) => ({ ...newNote(title), ticketID: await someTicket() });

it('a receipt is good for the person who wrote and for nobody else', async () => {
  const note = { ...(await noteFor('Whose receipt')), confirm: 'CREATE_TICKET_NOTE' };
  const written = await call(verified(hugo.email), 'create-ticket-note', note);
  const receipt = /Receipt: (w-[0-9a-f]{12})/.exec(written)?.[1];
  expect(receipt, written).toBeDefined();
  const status = { receipt, action: 'status' };
  expect(await call(verified('bianca.almeida@bluebird.example'), 'write-receipt', status)).toMatch(
    /There is no receipt .* of yours/,
  );
  expect(await call(verified(hugo.email), 'write-receipt', status)).toMatch(/done 1, refused 0/);
});

describe('me', () => {
  it.each([
    ['a verified e-mail address', verified(hugo.email), hugo.id],
    ['an address in other letters', verified(hugo.email.toUpperCase()), hugo.id],
    ['a user name', { preferred_username: 'hugo.hart' }, hugo.id],
    ['an address as user name', { upn: hugo.email }, hugo.id],
    [
      'a user name beside another address',
      { email: 'x@y.example', email_verified: false, upn: hugo.email },
      hugo.id,
    ],
  ])('is whoever signed in, known by %s', async (_, claims, id) => {
    await call(claims, 'search-tickets', { assignedResourceID: 'me' });
    const asked = sandbox.requests
      .filter(({ path }) => /Tickets\/query/i.test(path))
      .map((request) => JSON.stringify(request));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.join()).toContain(String(id));
  });

  it.each([
    [
      'Entra ID',
      { oid: '1', tid: '2', scp: 'autotask.write', email: hugo.email, preferred_username: hugo.email },
    ],
    ['Entra ID, version 1', { appid: '1', scp: 'autotask.write', upn: hugo.email, unique_name: hugo.email }],
    ['Okta', { cid: '1', uid: '2', scp: ['autotask.write'], upn: hugo.email }],
    ['Auth0', { azp: '1', scope: 'autotask.write', email: hugo.email, email_verified: true }],
    [
      'Keycloak',
      {
        azp: '1',
        scope: 'autotask.write email',
        email: hugo.email,
        email_verified: true,
        preferred_username: 'hugo',
      },
    ],
  ])('is found by what the documented settings of %s put into a token', async (_, claims) => {
    expect(await call(claims, 'get-version')).toContain(`You are resource ${hugo.id} (${hugo.name})`);
  });

  it('works in a query of any entity and in totals, and is asked for once', async () => {
    const claims = verified('uma.chaudry@bluebird.example');
    await call(claims, 'query-entity', { entity: 'TimeEntries', query: { resourceID: 'me' } });
    await call(claims, 'count-entity', { entity: 'Tickets', query: { assignedResourceID: 'Me' } });
    const own = await call(claims, 'query-entity', { entity: 'Resources', query: { id: 'me' } });
    expect(own).toMatch(/^1 Resources.*\n.*\nid: Uma Chaudry \(id 29682888\)/);
    const people = sandbox.requests.filter(
      (request) => /Resources\/query/i.test(request.path) && JSON.stringify(request).includes('uma.chaudry'),
    );
    expect(people).toHaveLength(1);
    const counted = sandbox.requests.filter(({ path }) => /Tickets\/query\/count/i.test(path));
    expect(JSON.stringify(counted)).toContain('29682888');
  });

  it.each([
    [
      'nobody has the address',
      verified('nobody@bluebird.example'),
      /No resource in Autotask is known as nobody@/,
    ],
    ['the resource is inactive', verified(inactive), /is not active/],
    ['the address is not verified', { email: hugo.email }, /no verified e-mail address or user name/],
    ['the issuer says it is not', { email: hugo.email, email_verified: false }, /no verified e-mail/],
    [
      'it stands in other claims as well',
      {
        email: hugo.email,
        email_verified: 'false',
        preferred_username: ` ${hugo.email.toUpperCase()}`,
        upn: hugo.email,
      },
      /no verified e-mail/,
    ],
    [
      'a directory says that its domain is none of its own',
      { email: hugo.email, xms_edov: false, preferred_username: hugo.email },
      /no verified e-mail/,
    ],
  ])('is nobody when %s: reading goes on, nothing is written', async (_, claims, why) => {
    expect(await call(claims, 'search-tickets', { assignedResourceID: 'me' })).toMatch(why);
    expect(await call(claims, 'search-tickets', {})).toMatch(/<data-/);
    const refused = await call(claims, 'create-ticket-note', {
      ...(await noteFor('x')),
      confirm: 'CREATE_TICKET_NOTE',
    });
    expect(refused).toMatch(why);
    expect(refused).toContain('Nothing was written');
    expect(await call(claims, 'get-version')).toMatch(/You are nobody in Autotask: /);
    expect(sentWrites()).toEqual([]);
  });

  it('is nobody for the holder of a fixed token', async () => {
    const { text } = await send(fixed, callTool('search-tickets', { assignedResourceID: 'me' }));
    expect(text).toMatch(/"me" is nobody here: this server does not know who asks/);
  });

  it('is told to the model, and to whoever asks', async () => {
    const { text } = await send(
      tokenOf(verified(hugo.email)),
      message('initialize', {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 't', version: '1' },
      }),
    );
    expect(text).toContain(`You work for ${hugo.email}`);
    expect(await call(verified(hugo.email), 'get-version')).toContain(
      `You are resource ${hugo.id} (${hugo.name})`,
    );
  });
});

describe('what a person writes', () => {
  it('carries their name, is previewed with it and stands in the audit log with issuer and subject', async () => {
    const claims = verified(hugo.email);
    const note = await noteFor('In my name');
    expect(await call(claims, 'create-ticket-note', note)).toContain(
      `Written in the name of the resource ${hugo.id} (${hugo.name}).`,
    );
    expect(sentWrites()).toEqual([]);
    const done = await call(claims, 'create-ticket-note', {
      ...note,
      again: true,
      confirm: 'CREATE_TICKET_NOTE',
    });
    expect(done).not.toMatch(/refused|Nothing was written/);
    expect(nameHeader()).toEqual([String(hugo.id)]);
    const lines = readFileSync(audit, 'utf8');
    const last: unknown = JSON.parse(lines.trim().split('\n').at(-2) ?? '{}');
    expect(last).toMatchObject({
      event: 'attempt',
      actAs: hugo.id,
      issuer: issuer.issuer,
      subject: `id of ${hugo.email}`,
    });
    expect(lines).not.toContain(tokenOf(claims).split('.')[2]);
  });

  it('is refused where Autotask records no name, before anything is sent', async () => {
    const group = {
      entity: 'ContactGroups',
      data: { name: 'Mine', isActive: true },
      confirm: 'CREATE_ENTITY',
    };
    const text = await call(verified(hugo.email), 'create-entity', group);
    expect(text).toMatch(/Autotask does not record in whose name ContactGroups are written/);
    expect(text).toContain('AUTOTASK_ME_UNSUPPORTED');
    expect(sentWrites()).toEqual([]);
  });

  it('is refused with what to set where Autotask does not let it', async () => {
    sandbox.deny('TicketNotes', ['create']);
    try {
      const note = await noteFor('x');
      const text = await call(verified(hugo.email), 'create-ticket-note', {
        ...note,
        confirm: 'CREATE_TICKET_NOTE',
      });
      expect(text).toMatch(/security level of resource 29682886 must let others impersonate/);
      expect(nameHeader()).toEqual([String(hugo.id)]);
    } finally {
      sandbox.allow('TicketNotes');
    }
  });

  it('of a fixed token is written as before', async () => {
    const note = await noteFor('By a machine');
    await send(fixed, callTool('create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE' }));
    expect(nameHeader()).toEqual([undefined]);
  });

  it('never carries the name of another, whoever calls at the same time', async () => {
    const people = [
      [29682886, 'hugo.hart'],
      [29682887, 'niall.salter'],
      [29682888, 'uma.chaudry'],
      [29682889, 'dilan.larkin'],
      [29682890, 'karim.webb'],
    ] as const;
    const note = await noteFor('');
    sandbox.clearRequests();
    await Promise.all(
      Array.from({ length: 60 }, async (_, at) => {
        const [, user = ''] = people[at % people.length] ?? [];
        const title = `of ${user}`;
        await call({ preferred_username: user }, 'create-ticket-note', {
          ...note,
          title,
          confirm: 'CREATE_TICKET_NOTE',
        });
      }),
    );
    const made = sentWrites().map(
      ({ headers, body }) => [headers.impersonationresourceid, JSON.stringify(body)] as const,
    );
    expect(made.length).toBe(60);
    const wrong = made.filter(([id, body]) => {
      const [, user = ''] = people.find(([own]) => String(own) === id) ?? [];
      return user === '' || !body.includes(`of ${user}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe('what was shown to one person', () => {
  it('is continued by nobody else', async () => {
    const [one, other] = [{ preferred_username: 'hugo.hart' }, { preferred_username: 'uma.chaudry' }];
    const list = { entity: 'Tickets', maxRecords: 2 };
    const cursor = /cursor"?:? "?([0-9a-z_-]{20,})/.exec(await call(one, 'query-entity', list))?.[1] ?? '';
    expect(cursor).not.toBe('');
    expect(await call(one, 'query-entity', { ...list, cursor })).not.toContain('Nothing was sent');
    expect(await call(other, 'query-entity', { ...list, cursor })).toContain(
      'cursor: belongs to another list',
    );
  });
});

describe('a rule for claims', () => {
  const dispatcher = verified('niall.salter@bluebird.example', {
    groups: ['x', 'Dispatch North'],
    staff: undefined,
  });

  it('takes away what it does not allow, and counts each person alone', async () => {
    expect(await call(dispatcher, 'create-company', { companyName: 'x' })).toMatch(
      /does not allow creating Companies/,
    );
    const note = await noteFor('Dispatched');
    const write = (who: Record<string, unknown>) =>
      call(who, 'create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE', again: true });
    for (let at = 0; at < 2; at += 1) expect(await write(dispatcher)).not.toContain('Nothing was written');
    expect(await write(dispatcher)).toMatch(/allows 2 writes per hour/);
    const colleague = verified('karim.webb@bluebird.example', { groups: ['Dispatch'], staff: undefined });
    expect(await write(colleague)).not.toContain('Nothing was written');
  });

  it('can make somebody read alone, whatever the scope says', async () => {
    const auditor = verified(hugo.email, { realm_access: { roles: ['auditor'] }, staff: undefined });
    const { text } = await send(tokenOf(auditor), message('tools/list'));
    expect(text).not.toContain('"create-ticket"');
    const refused = await send(tokenOf(auditor), callTool('create-ticket', {}));
    expect(refused.status).toBe(200);
    expect(refused.text).toContain('There is no tool');
  });

  it.each([
    ['no rule fits', { staff: 'no' }],
    ['the address is not verified', { email: hugo.email, groups: ['Dispatch'], staff: undefined }],
  ])('lets nobody in when %s', async (_, claims) => {
    const { status, text } = await send(tokenOf(claims), message('tools/list'));
    expect(status).toBe(403);
    expect(text).toContain('no rule that lets you in');
  });

  it.each([
    [
      claims({ email: hugo.email, email_verified: true, groups: ['Dispatch'] }),
      /rule +dispatch: because groups is Dispatch, email is/,
    ],
    [
      claims({ realm_access: { roles: ['auditor'] } }),
      /writes +none: read-only[\s\S]*|rule +auditors, read-only/,
    ],
    [claims({ scope: 'openid' }), /^refused: the claims have neither the scope/],
    [
      claims({ nobody: true }),
      /^refused: no rule .*\n {2}dispatch: groups has no value that is a text\n {2}auditors: realm_access.roles has no .*\n {2}staff: staff has no/,
    ],
    [claims({ staff: 'no' }), /^ {2}staff: staff is no$/m],
    [claims({ email: hugo.email, groups: 'Dispatch' }), /^ {2}dispatch: email has no .* and is verified$/m],
    [
      claims({ groups: [{ name: 'Dispatch' }, ['Dispatch'], 1, null] }),
      /^ {2}dispatch: groups has no value/m,
    ],
    [claims({ staff: true, level: 3 }), /^refused: no rule/],
    [
      claims({ staff: 'yes', upn: hugo.email }),
      /^written in the name of {2}the resource known as hugo\.hart@/m,
    ],
    [
      claims({ staff: 'yes', email: hugo.email }),
      /^written in the name of {2}nobody, so writes are refused/m,
    ],
    [{ scp: ['autotask.read'], staff: ['no', 'yes'] }, /^scope +autotask\.read: no tool that writes$/m],
    [{ scope: 1, staff: 'yes' }, /^refused: the claims have neither/],
  ])('is explained by autotask-mcp policy --as: %j', (given, expected) => {
    const { stdout, stderr } = explain('claims.json', JSON.stringify(given));
    expect(stderr).toBe('');
    expect(stdout).toMatch(expected);
  });

  it.each([
    ['with a byte order mark', '\ufeff{"scope":"autotask.write","staff":"yes"}'],
    ['with the mark of UTF-16', Buffer.from('\ufeff{"scope":"autotask.write","staff":"yes"}', 'utf16le')],
  ])('is explained by a file %s, and by stdin', (_, text) => {
    expect(explain('claims.json', text).stdout).toMatch(/^rule +staff: because/m);
    expect(explain('-', text).stdout).toMatch(/^rule +staff: because/m);
  });

  it.each([
    ['a token', `${Buffer.from('{"alg":"RS256"}').toString('base64url')}.e30.c2VjcmV0`],
    ['a list', '[{"scope":"autotask.write"}]'],
    ['nothing', ''],
    ['half of it', '{"scope":'],
    ['null', 'null'],
    ['no text', Buffer.from([0, 1, 2, 0xff])],
  ])('of %s is refused with what is wanted, and nothing of it is repeated', (_, text) => {
    const { status, stdout, stderr } = explain('claims.json', text);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^autotask-mcp: \S+claims\.json must hold the claims of a token as a JSON object/);
    expect(stderr).not.toMatch(/eyJ|c2Vj|scope/);
  });

  it('is refused by policy --as where nobody signs in, and where there is no file', () => {
    expect(explain('claims.json', '{}', { AUTOTASK_HTTP_AUTH: '' }).stderr).toMatch(
      /set AUTOTASK_HTTP_AUTH=oauth/,
    );
    expect(explain('missing.json', undefined).stderr).toMatch(/missing\.json: there is no such file/);
  });
});

/** `policy --as` of a file with the text, or of stdin where it is called `-`. */
function explain(name: string, text: string | Uint8Array | undefined, more: Record<string, string> = {}) {
  const file = name === '-' ? name : join(folder, name);
  if (text !== undefined && name !== '-') writeFileSync(file, text);
  return spawnSync(process.execPath, [entry, 'policy', '--as', file], {
    env: {
      PATH: process.env.PATH,
      AUTOTASK_HTTP_AUTH: 'oauth',
      AUTOTASK_HTTP_PUBLIC_URL: 'https://mcp.example.com/mcp',
      AUTOTASK_OAUTH_ISSUERS: 'https://login.example.com',
      AUTOTASK_OAUTH_POLICY_FILE: rules,
      ...more,
    },
    ...(name === '-' ? { input: text } : {}),
    encoding: 'utf8',
  });
}

function claims(more: Record<string, unknown>): Record<string, unknown> {
  return { scope: 'autotask.write', ...more };
}

describe('whom a gateway names', () => {
  const gateway = (env: Record<string, string>) =>
    startProgram([], {
      AUTOTASK_HTTP_AUTH: 'gateway',
      AUTOTASK_HTTP_TOKEN: fixed,
      AUTOTASK_ZONE_URL: sandbox.url,
      ...env,
    });
  const tenantHeaders = () => ({
    'X-Autotask-Username': sandbox.credentials.userName,
    'X-Autotask-Secret': sandbox.credentials.secret,
    'X-Autotask-Integration-Code': sandbox.credentials.integrationCode,
  });

  it('is refused unless the configuration allows it', async () => {
    const program = await gateway({});
    const headers = { ...tenantHeaders(), 'X-Autotask-Impersonate': hugo.email };
    const { status, text } = await send(fixed, callTool('get-version'), headers, `${program.url}/mcp`);
    await program.stop();
    expect(status).toBe(400);
    expect(text).toContain('AUTOTASK_HTTP_IMPERSONATE');
  });

  it('is who writes, by e-mail address, user name or id', async () => {
    const note = await noteFor('By a gateway');
    const program = await gateway({ AUTOTASK_HTTP_IMPERSONATE: 'true' });
    sandbox.clearRequests();
    for (const named of [hugo.email, 'hugo.hart', String(hugo.id), undefined]) {
      const who = named === undefined ? undefined : { 'X-Autotask-Impersonate': named };
      const headers = { ...tenantHeaders(), ...who };
      const args = { ...note, confirm: 'CREATE_TICKET_NOTE', again: true };
      const body = callTool('create-ticket-note', args);
      await send(fixed, body, headers, `${program.url}/mcp`);
    }
    await program.stop();
    expect(nameHeader()).toEqual([String(hugo.id), String(hugo.id), String(hugo.id), undefined]);
  });

  it('is never silently the API user: nobody, a form that names nobody, and an inactive one write nothing', async () => {
    const note = { ...(await noteFor('For nobody')), confirm: 'CREATE_TICKET_NOTE' };
    const program = await gateway({ AUTOTASK_HTTP_IMPERSONATE: 'true' });
    sandbox.clearRequests();
    for (const [named, status, why] of [
      ['', 400, /must be an e-mail address, a user name or the id/],
      ['hugo hart', 400, /must be an e-mail address, a user name or the id/],
      ['nobody@bluebird.example', 200, /No resource in Autotask is known as nobody@/],
      ['0', 200, /No resource in Autotask is known as 0/],
      ['*', 200, /No resource in Autotask is known as \*/],
      ['me', 200, /No resource in Autotask is known as me/],
      [inactive, 200, /is not active/],
    ] as const) {
      const headers = { ...tenantHeaders(), 'X-Autotask-Impersonate': named };
      const answer = await send(fixed, callTool('create-ticket-note', note), headers, `${program.url}/mcp`);
      expect([named, answer.status]).toEqual([named, status]);
      expect(answer.text).toMatch(why);
    }
    await program.stop();
    expect(sentWrites()).toEqual([]);
  });
});

describe('AUTOTASK_ME over stdio', () => {
  it('is me, and writes carry that name', async () => {
    const note = await noteFor('Over stdio');
    sandbox.clearRequests();
    const input = [
      callTool('get-version'),
      callTool('create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE' }).replace('"id":1', '"id":2'),
    ].join('\n');
    const child = startStdio(live({ AUTOTASK_ME: hugo.email }), `${input}\n`);
    const stdout = await child;
    expect(stdout).toContain(`You are resource ${hugo.id} (${hugo.name})`);
    expect(nameHeader()).toEqual([String(hugo.id)]);
  });

  it.each([
    ['nobody', 'nobody@bluebird.example', /No resource in Autotask is known as nobody@/],
    ['inactive', inactive, /is not active/],
  ])('that is %s reads, is not me and writes nothing', async (_, me, why) => {
    const note = await noteFor('Over stdio');
    sandbox.clearRequests();
    const calls = [
      callTool('search-tickets', { maxRecords: 1 }),
      callTool('search-tickets', { assignedResourceID: 'me' }),
      callTool('create-ticket-note', { ...note, confirm: 'CREATE_TICKET_NOTE' }),
    ].map((line, index) => line.replace('"id":1', `"id":${index + 1}`));
    const stdout = await startStdio(live({ AUTOTASK_ME: me }), `${calls.join('\n')}\n`);
    const answers = stdout.split('\n');
    const answerTo = (id: number) => answers.find((line) => line.includes(`"id":${id}`)) ?? '';
    expect(answerTo(1)).toContain('<data-');
    expect(answerTo(2)).toMatch(why);
    expect(answerTo(3)).toMatch(why);
    expect(answerTo(3)).toContain('Nothing was written');
    expect(sentWrites()).toEqual([]);
  });
});

async function startStdio(env: Record<string, string>, input: string): Promise<string> {
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH, AUTOTASK_CACHE_DIR: 'none', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stdin.end(input);
  await new Promise((resolve) => child.on('close', resolve));
  return stdout;
}
