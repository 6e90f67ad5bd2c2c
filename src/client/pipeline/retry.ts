import { AutotaskError } from '../../errors.js';
import type { Log } from '../../log.js';
import { type Outcome, refuse } from '../http/response.js';
import type { ActiveCooldown } from '../limits/cooldown.js';
import type { TenantState } from '../limits/tenant-state.js';
import type { Tuning } from '../tuning.js';
import { sleep } from './abortable.js';
import type { Deadline } from './deadline.js';
import { type ApiRequest, requestName } from './request.js';

/** Refuses at once when the hold outlasts the caller's patience, otherwise sits it out. */
export async function awaitCooldown(
  call: ApiRequest,
  share: TenantState,
  tuning: Tuning,
  deadline: Deadline,
): Promise<void> {
  for (let hold = await share.cooldown(); hold !== null; hold = await share.cooldown()) {
    if (hold.kind === 'credentials' || hold.ms > Math.min(tuning.patienceMs, deadline.left())) {
      throw heldBack(call, hold);
    }
    await sleep(hold.ms, deadline.signal);
  }
}

function heldBack(call: ApiRequest, { kind, ms }: ActiveCooldown): AutotaskError {
  const retryAfter = Math.ceil(ms / 1000);
  const again = `${requestName(call)} was not sent. Requests go out again in ${retryAfter} s.`;
  const details =
    kind === 'limited'
      ? { next: `Wait ${retryAfter} s before trying again; earlier attempts are not sent either.` }
      : { next: 'Ask the operator to check the credentials and whether the API user is locked.' };
  const message =
    kind === 'limited'
      ? `Autotask limits requests at the moment. ${again}`
      : `Autotask refused the credentials several times in a row, and further failures would lock the user. ${again}`;
  return new AutotaskError(kind, message, { ...details, retryAfter });
}

/**
 * Repeats a read while that may help, within the number of retries and the time of the call. A write is
 * attempted once.
 */
export async function withRetries(
  call: ApiRequest,
  tuning: Tuning,
  deadline: Deadline,
  log: Log,
  attempt: () => Promise<Outcome>,
  waitFor: (error: AutotaskError, attempts: number) => Promise<number>,
): Promise<unknown> {
  let last: AutotaskError | undefined;
  for (let attempts = 1; ; attempts += 1) {
    const verdict = await attempt().catch((error: unknown) => {
      // When time runs out during a repeat, why it was needed says more than that time ran out.
      throw last !== undefined && deadline.isOver() ? last : error;
    });
    if (verdict.ok) return verdict.body;
    const { error } = verdict;
    last = error;
    if (call.write || !verdict.again || attempts > tuning.retries) throw error;
    const wait = await waitFor(error, attempts);
    if (wait > Math.min(tuning.patienceMs, deadline.left())) throw error;
    log('info', `${error.message} Attempt ${attempts + 1} of ${tuning.retries + 1} follows.`);
    await sleep(wait, deadline.signal);
  }
}

/** What it means for a call that its caller, or its time, ended while the request was on its way. */
export function interrupted(call: ApiRequest, deadline: Deadline, sent: boolean): Outcome {
  const { reason } = deadline.signal;
  if (!call.write || !sent) throw reason;
  return refuse({
    kind: 'outcomeUnknown',
    message: `${requestName(call)} was sent, but the call ended before an answer came. It may or may not have been carried out.`,
    cause: reason,
  });
}
