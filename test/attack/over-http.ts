import { bearer, callTool, initialize, message, startProgram, token } from '../http/support.js';
import { tenantEnvironment } from '../support/tenant.js';
import type { Attack } from './areas.js';
import { hostileArguments, hostileValue } from './hostile.js';
import { isWrite, outputProblems, textsOf } from './tally.js';

const tools = [
  'query-entity',
  'get-ticket',
  'create-entity',
  'update-ticket',
  'search-companies',
  'describe-entity-fields',
  'nothing',
] as const;
const names = ['entity', 'id', 'query', 'data', 'title', 'format'];
const atOnce = 8;
const slowestHealthMs = 2_000;

/** Requests of every kind to the HTTP entry: bodies, headers, session ids, paths. */
export const overHttp = (attack: Attack, inputs: number) => attackHttp(attack, inputs, 'HTTP entry', {});

/** The same where clients have sessions, real ones among them. */
export const httpSessions = (attack: Attack, inputs: number) =>
  attackHttp(attack, inputs, 'HTTP sessions', { AUTOTASK_HTTP_SESSIONS: 'true' });

async function attackHttp(
  attack: Attack,
  inputs: number,
  area: string,
  env: Record<string, string>,
): Promise<void> {
  const { sandbox, tally, random, texts } = attack;
  const program = await startProgram(['--http'], {
    ...tenantEnvironment(sandbox),
    LOG_LEVEL: 'info',
    AUTOTASK_HTTP_TOKEN: token,
    AUTOTASK_CONFIRM_MODE: 'preview',
    ...env,
  });
  const withSessions = env.AUTOTASK_HTTP_SESSIONS !== undefined;
  const sessions: [string, ...string[]] = ['none'];
  const secrets = { ...sandbox.credentials };
  /** Header values may only hold so much of Latin-1. */
  const headerText = () =>
    random
      .pick(texts)
      .replace(/[^\u0020-\u007e]/g, '')
      .trim()
      .slice(0, 2_000);
  /** Of a request of 2026, which names the revision of the protocol in its body. */
  const envelope = () => ({
    _meta: {
      'io.modelcontextprotocol/protocolVersion': random.chance(0.3)
        ? '2026-07-28'
        : random.pick(texts).slice(0, 500),
      'io.modelcontextprotocol/clientInfo': hostileValue(random, texts),
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  });
  const body = (): string => {
    const call = callTool(random.pick(tools), hostileArguments(names, random, texts));
    return random.pick<() => string>([
      () => call,
      () => call,
      () => call.slice(0, random.below(call.length)),
      () => message(random.pick(texts).slice(0, 100), hostileValue(random, texts)),
      () => JSON.stringify(hostileValue(random, texts)),
      () => `[${call},${call},${initialize}]`,
      () => random.pick(texts),
      () => call.replace('"id":1', `"id":${JSON.stringify(hostileValue(random, texts, 0))}`),
      () => '['.repeat(10_000),
      () => message(random.pick(['tools/list', 'server/discover']), envelope()),
      ...(withSessions ? [() => initialize] : []),
    ])();
  };
  const headers = (): Record<string, string> => ({
    'Content-Type': random.chance(0.9) ? 'application/json' : headerText(),
    Accept: random.chance(0.9) ? 'application/json, text/event-stream' : headerText(),
    ...(random.chance(0.8)
      ? bearer
      : { Authorization: random.pick([`Bearer ${headerText()}`, 'Basic eA==', `bearer  ${token}x`]) }),
    ...(withSessions && random.chance(0.7)
      ? { 'Mcp-Session-Id': random.pick(sessions) }
      : random.chance(0.2)
        ? { 'Mcp-Session-Id': headerText() }
        : {}),
    ...(random.chance(0.2) ? { 'MCP-Protocol-Version': headerText() } : {}),
    ...(random.chance(0.1) ? { Origin: random.pick(['http://evil.example', 'null', headerText()]) } : {}),
    ...(random.chance(0.1)
      ? { 'X-Autotask-Username': headerText(), 'X-Autotask-Api-Url': 'http://127.0.0.2:9/' }
      : {}),
  });
  const one = async () => {
    const path = random.chance(0.9)
      ? '/mcp'
      : random.pick(['/health', '/ready', '/metrics', '/', '/mcp/..%2f', '/__proto__']);
    const method = random.chance(0.9) ? 'POST' : random.pick(['GET', 'DELETE', 'PUT', 'PATCH', 'OPTIONS']);
    const given = method === 'GET' ? {} : { body: body() };
    const answer = await fetch(`${program.url}${path}`, {
      method,
      headers: headers(),
      signal: AbortSignal.timeout(30_000),
      ...given,
    });
    const text =
      method === 'GET' && answer.headers.get('content-type')?.includes('event-stream')
        ? ''
        : await answer.text();
    if (text === '') await answer.body?.cancel().catch(() => undefined);
    const id = answer.headers.get('mcp-session-id');
    if (id !== null && sessions.length < 50) sessions.push(id);
    const problems = outputProblems(textsOf(text), secrets);
    for (const problem of problems) tally.violation(area, problem, text);
    if (answer.status >= 500 && answer.status !== 503)
      tally.violation(area, `answers ${answer.status}`, text);
  };
  for (let made = 0; attack.more(made, inputs); made += atOnce) {
    sandbox.clearRequests();
    tally.input(area, atOnce);
    const began = Date.now();
    const health = fetch(`${program.url}/health`).then((answer) => answer.arrayBuffer());
    const slow = health.then(() => Date.now() - began);
    const done = await Promise.allSettled([...Array.from({ length: atOnce }, one), slow]);
    if (done.at(-1)?.status === 'rejected')
      tally.violation(area, 'crashes', program.output().stderr.slice(-300));
    else if ((await slow) > slowestHealthMs) tally.violation(area, 'stalls', `${await slow} ms for /health`);
    for (const result of done.slice(0, -1)) {
      if (result.status === 'rejected') {
        const reason = String(result.reason);
        if (/timeout/i.test(reason)) tally.violation(area, 'never answers', reason);
      }
    }
    if (sandbox.requests.some(isWrite)) tally.violation(area, 'writes without confirmation', '');
  }
  const { stdout, stderr } = program.output();
  for (const problem of outputProblems(stdout + stderr, secrets))
    tally.violation(area, `the log ${problem}`, '');
  if (program.url !== null) await program.stop();
}

/** Spellings of one tenant at a gateway: they must share its budget of writes. */
export async function spellingsOfTenants(attack: Attack, inputs: number): Promise<void> {
  const { sandbox, tally, random } = attack;
  const area = 'spellings of a tenant';
  const most = 5;
  const { userName, secret, integrationCode } = sandbox.credentials;
  const program = await startProgram(['--http'], {
    AUTOTASK_HTTP_AUTH: 'gateway',
    AUTOTASK_HTTP_TOKEN: token,
    AUTOTASK_ZONE_URL: sandbox.url,
    AUTOTASK_MAX_WRITES_PER_HOUR: String(most),
    LOG_LEVEL: 'info',
  });
  sandbox.clearRequests();
  let written = 0;
  for (let made = 0; attack.more(made, inputs); made += 1) {
    tally.input(area);
    const name = [...userName].map((one) => (random.chance(0.5) ? one.toUpperCase() : one)).join('');
    const answer = await fetch(`${program.url}/mcp`, {
      method: 'POST',
      headers: {
        ...bearer,
        Accept: 'application/json, text/event-stream',
        'Content-Type': 'application/json',
        'X-Autotask-Username': random.pick([name, ` ${name}`, `${name}\t`]),
        'X-Autotask-Secret': secret,
        'X-Autotask-Integration-Code': random.pick([integrationCode, integrationCode.toLowerCase()]),
      },
      body: callTool('create-entity', {
        entity: 'ContactGroups',
        data: { name: `Spelt ${made}`, isActive: true },
        confirm: 'CREATE_ENTITY',
      }),
    });
    const text = await answer.text();
    for (const problem of outputProblems(textsOf(text), sandbox.credentials))
      tally.violation(area, problem, text);
    written += sandbox.requests.filter(isWrite).length;
    sandbox.clearRequests();
  }
  if (written > most) tally.violation(area, `writes ${written} times where ${most} may be`, '');
  if (program.url !== null) await program.stop();
}
