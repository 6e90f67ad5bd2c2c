import { AutotaskError } from '../errors.js';

const hour = 60 * 60_000;

export interface WriteBudget {
  /** Null: without limit. */
  readonly most: number | null;
  /** How many writes this hour still has room for. */
  left(): number;
  /** Throws `limited` when the hour's share is used up. */
  check(): void;
  /** Counts one write that is about to be sent; throws like `check`. */
  take(): void;
}

/**
 * Answers a function that makes the budget of whoever the key names. Writes of the last hour are counted in
 * this process by key, so that a budget which is made anew goes on where it was.
 */
export function createBudgets(
  now: () => number = Date.now,
): (key: string, most: number | null) => WriteBudget {
  const sent = new Map<string, readonly number[]>();
  const recent = (key: string) => (sent.get(key) ?? []).filter((at) => at > now() - hour);
  /** Who wrote longest ago stands first. */
  const forget = () => {
    for (const [key, times] of sent) {
      if ((times.at(-1) ?? 0) > now() - hour) return;
      sent.delete(key);
    }
  };
  return (key, most) => {
    const check = () => {
      const times = recent(key);
      if (most === null || times.length < most) return;
      const [first] = times;
      const wait = first === undefined ? hour : first + hour - now();
      throw new AutotaskError(
        'limited',
        `The policy of this server allows ${most} writes per hour, and they are used up. Nothing was written.`,
        { retryAfter: Math.max(1, Math.ceil(wait / 1000)), actor: 'server' },
      );
    };
    return {
      most,
      left: () => (most === null ? Number.POSITIVE_INFINITY : Math.max(0, most - recent(key).length)),
      check,
      take() {
        if (most === null) return;
        check();
        const times = [...recent(key), now()];
        sent.delete(key);
        sent.set(key, times);
        forget();
      },
    };
  };
}

/** A budget on its own. */
export const createBudget = (most: number | null, now?: () => number): WriteBudget =>
  createBudgets(now)('', most);
