import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startSignedIn } from '../http/oauth-support.js';
import { connectClient } from '../http/support.js';
import { signed, startAuthorizationServer } from '../support/authorization-server.js';
import { engineProgram, startEngine, type TestEngine } from '../support/engine.js';
import { isWrite } from '../writes/support.js';
import { readTicket, startReplica } from './support.js';
import { type WatchedTenant, watchTenant } from './watched-tenant.js';

let engine: TestEngine;
let tenant: WatchedTenant;
let number = 0;
const writes = () => tenant.sandbox.requests.filter(isWrite).length;
const folder = mkdtempSync(join(tmpdir(), 'replica-rules-'));
const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

/** Creates a record for whoever sends these headers. */
async function create(url: string, authorization: string): Promise<string> {
  number += 1;
  const client = await connectClient(url, { Authorization: authorization });
  const { content } = await client.callTool({
    name: 'create-entity',
    arguments: {
      entity: 'ContactGroups',
      data: { name: `Limited ${number}`, isActive: true },
      confirm: 'CREATE_ENTITY',
    },
  });
  await client.close();
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

const usedUp = /allows 2 writes per hour, and they are used up. Nothing was written/;

/** The address of an active resource other than Hugo Hart. */
async function somebodyElse(): Promise<string> {
  const replica = await startReplica(tenant, {});
  const { text } = await replica.call('query-entity', {
    entity: 'Resources',
    query: { isActive: true },
    includeFields: ['email'],
    format: 'json',
  });
  await replica.stop();
  return /"email":\s*"((?!hugo)[^"[]+@[^"]+)"/.exec(text)?.[1] ?? '';
}

describe.skipIf(engineProgram === null)('what holds at every replica', () => {
  beforeAll(async () => {
    [engine, tenant] = await Promise.all([startEngine(), watchTenant()]);
  }, 60_000);
  afterAll(() => Promise.all([engine.close(), tenant.close()]));

  it('the pause after refused credentials, so that the API user is not locked', async () => {
    const env = { AUTOTASK_STATE_URL: engine.url, AUTOTASK_SECRET: 'not the secret' };
    const both = await Promise.all([startReplica(tenant, env), startReplica(tenant, env)]);
    const [one, two] = both;
    if (one === undefined || two === undefined) throw new Error('no replicas');
    const from = tenant.seen.length;
    // Two at one replica and the third at the other.
    for (const replica of [one, one, two]) {
      expect((await replica.call('query-entity', readTicket(1))).isError).toBe(true);
    }
    const refused = tenant.seen.slice(from).filter(({ status }) => status === 401).length;
    expect(refused).toBe(3);
    for (const replica of both) {
      const { isError, text } = await replica.call('query-entity', readTicket(2));
      expect(isError).toBe(true);
      expect(text).toMatch(/not sent|nothing was sent|pause/i);
    }
    expect(tenant.seen.slice(from).length).toBe(refused);
    await Promise.all(both.map((replica) => replica.stop()));
  }, 60_000);

  it('the limit of writes of each token', async () => {
    const [bot, aide] = ['bot-token-0123456789', 'aide-token-0123456789'];
    const policy = file('bot.json', { maxWritesPerHour: 2 });
    const tokens = file('tokens', `bot ${bot} policy=${policy}\naide ${aide}\n`);
    const env = { AUTOTASK_STATE_URL: engine.url, AUTOTASK_HTTP_TOKENS_FILE: tokens };
    const both = await Promise.all([startReplica(tenant, env), startReplica(tenant, env)]);
    const before = writes();
    const answers: string[] = [];
    for (const { url } of [...both, ...both]) answers.push(await create(url, `Bearer ${bot}`));
    expect(answers.map((text) => /^Created/.test(text))).toEqual([true, true, false, false]);
    for (const text of answers.slice(2)) expect(text).toMatch(usedUp);
    // It is nobody else's.
    for (const { url } of both) expect(await create(url, `Bearer ${aide}`)).toMatch(/^Created/);
    expect(writes() - before).toBe(4);
    await Promise.all(both.map((replica) => replica.stop()));
  }, 60_000);

  it('the limit of writes of each person', async () => {
    const ports = [await freePort(), await freePort()];
    const audience = 'https://mcp.example.com/mcp';
    const issuer = await startAuthorizationServer({ resource: audience });
    const rules = file('rules.json', {
      rules: [{ name: 'staff', when: { staff: 'yes' }, policy: { maxWritesPerHour: 2 } }],
    });
    const { userName, secret, integrationCode } = tenant.sandbox.credentials;
    const both = await Promise.all(
      ports.map((port) =>
        startSignedIn(
          { port, issuer: issuer.issuer },
          {
            AUTOTASK_USERNAME: userName,
            AUTOTASK_SECRET: secret,
            AUTOTASK_INTEGRATION_CODE: integrationCode,
            AUTOTASK_API_URL: tenant.apiUrl,
            AUTOTASK_HTTP_PUBLIC_URL: audience,
            AUTOTASK_HTTP_ALLOWED_HOSTS: '127.0.0.1',
            AUTOTASK_OAUTH_POLICY_FILE: rules,
            AUTOTASK_ME_UNSUPPORTED: 'api-user',
            AUTOTASK_STATE_URL: engine.url,
          },
          [],
        ),
      ),
    );
    const as = (email: string) =>
      `Bearer ${signed(
        issuer.key,
        { alg: 'RS256', kid: issuer.key.kid },
        {
          iss: issuer.issuer,
          aud: audience,
          sub: `id of ${email}`,
          email,
          email_verified: true,
          staff: 'yes',
          scope: 'autotask.read autotask.write',
          exp: Math.floor(Date.now() / 1_000) + 300,
        },
      )}`;
    const [hugo, colleague] = ['hugo.hart@bluebird.example', await somebodyElse()];
    const before = writes();
    const answers: string[] = [];
    for (const { url } of [...both, ...both]) answers.push(await create(url ?? '', as(hugo)));
    expect(
      answers.map((text) => /^Created/.test(text)),
      answers.join('\n'),
    ).toEqual([true, true, false, false]);
    for (const text of answers.slice(2)) expect(text).toMatch(usedUp);
    // It is nobody else's.
    for (const { url } of both) expect(await create(url ?? '', as(colleague))).toMatch(/^Created/);
    expect(writes() - before).toBe(4);
    await Promise.all(both.map((server) => server.stop()));
    await issuer.close();
  }, 60_000);
});
