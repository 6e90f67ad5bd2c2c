import { createReader } from '../../client/index.js';
import type { AutotaskReader, ClientSettings, Threshold } from '../../client/types.js';
import { AutotaskError, type ErrorKind } from '../../errors.js';
import { oneLine, shorten } from '../../text.js';
import type { Finding } from './finding.js';

/** What a failure means for the person who runs this server. */
const nextSteps: Readonly<Partial<Record<ErrorKind, string>>> = {
  credentials:
    'Compare AUTOTASK_USERNAME, AUTOTASK_SECRET and AUTOTASK_INTEGRATION_CODE with the API user in Autotask (Admin, Resources/Users), and see there whether it is active and not locked. It was tried once; do not repeat this often, failures lock the user.',
  zone: 'Check AUTOTASK_USERNAME and AUTOTASK_ZONE_URL, or pin the zone with AUTOTASK_API_URL.',
  permission: "Give the API user's security level in Autotask the right to do this.",
  unavailable:
    "Try again in a few minutes and look at Autotask's status page; if others get through, check network, proxy (HTTPS_PROXY) and AUTOTASK_API_URL.",
};

function nextOf({ kind, next, retryAfter }: AutotaskError): string {
  if (kind === 'limited')
    return `Wait ${retryAfter === undefined ? 'a few minutes' : `${retryAfter} s`}; other integrations of the tenant may be busy.`;
  const own = nextSteps[kind] ?? next ?? 'Run it again with LOG_LEVEL=debug on the server.';
  return own.replace(/^Ask the operator(?: to|:) (.)/, (_, first: string) => first.toUpperCase());
}

const asAutotaskError = (error: unknown): AutotaskError =>
  error instanceof AutotaskError ? error : new AutotaskError('unexpected', String(error));

export function failed(check: string, error: unknown, status: 'problem' | 'warning' = 'problem'): Finding {
  const known = asAutotaskError(error);
  const upstreamTexts = known.upstream
    .map((text) => ` Autotask said: ${shorten(oneLine(text), 300)}`)
    .join('');
  return { check, status, detail: `${oneLine(known.message)}${upstreamTexts}`, next: nextOf(known) };
}

function thresholdFinding({
  currentTimeframeRequestCount: used,
  externalRequestThreshold: most,
  requestThresholdTimeframe: minutes,
}: Threshold): Finding {
  const usedFraction = most > 0 ? used / most : 0;
  const count = (number: number) => number.toLocaleString('en');
  const detail = `${count(used)} of ${count(most)} requests in ${minutes} minutes are used (${Math.round(usedFraction * 100)} %)`;
  if (usedFraction < 0.75) return { check: 'Threshold', status: 'ok', detail };
  return {
    check: 'Threshold',
    status: 'warning',
    detail: `${detail}; requests are slowed down`,
    next: 'Find out which integrations of the tenant send so many, or wait: the count covers the last hour.',
  };
}

const maxClockSkewMs = 60_000;
const slowMs = 5_000;

function clockFinding(aheadMs: number | null): Finding {
  const check = 'Clock';
  if (aheadMs === null) return { check, status: 'skipped', detail: 'no answer told the time' };
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) <= maxClockSkewMs)
    return { check, status: 'ok', detail: `${seconds} s apart from Autotask's` };
  return {
    check,
    status: 'warning',
    detail: `this machine's clock is ${seconds} s ${aheadMs > 0 ? 'behind' : 'ahead of'} Autotask's`,
    next: 'Let the machine set its clock by itself (NTP): dates that a model works out and the expiry of previews depend on it.',
  };
}

export interface Upstream {
  readonly findings: readonly Finding[];
  /** Null when no further request makes sense. */
  readonly reader: AutotaskReader | null;
}

/**
 * Zone, credentials, threshold and clock with one request for the zone and one with the credentials.
 * Nothing is repeated: a refused secret counts towards the lock of the user each time.
 */
export async function examineUpstream(
  settings: ClientSettings,
  step: (done: string) => void,
): Promise<Upstream> {
  let closest: { readonly aheadMs: number; readonly ms: number } | null = null;
  let slowest = 0;
  const reader = createReader({
    ...settings,
    cacheDir: null,
    tuning: { retries: 0, refusalsBeforeCooldown: 1 },
    observer: {
      requestEnded: ({ ms, clockAheadMs }) => {
        slowest = Math.max(slowest, ms);
        if (clockAheadMs !== null && (closest === null || ms < closest.ms))
          closest = { aheadMs: clockAheadMs, ms };
      },
      requestRetried: () => {},
      queueChanged: () => {},
      thresholdReported: () => {},
    },
  });
  const findings: Finding[] = [];
  const clock = () => clockFinding(closest?.aheadMs ?? null);
  try {
    const { apiUrl, name } = await reader.zone();
    const how = settings.apiUrl === undefined ? 'found by the user name' : 'pinned by AUTOTASK_API_URL';
    findings.push({
      check: 'Zone',
      status: 'ok',
      detail: `${new URL(apiUrl).host}${name === null ? '' : ` (${oneLine(name)})`}, ${how}`,
    });
  } catch (error) {
    return { findings: [failed('Zone', error), clock()], reader: null };
  }
  step('zone');
  try {
    const threshold = await reader.threshold();
    findings.push({ check: 'Credentials', status: 'ok', detail: 'accepted' }, thresholdFinding(threshold));
  } catch (error) {
    const { kind } = asAutotaskError(error);
    const check = kind === 'credentials' || kind === 'configuration' ? 'Credentials' : 'Connection';
    findings.push(failed(check, error, kind === 'limited' ? 'warning' : 'problem'), clock());
    return { findings, reader: null };
  }
  step('credentials');
  if (slowest > slowMs) {
    findings.push({
      check: 'Connection',
      status: 'warning',
      detail: `an answer took ${Math.round(slowest / 1000)} s`,
      next: 'Autotask slows down tenants above half of their threshold; otherwise check network and proxy.',
    });
  }
  return { findings: [...findings, clock()], reader };
}
