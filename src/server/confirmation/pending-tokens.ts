/**
 * Tokens that were handed out and not used yet. A token that is not among them confirms nothing, so whatever
 * gets lost - a process that ended, an engine that was started anew - means a new preview and never a second write.
 */
export interface PendingTokens {
  /** `expires` in milliseconds; from then on the token may be forgotten. */
  add(nonce: string, expires: number): Promise<void>;
  /** True for the first one who asks, whoever else asks at the same time. */
  take(nonce: string): Promise<boolean>;
}

/** More previews than one process has open in a day; beyond, the oldest must be made anew. */
const maxPending = 10_000;

/** Within this process. */
export function pendingInMemory(): PendingTokens {
  const pending = new Map<string, number>();
  return {
    add: async (nonce, expires) => {
      const now = Date.now();
      for (const [known, until] of pending) {
        if (until > now && pending.size < maxPending) break;
        pending.delete(known);
      }
      pending.set(nonce, expires);
    },
    take: async (nonce) => pending.delete(nonce),
  };
}
