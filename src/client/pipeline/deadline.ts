import { AutotaskError } from '../../errors.js';

/** The time a call has, joined with its caller's wish to cancel. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Milliseconds left. */
  left(): number;
  /** Whether time ran out, as opposed to a caller who cancelled. */
  isOver(): boolean;
  /** Must be called when the call is over, or its timer and listener stay. */
  end(): void;
}

export function startDeadline(ms: number, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  const end = performance.now() + ms;
  const cancel = () => controller.abort(reasonOf(caller));
  let over = false;
  const timer = setTimeout(() => {
    over = true;
    controller.abort(
      new AutotaskError('unavailable', `The call did not finish within ${ms / 1000} s, waiting included.`, {
        next: 'Ask for less at once, or try again when Autotask is less busy.',
      }),
    );
  }, ms);
  if (caller?.aborted) cancel();
  else caller?.addEventListener('abort', cancel, { once: true });
  return {
    signal: controller.signal,
    left: () => end - performance.now(),
    isOver: () => over,
    end() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', cancel);
    },
  };
}

/** A surrounding deadline that ran out says so itself; any other reason is the caller's wish. */
export function reasonOf(caller: AbortSignal | undefined): AutotaskError {
  const reason: unknown = caller?.reason;
  return reason instanceof AutotaskError ? reason : new AutotaskError('cancelled', 'The call was cancelled.');
}
