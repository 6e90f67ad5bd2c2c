import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAuthorizationServer } from '../support/authorization-server.js';
import { connectSignedIn, createSignIn, freePort, signingIn, startSignedIn } from './oauth-support.js';
import { callTool, mcpHeaders, message, token } from './support.js';

const lifetime = 600;
let grants: (scopes: readonly string[]) => readonly string[] = (scopes) => scopes;
let issuer: Awaited<ReturnType<typeof startAuthorizationServer>>;
let server: Awaited<ReturnType<typeof startSignedIn>>;
let origin = '';

beforeAll(async () => {
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  issuer = await startAuthorizationServer({
    resource: `${origin}/mcp`,
    lifetime: () => lifetime,
    grants: (scopes) => grants(scopes),
  });
  server = await startSignedIn(
    { port, issuer: issuer.issuer },
    { AUTOTASK_HTTP_TOKENS: `robot ${token}`, LOG_LEVEL: 'debug' },
  );
  expect(server.url).toBe(origin);
});
afterAll(async () => {
  await server.stop();
  await issuer.close();
});

const post = (body: string, authorization?: string) => {
  const { Authorization: _, ...headers } = mcpHeaders;
  return fetch(`${origin}/mcp`, {
    method: 'POST',
    headers: authorization === undefined ? headers : { ...headers, Authorization: authorization },
    body,
  });
};
const metadataAt = (path = '') => `${origin}/.well-known/oauth-protected-resource${path}`;

