import { AutotaskError } from '../errors.js';
import type { Log } from '../log.js';
import { passHold } from './attempt.js';
import { type Call, endpointOf } from './call.js';
import type { Deadline } from './deadline.js';
import type { Exchange } from './exchange.js';
import type { Ending } from './holds.js';
import { refuse, type Verdict } from './judge.js';
import type { TenantShare } from './share.js';
import type { Tuning } from './tuning.js';
import type { ClientSettings, Zone } from './types.js';
import { sleep, unlessAborted } from './wait.js';
import type { ZoneFinder } from './zone.js';

export interface Delivery {
  readonly settings: ClientSettings;
  readonly tuning: Tuning;
  readonly share: TenantShare;
  readonly zones: ZoneFinder;
  readonly exchange: Exchange;
  readonly log: Log;
  /** Called when it is time to ask how much of the hourly threshold is used. */
  readonly checkThreshold: () => void;
}

/** Sends a call to the tenant's zone within the limits of the tenant, once more if the tenant has moved. */
export async function deliver(
  delivery: Delivery,
  call: Call,
  deadline: Deadline,
  mayMove = true,
): Promise<Verdict> {
  const { zones, share, log } = delivery;
  const zone = await unlessAborted(zones.current(), deadline.signal);
  const verdict = await sendInTurn(delivery, call, zone, deadline);
  if (verdict.ok || !(verdict.error.kind === 'credentials' || verdict.error.status === 401)) return verdict;
  // A refusal may mean that the tenant lives elsewhere by now.
  const lookUp = verdict.error.status === 401 && mayMove;
  if (!lookUp || !(await unlessAborted(hasMoved(zones, zone, log), deadline.signal))) {
    await share.ended({ kind: 'refused' });
    return verdict;
  }
  log('warning', 'The tenant has moved to another zone; its new address is used from now on.');
  if (!call.write) return deliver(delivery, call, deadline, false);
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
  { settings, tuning, share, exchange, checkThreshold }: Delivery,
  call: Call,
  zone: Zone,
  deadline: Deadline,
): Promise<Verdict> {
  const url = addressOf(call, zone);
  const inTurn = async () => {
    settings.observer?.waiting(1);
    try {
      await passHold(call, share, tuning, deadline);
      return await share.enter(endpointOf(call.path), deadline.signal);
    } finally {
      settings.observer?.waiting(-1);
    }
  };
  const leave = await inTurn();
  try {
    // A hold may have begun while this call was queueing.
    await passHold(call, share, tuning, deadline);
    const pace = await share.pace();
    if (pace > 0) await sleep(pace, deadline.signal);
    if (await share.counted()) checkThreshold();
    const verdict = await exchange.send(call, url, headersFor(settings, call), deadline);
    // Told before the place is free, so that whoever gets it knows of a new hold.
    const ending = endingOf(verdict);
    if (ending !== null) await share.ended(ending);
    return verdict;
  } finally {
    leave();
  }
}

/** Null when the verdict says nothing about limits, and for refused credentials until the zone is checked. */
function endingOf(verdict: Verdict): Ending | null {
  if (verdict.ok) return { kind: 'accepted' };
  const { kind, retryAfter, status } = verdict.error;
  // Of a write it may be open what happened; what the status says about the next requests is not.
  if (kind === 'limited' || status === 429) {
    return { kind: 'limited', retryAfterMs: retryAfter === undefined ? undefined : retryAfter * 1000 };
  }
  return kind === 'credentials' || status === 401 || status === undefined ? null : { kind: 'accepted' };
}

function headersFor({ credentials }: ClientSettings, call: Call) {
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
function addressOf(call: Call, zone: Zone): string {
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
