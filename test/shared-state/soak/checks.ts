import { maxPerEndpoint } from '../../../src/client/rate-limiting/concurrency.js';
import type { Disturbance } from './disturb.js';
import type { Call } from './load.js';
import type { Span } from './replicas.js';
import type { Arrival } from './tenants.js';

/** What a run left behind. Times in milliseconds of the process that ran it. */
export interface Run {
  readonly arrivals: readonly Arrival[];
  readonly calls: readonly Call[];
  readonly disturbances: readonly Disturbance[];
  readonly kills: readonly { readonly replica: number; readonly at: number }[];
  /** Replicas that ended although nobody killed them. */
  readonly ended: readonly { readonly replica: number; readonly at: number }[];
  /** When the machine kept a replica, or the engine or the tenants, from running. */
  readonly late: readonly Span[];
  /** When a replica took the engine to be away. */
  readonly alone: readonly Span[];
  /** Requests of an hour at which a tenant's replicas stop. */
  readonly stopAt: readonly number[];
  /** Requests of an hour from which on each of a tenant's waits, so that the rest lasts. */
  readonly slowAt: readonly number[];
  readonly mostWrites: number;
  readonly started: number;
}

/** One promise: how often it was put to the test, and what broke it. */
export interface Verdict {
  readonly promise: string;
  readonly tried: number;
  readonly broken: readonly string[];
}

const second = 1_000;
const isThreshold = ({ endpoint }: Arrival) => endpoint === 'thresholdinformation';

function byKey<T>(list: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const one of list) {
    const known = found.get(keyOf(one));
    if (known === undefined) found.set(keyOf(one), [one]);
    else known.push(one);
  }
  return found;
}

const at = (run: Run, ms: number) => `${((ms - run.started) / second).toFixed(2)} s`;

/** What was going on then, for whoever reads about a broken promise. */
const around = ({ disturbances }: Run, ms: number) =>
  disturbances
    .filter(({ from, to }) => ms > from - second && ms < to + 15 * second)
    .map(({ what }) => what)
    .join('; ');

/** What is said about replicas is worth nothing where nobody knows which of them sent something. */
export function known(run: Run): Verdict {
  const broken = run.arrivals
    .filter(({ replica, tenant, endpoint }) => !(replica >= 0 && tenant >= 0 && endpoint !== ''))
    .map(({ tenant, endpoint, replica, from }) => `${tenant} ${endpoint} ${replica} at ${at(run, from)}`);
  return { promise: 'it is known who sent what', tried: run.arrivals.length, broken };
}

export function nobodyEnds(run: Run): Verdict {
  const broken = run.ended.map((one) => `${one.replica} at ${at(run, one.at)} [${around(run, one.at)}]`);
  return { promise: 'no replica ends by itself', tried: run.kills.length, broken };
}

export function threeAtATime(run: Run): Verdict {
  const broken: string[] = [];
  for (const [key, list] of byKey(run.arrivals, ({ tenant, endpoint }) => `tenant ${tenant} ${endpoint}`)) {
    const running: Arrival[] = [];
    for (const one of list.toSorted((a, b) => a.from - b.from)) {
      const left = running.filter(({ to }) => to > one.from);
      running.splice(0, running.length, ...left, one);
      if (running.length > maxPerEndpoint) {
        const who = running.map(({ replica, from }) => `${replica} since ${at(run, from)}`).join(', ');
        broken.push(`${key}: ${running.length} at ${at(run, one.from)} (${who}) [${around(run, one.from)}]`);
      }
    }
  }
  return { promise: 'three requests at a time for each endpoint', tried: run.arrivals.length, broken };
}

export function softStop(run: Run): Verdict {
  const broken: string[] = [];
  let tried = 0;
  for (const [tenant, most] of run.stopAt.entries()) {
    const sent = run.arrivals.filter((one) => one.tenant === tenant && !isThreshold(one));
    if (sent.length >= most / 2) tried += 1;
    const [first] = sent.slice(most);
    if (first !== undefined) {
      broken.push(
        `tenant ${tenant}: ${sent.length} of ${most}, since ${at(run, first.from)} [${around(run, first.from)}]`,
      );
    }
  }
  return { promise: 'never past the soft stop', tried, broken };
}

