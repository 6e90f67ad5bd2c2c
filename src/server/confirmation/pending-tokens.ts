/**
 * Tokens that were handed out and not used yet. A token that is not among them confirms nothing, so whatever
 * gets lost - a process that ended, an engine that was started anew - means a new preview and never a second write.
 * How long one is good is for its keeper to say: the clocks of those who give out and those who take may differ.
 */
export interface PendingTokens {
  /** Good for so many milliseconds. */
  add(nonce: string, lifeMs: number): Promise<void>;
  /** True for the first one who asks in time, whoever else asks at the same time. */
  take(nonce: string): Promise<boolean>;
}

/** More previews than one process has open in a day; beyond, the oldest must be made anew. */
const maxPending = 10_000;

/** Within this process. */
export function pendingInMemory(): PendingTokens {
  const pending = new Map<string, number>();
  return {
    add: async (nonce, lifeMs) => {
      const now = Date.now();
      for (const [known, until] of pending) {
        if (until > now && pending.size < maxPending) break;
        pending.delete(known);
      }
      pending.set(nonce, now + lifeMs);
    },
    async take(nonce) {
      const until = pending.get(nonce) ?? Number.NEGATIVE_INFINITY;
      pending.delete(nonce);
      return until > Date.now();
    },
  };
}
