import { AutotaskError } from '../../errors.js';

/** A time limit of a call, combined with its caller's cancellation. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds left. */
  remainingMs(): number;
  /** Whether time ran out, as opposed to a caller who cancelled. */
  isExpired(): boolean;
  /** Removes timer and listener; must be called when the call has ended. */
  dispose(): void;
}

export function startDeadline(ms: number, callerSignal?: AbortSignal): Deadline {
  const controller = new AbortController();
  const end = performance.now() + ms;
  const cancel = () => controller.abort(abortReason(callerSignal));
  let expired = false;
  const timer = setTimeout(() => {
    expired = true;
    controller.abort(
      new AutotaskError('unavailable', `The call did not finish within ${ms / 1000} s, waiting included.`, {
        next: 'Ask for less at once, or try again when Autotask is less busy.',
        actor: 'server',
      }),
    );
  }, ms);
  if (callerSignal?.aborted) cancel();
  else callerSignal?.addEventListener('abort', cancel, { once: true });
  return {
    signal: controller.signal,
    remainingMs: () => end - performance.now(),
    isExpired: () => expired,
    dispose() {
      clearTimeout(timer);
      callerSignal?.removeEventListener('abort', cancel);
    },
  };
}

/** A surrounding deadline that ran out says so itself; any other reason is the caller's wish. */
export function abortReason(callerSignal: AbortSignal | undefined): AutotaskError {
  const reason: unknown = callerSignal?.reason;
  return reason instanceof AutotaskError ? reason : new AutotaskError('cancelled', 'The call was cancelled.');
}
