import { createHmac, createPublicKey, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Key, makeKey, signed, startAuthorizationServer } from '../support/authorization-server.js';
import { freePort, startSignedIn } from './oauth-support.js';
import { mcpHeaders, message, talk } from './support.js';

const resource = 'api://autotask-mcp';
const tid = '11111111-2222-3333-4444-555555555555';
const client = 'c0ffee00-0000-4000-8000-000000000001';

let issuer: Awaited<ReturnType<typeof startAuthorizationServer>>;
let other: Awaited<ReturnType<typeof startAuthorizationServer>>;
let server: Awaited<ReturnType<typeof startSignedIn>>;

beforeAll(async () => {
  issuer = await startAuthorizationServer({ resource });
  other = await startAuthorizationServer({ resource });
  server = await startSignedIn(
    { port: await freePort(), issuer: issuer.issuer },
    {
      AUTOTASK_OAUTH_AUDIENCES: `${resource},second-audience`,
      AUTOTASK_OAUTH_TENANTS: tid,
      AUTOTASK_OAUTH_CLIENTS: client,
    },
  );
  expect(server.url).not.toBeNull();
});
afterAll(async () => {
  await server.stop();
  await Promise.all([issuer.close(), other.close()]);
});

const seconds = () => Math.floor(Date.now() / 1_000);
const good = (): Record<string, unknown> => ({
  iss: issuer.issuer,
  aud: resource,
  sub: 'jane',
  tid,
  azp: client,
  scope: 'autotask.read autotask.write',
  iat: seconds(),
  exp: seconds() + 300,
});

interface Signed {
  readonly claims?: unknown;
  readonly header?: Record<string, unknown>;
  readonly key?: Key;
}

const sign = ({ claims = good(), header = {}, key = issuer.key }: Signed = {}): string =>
  signed(key, { alg: 'RS256', kid: issuer.key.kid, typ: 'at+jwt', ...header }, claims);

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const without = (name: string) => {
  const { [name]: _, ...rest } = good();
  return rest;
};

/** Signed with the public key as if it were a shared secret, in a form that libraries were once fooled by. */
function confused(alg: 'HS256' | 'HS384' | 'HS512', secret: string | Buffer): string {
  const head = `${encode({ alg, kid: issuer.key.kid, typ: 'at+jwt' })}.${encode(good())}`;
  return `${head}.${createHmac(alg.replace('HS', 'sha'), secret).update(head).digest('base64url')}`;
}

const publicForms = (): readonly (string | Buffer)[] => {
  const { kty, n, e, kid } = issuer.key;
  const key = createPublicKey({ key: { kty, n, e }, format: 'jwk' });
  return [
    key.export({ type: 'spki', format: 'pem' }),
    key.export({ type: 'spki', format: 'der' }),
    key.export({ type: 'pkcs1', format: 'pem' }),
    n,
    JSON.stringify({ kty, n, e, kid }),
    '',
  ];
};

