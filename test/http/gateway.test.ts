import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox, TenantHandle } from '../../src/sandbox/types.js';
import type { startHttp } from '../../src/transports/http/index.js';
import {
  callTool,
  connectForSession,
  initialize,
  mcpHeaders,
  message,
  post,
  serve,
  startProgram,
  talk,
  tenantOf,
  token,
  until,
} from './support.js';

const howMany = 12;
let sandbox: Sandbox;
let program: Awaited<ReturnType<typeof startProgram>>;
let url: string;

beforeAll(async () => {
  sandbox = await startSandbox({
    tenants: Array.from({ length: howMany }, (_, index) => ({ seed: 100 + index })),
  });
  program = await startProgram([], {
    AUTOTASK_HTTP_AUTH: 'gateway',
    AUTOTASK_HTTP_TOKEN: token,
    AUTOTASK_HTTP_API_ORIGINS: sandbox.url,
    AUTOTASK_ZONE_URL: sandbox.url,
  });
  url = String(program.url);
});
afterAll(async () => {
  await program.stop();
  await sandbox.close();
});

const headersOf = ({ credentials }: Pick<TenantHandle, 'credentials'>): Record<string, string> => ({
  'X-Autotask-Username': credentials.userName,
  'X-Autotask-Secret': credentials.secret,
  'X-Autotask-Integration-Code': credentials.integrationCode,
});
const ask = async (
  tenant: Pick<TenantHandle, 'credentials'>,
  name: string,
  args: object = {},
  more: Record<string, string> = {},
) => (await post(url, callTool(name, args), { ...headersOf(tenant), ...more })).text();
/** Who a request to the sandbox said it was. */
const sender = (request: Sandbox['requests'][number]) => request.headers.username;

describe('tenants named by a gateway', () => {
  it('are never mixed up, however their calls interleave', async () => {
    // What each tenant answers when it is asked alone; companies differ by seed.
    const marks = await Promise.all(
      sandbox.tenants.map(async (tenant, index) => {
        const data = {
          companyName: `Only of tenant ${index}`,
          companyType: 'Customer',
          phone: '555-0100',
        };
        const resources = await ask(tenant, 'query-entity', {
          entity: 'Resources',
          maxRecords: 1,
          includeFields: ['id'],
          format: 'json',
        });
        const id = Number(/\\"id\\":(\d+)/.exec(resources)?.[1]);
        const created = await ask(tenant, 'create-entity', {
          entity: 'Companies',
          data: { ...data, ownerResourceID: id },
          confirm: 'CREATE_ENTITY',
        });
        expect(created).toMatch(/Created Company/);
        return `Only of tenant ${index}`;
      }),
    );
    sandbox.clearRequests();
    sandbox.faults.add({ fault: { kind: 'latency', ms: 5 }, path: 'Companies' });
    const calls = Array.from({ length: 600 }, (_, turn) => {
      const index = (turn * 7) % howMany;
      const tenant = sandbox.tenants[index];
      if (tenant === undefined) throw new Error('no tenant');
      return { index, tenant, kind: turn % 3 };
    });
    const mixed: string[] = [];
    await Promise.all(
      calls.map(async ({ index, tenant, kind }) => {
        const mark = String(marks[index]);
        // A list that holds the own mark, a search that finds none of the others', and a count of one.
        const text =
          kind === 2
            ? await ask(tenant, 'count-entity', { entity: 'Companies', query: { companyName: mark } })
            : await ask(tenant, 'query-entity', {
                entity: 'Companies',
                query: { companyName: { beginsWith: 'Only of tenant' } },
                ...(kind === 1 ? { format: 'json' } : {}),
              });
        const found = [...text.matchAll(/Only of tenant \d+/g)].map(([name]) => name);
        const right = kind === 2 ? /1 Companies/.test(text) : found.length === 1 && found[0] === mark;
        if (!right) mixed.push(`${mark}: ${text.slice(0, 300)}`);
      }),
    );
    expect(mixed).toEqual([]);
    sandbox.faults.clear();
    const senders = new Set(sandbox.requests.map(sender));
    for (const { credentials } of sandbox.tenants) expect(senders).toContain(credentials.userName);
  }, 60_000);

  it('do not go on with the list of another', async () => {
    const [one, two] = sandbox.tenants;
    if (one === undefined || two === undefined) throw new Error('no tenants');
    const list = { entity: 'Tickets', orderBy: 'createDate desc', maxRecords: 2, includeFields: ['id'] };
    const cursor = /and cursor (\S+) \(until/.exec(await ask(one, 'query-entity', list))?.[1];
    expect(cursor).toBeDefined();
    expect(await ask(two, 'query-entity', { ...list, cursor })).toMatch(/cursor: belongs to another list/);
    expect(await ask(one, 'query-entity', { ...list, cursor })).toMatch(/2 of Tickets by createDate desc/);
  });

  it('keep their limits, holds and refusals to themselves', async () => {
    const [one, two] = sandbox.tenants;
    if (one === undefined || two === undefined) throw new Error('no tenants');
    const wrong = { credentials: { ...one.credentials, secret: 'not-the-secret-of-anybody' } };
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect(await ask(wrong, 'count-entity', { entity: 'Roles', query: { id: attempt + 1 } })).toMatch(
        /refused the credentials/,
      );
    }
    // After several refusals nothing more is sent in this name; the right secret is another tenant.
    const before = sandbox.requests.length;
    expect(await ask(wrong, 'get-version')).toMatch(/further failures would lock the user/);
    expect(sandbox.requests.length).toBe(before);
    expect(await ask(one, 'count-entity', { entity: 'Roles' })).toMatch(/\d+ Roles/);
    expect(await ask(two, 'count-entity', { entity: 'Roles' })).toMatch(/\d+ Roles/);
  });

  it('have their own rights: read-only by header sends no write', async () => {
    const [one] = sandbox.tenants;
    if (one === undefined) throw new Error('no tenant');
    const text = await ask(
      one,
      'create-entity',
      { entity: 'Tickets', data: {}, confirm: 'CREATE_ENTITY' },
      { 'X-Autotask-Read-Only': 'true' },
    );
    expect(text).toMatch(/no tool/);
  });

  it('leave no secret in the log or in the metrics', async () => {
    const { stderr, stdout } = program.output();
    const metrics = await (await fetch(`${url}/metrics`, { headers: mcpHeaders })).text();
    for (const { credentials } of sandbox.tenants) {
      for (const secret of Object.values(credentials))
        expect(`${stderr}${stdout}${metrics}`).not.toContain(secret);
    }
    expect(metrics).toMatch(/^autotask_mcp_tenants \d+$/m);
    expect(metrics).toMatch(/^autotask_writes_total\{operation="create",outcome="ok"\} 12$/m);
    expect(stdout).toBe('');
  });
});

