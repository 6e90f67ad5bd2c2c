import { setTimeout as sleep } from 'node:timers/promises';
import { slowFrom } from '../../../src/client/rate-limiting/rate-limiter.js';
import { startEngine, type TestEngine } from '../../support/engine.js';
import * as checks from './checks.js';
import { disturb } from './disturb.js';
import { entities, Load } from './load.js';
import { between, createRandom } from './random.js';
import { Replicas, replicaCount, type Span } from './replicas.js';
import { startTenants } from './tenants.js';

/*
 * Keeps 5 replicas of the built program and 50 tenants under mixed load while replicas are killed, the engine is
 * killed, paused and made to forget its scripts and connections, and tenants say "too many"; then looks at what
 * arrived at the tenants. STATE_SEED repeats the order of events, STATE_SECONDS (120) is how long it takes,
 * STATE_TENANTS (50) how many there are. Exits with 1 when a promise was broken.
 */
const seconds = Number(process.env.STATE_SECONDS ?? 120);
const seed = Number(process.env.STATE_SEED ?? 1);
const tenantCount = Number(process.env.STATE_TENANTS ?? 50);
const mostWrites = Math.ceil(seconds / 20);
const sharePercent = 50;
/**
 * Of every fifth tenant others have used so much of the hour that it comes to its soft stop, some at once. The rest
 * is for the many questions how much is used.
 */
const hours = Array.from({ length: tenantCount }, (_, tenant) =>
  tenant % 10 === 4
    ? { threshold: 1_000, elsewhere: 456 }
    : tenant % 10 === 9
      ? { threshold: 1_000, elsewhere: 481 }
      : { threshold: 10_000, elsewhere: 0 },
);
const thresholds = hours.map(({ threshold }) => threshold);
/** One request to each counts before the replicas start. */
const prepared = [...new Set(entities)];
/** Callers of a tenant, and the longest pause between their calls. */
const crowd = { callers: 10, pauseMs: 100 };
const busy = { callers: 4, pauseMs: 1_500 };
const usual = { callers: 2, pauseMs: 2_500 };
const out = (line: string) => process.stdout.write(`${line}\n`);

