import { createServer } from 'node:http';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createFetchJson } from '../../src/client/index.js';
import type { HttpServer, HttpSettings } from '../../src/transports/http/index.js';
import { type Key, makeKey, signed } from '../support/authorization-server.js';
import { mcpHeaders, message, serve, until } from './support.js';

const resource = 'https://mcp.example.com/mcp';

/** An issuer whose keys, and whose absence, the test decides; it counts how often it is asked. */
async function startIssuer() {
  const state = { keys: [makeKey('first')], up: true, claims: '', asked: 0, delayMs: 0 };
  let origin = '';
  const server = createServer((request, response) => {
    state.asked += 1;
    const answer = (status: number, body: unknown) =>
      setTimeout(() => response.writeHead(status).end(JSON.stringify(body)), state.delayMs);
    if (!state.up) answer(503, {});
    else if (request.url === '/jwks') {
      answer(200, { keys: state.keys.map(({ kty, n, e, kid, alg }) => ({ kty, n, e, kid, alg })) });
    } else if (request.url === '/.well-known/oauth-authorization-server') {
      answer(200, { issuer: state.claims || origin, jwks_uri: `${origin}/jwks` });
    } else answer(404, {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    state,
    url: origin,
    token: (key: Key, kid = key.kid) =>
      signed(
        key,
        { alg: 'RS256', kid },
        {
          iss: origin,
          aud: resource,
          sub: 'jane',
          scope: 'autotask.read',
          exp: Math.floor(Date.now() / 1_000) + 600,
        },
      ),
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

const lines: string[] = [];
async function start(issuers: readonly string[], limits: HttpSettings['limits'] = {}): Promise<HttpServer> {
  const server = await serve({
    tokens: [],
    auth: 'oauth',
    oauth: {
      publicUrl: resource,
      issuers,
      audiences: [resource],
      tenants: [],
      clients: [],
      tokenTypes: [],
      scopePrefix: '',
      fetchJson: createFetchJson(),
      admit: () => ({ readOnly: false }),
    },
    limits,
    log: (_, line) => lines.push(line),
  });
  open.push(() => server.close());
  return server;
}

async function issuerOf() {
  const issuer = await startIssuer();
  open.push(issuer.close);
  return issuer;
}

const status = async (server: HttpServer, token: string) => {
  const headers = { ...mcpHeaders, Authorization: `Bearer ${token}` };
  const response = await fetch(`${server.url}/mcp`, { method: 'POST', headers, body: message('tools/list') });
  await response.text();
  return response.status;
};
const first = ([key]: readonly Key[]): Key => key ?? makeKey();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('keys of an issuer', () => {
  it('are asked for when the first token comes, once for many at the same time', async () => {
    const issuer = await issuerOf();
    const server = await start([issuer.url]);
    expect(issuer.state.asked).toBe(0);
    const token = issuer.token(first(issuer.state.keys));
    const all = await Promise.all(Array.from({ length: 20 }, () => status(server, token)));
    expect(new Set(all)).toEqual(new Set([200]));
    expect(issuer.state.asked).toBe(3);
  });

  it('that are new are found when a token names one', async () => {
    const issuer = await issuerOf();
    const server = await start([issuer.url], { keysPauseMs: 50 });
    const old = first(issuer.state.keys);
    expect(await status(server, issuer.token(old))).toBe(200);
    const fresh = makeKey('second');
    issuer.state.keys = [fresh];
    await pause(60);
    expect(await status(server, issuer.token(fresh))).toBe(200);
    expect(await status(server, issuer.token(old))).toBe(401);
  });

  it('are not asked for more often than allowed, whatever tokens name', async () => {
    const issuer = await issuerOf();
    const server = await start([issuer.url], { keysPauseMs: 60_000 });
    expect(await status(server, issuer.token(first(issuer.state.keys)))).toBe(200);
    const before = issuer.state.asked;
    const foreign = makeKey('foreign');
    for (let at = 0; at < 20; at += 1) {
      expect(await status(server, issuer.token(foreign, `made up ${at}`))).toBe(401);
    }
    expect(issuer.state.asked).toBe(before);
  });

  it('count while the issuer is down, and let nobody else in meanwhile', async () => {
    const issuer = await issuerOf();
    const server = await start([issuer.url], { keysFreshMs: 10, keysPauseMs: 10 });
    const key = first(issuer.state.keys);
    const good = issuer.token(key);
    expect(await status(server, good)).toBe(200);
    issuer.state.up = false;
    const unknown = issuer.token(makeKey('second'));
    const forged = issuer.token(makeKey('third'), 'first');
    for (let at = 0; at < 5; at += 1) {
      await pause(20);
      expect(await status(server, good)).toBe(200);
      expect(await status(server, forged)).toBe(401);
      expect(await status(server, unknown)).toBe(503);
    }
    issuer.state.up = true;
    await pause(20);
    expect(await status(server, unknown)).toBe(401);
    expect(lines.join('\n')).toMatch(/the keys of .* cannot be read: .*answered with status 503/);
  });

  it('no longer count when nobody has confirmed them for too long', async () => {
    const issuer = await issuerOf();
    const server = await start([issuer.url], { keysFreshMs: 10, keysStaleMs: 100, keysPauseMs: 10 });
    const good = issuer.token(first(issuer.state.keys));
    expect(await status(server, good)).toBe(200);
    issuer.state.up = false;
    await pause(150);
    expect(await status(server, good)).toBe(503);
    issuer.state.up = true;
    await pause(20);
    expect(await status(server, good)).toBe(200);
  });

  it('that were withdrawn no longer count once the issuer was asked', async () => {
    const issuer = await issuerOf();
    const server = await start([issuer.url], { keysFreshMs: 10, keysPauseMs: 10 });
    const old = issuer.token(first(issuer.state.keys));
    expect(await status(server, old)).toBe(200);
    issuer.state.keys = [makeKey('second')];
    await pause(20);
    // The keys are read behind the answer that asks for them.
    await until(async () => (await status(server, old)) === 401);
  });

  it('are not taken from metadata that name another issuer', async () => {
    const issuer = await issuerOf();
    issuer.state.claims = 'https://login.example.com';
    const server = await start([issuer.url]);
    expect(await status(server, issuer.token(first(issuer.state.keys)))).toBe(503);
    expect(lines.join('\n')).toContain('names "https://login.example.com" as issuer');
  });

  it('of one issuer do not speak for another, and one that is down does not hold up the others', async () => {
    const [one, two] = [await issuerOf(), await issuerOf()];
    two.state.up = false;
    const server = await start([one.url, two.url]);
    const key = first(one.state.keys);
    expect(await status(server, one.token(key))).toBe(200);
    expect(await status(server, two.token(key))).toBe(503);
    two.state.up = true;
    expect(await status(server, one.token(first(two.state.keys), 'first'))).toBe(401);
  });
});

afterAll(() => lines.splice(0));
