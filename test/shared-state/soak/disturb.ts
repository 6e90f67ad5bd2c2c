import { setTimeout as sleep } from 'node:timers/promises';
import type { TestEngine } from '../../support/engine.js';
import { between, createRandom, pick } from './random.js';
import { type Replicas, replicaCount } from './replicas.js';
import type { SoakTenants } from './tenants.js';

export interface Disturbance {
  readonly what: string;
  readonly from: number;
  readonly to: number;
  /** Whether the engine could not be asked meanwhile. */
  readonly outage: boolean;
}

const kinds = ['kill', 'storm', 'pause', 'restart', 'flush', 'disconnect', 'storm', 'kill'] as const;

/** Breaks something every few seconds. Replica 0 is left alive, so that its memory can be watched. */
export async function disturb(
  engine: TestEngine,
  replicas: Replicas,
  tenants: SoakTenants,
  { seed, until, mostTenants }: { seed: number; until: number; mostTenants: number },
): Promise<readonly Disturbance[]> {
  const random = createRandom(seed);
  const done: Disturbance[] = [];
  const ways: Readonly<Record<(typeof kinds)[number], () => Promise<string>>> = {
    async kill() {
      const replica = between(random, 1, replicaCount - 1);
      await replicas.killAndRestart(replica, between(random, 0, 1_500));
      return `replica ${replica} is killed and started again`;
    },
    async storm() {
      const hit = Array.from({ length: between(random, 1, 8) }, () => between(random, 0, mostTenants - 1));
      const ms = between(random, 4_000, 9_000);
      for (const tenant of hit) tenants.storm(tenant, performance.now() + ms);
      // Other things happen meanwhile.
      await sleep(between(random, 0, ms));
      return `tenants ${hit.join(', ')} say "too many"`;
    },
    async pause() {
      const ms = between(random, 500, 6_000);
      engine.pause();
      await sleep(ms);
      engine.resume();
      return `the engine stands still for ${ms} ms`;
    },
    async restart() {
      await engine.kill();
      await sleep(between(random, 0, 4_000));
      await engine.start();
      return 'the engine is killed and started again';
    },
    async flush() {
      await engine.client.call('SCRIPT', 'FLUSH');
      return 'the engine forgets its scripts';
    },
    async disconnect() {
      await engine.client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await engine.client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      return 'the engine ends all connections';
    },
  };
  await sleep(3_000);
  while (performance.now() < until - 15_000) {
    const kind = pick(random, kinds);
    const from = performance.now();
    const what = await ways[kind]();
    done.push({ what, from, to: performance.now(), outage: kind === 'pause' || kind === 'restart' });
    await sleep(between(random, 500, 4_000));
  }
  return done;
}
