import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createFetch, createFetchJson } from '../../src/client/index.js';
import type { HttpServer } from '../../src/transports/http/index.js';
import { startAuthorizationServer } from '../support/authorization-server.js';
import { connectSignedIn, createSignIn, freePort, startSignedIn } from './oauth-support.js';
import { callTool, mcpHeaders, message, serve } from './support.js';

const settings = {
  AUTOTASK_OAUTH_INTROSPECTION_CLIENT: 'machine',
  AUTOTASK_OAUTH_INTROSPECTION_SECRET: 'machine-secret',
};

describe('opaque tokens of a real authorization server', () => {
  let issuer: Awaited<ReturnType<typeof startAuthorizationServer>>;
  let server: Awaited<ReturnType<typeof startSignedIn>>;
  beforeAll(async () => {
    const port = await freePort();
    const resource = `http://127.0.0.1:${port}/mcp`;
    issuer = await startAuthorizationServer({ resource, format: 'opaque' });
    server = await startSignedIn({ port, issuer: issuer.issuer }, { LOG_LEVEL: 'debug', ...settings });
    expect(server.url).not.toBeNull();
  });
  afterAll(async () => {
    await server.stop();
    await issuer.close();
  });
  const asked = () => issuer.requests.filter((line) => line.includes('/introspection')).length;

  it('let a person in whose client walks the whole way, and are asked about once', async () => {
    const signIn = createSignIn();
    const { client } = await connectSignedIn(server.mcpUrl, signIn);
    const access = signIn.tokens()?.access_token ?? '';
    expect(access).not.toContain('.');
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('create-ticket');
    await client.callTool({ name: 'get-version', arguments: {} });
    expect(asked()).toBe(1);
    await client.close();
    const refresh = signIn.tokens()?.refresh_token ?? '';
    expect(refresh).not.toBe('');
    const headers = { ...mcpHeaders, Authorization: `Bearer ${refresh}` };
    const answer = await fetch(server.mcpUrl, { method: 'POST', headers, body: callTool('get-version') });
    expect(answer.status).toBe(401);
    for (const secret of [access, refresh, 'machine-secret']) {
      expect(server.output().stderr).not.toContain(secret);
      expect(await answer.clone().text()).not.toContain(secret);
    }
  });

  it.each(['made-up-token-0123456789', 'x', `a${'b'.repeat(5_000)}`, 'spaß'.repeat(5)])(
    'that nobody issued let nobody in (%#)',
    async (token) => {
      const headers = { ...mcpHeaders, Authorization: `Bearer ${encodeURI(token)}` };
      const { status } = await fetch(server.mcpUrl, { method: 'POST', headers, body: message('tools/list') });
      expect(status).toBe(401);
    },
  );
});

const resource = 'https://mcp.example.com/mcp';
const soon = () => Math.floor(Date.now() / 1_000) + 600;
const good = () => ({
  active: true,
  sub: 'jane',
  aud: resource,
  scope: 'autotask.read',
  exp: soon(),
  token_type: 'Bearer',
});

/** An issuer that answers as a test decides. */
async function startIssuer() {
  const state: {
    asked: string[];
    answer: () => { status?: number; body: unknown; headers?: Record<string, string> };
  } = { asked: [], answer: () => ({ body: good() }) };
  let origin = '';
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/.well-known/') === true) {
      response.end(JSON.stringify({ issuer: origin, introspection_endpoint: `${origin}/introspect` }));
      return;
    }
    let text = '';
    request.on('data', (part) => {
      text += String(part);
    });
    request.on('end', () => {
      state.asked.push(`${request.headers.authorization ?? ''} ${text}`);
      const { status = 200, body, headers = { 'content-type': 'application/json' } } = state.answer();
      response.writeHead(status, headers);
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return { state, url: origin, close: () => new Promise((resolve) => server.close(resolve)) };
}

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

const lines: string[] = [];
async function start(restrictions: { clients?: string[]; tenants?: string[] } = {}) {
  const issuer = await startIssuer();
  const send = createFetch();
  const server: HttpServer = await serve({
    tokens: [],
    auth: 'oauth',
    oauth: {
      publicUrl: resource,
      issuers: [issuer.url],
      audiences: [resource],
      tenants: [],
      clients: [],
      tokenTypes: [],
      scopePrefix: '',
      fetchJson: createFetchJson(send),
      introspection: { issuer: issuer.url, clientId: 'us', clientSecret: 'our secret', send },
      admit: () => ({ readOnly: false }),
      ...restrictions,
    },
    log: (_, line) => lines.push(line),
  });
  open.push(() => server.close(), issuer.close);
  const status = async (token: string) => {
    const headers = { ...mcpHeaders, Authorization: `Bearer ${token}` };
    const response = await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers,
      body: message('tools/list'),
    });
    await response.text();
    return response.status;
  };
  return { issuer: issuer.state, status };
}

