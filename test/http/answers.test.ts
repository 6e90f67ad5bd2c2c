import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redact.js';
import type { HttpServer } from '../../src/transports/http/index.js';
import { bearer, mcpHeaders, message, post, serve, talk, tenantOf } from './support.js';

let server: HttpServer;
beforeAll(async () => {
  server = await serve({
    limits: { bodyBytes: 10_000, headerBytes: 4_096, headersMs: 600, requestMs: 1_200 },
  });
});
afterAll(() => server.close());

/** Every answer that is not a success: JSON, and nothing of the inside. */
async function expectJsonError(response: Response, status: number, text: RegExp) {
  const body = await response.text();
  expect([response.status, response.headers.get('content-type')]).toEqual([status, 'application/json']);
  expect(JSON.parse(body)).toMatchObject({
    jsonrpc: '2.0',
    id: null,
    error: { message: expect.stringMatching(text) },
  });
  expect(body).not.toMatch(/ at .*\(|node_modules|\.[jt]s:\d/);
}

describe('answers as the specification says', () => {
  it.each<[string, number, RegExp, string, Record<string, string>]>([
    ['no JSON', 400, /not JSON/, '{"jsonrpc":', {}],
    ['no JSON-RPC', 400, /JSON-RPC/, '{"hello":1}', {}],
    ['an empty body', 400, /not JSON/, '', {}],
    ['an empty batch', 400, /batch is empty/, '[]', {}],
    [
      'a batch whose answers could not be told apart',
      400,
      /same id/,
      `[${message('ping', {}, 1)},${message('tools/list', {}, 1)}]`,
      {},
    ],
    [
      'a batch in a revision without them',
      400,
      /2025-03-26 was the last with batches/,
      `[${message('ping')}]`,
      { 'Mcp-Protocol-Version': '2025-11-25' },
    ],
    ['another content type', 415, /application\/json/, message('ping'), { 'Content-Type': 'text/plain' }],
    [
      'a form, before its body is looked at',
      415,
      /application\/json/,
      'a=b',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
    ],
    ['a compressed body', 415, /Content-Encoding/, message('ping'), { 'Content-Encoding': 'gzip' }],
    [
      'an Accept without event streams',
      406,
      /text\/event-stream/,
      message('ping'),
      { Accept: 'application/json' },
    ],
    [
      'an unknown protocol version',
      400,
      /protocol version/,
      message('ping'),
      { 'Mcp-Protocol-Version': '1999-01-01' },
    ],
    [
      'too many messages at once',
      400,
      /100 messages/,
      `[${Array.from({ length: 101 }, (_, id) => message('ping', {}, id)).join()}]`,
      {},
    ],
  ])('%s: %d', async (_, status, text, body, headers) => {
    await expectJsonError(await post(server.url, body, headers), status, text);
  });

  it('repeats no credential of a request that it refuses', async () => {
    const redact = createRedactor(['sandbox-secret']);
    const refusing = await serve({ openTenant: () => ({ ...tenantOf(null), redact }) });
    for (const name of ['Mcp-Protocol-Version', 'Content-Type', 'Accept', 'Mcp-Session-Id', 'Origin']) {
      const response = await post(refusing.url, message('ping'), { [name]: 'text/sandbox-secret' });
      expect(await response.text(), name).not.toContain('sandbox-secret');
    }
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': 'sandbox-secret\u200b',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const response = await post(refusing.url, message('tools/list', { _meta }));
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(text).toContain('[redacted]');
    expect(text).not.toMatch(/sandbox-secret|\u200b/);
    await refusing.close();
  });

  it('text that is no UTF-8: 400', async () => {
    const body = Buffer.concat([Buffer.from('"'), Buffer.from([0xc3, 0x28]), Buffer.from('"')]);
    await expectJsonError(
      await fetch(`${server.url}/mcp`, { method: 'POST', headers: mcpHeaders, body }),
      400,
      /not JSON/,
    );
  });

  it.each(['2025-11-25', '2025-06-18', '2025-03-26'])('protocol version %s is spoken', async (version) => {
    const response = await post(server.url, message('ping'), { 'Mcp-Protocol-Version': version });
    expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  it('a batch of a revision that knows them is answered as one', async () => {
    const response = await post(server.url, `[${message('ping', {}, 1)},${message('ping', {}, 'two')}]`);
    expect(await response.json()).toEqual([
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 'two', result: {} },
    ]);
  });

  it('notifications are accepted with 202 and nothing', async () => {
    const response = await post(server.url, '{"jsonrpc":"2.0","method":"notifications/initialized"}');
    expect([response.status, await response.text()]).toEqual([202, '']);
  });

  it('an unknown method is a JSON-RPC error of its request', async () => {
    const response = await post(server.url, message('no/such'));
    expect(await response.json()).toMatchObject({ id: 1, error: { code: -32601 } });
  });

  it.each(['GET', 'DELETE', 'PUT', 'OPTIONS'])('%s is not allowed without sessions', async (method) => {
    const response = await fetch(`${server.url}/mcp`, { method, headers: bearer });
    expect(response.headers.get('allow')).toBe('POST');
    await expectJsonError(response, 405, /POST/);
  });

  it.each(['/', '/mcp/', '/MCP', '/__proto__', '/constructor', '/health/../mcp/x'])(
    '%s is not found',
    async (path) => {
      await expectJsonError(await fetch(`${server.url}${path}`, { headers: mcpHeaders }), 404, /\/mcp/);
    },
  );
});

describe('bodies', () => {
  const big = message('ping', { padding: 'x'.repeat(20_000) });

  it('that announce too much are refused with 413, and the connection stays usable', async () => {
    await expectJsonError(await post(server.url, big), 413, /10000 bytes/);
    expect((await post(server.url, message('ping'))).status).toBe(200);
  });

  it('that turn out too large are refused with 413', async () => {
    const chunks = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let sent = 0; sent < big.length; sent += 1_000) {
          controller.enqueue(new TextEncoder().encode(big.slice(sent, sent + 1_000)));
        }
        controller.close();
      },
    });
    const options = { method: 'POST', headers: mcpHeaders, body: chunks, duplex: 'half' } as const;
    await expectJsonError(await fetch(`${server.url}/mcp`, options), 413, /10000 bytes/);
  });

  it('of exactly the limit are read', async () => {
    const empty = message('ping', { padding: '' });
    const response = await post(server.url, message('ping', { padding: 'x'.repeat(10_000 - empty.length) }));
    expect(response.status).toBe(200);
  });
});

describe('peers that do not play along', () => {
  it('never finish their headers: 408', async () => {
    const got = await talk(server.url, 'POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    expect(got).toMatch(/^HTTP\/1\.1 408 /);
    expect(got).toMatch(/application\/json/);
  });

  it('never finish their body: the connection ends with an error', async () => {
    const headers = Object.entries(mcpHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
    const got = await talk(
      server.url,
      `POST /mcp HTTP/1.1\r\nHost: localhost\r\n${headers.join('')}Content-Length: 100\r\n\r\n{`,
    );
    expect(got).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(got).not.toMatch(/ at .*\(/);
  });

  it('send too many headers: 431', async () => {
    const got = await talk(
      server.url,
      `GET /health HTTP/1.1\r\nHost: localhost\r\nX-Big: ${'x'.repeat(6_000)}\r\n\r\n`,
    );
    expect(got).toMatch(/^HTTP\/1\.1 431 /);
    expect(JSON.parse(got.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: { code: -32000 } });
  });

  it('speak no HTTP: 400', async () => {
    expect(await talk(server.url, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('use a path that is no path: 404', async () => {
    const got = await talk(server.url, 'GET //[ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    expect(got).toMatch(/^HTTP\/1\.1 404 /);
  });
});