describe('where a client finds out how to sign in', () => {
  it.each(['', '/mcp'])('the metadata stand at the well-known path with %j behind it', async (path) => {
    const response = await fetch(metadataAt(path), { headers: { Origin: 'https://any.example.com' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual({
      resource: `${origin}/mcp`,
      authorization_servers: [issuer.issuer],
      scopes_supported: ['autotask.read', 'autotask.write'],
      bearer_methods_supported: ['header'],
      resource_name: 'Autotask PSA',
    });
  });

  it('a page may ask for them first', async () => {
    const response = await fetch(metadataAt(), {
      method: 'OPTIONS',
      headers: { Origin: 'https://any.example.com', 'Access-Control-Request-Method': 'GET' },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toMatch(/mcp-protocol-version/i);
  });

  it('they cannot be written', async () => {
    expect((await fetch(metadataAt(), { method: 'POST' })).status).toBe(405);
  });

  it('they name the configured address, whatever the request says', async () => {
    const response = await fetch(metadataAt(), {
      headers: { 'X-Forwarded-Host': 'evil.example.com', Forwarded: 'host=evil.example.com' },
    });
    expect(await response.text()).not.toContain('evil');
  });

  it('whoever has no token is told where they are and what to ask for', async () => {
    const response = await post(message('tools/list'));
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer realm="autotask-mcp", resource_metadata="${metadataAt('/mcp')}", scope="autotask.read autotask.write"`,
    );
  });

  it('whoever has a wrong one learns that, and nothing else', async () => {
    const response = await post(message('tools/list'), 'Bearer wrong-token-0123456789');
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer .*, error="invalid_token"$/);
    expect(await response.json()).toEqual({
      jsonrpc: '2.0',
      error: { code: -32001, message: 'The bearer token is not valid.' },
      id: null,
    });
    expect(server.output().stderr).toContain('a token was refused: it is not a signed JWT');
    expect(server.output().stderr).not.toContain('wrong-token');
  });

  it('a token in the address is none', async () => {
    const good = await issuer.machineToken();
    const { Authorization: _, ...headers } = mcpHeaders;
    const response = await fetch(`${origin}/mcp?access_token=${good}`, {
      method: 'POST',
      headers,
      body: message('tools/list'),
    });
    expect(response.status).toBe(401);
  });
});

describe.each(['auto', 'legacy'] as const)('the SDK client of the second version, mode %s', (mode) => {
  it('goes the whole way: 401, metadata, registration, PKCE for this resource, call, refresh', async () => {
    const signIn = createSignIn();
    issuer.requests.length = 0;
    const { client, transport } = await connectSignedIn(server.mcpUrl, signIn, mode);
    const sent = signIn.asked[0]?.searchParams;
    expect(sent?.get('resource')).toBe(server.mcpUrl);
    expect(sent?.get('code_challenge_method')).toBe('S256');
    expect(sent?.get('scope')).toContain('autotask.read autotask.write');
    expect(issuer.requests.some((line) => line.startsWith('POST /reg'))).toBe(true);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('create-ticket');
    const first = signIn.tokens()?.access_token ?? '';
    expect(first.split('.')).toHaveLength(3);

    const answer = await client.callTool({ name: 'get-version', arguments: {} });
    expect(JSON.stringify(answer)).toContain('autotask-mcp');

    // As if it had expired: the server refuses it, and the client gets another one without asking anybody.
    await signIn.provider.saveTokens({
      ...(signIn.tokens() ?? { access_token: '', token_type: 'bearer' }),
      access_token: `${first}x`,
    });
    const again = await client.callTool({ name: 'get-version', arguments: {} });
    expect(JSON.stringify(again)).toContain('autotask-mcp');
    expect(signIn.asked).toHaveLength(1);
    expect(signIn.tokens()?.access_token).not.toBe(first);
    await transport.close();
  });

  it('with the right to read sees no tool that writes, and gets the right to write when it asks for one', async () => {
    grants = (scopes) => scopes.filter((scope) => scope === 'autotask.read');
    const signIn = createSignIn();
    const { client, transport } = await connectSignedIn(server.mcpUrl, signIn, mode);
    expect(signIn.tokens()?.scope ?? '').not.toContain('autotask.write');
    const before = await client.listTools();
    expect(before.tools.map(({ name }) => name)).toContain('search-tickets');
    expect(before.tools.map(({ name }) => name)).not.toContain('create-ticket');

    grants = (scopes) => scopes;
    const call = {
      name: 'update-ticket',
      arguments: { id: 'T20260601.0001', status: 'In Progress' },
    };
    const answer = await signingIn(signIn, transport, () => client.callTool(call));
    expect(signIn.asked).toHaveLength(2);
    expect(signIn.asked[1]?.searchParams.get('scope')).toContain('autotask.write');
    expect(JSON.stringify(answer)).not.toContain('is not valid');
    // Asked without the client, which may keep a list for a while.
    const after = await post(message('tools/list'), `Bearer ${signIn.tokens()?.access_token}`);
    expect(await after.text()).toContain('"create-ticket"');
    await transport.close();
  });
});

describe('scopes', () => {
  it.each([
    ['autotask.read', 'create-ticket', 403, 'autotask.read autotask.write'],
    ['autotask.read', 'get-version', 200, null],
    ['autotask.write', 'get-version', 200, null],
    ['autotask.write', 'create-ticket', 200, null],
    ['', 'get-version', 403, 'autotask.read autotask.write'],
  ])('a token with %j that calls %s gets %i', async (scope, tool, status, asked) => {
    const response = await post(callTool(tool), `Bearer ${await issuer.machineToken(scope)}`);
    expect(response.status).toBe(status);
    const challenge = response.headers.get('www-authenticate');
    if (asked === null) expect(challenge).toBeNull();
    else {
      expect(challenge).toContain(`scope="${asked}"`);
      expect(challenge).toContain('error="insufficient_scope"');
      expect(challenge).toContain('resource_metadata=');
    }
  });

  it('a batch that holds one call that writes is refused as a whole', async () => {
    const body = `[${callTool('get-version')},${callTool('create-ticket').replace('"id":1', '"id":2')}]`;
    const response = await post(body, `Bearer ${await issuer.machineToken('autotask.read')}`);
    expect(response.status).toBe(403);
  });
});

describe('beside OAuth', () => {
  it('a fixed token still lets its holder in, and can ask for the metrics', async () => {
    expect((await post(message('tools/list'), `Bearer ${token}`)).status).toBe(200);
    const metrics = await fetch(`${origin}/metrics`, { headers: { Authorization: `Bearer ${token}` } });
    expect(metrics.status).toBe(200);
    const signedIn = { Authorization: `Bearer ${await issuer.machineToken()}` };
    expect((await fetch(`${origin}/metrics`, { headers: signedIn })).status).toBe(401);
  });

  it('no token stands in the log, not even at its most talkative', async () => {
    const good = await issuer.machineToken();
    expect((await post(message('tools/list'), `Bearer ${good}`)).status).toBe(200);
    expect((await post(message('tools/list'), `Bearer ${good}x`)).status).toBe(401);
    const [header = '', payload = '', signature = ''] = good.split('.');
    for (const part of [header, payload, signature]) expect(server.output().stderr).not.toContain(part);
  });
});

describe('metrics of people who sign in', () => {
  it.each([
    ['are by issuer alone', {}, /subject=""/],
    [
      'tell people apart by a hash where that is wanted',
      { AUTOTASK_HTTP_METRICS_PEOPLE: 'true' },
      /subject="[0-9a-f]{16}"/,
    ],
  ])('%s, and never name them', async (_, env: Record<string, string>, expected) => {
    const port = await freePort();
    const own = await startAuthorizationServer({ resource: `http://127.0.0.1:${port}/mcp` });
    const program = await startSignedIn(
      { port, issuer: own.issuer },
      { AUTOTASK_HTTP_TOKENS: `robot ${token}`, ...env },
    );
    try {
      const good = await own.machineToken();
      for (const bearer of [good, good, token]) {
        const headers = { ...mcpHeaders, Authorization: `Bearer ${bearer}` };
        await (await fetch(program.mcpUrl, { method: 'POST', headers, body: message('tools/list') })).text();
      }
      const headers = { Authorization: `Bearer ${token}` };
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`, { headers })).text();
      const lines = text
        .split('\n')
        .filter((line) => line.startsWith('autotask_mcp_signed_in_requests_total{'));
      expect(lines).toHaveLength(1);
      expect(lines[0]).toContain(`issuer="${own.issuer}"`);
      expect(lines[0]).toMatch(expected);
      expect(lines[0]).toMatch(/ 2$/);
      expect(text).not.toMatch(/machine/);
    } finally {
      await program.stop();
      await own.close();
    }
  });
});
