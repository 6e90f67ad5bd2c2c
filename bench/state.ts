/**
 * What shared state costs: calls per second and added milliseconds per call at 1, 2 and 4 replicas against as many
 * with state in memory, taking turns in one run, and how that grows with tenants. A call is one request to a tenant
 * on the loopback that answers at once, so this is the worst case: a real request takes a hundred times as long.
 * Needs valkey-server or redis-server. Run: npm run bench:state. BENCH_SECONDS: length of a round (1). Figures are
 * medians of what was compared within a round, so that other load of the machine hits both.
 */
import { Agent, request } from 'node:http';
import { startEngine } from '../test/support/engine.js';
import { headers, message, start, type Target } from './http-target.js';
import { startLoopback } from './loopback.js';

const seconds = Number(process.env.BENCH_SECONDS ?? 1);
const rounds = 9;
const callers = 8;
const out = (line: string) => process.stdout.write(`${line}\n`);
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const [engine, tenant] = await Promise.all([startEngine(), startLoopback(0)]);
const agent = new Agent({ keepAlive: true });
const body = message('tools/call', { name: 'count-entity', arguments: { entity: 'Tickets' } });
const gateway = { AUTOTASK_HTTP_AUTH: 'gateway', AUTOTASK_HTTP_API_ORIGINS: new URL(tenant.url).origin };
const startAll = (env: Record<string, string>) =>
  Promise.all([1, 2, 3, 4].map(() => start(['dist/cli.js', '--http'], { ...gateway, ...env })));
const inMemory = await startAll({});
const shared = await startAll({ AUTOTASK_STATE_URL: engine.url });

function call({ url }: Target, number: number): Promise<void> {
  const own = {
    ...headers,
    'X-Autotask-Username': `bench-${number}@example.com`,
    'X-Autotask-Secret': 'secret-0123456789',
    'X-Autotask-Integration-Code': 'code-0123456789',
    'X-Autotask-Api-Url': `${tenant.url}ATServicesRest/`,
  };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers: own }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => (/\d+ Tickets/.test(text) ? resolve() : reject(new Error(text))));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Callers that go from replica to replica, each with tenants of its own; milliseconds of each call. */
async function load(targets: readonly Target[], atOnce: number, tenants: number): Promise<readonly number[]> {
  const took: number[] = [];
  const until = performance.now() + seconds * 1_000;
  let turn = 0;
  const caller = async (own: number) => {
    for (let number = own; performance.now() < until; number += atOnce) {
      const target = targets[turn % targets.length];
      turn += 1;
      const since = performance.now();
      if (target !== undefined) await call(target, number % tenants);
      took.push(performance.now() - since);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, own) => caller(own)));
  return took;
}

const used = async () => Number(/used_memory:(\d+)/.exec(await engine.client.info('memory'))?.[1] ?? 0);
const asked = async () =>
  Number(/total_commands_processed:(\d+)/.exec(await engine.client.info('stats'))?.[1] ?? 0);
const first = async (targets: readonly Target[], tenants: number) => {
  for (const target of targets)
    for (let number = 0; number < tenants; number += 1) await call(target, number);
};

try {
  await first([...inMemory, ...shared], callers);
  out(`Node ${process.version}; ${callers} callers, medians of ${rounds} rounds`);
  out('replicas   memory/s  shared/s  ratio    one caller: memory ms  shared ms  added ms');
  for (const replicas of [1, 2, 4]) {
    const of = (targets: readonly Target[]) => targets.slice(0, replicas);
    const perSecond = async (targets: readonly Target[]) =>
      (await load(of(targets), callers, callers)).length / seconds;
    const ms = async (targets: readonly Target[]) => median(await load(of(targets), 1, callers));
    const seen: Record<'memory' | 'shared' | 'alone' | 'together', number>[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const memory = await perSecond(inMemory);
      const sharing = await perSecond(shared);
      seen.push({ memory, shared: sharing, alone: await ms(inMemory), together: await ms(shared) });
    }
    const figure = (of: (round: (typeof seen)[number]) => number) => median(seen.map(of));
    out(
      [
        String(replicas).padStart(8),
        figure(({ memory }) => memory)
          .toFixed(0)
          .padStart(11),
        figure((round) => round.shared)
          .toFixed(0)
          .padStart(10),
        figure((round) => round.shared / round.memory)
          .toFixed(2)
          .padStart(7),
        figure(({ alone }) => alone)
          .toFixed(2)
          .padStart(25),
        figure(({ together }) => together)
          .toFixed(2)
          .padStart(11),
        figure(({ together, alone }) => together - alone)
          .toFixed(2)
          .padStart(10),
      ].join(''),
    );
  }
  out(
    'tenants    ms per call  ratio    commands per call, those in scripts too  keys per tenant  KB per tenant',
  );
  const two = shared.slice(0, 2);
  let smallest: number | undefined;
  for (const tenants of [1, 10, 100]) {
    await engine.client.flushall();
    const before = await used();
    await first(two, tenants);
    const commands = await asked();
    const took = await load(two, 1, tenants);
    const perCall = ((await asked()) - commands) / took.length;
    const ms = median(took);
    smallest ??= ms;
    const keys = (await engine.client.keys('autotask-mcp:{*')).length / tenants;
    out(
      [
        String(tenants).padStart(7),
        ms.toFixed(2).padStart(15),
        (ms / smallest).toFixed(2).padStart(7),
        perCall.toFixed(1).padStart(21),
        keys.toFixed(1).padStart(17),
        (((await used()) - before) / 1024 / tenants).toFixed(1).padStart(15),
      ].join(''),
    );
  }
} finally {
  agent.destroy();
  await Promise.all([...inMemory, ...shared].map((target) => target.stop()));
  await engine.close();
  tenant.close();
}
process.exit(0);
