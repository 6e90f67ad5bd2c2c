import { AutotaskError } from '../../errors.js';
import type { Log } from '../../log.js';
import { inRequestSpan, type Repeat, type RequestSpan } from '../../tracing/request-span.js';
import type { HttpExchange } from '../http/http-exchange.js';
import { requestHeaders } from '../http/request-headers.js';
import { failedOutcome, type Outcome } from '../http/response.js';
import type { ActiveCooldown, RequestResult } from '../rate-limiting/cooldown.js';
import type { TenantState } from '../tenant-state/tenant-state.js';
import type { Tuning } from '../tuning.js';
import type { ClientSettings, Zone } from '../types.js';
import type { ZoneFinder } from '../zone/discovery.js';
import { sleep, unlessAborted } from './abortable.js';
import type { Deadline } from './deadline.js';
import { type ApiRequest, endpointOf } from './request.js';
import { waitFor } from './retry.js';

export interface Pipeline {
  readonly settings: ClientSettings;
  readonly tuning: Tuning;
  readonly tenantState: TenantState;
  readonly zones: ZoneFinder;
  readonly exchange: HttpExchange;
  readonly log: Log;
  /** Called when it is time to ask how much of the hourly threshold is used. */
  readonly checkThreshold: () => void;
}

/** Sends a request to the tenant's zone within the tenant's limits, and once more if the tenant has moved. */
export async function sendToZone(
  pipeline: Pipeline,
  request: ApiRequest,
  deadline: Deadline,
  repeat: Repeat | null,
  mayMove = true,
): Promise<Outcome> {
  const { zones, tenantState, log } = pipeline;
  const zone = await unlessAborted(zones.current(), deadline.signal);
  const { method, firstPath: path = request.path } = request;
  const outcome = await inRequestSpan({ method, base: zone.apiUrl, path, repeat }, (span) =>
    sendWithinLimits(pipeline, request, zone, deadline, span),
  );
  if (outcome.ok || !(outcome.error.kind === 'credentials' || outcome.error.status === 401)) return outcome;
  // A refusal may mean that the tenant lives elsewhere by now.
  const mayHaveMoved = outcome.error.status === 401 && mayMove;
  if (!mayHaveMoved || !(await unlessAborted(hasMoved(zones, zone, log), deadline.signal))) {
    await tenantState.record({ kind: 'refused' });
    return outcome;
  }
  log('warning', 'The tenant has moved to another zone; its new address is used from now on.');
  if (!request.write) {
    const again: Repeat = { count: (repeat?.count ?? 0) + 1, reason: 'moved', waitedMs: 0 };
    return sendToZone(pipeline, request, deadline, again, false);
  }
  if (outcome.error.kind === 'outcomeUnknown') return outcome;
  return failedOutcome({
    kind: 'unavailable',
    message: 'The tenant has moved to another zone. Nothing was written.',
    next: 'Send the write again: the new zone is used from now on.',
    status: 401,
  });
}

async function hasMoved(zones: ZoneFinder, zone: Zone, log: Log): Promise<boolean> {
  try {
    return await zones.hasMoved(zone);
  } catch (error) {
    // The refusal says more to the caller than a discovery that failed after it.
    log('warning', `Looking up the zone again failed: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

async function sendWithinLimits(
  { settings, tuning, tenantState, exchange, checkThreshold }: Pipeline,
  request: ApiRequest,
  zone: Zone,
  deadline: Deadline,
  span: RequestSpan,
): Promise<Outcome> {
  const url = addressOf(request, zone);
  const pause = (stop: ActiveCooldown) => {
    if (stop.askThreshold === true) checkThreshold();
    span.waits(stop.kind, stop.ms);
    return waitFor(request, stop, tuning, deadline);
  };
  const waitForTurn = async () => {
    settings.observer?.queueChanged(1);
    try {
      return await tenantState.waitForTurn(endpointOf(request.path), deadline.signal, pause);
    } finally {
      settings.observer?.queueChanged(-1);
    }
  };
  const since = performance.now();
  const turn = await waitForTurn();
  span.turn(performance.now() - since);
  let result: RequestResult | null = null;
  try {
    if (turn.checkThreshold) checkThreshold();
    if (turn.delayMs > 0) {
      span.paces(turn.delayMs);
      await sleep(turn.delayMs, deadline.signal);
      await turn.resume();
    }
    await request.beforeSending?.();
    const outcome = await exchange.send(
      request,
      url,
      requestHeaders(settings.credentials, request),
      deadline,
    );
    result = requestResultOf(outcome);
    return outcome;
  } finally {
    turn.end(result);
  }
}

/** Null when the outcome says nothing about limits, and for refused credentials until the zone is checked. */
function requestResultOf(outcome: Outcome): RequestResult | null {
  if (outcome.ok) return { kind: 'accepted' };
  const { kind, retryAfter, status } = outcome.error;
  // Of a write it may be open what happened; what the status says about the next requests is not.
  if (kind === 'limited' || status === 429) {
    return { kind: 'limited', retryAfterMs: retryAfter === undefined ? undefined : retryAfter * 1000 };
  }
  return kind === 'credentials' || status === 401 || status === undefined ? null : { kind: 'accepted' };
}

/** The address of a call; a further page has one already, which must be on the zone's own origin. */
function addressOf(request: ApiRequest, zone: Zone): string {
  const url = new URL(request.path, zone.apiUrl);
  if (url.origin === new URL(zone.apiUrl).origin) return url.href;
  throw new AutotaskError(
    'unexpected',
    `The next page is at ${url.origin}, which is not the tenant's zone.`,
    {
      next: 'The credentials were not sent there. Read again from the start; if it persists, ask the operator to check AUTOTASK_API_URL.',
    },
  );
}