/** Each name once: the token that is sent under it lets nobody in. */
async function hostile() {
  const table: (readonly [name: string, token: string])[] = [];
  const add = (name: string, token: string) => table.push([name, token]);
  const valid = sign();
  const [head = '', body = '', signature = ''] = valid.split('.');
  const now = seconds();

  const audiences = [
    '',
    'other',
    'https://graph.microsoft.com',
    `${resource}/`,
    `${resource} `,
    ` ${resource}`,
  ];
  audiences.push(
    resource.toUpperCase(),
    `${resource}.evil.example`,
    'api://autotask',
    '*',
    'null',
    server.mcpUrl,
  );
  for (const aud of audiences) add(`audience ${aud}`, sign({ claims: { ...good(), aud } }));
  for (const aud of [[], ['other'], ['a', 'b', ''], [`${resource}#x`]]) {
    add(`audiences ${JSON.stringify(aud)}`, sign({ claims: { ...good(), aud } }));
  }
  for (const aud of [null, 1, true, {}, { [resource]: true }, [[resource]], [null], [1]]) {
    add(`audience of another type ${JSON.stringify(aud)}`, sign({ claims: { ...good(), aud } }));
  }

  const issuers = [
    other.issuer,
    '',
    'null',
    `${issuer.issuer}/`,
    `${issuer.issuer}#`,
    issuer.issuer.toUpperCase(),
  ];
  issuers.push(
    issuer.issuer.replace('127.0.0.1', 'localhost'),
    `${issuer.issuer} `,
    `${issuer.issuer}/.`,
    '__proto__',
  );
  issuers.push(
    'constructor',
    'http://169.254.169.254/',
    'file:///etc/passwd',
    `${issuer.issuer}@evil.example`,
  );
  for (const iss of issuers) {
    add(`issuer ${iss}, key of the right one`, sign({ claims: { ...good(), iss } }));
    add(`issuer ${iss}, key of another`, sign({ claims: { ...good(), iss }, key: other.key }));
  }
  for (const iss of [null, 1, {}, [issuer.issuer]]) {
    add(`issuer of another type ${JSON.stringify(iss)}`, sign({ claims: { ...good(), iss } }));
  }
  add('made by another issuer for us', await other.machineToken());

  for (const key of [other.key, makeKey(), makeKey(issuer.key.kid)]) {
    add(`signed with a foreign key, our key id ${table.length}`, sign({ key }));
    add(`signed with a foreign key, its own key id ${table.length}`, sign({ key, header: { kid: key.kid } }));
    add(`signed with a foreign key, no key id ${table.length}`, sign({ key, header: { kid: undefined } }));
  }

  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', 'HS256', 'RS1', 'RSA-OAEP', 'dir', 'ES256K']) {
    const headless = `${encode({ alg, kid: issuer.key.kid })}.${body}`;
    add(`algorithm ${alg} without signature`, `${headless}.`);
    add(`algorithm ${alg} with the signature of another header`, `${headless}.${signature}`);
  }
  for (const alg of [null, 1, ['RS256'], { RS256: true }, 'RS256 ', 'rs256']) {
    add(`algorithm ${JSON.stringify(alg)}`, `${encode({ alg, kid: issuer.key.kid })}.${body}.${signature}`);
  }
  for (const alg of ['HS256', 'HS384', 'HS512'] as const) {
    for (const [at, secret] of publicForms().entries())
      add(`${alg} with the public key ${at}`, confused(alg, secret));
  }

  for (const age of [31, 60, 3_600, 86_400, 10 ** 9]) {
    add(`expired ${age} seconds ago`, sign({ claims: { ...good(), exp: now - age } }));
  }
  for (const ahead of [60, 3_600, 86_400, 10 ** 9]) {
    add(`not valid for ${ahead} seconds yet`, sign({ claims: { ...good(), nbf: now + ahead } }));
  }
  for (const claim of ['exp', 'nbf']) {
    for (const value of ['tomorrow', '9999999999', null, {}, [9_999_999_999], true]) {
      add(`${claim} ${JSON.stringify(value)}`, sign({ claims: { ...good(), [claim]: value } }));
    }
  }
  for (const value of [0, -1]) add(`exp ${value}`, sign({ claims: { ...good(), exp: value } }));

  for (const name of ['iss', 'aud', 'sub', 'exp', 'tid', 'azp', 'scope']) {
    add(`without ${name}`, sign({ claims: without(name) }));
  }
  for (const sub of ['', null, 1, {}, ['jane']]) {
    add(`subject ${JSON.stringify(sub)}`, sign({ claims: { ...good(), sub } }));
  }
  for (const wrong of [
    'other',
    '',
    tid.toUpperCase().replace('1', '2'),
    `${tid} `,
    null,
    [tid],
    { [tid]: 1 },
  ]) {
    add(`tenant ${JSON.stringify(wrong)}`, sign({ claims: { ...good(), tid: wrong } }));
    add(`client ${JSON.stringify(wrong)}`, sign({ claims: { ...good(), azp: wrong ?? '' } }));
  }
  for (const scope of [
    '',
    'openid',
    'autotask',
    'autotask.reader',
    'autotask.read,autotask.write',
    'AUTOTASK.READ',
  ]) {
    add(`scope ${scope}`, sign({ claims: { ...good(), scope } }));
  }
  for (const scope of [1, null, { 'autotask.read': true }]) {
    add(`scope ${JSON.stringify(scope)}`, sign({ claims: { ...good(), scope } }));
  }

  const ids = [
    '../../../dev/null',
    '/dev/null',
    "' OR 1=1 --",
    '; sleep 9',
    '\u0000',
    '__proto__',
    'x'.repeat(2_000),
  ];
  ids.push(`${other.issuer}/jwks`, 'jndi:ldap://127.0.0.1/x', '*', '0', 'undefined');
  for (const kid of ids) add(`key id ${kid.slice(0, 40)}`, sign({ key: other.key, header: { kid } }));
  for (const kid of [1, null, {}, ['x']]) {
    add(`key id ${JSON.stringify(kid)}`, sign({ key: other.key, header: { kid } }));
  }
  const { kty, n, e } = other.key;
  const open = { kty, n, e };
  for (const header of [
    { jwk: open },
    { jku: `${other.issuer}/jwks` },
    { x5u: `${other.issuer}/cert` },
    { x5c: ['MIIB'] },
    { jwk: open, kid: undefined },
    { jku: `${other.issuer}/jwks`, kid: other.key.kid },
  ]) {
    add(`brings its key along: ${Object.keys(header).join()}`, sign({ key: other.key, header }));
  }
  add(
    'critical header that nobody knows',
    sign({ header: { crit: ['https://example.com/x'], 'https://example.com/x': 1 } }),
  );
  for (const typ of ['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'JWE', 'application/json', '']) {
    add(`type ${typ}`, sign({ header: { typ } }));
  }

  for (const cnf of [{ jkt: 'x' }, { 'x5t#S256': 'x' }, { jwk: open }, {}, null]) {
    add(`bound to a key that is not asked for ${JSON.stringify(cnf)}`, sign({ claims: { ...good(), cnf } }));
  }
  for (const header of [
    { crit: ['b64'], b64: false },
    { crit: ['exp'], exp: 1 },
    { crit: [] },
    { crit: 'alg' },
  ]) {
    add(`critical ${JSON.stringify(header)}`, sign({ header }));
  }
  for (const [alg, hash] of [
    ['RS384', 'RSA-SHA384'],
    ['RS512', 'RSA-SHA512'],
    ['PS256', 'RSA-SHA256'],
    ['ES256', 'RSA-SHA256'],
    ['EdDSA', 'RSA-SHA256'],
  ] as const) {
    add(
      `algorithm ${alg} of a key for RS256`,
      signed(issuer.key, { alg, kid: issuer.key.kid }, good(), hash),
    );
  }
  for (const [alg, size] of [
    ['ES256', 64],
    ['ES384', 96],
    ['EdDSA', 64],
    ['RS256', 256],
    ['PS256', 256],
  ] as const) {
    const start = `${encode({ alg, kid: issuer.key.kid })}.${body}`;
    add(`${alg} with a signature of zeros`, `${start}.${Buffer.alloc(size).toString('base64url')}`);
  }
  add('an identity token', sign({ claims: { ...good(), aud: client, nonce: 'x', at_hash: 'x' } }));
  add('a token within a token', sign({ header: { cty: 'JWT' }, claims: valid }));
  add('a null byte, encoded', `${valid}%00`);
  add('another token behind a comma', `${sign({ claims: { ...good(), aud: 'other' } })},${valid}`);
  for (const aud of [`${resource}\u200b`, resource.replace('a', 'а'), `${resource}\n`]) {
    add(`audience that looks the same ${JSON.stringify(aud)}`, sign({ claims: { ...good(), aud } }));
  }

  add('changed signature', `${head}.${body}.${signature.slice(0, -4)}AAAA`);
  add('no signature', `${head}.${body}.`);
  add('no signature and no dot', `${head}.${body}`);
  add('changed claims', `${head}.${encode({ ...good(), sub: 'admin' })}.${signature}`);
  add('changed header', `${encode({ alg: 'RS256', kid: issuer.key.kid, typ: 'JWT' })}.${body}.${signature}`);
  add('four parts', `${valid}.x`);
  add('five parts, as if encrypted', `${valid}.x.y`);
  add('twice', `${valid}${valid}`);
  add('padded', `${head}=.${body}=.${signature}=`);
  add('not JSON', `${Buffer.from('{"alg":"RS256"').toString('base64url')}.${body}.${signature}`);
  add('claims that are a list', `${head}.${encode([good()])}.${signature}`);
  add('claims that are no object', `${head}.${encode(1)}.${signature}`);
  add('dots', '...');
  add('one dot', '.');
  add('a random word', randomUUID());
  add('large', `${head}.${body}.${'A'.repeat(10_000)}`);
  add(
    'large claims',
    sign({ claims: { ...good(), aud: 'other', groups: Array.from({ length: 150 }, () => randomUUID()) } }),
  );
  return table;
}

