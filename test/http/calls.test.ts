import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import type { HttpServer } from '../../src/transports/http/index.js';
import { callTool, connectClient, mcpHeaders, post, serve, tenantOf, until } from './support.js';

let sandbox: Sandbox;
let server: HttpServer;
const start = () =>
  serve({
    openTenant: () => tenantOf({ credentials: sandbox.credentials, zoneUrl: sandbox.url }),
  });
beforeAll(async () => {
  sandbox = await startSandbox();
  server = await start();
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => {
  await server.close();
  await sandbox.close();
});

const requestsTo = (path: string) => sandbox.requests.filter((request) => request.path.includes(path));

describe('a call', () => {
  it('reads and writes through a real client, which needs no session', async () => {
    const client = await connectClient(server.url);
    const arguments_ = {
      entity: 'TicketNotes',
      data: {
        ticketID: 100001,
        title: 'Over HTTP',
        description: 'Hello',
        noteType: 'Task Notes',
        publish: 'Internal Project Team',
      },
      confirm: 'CREATE_ENTITY',
    };
    const before = requestsTo('Tickets/100001/Notes').length;
    const written = await client.callTool({ name: 'create-entity', arguments: arguments_ });
    expect(JSON.stringify(written)).toMatch(/Created TicketNote \d+/);
    expect(requestsTo('Tickets/100001/Notes').length).toBe(before + 1);
    expect(client.sessionId).toBeUndefined();
    await client.close();
  });

  it('streams progress while it runs when asked to, and answers plain JSON otherwise', async () => {
    const client = await connectClient(server.url);
    const seen: number[] = [];
    await client.callTool(
      { name: 'query-entity', arguments: { entity: 'Tickets', maxRecords: 1200 } },
      { onprogress: ({ progress }) => seen.push(progress) },
    );
    expect(seen.length).toBeGreaterThan(1);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    const plain = await post(server.url, callTool('count-entity', { entity: 'Tickets' }));
    expect(plain.headers.get('content-type')).toBe('application/json');
    const watched = await post(
      server.url,
      callTool('count-entity', { entity: 'Tickets' }, { _meta: { progressToken: 'p' } }),
    );
    expect(watched.headers.get('content-type')).toBe('text/event-stream');
    expect(await watched.text()).toMatch(/Tickets/);
    await client.close();
  });

  it.each([
    ['JSON', {}],
    ['a stream', { _meta: { progressToken: 1 } }],
  ])('whose caller hangs up is cancelled: what would come next is not sent (%s)', async (_, more) => {
    sandbox.faults.add({ fault: { kind: 'latency', ms: 300 }, path: 'Tickets/query' });
    const before = requestsTo('Tickets/query').length;
    const abort = new AbortController();
    const call = fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: mcpHeaders,
      body: callTool('query-entity', { entity: 'Tickets', maxRecords: 1900 }, more),
      signal: abort.signal,
    }).then((response) => response.text());
    await until(() => requestsTo('Tickets/query').length > before);
    abort.abort();
    await expect(call).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(requestsTo('Tickets/query').length).toBe(before + 1);
  });

  it('of one client does not wait for that of another', async () => {
    sandbox.faults.add({ fault: { kind: 'latency', ms: 800 }, path: 'Departments/query' });
    const order: string[] = [];
    const slow = post(server.url, callTool('count-entity', { entity: 'Departments', query: {} }))
      .then((response) => response.text())
      .then(() => order.push('slow'));
    const blocked = post(server.url, callTool('query-entity', { entity: 'Departments' }))
      .then((response) => response.text())
      .then(() => order.push('blocked'));
    await post(server.url, callTool('count-entity', { entity: 'Roles' })).then((response) => response.text());
    order.push('quick');
    await Promise.all([slow, blocked]);
    expect(order[0]).toBe('quick');
  });
});

describe('stopping', () => {
  it('lets a running call finish, takes no new one, and ends idle connections', async () => {
    const own = await start();
    sandbox.faults.add({ fault: { kind: 'latency', ms: 500 }, path: 'Roles/query/count' });
    const before = requestsTo('Roles/query/count').length;
    const running = post(own.url, callTool('count-entity', { entity: 'Roles', query: {} }));
    await until(() => requestsTo('Roles/query/count').length > before);
    const closed = own.close();
    await expect(fetch(`${own.url}/health`)).rejects.toThrow();
    const answer = await running;
    expect(await answer.text()).toMatch(/\d+ Roles/);
    await closed;
  });

  it('does not wait longer than its grace', async () => {
    const own = await serve({
      openTenant: () => tenantOf({ credentials: sandbox.credentials, zoneUrl: sandbox.url }),
      limits: { graceMs: 200 },
    });
    const take = sandbox.faults.add({ fault: { kind: 'hang' }, path: 'Roles/query/count' });
    const before = requestsTo('Roles/query/count').length;
    const running = post(own.url, callTool('count-entity', { entity: 'Roles', query: { isActive: true } }));
    const failed = expect(running).rejects.toThrow();
    await until(() => requestsTo('Roles/query/count').length > before);
    await own.close();
    await failed;
    take();
  });
});
