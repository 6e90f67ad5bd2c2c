import type { Limits } from '../settings.js';

/** How long Autotask may take to answer before this server calls itself not ready, in milliseconds. */
const timeoutMs = 10_000;

/**
 * Answers a function that tells whether the check passes. The answer is kept, so that probes cost Autotask
 * next to nothing, and all who ask at the same time share one check.
 */
export function createReadiness(
  check: (signal: AbortSignal) => Promise<void>,
  { readyMs, unreadyMs }: Pick<Limits, 'readyMs' | 'unreadyMs'>,
  onFailure: (error: unknown) => void,
): () => Promise<boolean> {
  let cached: { readonly ready: boolean; readonly until: number } | undefined;
  let pending: Promise<boolean> | undefined;
  const runCheck = async () => {
    let ready = true;
    try {
      await check(AbortSignal.timeout(timeoutMs));
    } catch (error) {
      ready = false;
      onFailure(error);
    }
    cached = { ready, until: Date.now() + (ready ? readyMs : unreadyMs) };
    pending = undefined;
    return ready;
  };
  return async () => {
    if (cached !== undefined && Date.now() < cached.until) return cached.ready;
    pending ??= runCheck();
    return pending;
  };
}
