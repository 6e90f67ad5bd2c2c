import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.js';
import type { Sandbox } from '../../src/sandbox/types.js';
import { callTool, message, post, startProgram, token, until } from '../http/support.js';
import { program, tenantEnvironment } from '../support/tenant.js';
import { type Collector, type Span, startCollector } from './collector.js';

/** Every attribute that may stand in a span or an event, with what its value looks like. */
const allowed: Readonly<Record<string, RegExp>> = {
  'mcp.method.name': /^(tools\/call|resources\/read)$/,
  'gen_ai.tool.name': /^[a-z-]+$/,
  'gen_ai.operation.name': /^execute_tool$/,
  'mcp.protocol.version': /^\d{4}-\d{2}-\d{2}$/,
  'jsonrpc.request.id': /^[\w.:-]{1,64}$/,
  'network.transport': /^(pipe|tcp)$/,
  'network.protocol.name': /^http$/,
  'error.type':
    /^(tool_error|invalid|notFound|notAllowed|cancelled|limited|unavailable|unexpected|outcomeUnknown)$/,
  'autotask.tenant': /^[0-9a-f]{12}$/,
  'autotask.error.kind': /^(invalid|notFound|notAllowed|limited|unavailable|outcomeUnknown)$/,
  'http.request.method': /^(GET|POST|PATCH|DELETE)$/,
  'http.response.status_code': /^\d{3}$/,
  'http.request.resend_count': /^\d$/,
  'server.address': /^127\.0\.0\.1$/,
  'server.port': /^\d+$/,
  'url.full': /^http:\/\/127\.0\.0\.1:\d+\/ATServicesRest\/V1\.0(\/[A-Za-z]+)+(\/REDACTED)?(\/[A-Za-z]+)*$/i,
  'url.template': /^\/ATServicesRest\/V1\.0(\/[A-Za-z]+)+(\/\{id\})?(\/[A-Za-z]+)*$/i,
  'autotask.waited_ms': /^\d+$/,
  'autotask.wait_ms': /^\d+$/,
  'autotask.wait.reason': /^limited$/,
  'autotask.retry.reason': /^(unavailable|limited)$/,
};

const collectorKey = 'collector-key-0123456789';
const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const otherTrace = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa';
const named = `00-${trace}-00f067aa0ba902b7-01`;
const around = `00-${otherTrace}-bbbbbbbbbbbbbbbb-01`;