const post = (authorization: string) =>
  fetch(server.mcpUrl, {
    method: 'POST',
    headers: { ...mcpHeaders, Authorization: authorization },
    body: message('tools/list'),
  });

describe('a token', () => {
  it.each([
    ['as it should be', {}],
    ['for the second audience among others', { aud: ['x', 'second-audience'] }],
    ['that expired within the leeway', { exp: Math.floor(Date.now() / 1_000) - 5 }],
    ['of a clock that is a little ahead', { nbf: Math.floor(Date.now() / 1_000) + 20 }],
    ['with scp as a list', { scope: undefined, scp: ['autotask.read'] }],
    ['of an application, with roles', { scope: undefined, roles: ['autotask.read'] }],
    ['with its client as appid', { azp: undefined, appid: client }],
  ])('%s lets its holder in', async (_, claims) => {
    const response = await post(`Bearer ${sign({ claims: { ...good(), ...claims } })}`);
    expect(response.status).toBe(200);
  });

  it('of whoever is hostile lets nobody in, and says nothing of why', async () => {
    const table = await hostile();
    expect(new Set(table.map(([name]) => name)).size).toBe(table.length);
    expect(table.length).toBeGreaterThanOrEqual(200);
    const wrong: string[] = [];
    for (const [name, token] of table) {
      const response = await post(`Bearer ${token}`);
      const text = await response.text();
      const refused = response.status === 401 && text.includes('The bearer token is not valid.');
      const withoutScope = response.status === 403 && /scope/.test(name) && text.includes('lacks the scope');
      if (!refused && !withoutScope) wrong.push(`${name}: ${response.status} ${text.slice(0, 200)}`);
    }
    expect(wrong).toEqual([]);
    // The other issuer was never asked for anything: what a token brings along leads nowhere.
    expect(other.requests.filter((line) => !line.startsWith('POST /token'))).toEqual([]);
    expect(server.output().stderr).toMatch(/a token was refused: its audience/);
    expect((await post(`Bearer ${sign()}`)).status).toBe(200);
  });

  it('does not let in when it is sent in another way', async () => {
    const token = sign();
    for (const authorization of [
      token,
      `bearer${token}`,
      `Basic ${token}`,
      `DPoP ${token}`,
      `Token ${token}`,
    ]) {
      expect((await post(authorization)).status, authorization.slice(0, 8)).toBe(401);
    }
    expect((await post(`Bearer ${token}, Bearer ${token}`)).status).toBe(401);
    const lines = (
      await talk(
        server.mcpUrl,
        `POST /mcp HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nAuthorization: Bearer x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      )
    ).split('\r\n');
    expect(lines[0]).toContain('400');
    for (const path of [`/mcp?access_token=${token}`, `/mcp?token=${token}`]) {
      const status = await new Promise<number | undefined>((resolve, reject) => {
        const { Authorization: _, ...headers } = mcpHeaders;
        const call = request(new URL(path, server.mcpUrl), { method: 'POST', headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        call.on('error', reject);
        call.end(message('tools/list'));
      });
      expect(status).toBe(401);
    }
  });

  it('is too large before it is read', async () => {
    expect((await post(`Bearer ${'A'.repeat(20_000)}`)).status).toBe(431);
  });
});
