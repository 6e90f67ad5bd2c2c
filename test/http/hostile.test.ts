import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import type { HttpServer } from '../../src/transports/http/index.js';
import { bearer, callTool, mcpHeaders, message, serve, talk, tenantOf, until } from './support.js';

let sandbox: Sandbox;
let server: HttpServer;
beforeAll(async () => {
  sandbox = await startSandbox();
  server = await serve({
    allowedHosts: ['mcp.example.com'],
    limits: { bodyBytes: 100_000 },
    openTenant: () => tenantOf({ credentials: sandbox.credentials, zoneUrl: sandbox.url }),
  });
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

type Line = readonly [string, string];

/** A request byte by byte; the given lines come after the usual ones, or in their place when they are named alike. */
function raw(lines: readonly Line[], body: string | Buffer = message('ping'), first = 'POST /mcp HTTP/1.1') {
  const own = new Set(lines.map(([name]) => name.toLowerCase()));
  const usual: readonly Line[] = [
    ['Host', 'localhost'],
    ...Object.entries(mcpHeaders),
    ['Content-Length', String(body.length)],
    ['Connection', 'close'],
  ];
  const all = [...usual.filter(([name]) => !own.has(name.toLowerCase())), ...lines];
  const head = [first, ...all.map(([name, value]) => `${name}: ${value}`)].join('\r\n');
  return Buffer.concat([Buffer.from(`${head}\r\n\r\n`, 'latin1'), Buffer.from(body)]);
}

/** Status and body of the answer; every refusal is JSON of the one shape. */
async function answerTo(
  request: string | Buffer,
  url = server.url,
): Promise<{ status: number; text: string }> {
  const got = await talk(url, request);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(got)?.[1]);
  const [head = '', body = ''] = got.split('\r\n\r\n', 2);
  const chunked = /^transfer-encoding: chunked/im.test(head);
  const text = chunked ? body.replace(/^[0-9a-f]+\r\n/i, '').replace(/\r\n0(\r\n)*$/, '') : body;
  if (status >= 400) {
    expect(head.toLowerCase()).toContain('content-type: application/json');
    expect(got).not.toMatch(/ at .*\(|node_modules|\.[jt]s:\d/);
    expect(JSON.parse(text)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: expect.any(Number) } });
  }
  return { status, text };
}
const statusOf = async (lines: readonly Line[], body?: string | Buffer, first?: string) =>
  (await answerTo(raw(lines, body, first))).status;

describe('Host', () => {
  it.each(['LOCALHOST', 'localhost:1', '127.9.9.9:65535', '[::1]', '[::1]:3000', 'MCP.Example.com'])(
    '%j is served',
    async (host) => {
      expect(await statusOf([['Host', host]])).toBe(200);
    },
  );

  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.',
    'mcp.example.com.',
    '',
    '0.0.0.0',
    '::1',
    '127.1',
    '2130706433',
    '[::ffff:127.0.0.1]',
    'localhost:99999',
    'localhost:',
    'localhost/',
    'localhost?',
    'localhost\\',
    'local\thost',
    '%6cocalhost',
    'a@localhost',
    'localhost, evil.example',
  ])('%j is refused with 403', async (host) => {
    expect(await statusOf([['Host', host]])).toBe(403);
  });

  it('must be there once', async () => {
    const both: readonly Line[] = [
      ['Host', 'localhost'],
      ['Host', 'evil.example'],
    ];
    expect(await statusOf(both)).toBe(400);
    expect(await statusOf([...both].reverse())).toBe(400);
    expect((await answerTo('POST /mcp HTTP/1.1\r\nConnection: close\r\n\r\n')).text).toMatch(
      /host is missing/,
    );
    expect((await answerTo('GET /health HTTP/1.0\r\n\r\n')).status).toBe(200);
  });
});

describe('Origin', () => {
  it.each(['', 'null', 'HTTP://LOCALHOST', 'http://localhost.', 'http://localhost/', 'http://a@localhost'])(
    '%j is refused with 403',
    async (origin) => {
      expect(await statusOf([['Origin', origin]])).toBe(403);
    },
  );

  it('of the loopback is served, also by IPv6', async () => {
    expect(await statusOf([['Origin', 'https://[::1]:5']])).toBe(200);
  });
});