let sandbox: Sandbox;
let collector: Collector;
const environment = () => ({
  ...tenantEnvironment(sandbox),
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${collectorKey}`,
  OTEL_BSP_SCHEDULE_DELAY: '50',
  LOG_LEVEL: 'debug',
});

beforeAll(async () => {
  [sandbox, collector] = await Promise.all([
    startSandbox({ today: new Date('2026-11-20T12:00:00Z') }),
    startCollector(),
  ]);
});
afterAll(async () => {
  await Promise.all([sandbox.close(), collector.close()]);
});

const byName = (pattern: RegExp) => (span: Span) => pattern.test(span.name);
const childrenOf = (parent: Span | undefined) =>
  collector.spans.filter(({ parentSpanId }) => parentSpanId === parent?.spanId);
/** The span of the call with this id, once it has arrived with everything below it. */
async function callSpan(id: string): Promise<Span> {
  const find = () => collector.spans.find(({ attributes }) => attributes['jsonrpc.request.id'] === id);
  await until(() => find() !== undefined);
  const span = find();
  if (span === undefined) throw new Error('no span');
  return span;
}

describe('over HTTP', () => {
  let url: string;
  let server: Awaited<ReturnType<typeof startProgram>>;
  beforeAll(async () => {
    server = await startProgram([], {
      ...environment(),
      AUTOTASK_HTTP_TOKEN: token,
      AUTOTASK_CONFIRM_MODE: 'token',
    });
    if (server.url === null) throw new Error(server.output().stderr);
    url = server.url;
  });
  afterAll(() => server.stop());

  let last = 0;
  /** Calls a tool; answers the text and the span of the call. */
  async function call(
    name: string,
    args: Record<string, unknown>,
    more: { meta?: object; headers?: Record<string, string> } = {},
  ) {
    last += 1;
    const id = `call-${last}`;
    const from = sandbox.requests.length;
    const request = JSON.parse(callTool(name, args, more.meta === undefined ? {} : { _meta: more.meta }));
    const answer = await post(url, JSON.stringify({ ...request, id }), {
      'MCP-Protocol-Version': '2025-06-18',
      ...more.headers,
    });
    const text = await answer.text();
    return { text, span: await callSpan(id), requests: sandbox.requests.slice(from) };
  }

  it('a call has one span with the tool, and one below it for each request that reached the tenant', async () => {
    const { span, requests } = await call('search-tickets', { search: 'Printer' });
    expect(span).toMatchObject({
      name: 'tools/call search-tickets',
      kind: 2,
      attributes: {
        'mcp.method.name': 'tools/call',
        'gen_ai.tool.name': 'search-tickets',
        'gen_ai.operation.name': 'execute_tool',
        'mcp.protocol.version': '2025-06-18',
        'network.transport': 'tcp',
        'network.protocol.name': 'http',
      },
      status: { code: 0 },
    });
    const below = childrenOf(span);
    expect(requests.length).toBeGreaterThan(2);
    expect(below.map(({ name }) => name).sort()).toEqual(
      requests.map(({ method, path }) => `${method} /ATServicesRest/${path}`).sort(),
    );
    for (const one of below) {
      expect(one).toMatchObject({ kind: 3, traceId: span.traceId, status: { code: 0 } });
      expect(one.attributes['http.response.status_code']).toBe(200);
      // Looking up the zone is not counted by Autotask and waits for nobody.
      if (!/zoneInformation/.test(one.name)) expect(one.events.map((event) => event.name)).toEqual(['slot']);
    }
  });

  it.each([
    ['nobody', {}, undefined, undefined, []],
    ['its message', { meta: { traceparent: named } }, trace, '00f067aa0ba902b7', []],
    ['its HTTP request', { headers: { traceparent: around } }, otherTrace, 'bbbbbbbbbbbbbbbb', []],
    [
      'both: the message wins, the other is linked',
      { meta: { traceparent: named }, headers: { traceparent: around } },
      trace,
      '00f067aa0ba902b7',
      [{ traceId: otherTrace, spanId: 'bbbbbbbbbbbbbbbb' }],
    ],
    ['something that is no parent', { meta: { traceparent: 'Contoso' } }, undefined, undefined, []],
  ])('a call belongs to whom %s names', async (_, more, traceId, parent, links) => {
    const { span } = await call('count-entity', { entity: 'Companies' }, more);
    expect(span.parentSpanId).toBe(parent);
    if (traceId !== undefined) expect(span.traceId).toBe(traceId);
    expect(span.links).toEqual(links);
    expect(childrenOf(span).map((child) => child.traceId)).toContain(span.traceId);
  });

  it('what is sent again has a span each, which says why and after how long', async () => {
    const remove = sandbox.faults.add({
      fault: { kind: 'unavailable' },
      path: 'Projects/query/count',
      times: 1,
    });
    const { span } = await call('count-entity', { entity: 'Projects' });
    remove();
    const [first, second] = childrenOf(span).filter(byName(/Projects\/query\/count/));
    expect(first).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'unavailable', 'http.response.status_code': 503 },
    });
    expect(second).toMatchObject({ status: { code: 0 }, attributes: { 'http.request.resend_count': 1 } });
    const [retry] = second?.events ?? [];
    expect(retry).toMatchObject({ name: 'retry', attributes: { 'autotask.retry.reason': 'unavailable' } });
    expect(retry?.attributes['autotask.waited_ms']).toBeGreaterThan(100);
  });

  it('what waits for the end of a pause says so', async () => {
    const limited = { kind: 'limited', retryAfter: 1 } as const;
    const remove = sandbox.faults.add({ fault: limited, path: 'Quotes/query/count', times: 1 });
    const first = call('count-entity', { entity: 'Quotes' });
    await until(() => sandbox.requests.some(({ path }) => path === 'V1.0/Quotes/query/count'));
    const { span } = await call('count-entity', { entity: 'Roles' });
    remove();
    const [waited] = childrenOf(span).filter(byName(/Roles\/query\/count/));
    const events = waited?.events.map(({ name }) => name);
    expect(events).toEqual(['wait', 'slot']);
    expect(waited?.events[0]?.attributes['autotask.wait.reason']).toBe('limited');
    await first;
  });

  it('a call that is refused is a failed one, of the kind that the answer has', async () => {
    const { span, text } = await call('get-ticket', { id: '987654321' });
    expect(text).toContain('"isError":true');
    expect(span).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'tool_error', 'autotask.error.kind': 'notFound' },
    });
    expect(span.status.message).toBeUndefined();
  });

  it('ids are no part of names and addresses, nor is what a write holds', async () => {
    const title = 'Zanzibar backup of the accounting server fails';
    const created = await call('create-ticket', {
      title,
      companyID: 'Contoso Ltd',
      priority: 'High',
      status: 'New',
      dueDateTime: '2026-11-27',
      confirm: 'CREATE_TICKET',
    });
    expect(created.text).toMatch(/Created Ticket/i);
    const id = /Ticket \D*(\d+)/.exec(created.text)?.[1] ?? '';
    const read = await call('get-ticket', { id });
    const names = [...childrenOf(created.span), ...childrenOf(read.span)].map(({ name }) => name);
    expect(names).toContain('POST /ATServicesRest/V1.0/Tickets');
    expect(collector.raw()).not.toContain('Zanzibar');
  });

  it('further pages, whose address the tenant chooses, have the name of the first one', async () => {
    const { span, requests } = await call('aggregate-entity', {
      entity: 'TimeEntries',
      groupBy: ['resourceID'],
    });
    const pages = requests.filter(({ path }) => /TimeEntries\/query(?!\/count)/.test(path));
    expect(pages.length).toBeGreaterThan(2);
    const names = childrenOf(span).filter(byName(/TimeEntries\/query(?!\/count)/));
    expect(names).toHaveLength(pages.length);
    expect(new Set(names.map(({ name }) => name))).toEqual(
      new Set(['POST /ATServicesRest/V1.0/TimeEntries/query']),
    );
  });

  it('a resource that is read is a span of its method, without what was asked for', async () => {
    const body = { ...JSON.parse(message('resources/read', { uri: 'autotask://companies/Contoso Ltd' })) };
    await post(url, JSON.stringify({ ...body, id: 'resource-1' }));
    expect((await callSpan('resource-1')).name).toBe('resources/read');
  });

  it('an id of a message that could be anything is not repeated', async () => {
    const body = JSON.parse(callTool('count-entity', { entity: 'Tickets' }));
    const from = collector.spans.length;
    await post(url, JSON.stringify({ ...body, id: 'the customer of Contoso Ltd' }));
    await until(() => collector.spans.slice(from).some(byName(/count-entity/)));
    expect(collector.raw()).not.toContain('the customer of');
  });

  it('says which program it is, and gives the collector its key', () => {
    expect(collector.resources[0]).toMatchObject({ 'service.name': 'autotask-mcp' });
    expect(new Set(collector.keys)).toEqual(new Set([collectorKey]));
    expect(server.output().stderr).not.toContain(collectorKey);
  });
});

describe('over stdio', () => {
  /** Starts the program, writes lines, and answers what it wrote until it was done. */
  async function run(env: Record<string, string>, lines: readonly object[]) {
    const child = spawn(process.execPath, [program], { env });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    let asked = 0;
    for (const line of lines) {
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...line })}\n`);
      if ('id' in line) asked += 1;
      await until(() => stdout.split('\n').length > asked);
    }
    const since = performance.now();
    child.stdin.end();
    await once(child, 'exit');
    return {
      answers: stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      stderr,
      ms: performance.now() - since,
    };
  }
  const clientInfo = { name: 'test', version: '1' };
  const hello = [
    { id: 0, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo } },
    { method: 'notifications/initialized' },
  ];
  const countOf = (id: string, entity: string) => ({
    id,
    method: 'tools/call',
    params: { name: 'count-entity', arguments: { entity } },
  });

  it('the end of the input sends what is left, and nothing but answers stands on stdout', async () => {
    const { answers } = await run({ ...environment(), OTEL_BSP_SCHEDULE_DELAY: '60000' }, [
      ...hello,
      countOf('stdio-1', 'Tickets'),
    ]);
    expect(answers.map(({ id }) => id)).toEqual([0, 'stdio-1']);
    const span = await callSpan('stdio-1');
    expect(span.attributes).toMatchObject({
      'network.transport': 'pipe',
      'mcp.protocol.version': '2025-06-18',
    });
    expect(childrenOf(span).length).toBeGreaterThan(0);
  });

  it('requests that go slowly say for how long', async () => {
    const busy = await startSandbox({ limits: { threshold: 10 } });
    const counts = ['Roles', 'Companies', 'Contacts', 'Projects', 'Quotes', 'Tasks', 'Products'];
    const threshold = {
      id: 'threshold',
      method: 'tools/call',
      params: { name: 'get-threshold-information', arguments: {} },
    };
    const child = await run({ ...environment(), ...tenantEnvironment(busy) }, [
      ...hello,
      ...counts.map((entity) => countOf(`count-${entity}`, entity)),
      threshold,
      countOf('slow', 'Skills'),
    ]);
    expect(JSON.stringify(child.answers.at(-1))).toMatch(/\d+ Skills/);
    const slow = childrenOf(await callSpan('slow')).flatMap(({ events }) => events);
    expect(slow.find(({ name }) => name === 'pace')?.attributes['autotask.wait_ms']).toBeGreaterThan(0);
    await busy.close();
  });

  it('a collector that is away costs no call, is told in the log, and keeps nobody from ending', async () => {
    const env = {
      ...environment(),
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_TIMEOUT: '300',
    };
    const { answers, stderr, ms } = await run(env, [...hello, countOf('away-1', 'Tickets')]);
    expect(JSON.stringify(answers[1])).toMatch(/\d+ Tickets/);
    expect(stderr).toMatch(/warning Traces are not delivered: /);
    expect(stderr).not.toContain(collectorKey);
    expect(ms).toBeLessThan(10_000);
  });

  it('a collector that is away when the process ends is missed, and soon', async () => {
    const env = { ...environment(), OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9/with/a/path' };
    const { stderr, ms } = await run(env, [...hello, countOf('away-2', 'Tickets')]);
    expect(stderr).toMatch(/warning Traces are not delivered: the last were not taken within 2 s/);
    expect(ms).toBeLessThan(10_000);
  });

  it.each([
    ['OTEL_SDK_DISABLED', 'true'],
    ['OTEL_TRACES_EXPORTER', 'none'],
  ])('nothing is sent with %s=%s', async (name, value) => {
    const from = collector.spans.length;
    await run({ ...environment(), [name]: value }, [...hello, countOf('off-1', 'Tickets')]);
    expect(collector.spans.slice(from)).toEqual([]);
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', true],
    ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'http/protobuf', true],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json', false],
  ])('%s=%s sends JSON all the same, and says so: %s', async (name, value, said) => {
    const id = `protocol-${value.replace('/', '-')}`;
    const { stderr } = await run({ ...environment(), [name]: value }, [...hello, countOf(id, 'Tickets')]);
    expect((await callSpan(id)).name).toBe('tools/call count-entity');
    expect(stderr.includes(`${name} has no effect: traces are sent as http/json`)).toBe(said);
  });
});

