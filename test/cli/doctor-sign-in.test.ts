import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createWriter } from '../../src/client/index.js';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { freePort, startSignedIn } from '../http/oauth-support.js';
import { signed, startAuthorizationServer } from '../support/authorization-server.js';
import { hasOpenssl, makeCertificates } from '../support/certificates.js';
import { program, tenantEnvironment } from '../support/tenant.js';
import { emptyFolder, run } from './support.js';

const report = z.object({
  ok: z.boolean(),
  findings: z.array(
    z.object({ check: z.string(), status: z.string(), detail: z.string(), next: z.string().optional() }),
  ),
});
const hugo = { id: 29682886, email: 'hugo.hart@bluebird.example' };

let sandbox: Sandbox;
let issuer: Awaited<ReturnType<typeof startAuthorizationServer>>;
let server: Awaited<ReturnType<typeof startSignedIn>>;
let env: Record<string, string>;
beforeAll(async () => {
  sandbox = await startSandbox();
  const port = await freePort();
  issuer = await startAuthorizationServer({ resource: `http://127.0.0.1:${port}/mcp` });
  const given = { ...tenantEnvironment(sandbox), LOG_LEVEL: 'info' };
  server = await startSignedIn({ port, issuer: issuer.issuer }, given, []);
  env = {
    ...given,
    AUTOTASK_HTTP_AUTH: 'oauth',
    AUTOTASK_HTTP_PUBLIC_URL: server.mcpUrl,
    AUTOTASK_OAUTH_ISSUERS: issuer.issuer,
  };
});
afterAll(async () => {
  await server.stop();
  await issuer.close();
  await sandbox.close();
});

const tokenWith = (claims: Record<string, unknown> = {}) => {
  const now = Math.floor(Date.now() / 1_000);
  return signed(
    issuer.key,
    { alg: 'RS256', kid: issuer.key.kid },
    {
      iss: issuer.issuer,
      aud: server.mcpUrl,
      sub: 'hugo',
      scope: 'autotask.read autotask.write',
      exp: now + 300,
      email: hugo.email,
      email_verified: true,
      ...claims,
    },
  );
};

async function examine(more: Record<string, string> = {}, token?: string) {
  const file = join(emptyFolder(), 'token');
  if (token !== undefined) writeFileSync(file, `${token}\n`);
  const args = token === undefined ? [] : ['--token', file];
  const ran = await run(['doctor', '--http', '--json', ...args], { env: { ...env, ...more } });
  const { findings, ok } = report.parse(JSON.parse(ran.stdout));
  if (token !== undefined) expect(`${ran.stdout}${ran.stderr}`).not.toContain(token.slice(-40));
  return { ok, of: (check: string) => findings.filter((one) => one.check === check) };
}