async function keysLeft(engine: TestEngine, secrets: readonly string[]): Promise<checks.Verdict> {
  const keys = await engine.client.keys('*');
  const broken: string[] = [];
  const perTenant = new Map<string, number>();
  for (const key of keys) {
    const tenant = /^autotask-mcp:\{(\w{40})\}:(?!metadata:)/.exec(key)?.[1];
    if (tenant !== undefined) perTenant.set(tenant, (perTenant.get(tenant) ?? 0) + 1);
    if ((await engine.client.pttl(key)) === -1) broken.push(`${key} never ends`);
    const value = JSON.stringify(await engine.client.dump(key));
    for (const secret of secrets)
      if (`${key} ${value}`.includes(secret)) broken.push(`${key} holds ${secret}`);
  }
  for (const [tenant, count] of perTenant) if (count > 5) broken.push(`${tenant} has ${count} keys`);
  return { promise: 'keys end, are few and hold no secret', tried: keys.length, broken };
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** What the replica that lives through the run has in use: the last third against the one before. */
function memoryFlat(samples: readonly number[]): checks.Verdict {
  const third = Math.floor(samples.length / 3);
  const [before, last] = [median(samples.slice(third, 2 * third)), median(samples.slice(2 * third))];
  const figures = `${before.toFixed(1)} MB, then ${last.toFixed(1)} MB`;
  const broken = last / before < 1.1 ? [] : [figures];
  return { promise: `memory in use is flat (${figures})`, tried: samples.length, broken };
}

const random = createRandom(seed);
const latency = () => (random() < 0.03 ? between(random, 400, 900) : between(random, 5, 120));
const engine = await startEngine();
const tenants = await startTenants(thresholds, latency);
const replicas = new Replicas(tenants, {
  AUTOTASK_STATE_URL: engine.url,
  AUTOTASK_CONFIRM_MODE: 'preview',
  AUTOTASK_CONFIRM_KEY: 'k'.repeat(40),
  AUTOTASK_HOURLY_SHARE: String(sharePercent),
  AUTOTASK_MAX_WRITES_PER_HOUR: String(mostWrites),
});
/** When the tenants, or the engine, were kept from running. */
const late: Span[] = [];
try {
  await tenants.prepare(prepared);
  await Promise.all(hours.map(({ elsewhere }, tenant) => tenants.useElsewhere(tenant, elsewhere)));
  await replicas.startAll();
  const load = new Load(tenants, replicas);
  // Five processes that load everything at the same time are busy with that alone.
  for (let replica = 0; replica < replicaCount; replica += 1) await load.warmUp(replica);
  const started = performance.now();
  const until = started + seconds * 1_000;
  let last = performance.now();
  let asks = false;
  const timer = setInterval(() => {
    const now = performance.now();
    if (now - last > 100) late.push({ replica: null, from: last + 50, to: now });
    last = now;
    if (asks) return;
    asks = true;
    const answered = () => {
      asks = false;
      const to = performance.now();
      if (to - now > 100) late.push({ replica: null, from: now, to });
    };
    engine.client.ping().then(answered, answered);
  }, 50);
  const callers = thresholds.flatMap((_, tenant) => {
    const { callers: count, pauseMs } = tenant < 2 ? crowd : tenant % 5 === 4 ? busy : usual;
    return Array.from({ length: count }, (__, index) =>
      load.caller(tenant, seed * 10_000 + tenant * 100 + index, pauseMs, until),
    );
  });
  const disturbances = await disturb(engine, replicas, tenants, {
    seed: seed + 7,
    until,
    mostTenants: tenantCount,
  });
  await Promise.all(callers);
  clearInterval(timer);
  await sleep(500);
  late.push(...replicas.late());

  const { arrivals } = tenants;
  const stopAt = hours.map(
    ({ threshold, elsewhere }) => (threshold * sharePercent) / 100 - elsewhere - prepared.length,
  );
  const run: checks.Run = {
    arrivals,
    calls: load.calls,
    disturbances,
    kills: replicas.kills,
    ended: replicas.ended,
    late,
    alone: replicas.alone(),
    stopAt,
    slowAt: stopAt.map(
      (most, tenant) => most - ((thresholds[tenant] ?? 0) * sharePercent * (1 - slowFrom)) / 100,
    ),
    mostWrites,
    started,
  };
  const counts = new Map<string, number>();
  for (const { kind, outcome } of load.calls)
    counts.set(`${kind} ${outcome}`, (counts.get(`${kind} ${outcome}`) ?? 0) + 1);
  out(
    `seed ${seed}, ${seconds} s: ${load.calls.length} calls, ${arrivals.length} requests, ${disturbances.length} disturbances, ${replicas.kills.length} kills`,
  );
  const lateMs = [null, ...thresholds.slice(0, replicaCount).keys()].map((replica) =>
    checks.overlap(
      late.filter((span) => span.replica === replica),
      { from: started, to: until },
    ),
  );
  out(
    `kept from running: tenants and engine ${lateMs.map((ms) => `${((ms / seconds) * 0.1).toFixed(0)} %`).join(', ')}; alone ${run.alone.length} times`,
  );
  out([...counts].map(([name, count]) => `${name} ${count}`).join(', '));
  for (const { what, from, to } of disturbances)
    out(`  ${((from - started) / 1_000).toFixed(1)}-${((to - started) / 1_000).toFixed(1)} s: ${what}`);
  const verdicts = [
    checks.threeAtATime(run),
    checks.softStop(run),
    checks.known(run),
    checks.nobodyEnds(run),
    checks.pauses(run),
    checks.writesOnce(run),
    checks.writesCounted(run),
    ...checks.nobodyStarves(run),
    checks.everyTenantServed(run),
    checks.answersKnown(run),
    await keysLeft(engine, tenants.secrets),
    memoryFlat(replicas.heap()),
  ];
  for (const { promise, tried, broken } of verdicts) {
    out(`${broken.length === 0 ? 'held  ' : 'BROKEN'} ${promise} (${tried})`);
    for (const one of broken.slice(0, 8)) out(`         ${one}`);
    if (broken.length > 8) out(`         and ${broken.length - 8} more`);
  }
  process.exitCode = verdicts.some(({ broken }) => broken.length > 0) ? 1 : 0;
  if (process.env.STATE_LOGS === 'true')
    for (let replica = 0; replica < replicaCount; replica += 1)
      out(`--- ${replica}\n${replicas.log(replica)}`);
} finally {
  await replicas.stopAll();
  await engine.close();
  await tenants.close();
}
process.exit();