describe('all that was sent', () => {
  it('holds no attribute but those that may be there', () => {
    const wrong = collector.spans
      .flatMap(({ attributes, events }) => [attributes, ...events.map((event) => event.attributes)])
      .flatMap((attributes) => Object.entries(attributes))
      .filter(([key, value]) => allowed[key]?.test(String(value)) !== true);
    expect(wrong).toEqual([]);
    const names =
      /^(tools\/call [a-z-]+|resources\/read|(GET|POST|PATCH|DELETE) \/ATServicesRest\/V1\.0[\w/{}]+)$/i;
    expect(collector.spans.map(({ name }) => name).filter((name) => !names.test(name))).toEqual([]);
    // The list is no wish: each of them was seen.
    const seen = new Set(
      collector.spans.flatMap(({ attributes, events }) =>
        [attributes, ...events.map((event) => event.attributes)].flatMap((one) => Object.keys(one)),
      ),
    );
    expect(Object.keys(allowed).filter((key) => !seen.has(key))).toEqual([]);
  });

  it('holds no secret, nothing of a record and nothing that was asked for', () => {
    const raw = collector.raw();
    const { userName, secret, integrationCode } = sandbox.credentials;
    for (const text of [userName, secret, integrationCode, token, collectorKey]) {
      expect(raw).not.toContain(text);
      expect(raw).not.toContain(encodeURIComponent(text));
    }
    for (const text of ['Contoso', 'Printer', '987654321', 'CREATE_TICKET', 'paging', 'filter']) {
      expect(raw).not.toContain(text);
    }
  });
});
