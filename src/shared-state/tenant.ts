import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { maxPerEndpoint } from '../client/rate-limiting/concurrency.js';
import type { ActiveCooldown, RequestResult } from '../client/rate-limiting/cooldown.js';
import { isThresholdRequest } from '../client/rate-limiting/rate-limiter.js';
import { createMemoryState } from '../client/tenant-state/memory-state.js';
import type { KeptState, Turn } from '../client/tenant-state/tenant-state.js';
import type { Tuning } from '../client/tuning.js';
import { AutotaskError } from '../errors.js';
import { type Engine, EngineUnavailable } from './engine.js';
import { createSharedCache } from './metadata.js';
import { ReplicaShare } from './replica-share.js';
import { type QueuedRequest, type QueueEvent, queueEventOf, type RequestQueue } from './request-queue.js';
import { RequestsInFlight } from './requests-in-flight.js';
import { scripts } from './scripts.js';
import { times } from './settings.js';
import { createTenantScripts } from './tenant-scripts.js';

/** Alone, a request that has to wait looks so often whether there is room. Milliseconds. */
const lookAgainMs = 20;
/** Requests whose end the engine has not heard of; their leases end by themselves. */
const mostUntold = 100;

const usageReply = z.tuple([z.string(), z.coerce.number(), z.number()]);

const cooldownOf = (why: string, ms: number, askThreshold: boolean): ActiveCooldown => ({
  // An engine that was started anew settles: nothing of Autotask's is the matter, and it is over at once.
  kind: why === 'credentials' || why === 'share' ? why : 'limited',
  ms,
  askThreshold,
});

/** Milliseconds that Autotask asked for; -1: it named none. */
const waitOf = (result: RequestResult | null): number =>
  result?.kind === 'limited' ? (result.retryAfterMs ?? -1) : -1;

const sendsNothing = () =>
  new AutotaskError(
    'unavailable',
    'The state that the replicas of this server share does not answer, and this replica sends nothing without it (AUTOTASK_STATE_SHARE). Nothing was sent.',
    {
      next: 'Try again in a few seconds; if it persists, tell the operator.',
      retryAfter: 5,
      actor: 'operator',
    },
  );

export interface SharedTenant extends KeptState {
  /** From now on this replica is alone. */
  engineLost(): void;
  /** Tells an engine that answers again that Autotask told this replica to wait. */
  tellPause(): Promise<void>;
  /** Tells it what else it has not heard. */
  catchUp(): Promise<void>;
}

/**
 * A tenant's state where several replicas share it. Every request first has its place in this process, within the
 * limits of one alone, and then asks the engine for its turn; so there are few of them in its queue, and they go on
 * within this replica's share of the limits when it cannot be asked.
 */
