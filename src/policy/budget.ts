import { AutotaskError } from '../errors.js';

const hour = 60 * 60_000;

export interface WriteBudget {
  /** Null: without limit. */
  readonly most: number | null;
  /** Counts one write that is about to be sent; throws `limited` when the hour's share is used up. */
  take(): void;
}

/** Writes of the last hour, counted in this process. */
export function createBudget(most: number | null, now: () => number = Date.now): WriteBudget {
  let sent: number[] = [];
  return {
    most,
    take() {
      if (most === null) return;
      sent = sent.filter((at) => at > now() - hour);
      if (sent.length < most) {
        sent.push(now());
        return;
      }
      const [first] = sent;
      const wait = first === undefined ? hour : first + hour - now();
      throw new AutotaskError(
        'limited',
        `The policy of this server allows ${most} writes per hour, and they are used up. Nothing was written.`,
        { retryAfter: Math.max(1, Math.ceil(wait / 1000)) },
      );
    },
  };
}
