import { createHash } from 'node:crypto';
import * as z from 'zod';
import { AutotaskError } from '../errors.js';
import type { CountedFor, WriteCounts } from '../policy/hourly-write-limit.js';
import type { PendingTokens } from '../server/confirmation/pending-tokens.js';
import { type Engine, EngineUnavailable, keyPrefix } from './engine.js';
import { scripts } from './scripts.js';

/** Names what is kept under a key without telling what it is. */
const hashed = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** Nothing here is done without the engine: the write that asked is refused, and says so. */
async function orRefuse<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    throw new AutotaskError(
      'unavailable',
      `The state that the replicas of this server share does not answer, and ${what}. Nothing was written.`,
      {
        next: 'Try again in a few seconds; if it persists, tell the operator (AUTOTASK_STATE_URL). Reading goes on.',
        retryAfter: 5,
        actor: 'operator',
        cause: error,
      },
    );
  }
}

/** Confirmations that were given out and not used, wherever they were given out. */
export function pendingInEngine(engine: Engine): PendingTokens {
  const keyOf = (nonce: string) => `${keyPrefix}{pending}:${hashed(nonce)}`;
  const why = 'without it nobody can tell whether a confirmation was used already';
  return {
    add: (nonce, lifeMs) =>
      orRefuse(why, async () => {
        await engine.run(scripts.addPending, [keyOf(nonce)], [Math.ceil(lifeMs)]);
      }),
    take: (nonce) =>
      orRefuse(why, async () => (await engine.run(scripts.takePending, [keyOf(nonce)], [])) === 1),
  };
}

const counts = z.array(z.number());

/** Writes of the last hour, counted for all replicas together. */
export function writesInEngine(engine: Engine): WriteCounts {
  const keyOf = ({ tenant, who }: CountedFor) =>
    `${keyPrefix}{${hashed(tenant)}}:writes:${who === '' ? 'all' : hashed(who)}`;
  const ask = (entries: readonly (CountedFor & { readonly limit: number })[], ...last: readonly string[]) =>
    orRefuse('it counts the writes that are allowed within an hour', async () => {
      const limits = entries.map(({ limit }) => limit);
      return counts.parse(await engine.run(scripts.countWrites, entries.map(keyOf), [...limits, ...last]));
    });
  return {
    async remaining(entries) {
      const [, ...left] = await ask(entries, 'look');
      return Math.min(...left);
    },
    async take(entries) {
      const [refused, seconds = 1] = await ask(entries);
      const entry = refused === undefined || refused === 0 ? undefined : entries[refused - 1];
      return entry === undefined ? null : { limit: entry.limit, retryAfter: seconds };
    },
  };
}
