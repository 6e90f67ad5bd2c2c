import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { startProgram } from '../http/support.js';
import {
  type ClientKind,
  clientKinds,
  isModern,
  openClient,
  type TestClient,
  type Way,
} from '../support/client.js';
import { documented, markdownTable } from '../support/docs.js';
import { program, tenantEnvironment } from '../support/tenant.js';
import { tokenIn, writesSince } from '../writes/support.js';

/**
 * What holds for every client, transport and era, against the built program: what is offered, every kind of
 * request, what goes on during a call, and each way to confirm a write. What each tool does with its arguments
 * is seen by the other files, with the client that TEST_CLIENT names.
 */
const transports = ['stdio', 'HTTP'] as const;
const modes = ['token', 'preview', 'elicit'] as const;
type Mode = (typeof modes)[number];

const token = 'eras-token-0123456789abcdef';
const headers = { Authorization: `Bearer ${token}` };

let sandbox: Sandbox;
const stops: (() => Promise<void>)[] = [];
const addresses = new Map<Mode | 'sessions', string>();

const environment = (mode: Mode) => ({ ...tenantEnvironment(sandbox), AUTOTASK_CONFIRM_MODE: mode });

beforeAll(async () => {
  sandbox = await startSandbox({ today: new Date('2026-11-20T12:00:00Z') });
  await Promise.all(
    [...modes, 'sessions' as const].map(async (server) => {
      const sessions = server === 'sessions';
      const { url, stop, output } = await startProgram([], {
        ...environment(sessions ? 'elicit' : server),
        AUTOTASK_HTTP_TOKEN: token,
        AUTOTASK_HTTP_SESSIONS: String(sessions),
        LOG_LEVEL: 'info',
      });
      if (url === null) throw new Error(output().stderr);
      addresses.set(server, `${url}/mcp`);
      stops.push(stop);
    }),
  );
});
afterAll(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await sandbox.close();
});

/** A client of the program in this mode; the person at it answers so. */
async function open(
  kind: ClientKind,
  transport: (typeof transports)[number],
  mode: Mode,
  reply?: 'yes' | 'no' | 'close',
  server: Mode | 'sessions' = mode,
): Promise<{ client: TestClient; asked: string[]; text: (name: string, args: object) => Promise<string> }> {
  const asked: string[] = [];
  const way: Way =
    transport === 'stdio'
      ? { command: process.execPath, args: [program], env: environment(mode) }
      : { url: addresses.get(server) ?? '', headers };
  const client = await openClient(way, {
    kind,
    ...(reply === undefined
      ? {}
      : {
          human: (message) => {
            asked.push(message);
            if (reply === 'close') return { action: 'cancel' };
            return { action: 'accept', content: { confirm: reply === 'yes' } };
          },
        }),
  });
  const text = async (name: string, args: object) => {
    const { content } = await client.callTool({ name, arguments: { ...args } });
    return content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
  };
  return { client, asked, text };
}

let groups = 0;
/** A group of its own each time: one that is like another would be held back. */
const group = () => {
  groups += 1;
  return { entity: 'ContactGroups', data: { name: `Of every era ${groups}`, isActive: true } };
};
const confirm = 'CREATE_ENTITY';

/** A call for each tool that reads. */
const reads: Readonly<Record<string, Record<string, unknown>>> = {
  'list-known-entities': { search: 'ticketnote' },
  'describe-entity-fields': { entity: 'Roles' },
  'query-entity': { entity: 'Roles', maxRecords: 1 },
  'count-entity': { entity: 'Tickets' },
  'aggregate-entity': { entity: 'Tickets', groupBy: ['status'] },
  'get-entity': { entity: 'Companies', id: 175 },
  'get-threshold-information': {},
  'get-version': {},
  'search-tickets': { maxRecords: 1 },
  'get-ticket': { id: 'T20261109.0005' },
  'search-companies': { maxRecords: 1 },
  'get-company': { id: 175 },
  'search-contacts': { maxRecords: 1 },
  'get-contact': { id: 30684007 },
  'search-projects': { maxRecords: 1 },
  'search-tasks': { maxRecords: 1 },
  'search-time-entries': { maxRecords: 1 },
};

const cases = transports.flatMap((transport) => clientKinds.map((kind) => ({ transport, kind })));
/** What was seen, for the table in the documentation. */
const seen = new Map<string, Map<string, string>>();
const see = (transport: string, kind: string, what: string, how = 'yes') => {
  const key = `${transport} ${kind}`;
  seen.set(key, (seen.get(key) ?? new Map()).set(what, how));
};

