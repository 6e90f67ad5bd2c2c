import { AutotaskError } from '../errors.js';

const hour = 60 * 60_000;

export interface HourlyWriteLimit {
  /** Null: without limit. */
  readonly limit: number | null;
  /** How many writes this hour still has room for. */
  remaining(): number;
  /** Throws `limited` when the writes of this hour are used up. */
  check(): void;
  /** Counts one write that is about to be sent; throws like `check`. */
  take(): void;
}

/**
 * Answers a function that makes the limit of whoever the key names. Writes of the last hour are counted in
 * this process by key, so that a limit which is made anew goes on where it was.
 */
export function createHourlyWriteLimits(
  now: () => number = Date.now,
): (key: string, limit: number | null) => HourlyWriteLimit {
  const sent = new Map<string, readonly number[]>();
  const recent = (key: string) => (sent.get(key) ?? []).filter((at) => at > now() - hour);
  /** Who wrote longest ago stands first. */
  const dropExpired = () => {
    for (const [key, times] of sent) {
      if ((times.at(-1) ?? 0) > now() - hour) return;
      sent.delete(key);
    }
  };
  return (key, limit) => {
    const check = () => {
      const times = recent(key);
      if (limit === null || times.length < limit) return;
      const [first] = times;
      const wait = first === undefined ? hour : first + hour - now();
      throw new AutotaskError(
        'limited',
        `The policy of this server allows ${limit} writes per hour, and they are used up. Nothing was written.`,
        { retryAfter: Math.max(1, Math.ceil(wait / 1000)), actor: 'server' },
      );
    };
    return {
      limit,
      remaining: () => (limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - recent(key).length)),
      check,
      take() {
        if (limit === null) return;
        check();
        const times = [...recent(key), now()];
        sent.delete(key);
        sent.set(key, times);
        dropExpired();
      },
    };
  };
}

/** A limit on its own. */
export const createHourlyWriteLimit = (limit: number | null, now?: () => number): HourlyWriteLimit =>
  createHourlyWriteLimits(now)('', limit);
