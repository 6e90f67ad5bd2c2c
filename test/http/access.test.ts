import { request } from 'node:http';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { HttpServer } from '../../src/transports/http/index.js';
import { isModern, usualKind } from '../support/client.js';
import { bearer, connectClient, mcpHeaders, message, post, serve, token } from './support.js';

const reader = 'read-only-token-0123456789';
const listed = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) });

let server: HttpServer;
beforeAll(async () => {
  server = await serve({
    tokens: [
      { name: 'writer', token, readOnly: false },
      { name: 'reader', token: reader, readOnly: true },
    ],
    allowedHosts: ['mcp.example.com'],
    allowedOrigins: ['https://assistant.example.com'],
  });
});
afterAll(() => server.close());

/** With node:http, because fetch does not let Host be set. */
const send = (headers: Record<string, string>, method = 'POST') =>
  new Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const call = request(
        `${server.url}/mcp`,
        { method, headers: { ...mcpHeaders, ...headers } },
        (response) => {
          let body = '';
          response.on('data', (chunk) => {
            body += String(chunk);
          });
          response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
        },
      );
      call.on('error', reject);
      call.end(method === 'POST' ? message('tools/list') : undefined);
    },
  );

const toolNames = async (headers: Record<string, string>) =>
  listed
    .parse(await (await post(server.url, message('tools/list'), headers)).json())
    .result.tools.map((tool) => tool.name);

describe('the bearer token', () => {
  it.each([
    ['missing', {}],
    ['another scheme', { Authorization: `Basic ${token}` }],
    ['wrong', { Authorization: 'Bearer wrong-token-0123456789' }],
    ['a prefix of the right one', { Authorization: `Bearer ${token.slice(0, -1)}` }],
    ['the right one and more', { Authorization: `Bearer ${token}x` }],
    ['empty', { Authorization: 'Bearer ' }],
  ])('%s is answered with 401 and a challenge', async (_, headers: Record<string, string>) => {
    const { Authorization: __, ...rest } = mcpHeaders;
    const response = await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: { ...rest, ...headers },
      body: message('tools/list'),
    });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="autotask-mcp"/);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).not.toContain(token);
  });

  it('is asked for before anything else is looked at, whatever the method', async () => {
    for (const method of ['GET', 'DELETE', 'PUT']) {
      expect((await fetch(`${server.url}/mcp`, { method })).status).toBe(401);
    }
  });

  it('lets its holder in, each with its own rights', async () => {
    expect(await toolNames({})).toContain('create-entity');
    const names = await toolNames({ Authorization: `Bearer ${reader}` });
    expect(names).toContain('query-entity');
    expect(names).not.toContain('create-entity');
  });
});

describe('read-only by header', () => {
  it('takes the writing tools away', async () => {
    expect(await toolNames({ 'X-Autotask-Read-Only': 'true' })).not.toContain('create-entity');
  });

  it('never gives them', async () => {
    const headers = { Authorization: `Bearer ${reader}`, 'X-Autotask-Read-Only': 'false' };
    expect(await toolNames(headers)).not.toContain('create-entity');
    const call = message('tools/call', { name: 'create-entity', arguments: {} });
    expect(await (await post(server.url, call, headers)).json()).toMatchObject({
      error: { message: expect.stringMatching(/no tool "create-entity"/) },
    });
  });

  it('refuses what is neither', async () => {
    expect(
      (await post(server.url, message('tools/list'), { 'X-Autotask-Read-Only': 'perhaps' })).status,
    ).toBe(400);
  });
});

describe('Host', () => {
  it.each(['localhost', '127.0.0.1:1234', '[::1]:3000', 'mcp.example.com', 'MCP.example.com:443'])(
    '%s is served',
    async (host) => {
      expect((await send({ Host: host })).status).toBe(200);
    },
  );

  it.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'user@localhost'])(
    '%j is refused with 403',
    async (host) => {
      const { status, body } = await send({ Host: host });
      expect(status).toBe(403);
      expect(JSON.parse(body).error.message).toMatch(/AUTOTASK_HTTP_ALLOWED_HOSTS/);
    },
  );
});

describe('Origin', () => {
  it.each(['http://localhost:6274', 'http://127.0.0.1', 'https://assistant.example.com'])(
    '%s may call',
    async (origin) => {
      expect((await send({ Origin: origin })).status).toBe(200);
    },
  );

  it.each([
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'https://assistant.example.com.evil.example',
    'http://assistant.example.com',
    'file://localhost',
  ])('%s is refused with 403, token or not', async (origin) => {
    const { status, body } = await send({ Origin: origin });
    expect(status).toBe(403);
    expect(JSON.parse(body).error.message).toMatch(/AUTOTASK_HTTP_ALLOWED_ORIGINS/);
  });

  it('that is listed gets the headers a browser needs, also before the call', async () => {
    const origin = 'https://assistant.example.com';
    const preflight = await send({ Origin: origin, 'Access-Control-Request-Method': 'POST' }, 'OPTIONS');
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-origin']).toBe(origin);
    expect(preflight.headers['access-control-allow-headers']).toMatch(/Authorization/);
    expect((await send({ Origin: origin })).headers['access-control-allow-origin']).toBe(origin);
    expect((await send({})).headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each(['auto', 'legacy'] as const)(
    'lets a page send each header that a client of the SDK sends (%s)',
    async (mode) => {
      const origin = 'https://assistant.example.com';
      const preflight = await send({ Origin: origin, 'Access-Control-Request-Method': 'POST' }, 'OPTIONS');
      const allowed = String(preflight.headers['access-control-allow-headers']).toLowerCase().split(', ');
      const sent = new Set<string>();
      const client = new Client({ name: 'page', version: '1' }, { versionNegotiation: { mode } });
      const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), {
        requestInit: { headers: bearer },
        fetch: (address, init) => {
          for (const name of new Headers(init?.headers).keys()) sent.add(name);
          return fetch(address, init);
        },
      });
      await client.connect(transport);
      await client.callTool({ name: 'get-version', arguments: {} });
      await client.close();
      expect(sent).toContain('authorization');
      for (const name of sent) expect(allowed).toContain(name);
    },
  );
});

describe('a server bound to every address', () => {
  it('is served under any name until its names are listed, and by no page but the listed ones', async () => {
    const open = await serve({ host: '0.0.0.0' });
    const url = open.url.replace('0.0.0.0', '127.0.0.1');
    const get = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const call = request(
          `${url}/mcp`,
          { method: 'POST', headers: { ...mcpHeaders, ...headers } },
          (response) => {
            response.resume().on('end', () => resolve(response.statusCode));
          },
        );
        call.on('error', reject).end(message('ping'));
      });
    expect(await get({ Host: 'docker-host:3000' })).toBe(200);
    expect(await get({ Origin: 'http://localhost:6274' })).toBe(403);
    await open.close();
    const named = await serve({ host: '0.0.0.0', allowedHosts: ['mcp.example.com'] });
    const response = await fetch(`${named.url.replace('0.0.0.0', '127.0.0.2')}/mcp`, {
      method: 'POST',
      headers: mcpHeaders,
      body: message('ping'),
    });
    expect(response.status).toBe(200);
    await named.close();
  });
});

describe('a client of the SDK', () => {
  it('works with the token and fails without', async () => {
    const client = await connectClient(server.url);
    expect((await client.listTools()).tools.length).toBeGreaterThan(5);
    await client.close();
    // The later one tells the status alone while it asks which revisions there are.
    const why = isModern(usualKind) ? /requires authorization \(HTTP 401\)/ : /<token> is required/;
    await expect(connectClient(server.url, {})).rejects.toThrow(why);
  });
});
