import type { Limits } from '../settings.js';

/** How long Autotask may take to answer before this server calls itself not ready, in milliseconds. */
const patienceMs = 10_000;

/**
 * Answers a function that tells whether the check passes. The answer is kept, so that probes cost Autotask
 * next to nothing, and all who ask at the same time share one check.
 */
export function createReadiness(
  check: (signal: AbortSignal) => Promise<void>,
  { readyMs, unreadyMs }: Pick<Limits, 'readyMs' | 'unreadyMs'>,
  onFailure: (error: unknown) => void,
): () => Promise<boolean> {
  let kept: { readonly ready: boolean; readonly until: number } | undefined;
  let asking: Promise<boolean> | undefined;
  const ask = async () => {
    let ready = true;
    try {
      await check(AbortSignal.timeout(patienceMs));
    } catch (error) {
      ready = false;
      onFailure(error);
    }
    kept = { ready, until: Date.now() + (ready ? readyMs : unreadyMs) };
    asking = undefined;
    return ready;
  };
  return async () => {
    if (kept !== undefined && Date.now() < kept.until) return kept.ready;
    asking ??= ask();
    return asking;
  };
}
