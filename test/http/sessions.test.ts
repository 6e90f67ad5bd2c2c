import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import type { HttpServer } from '../../src/transports/http/index.js';
import {
  callTool,
  connectForSession,
  initialize,
  mcpHeaders,
  message,
  post,
  serve,
  tenantOf,
  token,
  until,
} from './support.js';

const other = 'another-token-0123456789';

let sandbox: Sandbox;
let server: HttpServer;
const start = (limits: { sessions?: number; sessionIdleMs?: number } = {}) =>
  serve({
    sessions: true,
    limits,
    tokens: [
      { name: 'one', token, readOnly: false },
      { name: 'two', token: other, readOnly: false },
    ],
    openTenant: () => tenantOf({ credentials: sandbox.credentials, zoneUrl: sandbox.url }),
  });
beforeAll(async () => {
  sandbox = await startSandbox();
  server = await start();
});
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

const begin = async (url: string) => {
  const response = await post(url, initialize);
  await response.text();
  return String(response.headers.get('mcp-session-id'));
};
const ping = async (url: string, session: string, headers: Record<string, string> = {}) =>
  (await post(url, message('ping'), { 'Mcp-Session-Id': session, ...headers })).status;

describe('a session', () => {
  it('is begun by initialize, used by its client and ended by DELETE', async () => {
    const client = await connectForSession(server.url);
    const id = client.sessionId;
    if (id === undefined) throw new Error('no session');
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(
      JSON.stringify(await client.callTool({ name: 'count-entity', arguments: { entity: 'Roles' } })),
    ).toMatch(/\d+ Roles/);
    expect(await ping(server.url, id)).toBe(200);
    await client.terminateSession();
    expect(await ping(server.url, id)).toBe(404);
    await client.close();
  });

  it('is required: 400 without, 404 with one that is unknown', async () => {
    expect((await post(server.url, message('tools/list'))).status).toBe(400);
    expect(await ping(server.url, 'no-such-session')).toBe(404);
    expect((await fetch(`${server.url}/mcp`, { headers: mcpHeaders })).status).toBe(400);
  });

  it('belongs to who began it, with the rights it was begun with', async () => {
    const id = await begin(server.url);
    expect(await ping(server.url, id, { Authorization: `Bearer ${other}` })).toBe(404);
    expect(await ping(server.url, id, { 'X-Autotask-Read-Only': 'true' })).toBe(404);
    expect(await ping(server.url, id)).toBe(200);
  });

  it('has one stream of its own, which a second may not take over', async () => {
    const id = await begin(server.url);
    const abort = new AbortController();
    const listen = () =>
      fetch(`${server.url}/mcp`, { headers: { ...mcpHeaders, 'Mcp-Session-Id': id }, signal: abort.signal });
    const first = await listen();
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    expect((await listen()).status).toBe(409);
    abort.abort();
  });

  it('cancels a call on request, and when its stream is closed', async () => {
    const id = await begin(server.url);
    sandbox.faults.add({ fault: { kind: 'hang' }, path: 'Skills/query/count' });
    const sent = () => sandbox.requests.filter(({ path }) => path.includes('Skills/query/count')).length;
    const count = (call: number, signal?: AbortSignal) =>
      fetch(`${server.url}/mcp`, {
        method: 'POST',
        headers: { ...mcpHeaders, 'Mcp-Session-Id': id },
        body: message('tools/call', { name: 'count-entity', arguments: { entity: 'Skills' } }, call),
        ...(signal === undefined ? {} : { signal }),
      });
    const running = await count(7);
    await until(() => sent() === 1);
    await post(
      server.url,
      JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } }),
      { 'Mcp-Session-Id': id },
    );
    await running.body?.cancel();
    const abort = new AbortController();
    const second = await count(8, abort.signal);
    await until(() => sent() === 2);
    abort.abort();
    await expect(second.text()).rejects.toThrow();
    // The server hears of it a moment later.
    await new Promise((resolve) => setTimeout(resolve, 200));
    sandbox.faults.clear();
    // The same read would have joined the one that hangs, were that still running.
    expect(await (await count(9)).text()).toMatch(/\d+ Skills/);
    expect(sent()).toBe(3);
  });
});

describe('sessions', () => {
  it('that nobody uses end by themselves', async () => {
    const own = await start({ sessionIdleMs: 400 });
    const id = await begin(own.url);
    expect(await ping(own.url, id)).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await ping(own.url, id)).toBe(404);
    await own.close();
  });

  it('are bounded: the one unused longest makes room, and when all are in use nobody gets in', async () => {
    const own = await start({ sessions: 2 });
    const [first, second] = [await begin(own.url), await begin(own.url)];
    expect(await ping(own.url, first)).toBe(200);
    const third = await begin(own.url);
    expect([await ping(own.url, first), await ping(own.url, second), await ping(own.url, third)]).toEqual([
      200, 404, 200,
    ]);
    const abort = new AbortController();
    const streams = await Promise.all(
      [first, third].map((id) =>
        fetch(`${own.url}/mcp`, { headers: { ...mcpHeaders, 'Mcp-Session-Id': id }, signal: abort.signal }),
      ),
    );
    expect(streams.map(({ status }) => status)).toEqual([200, 200]);
    const refused = await post(own.url, initialize);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    abort.abort();
    await own.close();
  });

  it('do not keep the server from stopping', async () => {
    const own = await start();
    const client = await connectForSession(own.url);
    await own.close();
    await client.close();
    await expect(post(own.url, callTool('get-version'))).rejects.toThrow();
  });

  it('that begin with a request that is refused do not stay', async () => {
    const own = await start();
    const open = async () =>
      /^autotask_mcp_sessions (\d+)$/m.exec(
        await (await fetch(`${own.url}/metrics`, { headers: mcpHeaders })).text(),
      )?.[1];
    expect((await post(own.url, initialize, { Accept: 'text/plain' })).status).toBe(406);
    expect(await open()).toBe('0');
    await begin(own.url);
    expect(await open()).toBe('1');
    await own.close();
  });
});
