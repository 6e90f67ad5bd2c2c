import { afterAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createWriter } from '../../src/client/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import { createTokenVerifier, TokenRefused } from '../../src/transports/http/access/oauth/access-token.js';
import { createIssuerKeys, IssuerUnreachable } from '../../src/transports/http/access/oauth/issuer-keys.js';
import { defaultLimits } from '../../src/transports/http/settings.js';
import { makeKey, signed, startAuthorizationServer } from '../support/authorization-server.js';
import { tenantEnvironment } from '../support/tenant.js';
import { connectSignedIn, createSignIn, freePort, startSignedIn } from './oauth-support.js';
import { callTool, mcpHeaders } from './support.js';

const closing: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

describe('a client that is known by a document at its id', () => {
  it('goes the whole way without registering', async () => {
    const url = 'https://client.example.com/oauth/metadata.json';
    const port = await freePort();
    const issuer = await startAuthorizationServer({
      resource: `http://127.0.0.1:${port}/mcp`,
      clientDocument: {
        url,
        document: {
          client_id: url,
          client_name: 'A client with a document',
          redirect_uris: ['http://127.0.0.1:1/callback'],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
          application_type: 'native',
        },
      },
    });
    closing.push(() => issuer.close());
    const server = await startSignedIn({ port, issuer: issuer.issuer });
    closing.push(() => server.stop());
    const signIn = createSignIn({ document: url });
    const { client } = await connectSignedIn(server.mcpUrl, signIn);
    expect((await client.listTools()).tools.length).toBeGreaterThan(30);
    expect(signIn.client()?.client_id).toBe(url);
    expect(signIn.asked[0]?.searchParams.get('client_id')).toBe(url);
    expect(issuer.requests.filter((line) => line.startsWith('POST /reg'))).toEqual([]);
    await client.close();
  });
});

describe('an issuer that is down', () => {
  it('for ten minutes locks nobody out whose token can be checked, and lets nobody else in', async () => {
    const issuer = 'https://login.example.com';
    const audience = 'https://mcp.example.com/mcp';
    const key = makeKey('known');
    const { kty, n, e, kid, alg } = key;
    let up = true;
    let asked = 0;
    let clock = 0;
    const fetchJson = async (url: string) => {
      asked += 1;
      if (!up) throw new Error('not reached (ECONNREFUSED)');
      return url.endsWith('/jwks')
        ? { keys: [{ kty, n, e, kid, alg }] }
        : { issuer, jwks_uri: `${issuer}/jwks` };
    };
    const keys = createIssuerKeys(
      issuer,
      fetchJson,
      defaultLimits,
      () => {},
      () => clock,
    );
    const settings = {
      publicUrl: audience,
      issuers: [issuer],
      audiences: [audience],
      tenants: [],
      clients: [],
      tokenTypes: [],
      scopePrefix: '',
      fetchJson,
      admit: () => null,
    };
    const verify = createTokenVerifier(settings, new Map([[issuer, keys]]));
    const token = (by = key, named = kid, more = {}) => {
      const exp = Math.floor(Date.now() / 1_000) + 3_600;
      return signed(
        by,
        { alg: 'RS256', kid: named },
        { iss: issuer, aud: audience, sub: 'jane', exp, ...more },
      );
    };
    const [good, forged, unknown] = [token(), token(makeKey('x'), 'known'), token(makeKey('y'), 'y')];
    expect((await verify(good)).subject).toBe('jane');
    up = false;
    asked = 0;
    clock += 15_000;
    for (const until = clock + 600_000; clock < until; clock += 5_000) {
      expect((await verify(good)).subject).toBe('jane');
      await expect(verify(forged)).rejects.toThrow(TokenRefused);
      await expect(verify(token(key, kid, { exp: 1 }))).rejects.toThrow(TokenRefused);
      await expect(verify(unknown)).rejects.toThrow(IssuerUnreachable);
    }
    // Once in ten seconds, at both addresses of its metadata.
    expect(asked).toBeLessThanOrEqual(2 * 61);
    clock += 24 * 3_600_000;
    await expect(verify(good)).rejects.toThrow(IssuerUnreachable);
    up = true;
    clock += 20_000;
    expect((await verify(good)).subject).toBe('jane');
  });
});