/** What was let in before the answer was there may still come: for so long. */
const onTheirWayMs = second;
/** The others hear of it by way of the engine, unless one of the two takes it to be away until so long after. */
const heardMs = 1.5 * second;

export function pauses(run: Run): Verdict {
  const broken: string[] = [];
  let tried = 0;
  for (const [, list] of byKey(run.arrivals, ({ tenant }) => String(tenant))) {
    for (const told of list.filter(({ to, pauseUntil }) => pauseUntil > to)) {
      const died = run.kills.some(
        ({ replica, at: killed }) =>
          replica === told.replica && killed > told.from && killed < told.to + second,
      );
      if (died) continue;
      tried += 1;
      for (const one of list) {
        const own = one.replica === told.replica;
        const diedSince = run.kills.some(
          ({ replica, at: killed }) => replica === told.replica && killed > told.to && killed < one.from,
        );
        if (own && diedSince) continue;
        const grace = own ? onTheirWayMs : heardMs;
        if (one.from < told.to + grace || one.from > told.pauseUntil - 50) continue;
        const both = [told.replica, one.replica];
        const unheard = run.alone.some(
          ({ replica, from, to }) =>
            both.includes(replica ?? Number.NaN) && from < told.to + heardMs && to > told.to,
        );
        if (!own && unheard) continue;
        const lateMs = overlap(lateOf(run, both), { from: told.to, to: one.from });
        if (one.from > told.to + grace + lateMs)
          broken.push(
            `tenant ${told.tenant}: told at ${at(run, told.to)} (${told.replica}) to wait until ${at(run, told.pauseUntil)}, ${one.endpoint} at ${at(run, one.from)} (${one.replica}; told: ${list
              .filter(({ status, to }) => status === 429 && Math.abs(to - told.to) < 10 * second)
              .map(
                ({ endpoint, replica, to, pauseUntil }) =>
                  `${endpoint} ${replica} ${at(run, to)}-${at(run, pauseUntil)}`,
              )
              .join(', ')}) [${around(run, one.from)}]`,
          );
      }
    }
  }
  return { promise: 'no request during a pause that was told', tried, broken };
}

export function writesOnce(run: Run): Verdict {
  const written = run.arrivals.filter(({ creates }) => creates !== null);
  const broken = [...byKey(written, ({ tenant, creates }) => `tenant ${tenant} ${creates}`)].flatMap(
    ([key, list]) =>
      list.length === 1
        ? []
        : [`${key}: ${list.map(({ from, replica }) => `${at(run, from)} (${replica})`).join(', ')}`],
  );
  return { promise: 'each confirmation is taken once, each write sent once', tried: written.length, broken };
}

export function writesCounted(run: Run): Verdict {
  const broken: string[] = [];
  const written = run.arrivals.filter(({ creates }) => creates !== null);
  for (const [tenant, list] of byKey(written, ({ tenant: number }) => `tenant ${number}`)) {
    if (list.length > run.mostWrites) broken.push(`${tenant}: ${list.length} of ${run.mostWrites}`);
  }
  const tried = run.calls.filter(({ outcome }) => outcome === 'writesUsedUp').length;
  return { promise: 'writes of an hour are counted together', tried, broken };
}

/** Lease, settling and going alone, and what stands before a caller of a crowd. */
const waitMs = 20 * second;
/** Where a request waits up to 5 seconds in its slot, and ten callers have three slots: four such rounds more. */
const slowWaitMs = waitMs + 4 * 5 * second;

/** When a tenant's requests began to be slowed down. */
function slowSince({ arrivals, slowAt }: Run, tenant: number): number {
  const from = slowAt[tenant] ?? 0;
  if (from <= 0) return Number.NEGATIVE_INFINITY;
  return (
    arrivals.filter((one) => one.tenant === tenant).toSorted((a, b) => a.from - b.from)[from]?.from ??
    Number.POSITIVE_INFINITY
  );
}

