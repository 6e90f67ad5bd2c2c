import type { AutotaskError } from '../errors.js';
import type { Log } from '../log.js';
import { createRedactor } from '../redact.js';
import { textBoundary } from '../text-boundary.js';
import { inRequestSpan, type Repeat } from '../tracing/request-span.js';
import { readThreshold } from './api/metadata.js';
import { proxiesInEnvironment } from './http/agents.js';
import { createHttpExchange } from './http/http-exchange.js';
import { redactError } from './http/redact-error.js';
import { unlessAborted } from './pipeline/abortable.js';
import { Coalescer } from './pipeline/coalesce.js';
import { startDeadline } from './pipeline/deadline.js';
import { type Pipeline, sendToZone } from './pipeline/pipeline.js';
import type { ApiRequest } from './pipeline/request.js';
import { withRetries } from './pipeline/retry.js';
import { backoff } from './rate-limiting/cooldown.js';
import { tenantStateOf } from './tenant-state/state-registry.js';
import type { TenantState } from './tenant-state/tenant-state.js';
import { defaultTuning } from './tuning.js';
import type { CallOptions, ClientSettings, Threshold, Zone } from './types.js';
import { createZoneFinder, discoveryFailed } from './zone/discovery.js';

/** Everything one client needs at run time. A process may hold many, of one tenant or of several. */
export interface ClientCore {
  readonly tenantState: TenantState;
  /** Milliseconds for a call with waiting, retries and all pages. */
  readonly totalTimeoutMs: number;
  /** Sends a request and answers the parsed body. */
  send(request: ApiRequest, options?: CallOptions): Promise<unknown>;
  zone(options?: CallOptions): Promise<Zone>;
  /** Stores what ThresholdInformation answered for all clients of the tenant; answers the delay of each request. */
  recordThreshold(threshold: Threshold): Promise<number>;
  /** Runs work of this client so that only AutotaskErrors without secrets leave it. */
  withRedactedErrors<T>(work: () => Promise<T>): Promise<T>;
  requestsSent(): number;
  now(): Date;
}

export function createClientCore(settings: ClientSettings): ClientCore {
  const { timeoutMs, totalTimeoutMs = timeoutMs * 2 } = settings;
  const tuning = { ...defaultTuning, hourlyShare: settings.hourlyShare ?? null, ...settings.tuning };
  const { text: outgoing } = textBoundary(createRedactor(secretsOf(settings)));
  const log: Log = (level, message) => settings.log(level, outgoing(message));
  const tenantState = settings.state ?? tenantStateOf({ ...settings, log }, tuning);
  const exchange = createHttpExchange(timeoutMs, log, settings.observer);
  const reads = new Coalescer<unknown>();

  const withRedactedErrors = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw redactError(error, outgoing);
    }
  };

  const retryDelay = async (error: AutotaskError, attempts: number) => {
    // After "too many requests" the tenant's cooldown, which all its clients obey, is the wait.
    if (error.kind === 'limited') return (await tenantState.activeCooldown())?.ms ?? 0;
    return Math.max(backoff(tuning, attempts), (error.retryAfter ?? 0) * 1000);
  };

  // Discovery sends the user name and no credential, and is exempt from the limits.
  const zones = createZoneFinder(settings, async (url) => {
    const request: ApiRequest = { method: 'GET', path: 'zoneInformation', write: false };
    const deadline = startDeadline(totalTimeoutMs);
    try {
      const { method, path } = request;
      const lookUp = (repeat: Repeat | null) =>
        inRequestSpan({ method, base: new URL('.', url).href, path, repeat }, () =>
          exchange.send(request, url, {}, deadline),
        );
      return await withRetries(request, tuning, deadline, log, lookUp, retryDelay);
    } catch (error) {
      throw discoveryFailed(error);
    } finally {
      deadline.dispose();
    }
  });

  const sendWithRetries = async (request: ApiRequest, signal?: AbortSignal) => {
    const deadline = startDeadline(totalTimeoutMs, signal);
    const attempt = (repeat: Repeat | null) => {
      if (repeat !== null) settings.observer?.requestRetried();
      return sendToZone(pipeline, request, deadline, repeat);
    };
    try {
      return await withRetries(request, tuning, deadline, log, attempt, retryDelay);
    } finally {
      deadline.dispose();
    }
  };

  const recordThreshold = async (threshold: Threshold) => {
    settings.observer?.thresholdReported(threshold);
    return tenantState.recordThreshold(threshold);
  };

  const checkThreshold = async () => {
    try {
      const body = await sendWithRetries({ method: 'GET', path: 'ThresholdInformation', write: false });
      const delay = await recordThreshold(readThreshold(body));
      if (delay > 0) {
        log('warning', `The hourly request threshold is nearly used up; each request now waits ${delay} ms.`);
      }
    } catch (error) {
      log('info', `The request threshold is unknown: ${redactError(error, outgoing).message}`);
    }
  };

  const pipeline: Pipeline = {
    settings,
    tuning,
    tenantState,
    zones,
    exchange,
    log,
    checkThreshold: () => void checkThreshold(),
  };

  return {
    tenantState,
    totalTimeoutMs,
    requestsSent: () => exchange.requestsSent(),
    now: () => new Date(Date.now() + exchange.clockAheadMs()),
    withRedactedErrors,
    recordThreshold,
    zone({ signal } = {}) {
      return withRedactedErrors(() =>
        signal === undefined ? zones.current() : unlessAborted(zones.current(), signal),
      );
    },
    async send(request, { signal } = {}) {
      if (request.write) return sendWithRetries(request, signal);
      const key = `${request.method} ${request.path} ${request.body ?? ''}`;
      return reads.run(key, signal, (joint) => sendWithRetries(request, joint));
    },
  };
}

function secretsOf({ credentials, apiUrl, zoneUrl }: ClientSettings): string[] {
  const { userName, secret, integrationCode } = credentials;
  const addresses = [...proxiesInEnvironment(), zoneUrl, ...(apiUrl === undefined ? [] : [apiUrl])];
  const passwords = addresses.filter((url) => URL.canParse(url)).map((url) => new URL(url).password);
  return [userName, secret, integrationCode, ...passwords.map(decoded)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