const token = 'opaque-0123456789abcdef';

describe('what an issuer says about a token', () => {
  it('counts for a minute at most, for good ones and for bad ones, and is asked for once by many', async () => {
    const { issuer, status } = await start();
    const all = await Promise.all(Array.from({ length: 10 }, () => status(token)));
    expect(all).toEqual(all.map(() => 200));
    expect(issuer.asked).toHaveLength(1);
    expect(issuer.asked[0]).toMatch(/^Basic .* .*token=opaque-0123456789abcdef/);
    issuer.answer = () => ({ body: { active: false } });
    expect(await status(token)).toBe(200);
    expect([await status(`${token}2`), await status(`${token}2`)]).toEqual([401, 401]);
    expect(issuer.asked).toHaveLength(2);
  });

  it('ends when the token does, however fresh it is', async () => {
    const { issuer, status } = await start();
    issuer.answer = () => ({ body: { ...good(), exp: Math.floor(Date.now() / 1_000) + 1 } });
    expect(await status(token)).toBe(200);
    issuer.answer = () => ({ body: { active: false } });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await status(token)).toBe(401);
  });

  const now = () => Math.floor(Date.now() / 1_000);
  it.each<[string, () => Record<string, unknown>]>([
    ['active is no truth', () => ({ ...good(), active: 'true' })],
    ['inactive', () => ({ ...good(), active: false })],
    ['nothing', () => ({})],
    ['another issuer', () => ({ ...good(), iss: 'https://evil.example' })],
    ['no audience', () => ({ ...good(), aud: undefined })],
    ['another audience', () => ({ ...good(), aud: ['https://graph.example', `${resource}/`] })],
    ['expired', () => ({ ...good(), exp: now() - 60 })],
    ['no expiry', () => ({ ...good(), exp: undefined })],
    ['an expiry in words', () => ({ ...good(), exp: String(soon()) })],
    ['not yet', () => ({ ...good(), nbf: now() + 600 })],
    ['nobody', () => ({ ...good(), sub: undefined })],
    ['an empty name', () => ({ ...good(), sub: '' })],
    ['a refresh token', () => ({ ...good(), token_type: 'refresh_token' })],
    ['bound to a key', () => ({ ...good(), token_type: 'DPoP' })],
    ['bound to a certificate', () => ({ ...good(), cnf: { 'x5t#S256': 'x' } })],
  ])('%s: lets nobody in', async (_, body) => {
    const { issuer, status } = await start();
    issuer.answer = () => ({ body: body() });
    expect(await status(token)).toBeGreaterThanOrEqual(401);
  });

  it('is held against the configured clients and tenants', async () => {
    const { issuer, status } = await start({ clients: ['desk'], tenants: ['t'] });
    expect(await status(token)).toBe(401);
    issuer.answer = () => ({ body: { ...good(), client_id: 'desk', tid: 't' } });
    expect(await status(`${token}2`)).toBe(200);
  });

  it.each<[string, number, unknown, Record<string, string>?]>([
    ['an error', 500, {}],
    ['our secret is refused', 401, { error: 'invalid_client' }],
    ['a redirect', 302, good(), { location: 'https://evil.example' }],
    ['a web page', 200, '<html>', { 'content-type': 'text/html' }],
    ['no JSON', 200, '{"active":tr'],
    ['a list', 200, [good()]],
    ['too much', 200, JSON.stringify({ ...good(), more: 'x'.repeat(700_000) })],
  ])('%s: lets nobody in, and is asked again', async (_, status, body, headers) => {
    const server = await start();
    server.issuer.answer = () => ({ status, body, ...(headers === undefined ? {} : { headers }) });
    expect(await server.status(token)).toBe(503);
    server.issuer.answer = () => ({ body: good() });
    expect(await server.status(token)).toBe(200);
    expect(lines.join('\n')).not.toMatch(/our secret|opaque-0123/);
  });

  it('is not asked for where a token can be read', async () => {
    const { issuer, status } = await start();
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const jwt of [
      `${part({ alg: 'none' })}.${part({ iss: 'x', sub: 'jane' })}.`,
      `${part({ alg: 'HS256' })}.${part(good())}.abc`,
      `${part({ alg: 'RS256' })}.x.y`,
    ])
      expect(await status(jwt)).toBe(401);
    expect(issuer.asked).toEqual([]);
  });
});