export function nobodyStarves(run: Run): Verdict[] {
  const slow = run.slowAt.map((_, tenant) => slowSince(run, tenant));
  const isSlow = ({ tenant, to }: Call) => to > (slow[tenant] ?? 0);
  const reads = run.calls.filter(({ kind, outcome }) => kind === 'read' && outcome !== 'lost');
  return [
    waits(
      run,
      reads.filter((call) => !isSlow(call)),
      waitMs,
      'besides pauses and outages',
    ),
    waits(run, reads.filter(isSlow), slowWaitMs, 'where three quarters of the share are used'),
  ];
}

function waits(run: Run, reads: readonly Call[], mostMs: number, where: string): Verdict {
  const broken: string[] = [];
  const told = byKey(
    run.arrivals.filter(({ status }) => status === 429),
    ({ tenant }) => String(tenant),
  );
  const arrivals = byKey(run.arrivals, ({ tenant }) => String(tenant));
  let longest = 0;
  for (const call of reads) {
    const pausesOf = (told.get(String(call.tenant)) ?? []).map(({ from, pauseUntil: to }) => ({ from, to }));
    const excused = [...pausesOf, ...run.disturbances.filter(({ outage }) => outage)];
    if (call.to - call.from - overlap(excused, call) <= longest) continue;
    const seen = (arrivals.get(String(call.tenant)) ?? []).filter(
      ({ from, to }) => to > call.from && from < call.to,
    );
    const involved = [call.replica, ...seen.map(({ replica }) => replica)];
    const waited = call.to - call.from - overlap([...excused, ...lateOf(run, involved)], call);
    longest = Math.max(longest, waited);
    if (waited > mostMs) {
      const meanwhile = seen
        .map(
          ({ endpoint, replica, from, to, status }) =>
            `${endpoint} ${replica} ${at(run, from)}-${at(run, to)} ${status}`,
        )
        .join(', ');
      broken.push(
        `tenant ${call.tenant} at ${call.replica}: ${(waited / second).toFixed(1)} s from ${at(run, call.from)} (${call.outcome}) [${around(run, call.from)}]; arrived meanwhile: ${meanwhile}`,
      );
    }
  }
  return {
    promise: `no read waits longer than ${mostMs / second} s ${where}; the longest ${(longest / second).toFixed(1)} s`,
    tried: reads.length,
    broken,
  };
}

/** When the machine kept one of the replicas from running, or what all need. */
function lateOf(run: Run, replicas: readonly number[]): readonly Span[] {
  return run.late.filter(({ replica }) => replica === null || replicas.includes(replica));
}

/** Milliseconds of the call that lie in one of the spans. */
export function overlap(
  spans: readonly { from: number; to: number }[],
  call: { readonly from: number; readonly to: number },
): number {
  let [sum, covered] = [0, call.from];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const [begin, end] = [Math.max(covered, from), Math.min(call.to, to)];
    if (end > begin) {
      sum += end - begin;
      covered = end;
    }
  }
  return sum;
}

export function everyTenantServed(run: Run): Verdict {
  const tenants = run.stopAt.map((_, tenant) => tenant);
  const broken = tenants
    .filter((tenant) => !run.calls.some((call) => call.tenant === tenant && call.outcome === 'done'))
    .map((tenant) => `tenant ${tenant} had no answer`);
  return { promise: 'every tenant is served', tried: tenants.length, broken };
}

export function answersKnown(run: Run): Verdict {
  const broken = run.calls
    .filter(({ outcome }) => outcome === 'other')
    .map(
      ({ tenant, replica, kind, from, text }) =>
        `${kind} of ${tenant} at ${replica}, ${at(run, from)}: ${text.slice(0, 400)}`,
    );
  return { promise: 'errors say what they are', tried: run.calls.length, broken };
}
