import { AutotaskError } from '../../errors.js';
import type { Log } from '../../log.js';
import type { Repeat } from '../../tracing/request-span.js';
import { failedOutcome, type Outcome } from '../http/response.js';
import type { ActiveCooldown } from '../rate-limiting/cooldown.js';
import type { Tuning } from '../tuning.js';
import { sleep } from './abortable.js';
import type { Deadline } from './deadline.js';
import { type ApiRequest, requestName } from './request.js';

/** Waits for the end of a cooldown; refuses at once when it lasts longer than a request may wait. */
export async function waitFor(
  request: ApiRequest,
  cooldown: ActiveCooldown,
  tuning: Tuning,
  deadline: Deadline,
): Promise<void> {
  if (cooldown.kind === 'credentials' || cooldown.ms > Math.min(tuning.maxWaitMs, deadline.remainingMs())) {
    throw cooldownError(request, cooldown);
  }
  await sleep(cooldown.ms, deadline.signal);
}

function cooldownError(request: ApiRequest, { kind, ms }: ActiveCooldown): AutotaskError {
  const retryAfter = Math.ceil(ms / 1000);
  const notSent = `${requestName(request)} was not sent. Requests go out again in ${retryAfter} s.`;
  const again = {
    next: `Wait ${retryAfter} s before trying again; earlier attempts are not sent either.`,
    retryAfter,
  };
  if (kind === 'limited')
    return new AutotaskError(kind, `Autotask limits requests at the moment. ${notSent}`, again);
  if (kind === 'share') {
    const why =
      "What this server may use of the tenant's hourly requests (AUTOTASK_HOURLY_SHARE) is used up.";
    return new AutotaskError('limited', `${why} ${notSent}`, { ...again, actor: 'server' });
  }
  return new AutotaskError(
    kind,
    `Autotask refused the credentials several times in a row, and further failures would lock the user. ${notSent}`,
    { next: 'Ask the operator to check the credentials and whether the API user is locked.', retryAfter },
  );
}

/**
 * Repeats a read while that may help, within the number of retries and the time of the call. A write is
 * attempted once.
 */
export async function withRetries(
  request: ApiRequest,
  tuning: Tuning,
  deadline: Deadline,
  log: Log,
  attempt: (repeat: Repeat | null) => Promise<Outcome>,
  retryDelay: (error: AutotaskError, attempts: number) => Promise<number>,
): Promise<unknown> {
  let lastError: AutotaskError | undefined;
  let repeat: Repeat | null = null;
  for (let attempts = 1; ; attempts += 1) {
    const outcome: Outcome = await attempt(repeat).catch((error: unknown) => {
      // When time runs out during a repeat, why it was needed says more than that time ran out.
      throw lastError !== undefined && deadline.isExpired() ? lastError : error;
    });
    if (outcome.ok) return outcome.body;
    const { error }: { readonly error: AutotaskError } = outcome;
    lastError = error;
    if (request.write || !outcome.retryable || attempts > tuning.retries) throw error;
    const wait = await retryDelay(error, attempts);
    if (wait > Math.min(tuning.maxWaitMs, deadline.remainingMs())) throw error;
    log('info', `${error.message} Attempt ${attempts + 1} of ${tuning.retries + 1} follows.`);
    await sleep(wait, deadline.signal);
    repeat = { count: attempts, reason: error.kind, waitedMs: wait };
  }
}

/** What it means for a call that its caller, or its time, ended while the request was on its way. */
export function interruptedOutcome(request: ApiRequest, deadline: Deadline, sent: boolean): Outcome {
  const { reason } = deadline.signal;
  if (!request.write || !sent) throw reason;
  return failedOutcome({
    kind: 'outcomeUnknown',
    message: `${requestName(request)} was sent, but the call ended before an answer came. It may or may not have been carried out.`,
    cause: reason,
  });
}