describe.each(cases)('$kind over $transport', ({ transport, kind }) => {
  const modern = isModern(kind);
  let usual: Awaited<ReturnType<typeof open>>;
  beforeAll(async () => {
    usual = await open(kind, transport, 'token');
  });
  afterAll(() => usual.client.close());
  const saw = (what: string, how?: string) => see(transport, kind, what, how);

  it('lists the same in the same order each time, and is told how to use it', async () => {
    const { client } = usual;
    const [first, again] = [await client.listTools(), await client.listTools()];
    expect(first.tools.length).toBeGreaterThan(25);
    expect(again.tools).toEqual(first.tools);
    expect((await client.listPrompts()).prompts).toHaveLength(5);
    expect((await client.listResources()).resources).toHaveLength(5);
    expect((await client.listResourceTemplates()).resourceTemplates).toHaveLength(5);
    expect(client.getInstructions()).toMatch(/Autotask/);
    expect(client.version).toBe(modern ? '2026-07-28' : '2025-11-25');
    saw('revision', client.version);
  });

  it('calls every tool that reads', async () => {
    const { tools } = await usual.client.listTools();
    for (const tool of tools) expect(tool).not.toHaveProperty('outputSchema');
    for (const [name, args] of Object.entries(reads)) {
      expect(tools.map((tool) => tool.name)).toContain(name);
      const result = await usual.client.callTool({ name, arguments: args });
      expect({ name, isError: result.isError === true }).toEqual({ name, isError: false });
      expect(result.content[0]?.type).toBe('text');
      // Clients hand it to the model instead of the text, or beside it.
      expect(result.structuredContent).toBeUndefined();
    }
  });

  it('reads resources, gets prompts, completes', async () => {
    const { client } = usual;
    const { contents } = await client.readResource({ uri: 'autotask://companies/175' });
    expect(JSON.stringify(contents)).toMatch(/Contoso Ltd/);
    await expect(client.readResource({ uri: 'autotask://nothing' })).rejects.toMatchObject({ code: -32602 });
    const { messages } = await client.getPrompt({ name: 'summarise-ticket', arguments: { ticket: 'T1' } });
    expect(JSON.stringify(messages)).toMatch(/get-ticket/);
    const { completion } = await client.complete({
      ref: { type: 'ref/resource', uri: 'autotask://companies/{id}' },
      argument: { name: 'id', value: 'conto' },
    });
    expect(completion.values).toContain('175');
    saw('resources, prompts, completion');
  });

  it('tells mistakes of the caller from those of the protocol', async () => {
    const { client } = usual;
    const refused = await client.callTool({ name: 'count-entity', arguments: { entity: 'Tikets' } });
    expect(refused.isError).toBe(true);
    expect(JSON.stringify(refused.content)).toMatch(/Tickets/);
    await expect(client.callTool({ name: 'query-entitys', arguments: {} })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringMatching(/Did you mean query-entity/),
    });
  });

  it('reports progress and cancels what runs', async () => {
    const { client } = usual;
    const progress: number[] = [];
    await client.callTool(
      { name: 'query-entity', arguments: { entity: 'Tickets', maxRecords: 1200, includeFields: ['id'] } },
      { onprogress: ({ progress: rows }) => progress.push(rows) },
    );
    expect(progress.length).toBeGreaterThan(1);
    saw('progress');
    const clear = sandbox.faults.add({ fault: { kind: 'latency', ms: 200 }, path: 'TimeEntries/query/next' });
    const before = sandbox.requests.length;
    const stop = new AbortController();
    const running = client.callTool(
      { name: 'query-entity', arguments: { entity: 'TimeEntries', maxRecords: 5000, includeFields: ['id'] } },
      { signal: stop.signal, onprogress: () => stop.abort('enough') },
    );
    await expect(running).rejects.toThrow(/enough/);
    // Time enough for all of the eleven pages, had nothing been cancelled.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    const pages = sandbox.requests.slice(before).filter(({ path }) => path.includes('TimeEntries/query'));
    clear();
    // Over HTTP without sessions a notification cannot name the request of another: closing the connection does.
    const cancels = modern || transport === 'stdio';
    if (cancels) expect(pages.length).toBeLessThan(8);
    saw('cancellation', cancels ? 'yes' : 'by closing the connection');
  });

  it('sends log messages of the level that was asked for, and none unasked', async () => {
    const { client } = usual;
    const logged: string[] = [];
    client.onLog(({ level, data }) => logged.push(`${level} ${String(data)}`));
    await usual.text('count-entity', { entity: 'Tickets' });
    expect(logged).toEqual([]);
    await client.setLoggingLevel('debug');
    await usual.text('count-entity', { entity: 'Tickets' });
    // A client of 2025 whose requests each stand for themselves has no place for its level.
    const kept = modern || transport === 'stdio';
    expect(logged).toEqual(kept ? [expect.stringMatching(/^debug count-entity answered in \d+ ms$/)] : []);
    saw('log messages', kept ? 'yes' : 'errors alone');
  });

  it('confirms by token and by preview', async () => {
    const from = sandbox.requests.length;
    const first = group();
    expect(await usual.text('create-entity', first)).toMatch(/^PREVIEW, nothing was written/);
    expect(writesSince(sandbox, from)).toEqual([]);
    expect(await usual.text('create-entity', { ...first, confirm })).toMatch(/^Created ContactGroup/);
    const careful = await open(kind, transport, 'preview');
    const second = group();
    const preview = await careful.text('create-entity', { ...second, confirm });
    expect(preview).toMatch(/^PREVIEW, nothing was written/);
    expect(writesSince(sandbox, from)).toHaveLength(1);
    const done = { ...second, confirm: tokenIn(preview) };
    expect(await careful.text('create-entity', done)).toMatch(/^Created ContactGroup/);
    expect(writesSince(sandbox, from)).toHaveLength(2);
    await careful.client.close();
    saw('confirmation by token and preview');
  });

  it.each([
    ['yes', /^Created ContactGroup/, 1],
    ['no', /did not confirm\. Nothing was written/, 0],
    ['close', /did not confirm\. Nothing was written/, 0],
  ] as const)('asks the person where the client can: %s', async (reply, said, writes) => {
    const from = sandbox.requests.length;
    const { client, asked, text } = await open(kind, transport, 'elicit', reply);
    const answer = await text('create-entity', { ...group(), confirm });
    // Without a session nobody can be asked on another connection than the call's own.
    const asks = modern || transport === 'stdio';
    if (asks) {
      expect(asked).toEqual([expect.stringMatching(/would create ContactGroup/)]);
      expect(answer).toMatch(said);
    } else {
      expect(asked).toEqual([]);
      expect(answer).toMatch(/^PREVIEW, nothing was written/);
    }
    expect(writesSince(sandbox, from)).toHaveLength(asks ? writes : 0);
    await client.close();
    saw(
      'confirmation by the person',
      asks ? (modern ? 'yes, `input_required`' : 'yes, elicitation') : 'with sessions, else previews',
    );
  });
});

