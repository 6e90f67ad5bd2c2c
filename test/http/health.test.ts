import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { tenantEnvironment } from '../support/tenant.js';
import { bearer, callTool, post, serve, startProgram, tenantOf, token, until } from './support.js';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox();
});
afterAll(() => sandbox.close());

const get = async (url: string, path: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}${path}`, { headers });
  return { status: response.status, body: await response.text() };
};
const versionCalls = () => sandbox.requests.filter(({ path }) => /version$/i.test(path)).length;

describe('/health and /ready', () => {
  it('need no token and tell whether the process lives and reaches Autotask, which is asked once', async () => {
    const server = await serve({
      openTenant: () => tenantOf({ credentials: sandbox.credentials, zoneUrl: sandbox.url }),
    });
    expect(await get(server.url, '/health')).toEqual({ status: 200, body: '{"status":"ok"}\n' });
    const before = versionCalls();
    const answers = await Promise.all([1, 2, 3].map(() => get(server.url, '/ready')));
    expect(answers).toEqual(Array(3).fill({ status: 200, body: '{"status":"ready"}\n' }));
    expect((await get(server.url, '/ready')).status).toBe(200);
    expect(versionCalls()).toBe(before + 1);
    await server.close();
  });

  it('say only that Autotask is not reached; the log says why', async () => {
    const lines: string[] = [];
    const credentials = { ...sandbox.credentials, secret: 'a-secret-that-is-wrong' };
    const server = await serve({
      openTenant: () => tenantOf({ credentials, zoneUrl: sandbox.url }),
      log: (level, line) => lines.push(`${level} ${line}`),
    });
    expect(await get(server.url, '/ready')).toEqual({ status: 503, body: '{"status":"unavailable"}\n' });
    expect((await get(server.url, '/health')).status).toBe(200);
    expect(lines).toEqual([expect.stringMatching(/^warning not ready: .*credentials/)]);
    await server.close();
  });

  it('come back by themselves', async () => {
    const take = sandbox.faults.add({ fault: { kind: 'forbidden' }, path: 'Version' });
    const server = await serve({
      openTenant: () => tenantOf({ credentials: sandbox.credentials, zoneUrl: sandbox.url }),
      limits: { unreadyMs: 100 },
    });
    expect((await get(server.url, '/ready')).status).toBe(503);
    take();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect((await get(server.url, '/ready')).status).toBe(200);
    await server.close();
  });
});

describe('/ready of a gateway', () => {
  const gateway = (zoneUrl: string) =>
    startProgram([], {
      AUTOTASK_HTTP_AUTH: 'gateway',
      AUTOTASK_HTTP_TOKEN: token,
      AUTOTASK_ZONE_URL: zoneUrl,
    });

  it('asks the host of zone discovery, once and without any credentials', async () => {
    const program = await gateway(sandbox.url);
    const before = sandbox.requests.length;
    const answers = await Promise.all([1, 2, 3].map(() => get(String(program.url), '/ready')));
    expect(answers).toEqual(Array(3).fill({ status: 200, body: '{"status":"ready"}\n' }));
    expect((await get(String(program.url), '/ready')).status).toBe(200);
    const asked = sandbox.requests.slice(before);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET VersionInformation']);
    for (const name of ['username', 'secret', 'apiintegrationcode', 'authorization'])
      expect(asked[0]?.headers[name]).toBeUndefined();
    await program.stop();
  });

  it('is 503 when that host cannot be reached or fails, and says why in the log only', async () => {
    const gone = await startSandbox();
    const program = await gateway(gone.url);
    await gone.close();
    expect(await get(String(program.url), '/ready')).toEqual({
      status: 503,
      body: '{"status":"unavailable"}\n',
    });
    expect(program.output().stderr).toMatch(/warning not ready: The host of zone discovery is not reached/);
    await program.stop();
    const take = sandbox.faults.add({ fault: { kind: 'unavailable' }, path: 'VersionInformation' });
    const failing = await gateway(sandbox.url);
    expect((await get(String(failing.url), '/ready')).status).toBe(503);
    take();
    await failing.stop();
  });

  it('is 200 when that host answers anything of its own', async () => {
    const take = sandbox.faults.add({ fault: { kind: 'forbidden' }, path: 'VersionInformation' });
    const program = await gateway(sandbox.url);
    expect((await get(String(program.url), '/ready')).status).toBe(200);
    take();
    await program.stop();
  });
});

describe('/metrics', () => {
  it('counts requests, upstream requests, retries and writes, behind the token', async () => {
    const program = await startProgram([], {
      ...tenantEnvironment(sandbox),
      AUTOTASK_CACHE_DIR: 'none',
      LOG_LEVEL: 'info',
      AUTOTASK_HTTP_TOKEN: token,
    });
    const url = String(program.url);
    expect((await get(url, '/metrics')).status).toBe(401);
    sandbox.faults.add({ fault: { kind: 'unavailable' }, path: 'Roles/query/count', times: 1 });
    expect(await (await post(url, callTool('count-entity', { entity: 'Roles' }))).text()).toMatch(
      /\d+ Roles/,
    );
    const note = {
      ticketID: 100001,
      title: 'One',
      description: 'Two',
      noteType: 'Task Notes',
      publish: 'Internal Project Team',
    };
    const written = await post(
      url,
      callTool('create-entity', { entity: 'TicketNotes', data: note, confirm: 'CREATE_ENTITY' }),
    );
    expect(await written.text()).toMatch(/Created TicketNote/);
    sandbox.faults.add({
      fault: { kind: 'reset', when: 'after' },
      path: 'Tickets/100001/Notes',
      method: 'POST',
      times: 1,
    });
    await post(
      url,
      callTool('create-entity', {
        entity: 'TicketNotes',
        data: note,
        confirm: 'CREATE_ENTITY',
        again: true,
      }),
    ).then((response) => response.text());
    const { body } = await get(url, '/metrics', bearer);
    const value = (name: string) =>
      Number(
        body
          .split('\n')
          .find((line) => line.startsWith(`${name} `))
          ?.slice(name.length + 1),
      );
    expect(value('autotask_mcp_requests_total{method="tools/call",status="200"}')).toBe(3);
    expect(value('autotask_mcp_request_duration_seconds_count{method="tools/call"}')).toBe(3);
    expect(value('autotask_upstream_requests_total{method="POST",outcome="unavailable"}')).toBe(1);
    expect(value('autotask_upstream_requests_total{method="POST",outcome="ok"}')).toBeGreaterThan(1);
    expect(value('autotask_upstream_retries_total')).toBe(1);
    expect(value('autotask_writes_total{operation="create",outcome="ok"}')).toBe(1);
    expect(value('autotask_writes_total{operation="create",outcome="outcomeUnknown"}')).toBe(1);
    expect(value('autotask_upstream_queue_length')).toBe(0);
    expect(body).not.toContain(sandbox.credentials.userName);
    await program.stop();
  });

  it('shows what is running and waiting at the moment', async () => {
    const program = await startProgram([], {
      ...tenantEnvironment(sandbox),
      AUTOTASK_CACHE_DIR: 'none',
      LOG_LEVEL: 'info',
      AUTOTASK_HTTP_TOKEN: token,
    });
    const url = String(program.url);
    const take = sandbox.faults.add({ fault: { kind: 'latency', ms: 1_500 }, path: 'Skills/query/count' });
    const calls = [1, 2, 3, 4, 5].map((id) =>
      post(url, callTool('count-entity', { entity: 'Skills', query: { id: { gt: id } } })).then((response) =>
        response.text(),
      ),
    );
    let body = '';
    for (let tries = 0; tries < 100 && !/^autotask_upstream_queue_length 2$/m.test(body); tries += 1) {
      ({ body } = await get(url, '/metrics', bearer));
    }
    expect(body).toMatch(/^autotask_mcp_running_requests 5$/m);
    expect(body).toMatch(/^autotask_upstream_queue_length 2$/m);
    await Promise.all(calls);
    take();
    await program.stop();
  });

  it('shows how much of the threshold is used as soon as Autotask has told it', async () => {
    const tenant = await startSandbox({ limits: { threshold: 500 } });
    const program = await startProgram([], {
      ...tenantEnvironment(tenant),
      LOG_LEVEL: 'info',
      AUTOTASK_HTTP_TOKEN: token,
    });
    const url = String(program.url);
    const use = async () =>
      /^autotask_threshold_use_ratio (\S+)$/m.exec((await get(url, '/metrics', bearer)).body)?.[1];
    expect(await use()).toBeUndefined();
    await post(url, callTool('get-threshold-information')).then((response) => response.text());
    const first = Number(await use());
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(0.01);
    // The client asks by itself once per hundred requests.
    for (let id = 1; id <= 110; id += 1) {
      await post(url, callTool('count-entity', { entity: 'Roles', query: { id } })).then((r) => r.text());
    }
    await until(() => tenant.requests.filter(({ path }) => /ThresholdInformation/.test(path)).length === 2);
    await expect.poll(async () => Number(await use())).toBeGreaterThan(0.18);
    expect(Number(await use())).toBeLessThan(0.24);
    await program.stop();
    await tenant.close();
  });

  it('can have a port of its own, without a token', async () => {
    const server = await serve({ metricsPort: 0 });
    expect((await get(String(server.metricsUrl), '/metrics')).body).toMatch(
      /^process_resident_memory_bytes \d/m,
    );
    expect((await get(String(server.metricsUrl), '/mcp')).status).toBe(404);
    await server.close();
  });

  it('is on that port only when there are no tokens', async () => {
    const server = await serve({ auth: 'gateway', tokens: [] });
    expect((await get(server.url, '/metrics')).status).toBe(404);
    await server.close();
  });
});