describe('headers of a gateway', () => {
  it('may have the names that existing gateways send', async () => {
    const { credentials } = sandbox;
    const text = await (
      await post(url, callTool('count-entity', { entity: 'Roles' }), {
        'X-API-Key': credentials.userName,
        'X-API-Secret': credentials.secret,
        'X-Integration-Code': credentials.integrationCode,
      })
    ).text();
    expect(text).toMatch(/\d+ Roles/);
  });

  it('that are missing are named, with 401', async () => {
    const response = await post(url, message('tools/list'), { 'X-API-Key': 'api-user@example.com' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/Bearer/);
    expect(await response.text()).toMatch(/X-Autotask-Secret, X-Autotask-Integration-Code missing/);
  });

  it('may hold characters of all kinds, and reach Autotask as they came', async () => {
    const credentials = {
      userName: "o'neil+api%40&x=1@example.com",
      secret: 'p#"\\\'% ,;:=/?<>{}|^`~ \u00e4\u00ff\u00e2\u0082\u00ac',
      integrationCode: 'A-_.!*()[]',
    };
    const odd = sandbox.addTenant({ credentials });
    const head = [
      'POST /mcp HTTP/1.1',
      'Host: localhost',
      ...Object.entries({ ...mcpHeaders, ...headersOf(odd) }).map(([name, value]) => `${name}: ${value}`),
    ];
    const body = callTool('count-entity', { entity: 'Roles' });
    const text = `${head.join('\r\n')}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
    const before = sandbox.requests.length;
    expect(await talk(url, Buffer.from(text, 'latin1'))).toMatch(/\d+ Roles/);
    const last = sandbox.requests.slice(before).at(-1);
    expect([last?.headers.username, last?.headers.secret, last?.headers.apiintegrationcode]).toEqual(
      Object.values(credentials),
    );
    const { stderr } = program.output();
    for (const secret of Object.values(credentials)) expect(stderr).not.toContain(secret);
  });

  it.each(['X-Autotask-Secret', 'X-API-Secret', 'X-Autotask-Api-Url'])(
    '%s sent twice is refused',
    async (name) => {
      const head = Object.entries({ ...mcpHeaders, [name]: 'one' }).map(
        ([key, value]) => `${key}: ${value}\r\n`,
      );
      const got = await talk(
        url,
        `POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${head.join('')}${name}: two\r\n\r\n`,
      );
      expect(got).toMatch(/^HTTP\/1\.1 400 /);
      expect(got).toContain(`The header ${name.toLowerCase()} was sent more than once`);
    },
  );

  it.each(Object.keys(headersOf({ credentials: { userName: '', secret: '', integrationCode: '' } })))(
    '%s missing or empty is named, and nothing is sent',
    async (name) => {
      const before = sandbox.requests.length;
      const response = await post(url, callTool('get-version'), { ...headersOf(sandbox), [name]: ' ' });
      expect([response.status, await response.text()]).toEqual([
        401,
        expect.stringContaining(`${name} missing`),
      ]);
      expect(sandbox.requests.length).toBe(before);
    },
  );

  it('that contradict each other are refused', async () => {
    const response = await post(url, message('tools/list'), {
      ...headersOf(sandbox),
      'X-API-Key': 'other@example.com',
    });
    expect([response.status, await response.text()]).toEqual([400, expect.stringMatching(/differ/)]);
  });

  it('do not replace the token of the gateway', async () => {
    const { Authorization: _, ...headers } = mcpHeaders;
    const response = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: { ...headers, ...headersOf(sandbox) },
      body: message('tools/list'),
    });
    expect(response.status).toBe(401);
  });

  it('may pin a listed address', async () => {
    const before = sandbox.requests.length;
    expect(
      await ask(
        sandbox,
        'count-entity',
        { entity: 'Roles', query: { id: 29683464 } },
        { 'X-Autotask-Api-Url': sandbox.apiUrl },
      ),
    ).toMatch(/ Roles/);
    expect(sandbox.requests.slice(before).map(({ path }) => path)).not.toContain('V1.0/zoneInformation');
  });

  it.each([
    'http://127.0.0.1:1/ATServicesRest/',
    'http://webservices2.autotask.net/ATServicesRest/',
    'https://webservices2.autotask.net.evil.example/',
    'https://webservices2.autotask.net:8443/',
    'https://webservices2.autotask.net@evil.example/',
    'https://evil.example/webservices2.autotask.net',
    'https://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'nonsense',
  ])('may not send the credentials to %s', async (address) => {
    const before = sandbox.requests.length;
    const response = await post(url, callTool('get-version'), {
      ...headersOf(sandbox),
      'X-Autotask-Api-Url': address,
    });
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringMatching(/X-Autotask-Api-Url/),
    ]);
    expect(sandbox.requests.length).toBe(before);
  });
});

describe('the number of tenants', () => {
  const open: string[] = [];
  const gateway = (limits: NonNullable<Parameters<typeof startHttp>[0]['limits']>, more = {}) =>
    serve({
      auth: 'gateway',
      tokens: [],
      limits,
      openTenant: (credentials) => {
        open.push(String(credentials?.userName));
        return tenantOf(credentials === null ? null : { credentials, zoneUrl: sandbox.url });
      },
      ...more,
    });
  const tenant = (index: number) => {
    const found = sandbox.tenants[index];
    if (found === undefined) throw new Error('no tenant');
    return found;
  };
  const opened = async (server: { url: string }, index: number) => {
    const before = open.length;
    const response = await post(server.url, message('ping'), headersOf(tenant(index)));
    expect(response.status).toBe(200);
    return open.length > before;
  };

  it('is bounded: the one unused longest makes room', async () => {
    const server = await gateway({ tenants: 2 });
    expect([await opened(server, 0), await opened(server, 1), await opened(server, 0)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(await opened(server, 2)).toBe(true);
    expect([await opened(server, 0), await opened(server, 1)]).toEqual([false, true]);
    await server.close();
  });

  it('is not exceeded while all are in use', async () => {
    const server = await gateway({ tenants: 1 }, { sessions: true });
    const headers = headersOf(tenant(0));
    const session = await post(server.url, initialize, headers);
    expect(session.status).toBe(200);
    const refused = await post(server.url, initialize, headersOf(tenant(1)));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    const id = String(session.headers.get('mcp-session-id'));
    await fetch(`${server.url}/mcp`, {
      method: 'DELETE',
      headers: { ...mcpHeaders, ...headers, 'Mcp-Session-Id': id },
    });
    expect((await post(server.url, initialize, headersOf(tenant(1)))).status).toBe(200);
    await server.close();
  });

  it('counts those whose calls are running: they stay, and make room when they are answered', async () => {
    const server = await gateway({ tenants: 2 });
    sandbox.faults.add({ fault: { kind: 'latency', ms: 700 }, path: 'Skills/query/count' });
    const running = () => sandbox.requests.filter(({ path }) => path.includes('Skills/query/count')).length;
    const before = running();
    const count = (index: number) =>
      post(server.url, callTool('count-entity', { entity: 'Skills' }), headersOf(tenant(index)));
    const [first, second] = [count(0), count(1)];
    await until(() => running() === before + 2);
    const refused = await post(server.url, message('ping'), headersOf(tenant(2)));
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await (await first).text()).toMatch(/\d+ Skills/);
    expect(await (await second).text()).toMatch(/\d+ Skills/);
    expect(await opened(server, 2)).toBe(true);
    // The first was unused longest.
    expect([await opened(server, 1), await opened(server, 0)]).toEqual([false, true]);
    sandbox.faults.clear();
    await server.close();
  });

  it('falls when they are idle', async () => {
    const server = await gateway({ tenantIdleMs: 300 });
    expect([await opened(server, 0), await opened(server, 0)]).toEqual([true, false]);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await opened(server, 0)).toBe(true);
    await server.close();
  });

  it('does not let a session pass from one tenant to another', async () => {
    const server = await gateway({}, { sessions: true });
    const mine = await connectForSession(server.url, headersOf(tenant(0)));
    const id = String(mine.sessionId);
    const stolen = await post(server.url, message('ping'), { ...headersOf(tenant(1)), 'Mcp-Session-Id': id });
    expect(stolen.status).toBe(404);
    await mine.close();
    await server.close();
  });
});
