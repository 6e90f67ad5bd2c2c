import type { ShareState } from '../client/types.js';
import type { WriteCounts } from '../policy/hourly-write-limit.js';
import type { PendingTokens } from '../server/confirmation/pending-tokens.js';
import { Engine, type Mode } from './engine.js';
import { RequestQueue } from './request-queue.js';
import type { SharedStateSettings } from './settings.js';
import { pendingInEngine, writesInEngine } from './single-use.js';
import { createSharedTenant, type SharedTenant } from './tenant.js';

export { type EngineFacts, EngineRefused, examineEngine } from './examine.js';
export type { EngineAddress, SharedStateSettings } from './settings.js';

/** What replicas of this server share, in Valkey or Redis. */
export interface SharedState {
  /** Limits and metadata of tenants. */
  readonly share: ShareState;
  readonly writes: WriteCounts;
  readonly pending: PendingTokens;
  status(): { readonly mode: Mode; readonly failures: number };
  close(): void;
}

/** More than the tenants that have requests at the same time. */
const mostTenants = 600;

/** Opens the way to the engine; resolves also when it does not answer, since it may later. */
export async function openSharedState(settings: SharedStateSettings): Promise<SharedState> {
  const engine = new Engine(settings);
  const queue = new RequestQueue(engine);
  const tenants = new Map<string, SharedTenant>();
  /** Pauses first, then what is on its way: the engine lets somebody in with whatever else it is told. */
  async function catchUp(): Promise<void> {
    await Promise.all([...tenants.values()].map((tenant) => tenant.tellPause()));
    queue.renewAll(true);
    await Promise.all([...tenants.values()].map((tenant) => tenant.catchUp()));
  }
  engine.onChange((mode) => {
    if (mode === 'down') for (const tenant of tenants.values()) tenant.engineLost();
    // What fails here fails because the engine is gone again, and is told when it is back.
    if (mode === 'settling') catchUp().catch(() => undefined);
  });
  await engine.open({
    turn: (message) => queue.hear(message),
    pause(message) {
      const [tenant = '', kind, ms] = message.split(' ');
      const stop = { kind: kind === 'credentials' ? kind : 'limited', ms: Number(ms) } as const;
      tenants.get(tenant)?.pause(stop);
    },
  });
  return {
    share(tenant, maxConcurrency, tuning) {
      for (const [known, { isIdle }] of tenants) {
        if (tenants.size < mostTenants) break;
        if (isIdle()) tenants.delete(known);
      }
      const made = createSharedTenant(engine, queue, settings.share, { tenant, maxConcurrency, tuning });
      tenants.set(tenant, made);
      return made;
    },
    writes: writesInEngine(engine),
    pending: pendingInEngine(engine),
    status: () => ({ mode: engine.mode, failures: engine.failures }),
    close() {
      queue.close();
      engine.close();
    },
  };
}