describe('doctor --http where people sign in', () => {
  it('meets what a client meets, and looks at issuer, keys and clock', async () => {
    const { of, ok } = await examine();
    for (const check of ['Public URL', 'Metadata', 'Issuer', 'Keys'])
      expect(of(check), check).toMatchObject([{ status: 'ok' }]);
    expect(of('Clock').map(({ status }) => status)).toEqual(['ok', 'ok']);
    expect(of('Impersonation')[0]?.detail).toMatch(/Security Levels/);
    expect(ok).toBe(true);
  });

  it('names the rules by which people are let in', async () => {
    const rules = join(emptyFolder(), 'rules.json');
    writeFileSync(rules, JSON.stringify({ rules: [{ name: 'dispatch', when: {} }] }));
    const { of } = await examine({ AUTOTASK_OAUTH_POLICY_FILE: rules });
    expect(of('Rules')[0]?.detail).toMatch(/^dispatch \(autotask-mcp policy --as/);
  });

  it.skipIf(!hasOpenssl)(
    'tells a certificate that is not trusted from an address that is not reached',
    async () => {
      const { key, cert } = makeCertificates(emptyFolder());
      const secure = createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) });
      await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
      const address = secure.address();
      const at = typeof address === 'object' && address !== null ? `https://127.0.0.1:${address.port}` : '';
      const { of } = await examine({ AUTOTASK_HTTP_PUBLIC_URL: `${at}/mcp`, AUTOTASK_OAUTH_ISSUERS: at });
      secure.close();
      for (const check of ['Public URL', 'Issuer']) {
        expect(of(check)[0]?.detail).toMatch(/its TLS certificate is not trusted/);
        expect(of(check)[0]?.next).toContain('NODE_EXTRA_CA_CERTS');
      }
    },
  );

  it('says who the holder of a token is and what they may do, and never the token', async () => {
    const { of } = await examine({}, tokenWith());
    expect(of('Token')[0]).toMatchObject({ status: 'ok' });
    expect(of('Scope')[0]?.detail).toBe('its holder reads and writes');
    expect(of('Person')[0]?.detail).toBe(`${hugo.email} is resource ${hugo.id}`);
  });

  it('reads it from stdin as well', async () => {
    const child = spawn(process.execPath, [program, 'doctor', '--http', '--json', '--token', '-'], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let stdout = '';
    child.stdout.on('data', (part) => {
      stdout += String(part);
    });
    child.stdin.end(`Bearer ${tokenWith({ scope: 'autotask.read' })}\n`);
    await once(child, 'close');
    const { findings } = report.parse(JSON.parse(stdout));
    expect(findings.find(({ check }) => check === 'Scope')?.detail).toBe('its holder reads');
  });

  it.each([
    [{ aud: 'https://graph.example' }, 'Token', /audience "https:\/\/graph.example" is none of/],
    [{ exp: 1 }, 'Token', /has expired/],
    [{ iss: 'https://other.example' }, 'Token', /is not in AUTOTASK_OAUTH_ISSUERS/],
    [{ scope: 'profile' }, 'Scope', /neither scope/],
  ])('tells what is wrong with a token (%j)', async (claims, check, expected) => {
    const { of, ok } = await examine({}, tokenWith(claims));
    expect(of(check)[0]).toMatchObject({ status: 'problem', detail: expect.stringMatching(expected) });
    expect(ok).toBe(false);
  });

  it('says that a holder is nobody in Autotask', async () => {
    const { of } = await examine({}, tokenWith({ email_verified: false }));
    expect(of('Person')[0]).toMatchObject({ status: 'warning' });
  });

  it.each([
    [() => ({ AUTOTASK_OAUTH_ISSUERS: `${issuer.issuer}/` }), 'Issuer', 'problem'],
    [() => ({ AUTOTASK_HTTP_PUBLIC_URL: 'http://127.0.0.1:9/mcp' }), 'Public URL', 'warning'],
    [() => ({ AUTOTASK_HTTP_PUBLIC_URL: `${issuer.issuer}/mcp` }), 'Public URL', 'problem'],
    [
      () => ({ AUTOTASK_HTTP_PUBLIC_URL: server.mcpUrl.replace('127.0.0.1', 'localhost') }),
      'Metadata',
      'problem',
    ],
  ])('finds a wrong address (%#)', async (more, check, status) => {
    expect((await examine(more())).of(check)[0]).toMatchObject({ status });
  });

  it('finds a clock that is apart from that of an issuer', async () => {
    const other = createServer((request, response) => {
      response.setHeader('date', new Date(Date.now() + 120_000).toUTCString());
      const address = other.address();
      const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
      response.end(
        JSON.stringify(
          request.url === '/jwks' ? { keys: [] } : { issuer: origin, jwks_uri: `${origin}/jwks` },
        ),
      );
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const { of } = await examine({ AUTOTASK_OAUTH_ISSUERS: origin });
    await new Promise((resolve) => other.close(resolve));
    expect(of('Clock').map(({ status }) => status)).toContain('problem');
    expect(of('Keys')[0]).toMatchObject({ status: 'problem' });
  });

  it('finds that the API user has written in the names of others', async () => {
    const writer = createWriter({
      credentials: sandbox.credentials,
      zoneUrl: sandbox.url,
      timeoutMs: 10_000,
      maxConcurrency: 3,
      cacheDir: null,
      log: () => {},
    });
    const note = { ticketID: 100_001, title: 'x', description: 'y', noteType: 3, publish: 2 };
    await writer.create('Tickets/100001/Notes', note, { impersonationResourceId: hugo.id });
    const { of } = await examine();
    expect(of('Impersonation')[0]).toMatchObject({ status: 'ok' });
  });

  it('takes a token with --http alone', async () => {
    const { code, stderr } = await run(['doctor', '--token', 'x'], { env });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/give --http/);
  });
});