describe.each(['v1', 'v2'] as const)('%s over HTTP with sessions', (kind) => {
  it.each([
    ['yes', /^Created ContactGroup/, 1],
    ['no', /did not confirm\. Nothing was written/, 0],
  ] as const)('asks the person: %s', async (reply, said, writes) => {
    const from = sandbox.requests.length;
    const { client, asked, text } = await open(kind, 'HTTP', 'elicit', reply, 'sessions');
    expect(client.sessionId).toMatch(/^[0-9a-f-]{36}$/);
    expect(await text('create-entity', { ...group(), confirm })).toMatch(said);
    expect(asked).toHaveLength(1);
    expect(writesSince(sandbox, from)).toHaveLength(writes);
    await client.close();
  });
});

it('is what the documentation says', () => {
  const columns = [
    'revision',
    'resources, prompts, completion',
    'progress',
    'cancellation',
    'log messages',
    'confirmation by token and preview',
    'confirmation by the person',
  ];
  const names: Readonly<Record<ClientKind, string>> = {
    v1: 'SDK 1',
    v2: 'SDK 2',
    'v2-pinned': 'SDK 2, pinned',
    'v2-auto': 'SDK 2, auto',
  };
  const rows = cases.map(({ transport, kind }) => [
    names[kind],
    transport,
    ...columns.map((column) => seen.get(`${transport} ${kind}`)?.get(column) ?? 'no'),
  ]);
  const table = markdownTable(['client', 'transport', ...columns], rows);
  expect(documented('docs/clients.md', 'eras', table), 'npm run docs').toBe(table);
});