export function createSharedTenant(
  engine: Engine,
  queue: RequestQueue,
  share: number,
  { tenant, maxConcurrency, tuning }: { tenant: string; maxConcurrency: number; tuning: Tuning },
): SharedTenant {
  const own = createTenantScripts(engine, tenant, maxConcurrency, tuning);
  const alone = {
    overall: Math.max(1, Math.floor(maxConcurrency * share)),
    // A third, written as 33 %, is one of three.
    perEndpoint: Math.max(1, Math.floor(maxPerEndpoint * share + 0.02)),
  };
  const together = { overall: maxConcurrency, perEndpoint: maxPerEndpoint };
  const local = createMemoryState(
    () => (engine.mode === 'up' ? together : alone),
    { ...tuning, hourlyShare: null },
    null,
  );
  const cache = createSharedCache(engine, tenant, tuning.metadataTtlMs);
  const hour = new ReplicaShare(tuning.hourlyShare, share);
  const untold = new Set<string>();
  const inFlight = new RequestsInFlight(share === 0 ? { overall: 0, perEndpoint: 0 } : alone);

  async function finish(
    member: string,
    result: RequestResult['kind'] | 'credentials' | '',
    waitMs = -1,
  ): Promise<void> {
    const { backoffMs, maxBackoffMs, refusalsBeforeCooldown, refusalCooldownMs } = tuning;
    await own.run(
      scripts.finish,
      member,
      result,
      Math.ceil(waitMs),
      Math.floor(Math.random() * 1000),
      backoffMs,
      maxBackoffMs,
      refusalsBeforeCooldown,
      refusalCooldownMs,
    );
  }

  /** Tells the engine without waiting for it: what this process sends after it arrives after it. */
  function leave(request: QueuedRequest, result: RequestResult | null): void {
    request.drop();
    const remember = () => {
      if (untold.size < mostUntold) untold.add(request.member);
    };
    if (engine.mode === 'down') remember();
    else finish(request.member, result?.kind ?? '', waitOf(result)).catch(remember);
  }

  async function ask(request: QueuedRequest, signal: AbortSignal): Promise<QueueEvent> {
    for (;;) {
      request.forget();
      const asked = performance.now();
      try {
        const answer = queueEventOf(await own.run(scripts.requestTurn, request.member));
        request.knownAt = asked;
        const event = answer.kind === 'queued' ? await request.next(signal) : answer;
        // Of a turn that was heard late the lease may have ended: somebody else may have it.
        if (event.kind !== 'turn' || performance.now() - request.knownAt < times.turnMs) return event;
      } catch (error) {
        if (error instanceof EngineUnavailable) return { kind: 'alone' };
        throw error;
      }
    }
  }

  /** This replica's own word, while the engine cannot be asked. */
  function goAlone(endpoint: string, { delayMs, checkThreshold }: Turn): QueueEvent {
    const stop = hour.spend(endpoint, performance.now());
    if (stop !== null) return { kind: 'stopped', why: 'share', ...stop };
    return { kind: 'turn', delayMs, checkThreshold, left: -1 };
  }

  /**
   * Waits for a turn, and counts it as being sent; `here` is what holds for this process alone. As long as others may
   * not have noticed that the engine is back it takes both: the engine's word, and room in this replica's share.
   */
  async function turnOf(
    request: QueuedRequest,
    here: Turn,
    endpoint: string,
    signal: AbortSignal,
    pause: (stop: ActiveCooldown) => Promise<void>,
  ): Promise<Pick<Turn, 'delayMs' | 'checkThreshold'>> {
    for (;;) {
      await engine.backOrDrained(signal);
      // What this process knows of holds whether or not the engine can say so.
      const known = await local.activeCooldown();
      if (known !== null) {
        await pause(known);
        continue;
      }
      if (engine.mode === 'down' && share === 0) throw sendsNothing();
      const counted = engine.mode !== 'up';
      if (counted && !inFlight.beginsAlone(endpoint)) {
        signal.throwIfAborted();
        await sleep(lookAgainMs);
        continue;
      }
      let event: QueueEvent | null = null;
      try {
        event = engine.mode === 'down' ? goAlone(endpoint, here) : await ask(request, signal);
      } finally {
        if (counted && event?.kind !== 'turn') inFlight.ends(endpoint);
      }
      if (event.kind === 'turn') {
        if (!counted) inFlight.begins(endpoint);
        hour.heard(event.left);
        return event;
      }
      if (event.kind === 'stopped') await pause(cooldownOf(event.why, event.ms, event.askThreshold));
    }
  }

  /** A request's place in this process. Whether the others may go on depends on one, which therefore does not wait for them. */
  async function placeOf(
    endpoint: string,
    signal: AbortSignal,
    pause: (stop: ActiveCooldown) => Promise<void>,
  ): Promise<Turn> {
    if (!isThresholdRequest(endpoint)) return local.waitForTurn(endpoint, signal, pause);
    for (let stop = await local.activeCooldown(); stop !== null; stop = await local.activeCooldown())
      await pause(stop);
    return {
      delayMs: 0,
      checkThreshold: false,
      resume: async () => undefined,
      end: (result) => {
        if (result !== null) local.record(result).catch(() => undefined);
      },
    };
  }

  return {
    async waitForTurn(endpoint, signal, pause) {
      const here = await placeOf(endpoint, signal, pause);
      const request = queue.open(own, endpoint);
      const takeTurn = async () => {
        const turn = await turnOf(request, here, endpoint, signal, pause);
        request.running = true;
        return turn;
      };
      try {
        const { delayMs, checkThreshold } = await takeTurn();
        return {
          delayMs,
          checkThreshold,
          async resume() {
            inFlight.ends(endpoint);
            request.running = false;
            await takeTurn();
          },
          end(result) {
            if (request.running) inFlight.ends(endpoint);
            leave(request, result);
            here.end(result);
          },
        };
      } catch (error) {
        leave(request, null);
        here.end(null);
        throw error;
      }
    },
    async activeCooldown() {
      const known = await local.activeCooldown();
      if (known !== null || engine.mode === 'down') return known;
      try {
        const reply = await own.run(scripts.recordUsage, '', '', '');
        const [why, ms] = usageReply.parse(reply);
        return why === '' ? null : cooldownOf(why, ms, false);
      } catch (error) {
        if (error instanceof EngineUnavailable) return null;
        throw error;
      }
    },
    async record(result) {
      await local.record(result);
      await finish('', result.kind, waitOf(result)).catch(() => undefined);
    },
    async recordThreshold(threshold) {
      const delay = await local.recordThreshold(threshold);
      if (engine.mode === 'down') hour.record(threshold);
      const { externalRequestThreshold, currentTimeframeRequestCount } = threshold;
      try {
        const reply = await own.run(
          scripts.recordUsage,
          externalRequestThreshold,
          currentTimeframeRequestCount,
          '',
        );
        return usageReply.parse(reply)[2];
      } catch (error) {
        if (error instanceof EngineUnavailable) return delay;
        throw error;
      }
    },
    load: (key, maxAgeMs) => cache.load(key, maxAgeMs),
    save: (key, body) => cache.save(key, body),
    isIdle: () => local.isIdle(),
    pause: (stop) => local.pause(stop),
    engineLost: () => hour.begins(),
    async tellPause() {
      const stop = await local.activeCooldown();
      if (stop === null) return;
      await finish('', stop.kind === 'credentials' ? 'credentials' : 'limited', stop.ms);
    },
    async catchUp() {
      const sent = hour.takeUntold();
      try {
        await own.run(scripts.recordUsage, '', '', sent);
      } catch (error) {
        hour.putBack(sent);
        throw error;
      }
      const members = [...untold];
      untold.clear();
      for (const member of members) await finish(member, '');
    },
  };
}