describe('people on a tenant where the API user may write what carries no name', async () => {
  const sandbox = await startSandbox();
  const port = await freePort();
  const issuer = await startAuthorizationServer({ resource: `http://127.0.0.1:${port}/mcp` });
  const server = await startSignedIn(
    { port, issuer: issuer.issuer },
    { ...tenantEnvironment(sandbox), LOG_LEVEL: 'info', AUTOTASK_ME_UNSUPPORTED: 'api-user' },
    [],
  );
  closing.push(
    () => sandbox.close(),
    () => issuer.close(),
    () => server.stop(),
  );
  const answer = z.object({ result: z.object({ content: z.array(z.object({ text: z.string() })) }) });
  const ask = async (email: string, tool: string, args: unknown) => {
    const exp = Math.floor(Date.now() / 1_000) + 300;
    const claims = { iss: issuer.issuer, aud: server.mcpUrl, sub: email, email, email_verified: true, exp };
    const token = signed(
      issuer.key,
      { alg: 'RS256', kid: issuer.key.kid },
      { ...claims, scope: 'autotask.write' },
    );
    const headers = { ...mcpHeaders, Authorization: `Bearer ${token}` };
    const response = await fetch(server.mcpUrl, { method: 'POST', headers, body: callTool(tool, args) });
    return answer.parse(await response.json()).result.content[0]?.text ?? '';
  };
  const written = () =>
    sandbox.requests.filter(
      ({ method, path }) => method === 'PATCH' || (method === 'POST' && !/\/query/i.test(path)),
    );
  const hugo = { id: 29682886, email: 'hugo.hart@bluebird.example' };

  it('is said in the preview, and sends no name', async () => {
    sandbox.clearRequests();
    const group = { entity: 'ContactGroups', data: { name: 'Mine', isActive: true } };
    expect(await ask(hugo.email, 'create-entity', group)).toMatch(/API user/);
    expect(written()).toEqual([]);
    await ask(hugo.email, 'create-entity', { ...group, confirm: 'CREATE_ENTITY' });
    expect(written().map(({ headers }) => headers.impersonationresourceid)).toEqual([undefined]);
  });

  it('many writes of one call carry the name of whoever asked, each of them', async () => {
    sandbox.clearRequests();
    const args = { ids: [100_001, 100_002, 100_003], title: 'Changed together' };
    expect(await ask(hugo.email, 'update-ticket', args)).toMatch(/resource 29682886/);
    await ask(hugo.email, 'update-ticket', { ...args, confirm: 'UPDATE_TICKET' });
    expect(written().map(({ headers }) => headers.impersonationresourceid)).toEqual(
      args.ids.map(() => String(hugo.id)),
    );
  });

  it('whoever is two resources writes nothing, and may read', async () => {
    const writer = createWriter({
      credentials: sandbox.credentials,
      zoneUrl: sandbox.url,
      timeoutMs: 10_000,
      maxConcurrency: 3,
      cacheDir: null,
      log: () => {},
    });
    const email = 'uma.chaudry@bluebird.example';
    await writer.patch('Resources', { id: hugo.id, email2: email });
    sandbox.clearRequests();
    const text = await ask(email, 'update-ticket', {
      id: 100_001,
      title: 'x',
      confirm: 'UPDATE_TICKET',
    });
    expect(text).toMatch(/2 active resources in Autotask are known as uma.chaudry/);
    expect(text).toMatch(/Nothing was written/);
    expect(written()).toEqual([]);
    expect(await ask(email, 'get-ticket', { id: 100_001 })).toMatch(/100001|T20/);
    expect(await ask(email, 'get-version', {})).toMatch(/You are nobody in Autotask: 2 active resources/);
  });
});