describe('headers with two readings', () => {
  it.each([
    'Authorization',
    'Origin',
    'Content-Type',
    'Mcp-Protocol-Version',
    'X-Autotask-Read-Only',
    'X-API-Key',
  ])('%s twice is refused', async (name) => {
    const value = { ...mcpHeaders, Origin: 'http://localhost' }[name] ?? 'true';
    const { status, text } = await answerTo(
      raw([
        [name, value],
        [name, 'other'],
      ]),
    );
    expect([status, text]).toEqual([
      400,
      expect.stringContaining(`${name.toLowerCase()} was sent more than`),
    ]);
  });

  it('are not lost among thousands of others', async () => {
    const flood = Array.from({ length: 2_500 }, (): Line => ['a', 'b']);
    const { text } = await answerTo(raw([...flood, ['X-Autotask-Read-Only', 'true']], message('tools/list')));
    expect(text).toMatch(/query-entity/);
    expect(text).not.toMatch(/create-entity/);
  });
});

describe('requests that are none', () => {
  const both = raw([['Transfer-Encoding', 'chunked']]);
  it.each<[string, number, Buffer | string]>([
    ['length and chunks at once', 400, both],
    [
      'two lengths',
      400,
      raw([
        ['Content-Length', '5'],
        ['Content-Length', '40'],
      ]),
    ],
    ['a negative length', 400, raw([['Content-Length', '-1']])],
    ['a length beyond all numbers', 400, raw([['Content-Length', '9'.repeat(20)]])],
    [
      'a broken chunk',
      400,
      'POST /mcp HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
    ['a NUL in a header', 400, raw([['X-A', 'a\0b']])],
    ['line feeds alone', 400, raw([]).toString().replaceAll('\r\n', '\n')],
    ['an unknown method', 400, raw([], '', 'FOO /mcp HTTP/1.1')],
    ['a tunnel', 405, 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n'],
    ['another protocol', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['too long a path', 431, raw([], '', `GET /${'x'.repeat(20_000)} HTTP/1.1`)],
    [
      'a web socket',
      405,
      raw(
        [
          ['Connection', 'Upgrade, close'],
          ['Upgrade', 'websocket'],
        ],
        '',
        'GET /mcp HTTP/1.1',
      ),
    ],
    [
      'a token in the address',
      401,
      raw(
        [['Authorization', 'none']],
        message('ping'),
        `POST /mcp?token=${bearer.Authorization.slice(7)} HTTP/1.1`,
      ),
    ],
  ])('%s: %d, in JSON', async (_, status, request) => {
    expect((await answerTo(request)).status).toBe(status);
  });

  it('are answered although they expect something unknown', async () => {
    expect(await statusOf([['Expect', 'a miracle']])).toBe(200);
  });
});

describe('bodies', () => {
  it('that are bombs are not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await statusOf([['Content-Encoding', 'gzip']], bomb)).toBe(415);
  });

  it('that never end are cut off after an answer', async () => {
    const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    let got = '';
    socket.on('data', (data) => {
      got += String(data);
    });
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const head = raw(
      [
        ['Transfer-Encoding', 'chunked'],
        ['Connection', 'keep-alive'],
      ],
      '',
    ).toString();
    socket.write(head.replace(/Content-Length: 0\r\n/, ''));
    let sent = 0;
    while (!socket.destroyed && sent < 500) {
      sent += 1;
      await new Promise((resolve) => socket.write(chunk, resolve));
    }
    await closed;
    expect(got).toMatch(/^HTTP\/1\.1 413 [\s\S]*larger than 100000 bytes/);
    expect(sent).toBeLessThan(500);
  });

  it('nested deeper than anybody needs do no harm', async () => {
    expect(await statusOf([], '['.repeat(90_000))).toBe(400);
    const deep = `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`;
    await answerTo(
      raw(
        [],
        `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get-version","arguments":${deep}}}`,
      ),
    );
    expect(await statusOf([])).toBe(200);
  });
});

describe('callers that go away', () => {
  const running = async () =>
    /^autotask_mcp_running_requests (\d+)$/m.exec(
      await (await fetch(`${server.url}/metrics`, { headers: bearer })).text(),
    )?.[1];

  it.each(['half', 'whole'])(
    'close the connection, %s of it, and their call is no longer running',
    async (much) => {
      const take = sandbox.faults.add({ fault: { kind: 'hang' }, path: 'Skills/query/count' });
      const sent = () => sandbox.requests.filter(({ path }) => path.includes('Skills/query/count')).length;
      const before = sent();
      const socket = connect({
        port: Number(new URL(server.url).port),
        host: '127.0.0.1',
        allowHalfOpen: true,
      });
      socket.on('error', () => {});
      socket.write(raw([], callTool('count-entity', { entity: 'Skills', query: { id: before } })));
      await until(() => sent() > before);
      expect(await running()).toBe('1');
      if (much === 'half') socket.end();
      else socket.destroy();
      await expect.poll(running).toBe('0');
      socket.destroy();
      take();
    },
  );
});
