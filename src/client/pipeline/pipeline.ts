import { AutotaskError } from '../../errors.js';
import type { Log } from '../../log.js';
import type { HttpExchange } from '../http/http-exchange.js';
import { type Outcome, refuse } from '../http/response.js';
import type { RequestResult } from '../limits/cooldown.js';
import type { TenantState } from '../limits/tenant-state.js';
import type { Tuning } from '../tuning.js';
import type { ClientSettings, Zone } from '../types.js';
import type { ZoneFinder } from '../zone/discovery.js';
import { sleep, unlessAborted } from './abortable.js';
import type { Deadline } from './deadline.js';
import { type ApiRequest, endpointOf } from './request.js';
import { awaitCooldown } from './retry.js';

export interface Pipeline {
  readonly settings: ClientSettings;
  readonly tuning: Tuning;
  readonly share: TenantState;
  readonly zones: ZoneFinder;
  readonly exchange: HttpExchange;
  readonly log: Log;
  /** Called when it is time to ask how much of the hourly threshold is used. */
  readonly checkThreshold: () => void;
}

/** Sends a call to the tenant's zone within the limits of the tenant, once more if the tenant has moved. */
export async function sendThrough(
  delivery: Pipeline,
  call: ApiRequest,
  deadline: Deadline,
  mayMove = true,
): Promise<Outcome> {
  const { zones, share, log } = delivery;
  const zone = await unlessAborted(zones.current(), deadline.signal);
  const verdict = await sendInTurn(delivery, call, zone, deadline);
  if (verdict.ok || !(verdict.error.kind === 'credentials' || verdict.error.status === 401)) return verdict;
  // A refusal may mean that the tenant lives elsewhere by now.
  const lookUp = verdict.error.status === 401 && mayMove;
  if (!lookUp || !(await unlessAborted(hasMoved(zones, zone, log), deadline.signal))) {
    await share.record({ kind: 'refused' });
    return verdict;
  }
  log('warning', 'The tenant has moved to another zone; its new address is used from now on.');
  if (!call.write) return sendThrough(delivery, call, deadline, false);
  if (verdict.error.kind === 'outcomeUnknown') return verdict;
  return refuse({
    kind: 'unavailable',
    message: 'The tenant has moved to another zone. Nothing was written.',
    next: 'Send the write again: the new zone is used from now on.',
    status: 401,
  });
}

async function hasMoved(zones: ZoneFinder, zone: Zone, log: Log): Promise<boolean> {
  try {
    return await zones.moved(zone);
  } catch (error) {
    // The refusal says more to the caller than a discovery that failed after it.
    log('warning', `Looking up the zone again failed: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

async function sendInTurn(
  { settings, tuning, share, exchange, checkThreshold }: Pipeline,
  call: ApiRequest,
  zone: Zone,
  deadline: Deadline,
): Promise<Outcome> {
  const url = addressOf(call, zone);
  const inTurn = async () => {
    settings.observer?.waiting(1);
    try {
      await awaitCooldown(call, share, tuning, deadline);
      return await share.acquire(endpointOf(call.path), deadline.signal);
    } finally {
      settings.observer?.waiting(-1);
    }
  };
  const leave = await inTurn();
  try {
    // A hold may have begun while this call was queueing.
    await awaitCooldown(call, share, tuning, deadline);
    const pace = await share.pace();
    if (pace > 0) await sleep(pace, deadline.signal);
    if (await share.countRequest()) checkThreshold();
    const verdict = await exchange.send(call, url, headersFor(settings, call), deadline);
    // Told before the place is free, so that whoever gets it knows of a new hold.
    const ending = endingOf(verdict);
    if (ending !== null) await share.record(ending);
    return verdict;
  } finally {
    leave();
  }
}

/** Null when the verdict says nothing about limits, and for refused credentials until the zone is checked. */
function endingOf(verdict: Outcome): RequestResult | null {
  if (verdict.ok) return { kind: 'accepted' };
  const { kind, retryAfter, status } = verdict.error;
  // Of a write it may be open what happened; what the status says about the next requests is not.
  if (kind === 'limited' || status === 429) {
    return { kind: 'limited', retryAfterMs: retryAfter === undefined ? undefined : retryAfter * 1000 };
  }
  return kind === 'credentials' || status === 401 || status === undefined ? null : { kind: 'accepted' };
}

function headersFor({ credentials }: ClientSettings, call: ApiRequest) {
  const headers: Record<string, string> = {
    ApiIntegrationCode: credentials.integrationCode,
    UserName: credentials.userName,
    Secret: credentials.secret,
    'Content-Type': 'application/json',
  };
  if (call.impersonationResourceId !== undefined) {
    headers.ImpersonationResourceId = String(call.impersonationResourceId);
  }
  return headers;
}

/** The address of a call; a further page has one already, which must be on the zone's own origin. */
function addressOf(call: ApiRequest, zone: Zone): string {
  const url = new URL(call.path, zone.apiUrl);
  if (url.origin === new URL(zone.apiUrl).origin) return url.href;
  throw new AutotaskError(
    'unexpected',
    `The next page is at ${url.origin}, which is not the tenant's zone.`,
    {
      next: 'The credentials were not sent there. Read again from the start; if it persists, ask the operator to check AUTOTASK_API_URL.',
    },
  );
}
