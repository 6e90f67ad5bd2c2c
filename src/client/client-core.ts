import type { AutotaskError } from '../errors.js';
import { createRedactor, type Log } from '../log.js';
import { readThreshold } from './api/metadata.js';
import { proxiesInEnvironment } from './http/agents.js';
import { createHttpExchange } from './http/http-exchange.js';
import { redactError } from './http/redact-error.js';
import { backoff } from './limits/cooldown.js';
import { tenantStateOf } from './limits/state-registry.js';
import type { TenantState } from './limits/tenant-state.js';
import { unlessAborted } from './pipeline/abortable.js';
import { Coalescer } from './pipeline/coalesce.js';
import { startDeadline } from './pipeline/deadline.js';
import { type Pipeline, sendThrough } from './pipeline/pipeline.js';
import type { ApiRequest } from './pipeline/request.js';
import { withRetries } from './pipeline/retry.js';
import { defaultTuning } from './tuning.js';
import type { CallOptions, ClientSettings, Threshold, Zone } from './types.js';
import { createZoneFinder, discoveryFailed } from './zone/discovery.js';

/** Everything one client needs at run time. A process may hold many, of one tenant or of several. */
export interface ClientCore {
  readonly share: TenantState;
  /** Milliseconds for a call with everything. */
  readonly totalTimeoutMs: number;
  /** Sends a call and answers the parsed body. */
  send(call: ApiRequest, options?: CallOptions): Promise<unknown>;
  zone(options?: CallOptions): Promise<Zone>;
  /** Passes on what ThresholdInformation answered. */
  thresholdSeen(threshold: Threshold): Promise<void>;
  /** Runs work of this client so that only AutotaskErrors without secrets leave it. */
  sealed<T>(work: () => Promise<T>): Promise<T>;
  requestsSent(): number;
}

export function createClientCore(settings: ClientSettings): ClientCore {
  const { timeoutMs, totalTimeoutMs = timeoutMs * 2 } = settings;
  const tuning = { ...defaultTuning, ...settings.tuning };
  const redact = createRedactor(secretsOf(settings));
  const log: Log = (level, message) => settings.log(level, redact(message));
  const share = settings.state ?? tenantStateOf({ ...settings, log }, tuning);
  const exchange = createHttpExchange(timeoutMs, log, settings.observer);
  const reads = new Coalescer<unknown>();

  const sealed = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw redactError(error, redact);
    }
  };

  const waitFor = async (error: AutotaskError, attempts: number) => {
    // After "too many requests" the hold that all clients of the tenant obey is the wait.
    if (error.kind === 'limited') return (await share.cooldown())?.ms ?? 0;
    return Math.max(backoff(tuning, attempts), (error.retryAfter ?? 0) * 1000);
  };

  // Discovery sends the user name and no credential, and is exempt from the limits.
  const zones = createZoneFinder(settings, async (url) => {
    const call: ApiRequest = { method: 'GET', path: 'zoneInformation', write: false };
    const deadline = startDeadline(totalTimeoutMs);
    try {
      const ask = () => exchange.send(call, url, {}, deadline);
      return await withRetries(call, tuning, deadline, log, ask, waitFor);
    } catch (error) {
      throw discoveryFailed(error);
    } finally {
      deadline.end();
    }
  });

  const run = async (call: ApiRequest, signal?: AbortSignal) => {
    const deadline = startDeadline(totalTimeoutMs, signal);
    let attempts = 0;
    const attempt = () => {
      attempts += 1;
      if (attempts > 1) settings.observer?.repeated();
      return sendThrough(delivery, call, deadline);
    };
    try {
      return await withRetries(call, tuning, deadline, log, attempt, waitFor);
    } finally {
      deadline.end();
    }
  };

  const thresholdSeen = async (threshold: Threshold) => {
    settings.observer?.threshold(threshold);
    await share.recordThreshold(threshold);
  };

  const checkThreshold = async () => {
    try {
      const asked = await run({ method: 'GET', path: 'ThresholdInformation', write: false });
      await thresholdSeen(readThreshold(asked));
      const pace = await share.pace();
      if (pace > 0) {
        log('warning', `The hourly request threshold is nearly used up; each request now waits ${pace} ms.`);
      }
    } catch (error) {
      log('info', `The request threshold is unknown: ${redactError(error, redact).message}`);
    }
  };

  const delivery: Pipeline = {
    settings,
    tuning,
    share,
    zones,
    exchange,
    log,
    checkThreshold: () => void checkThreshold(),
  };

  return {
    share,
    totalTimeoutMs,
    requestsSent: () => exchange.requestsSent(),
    sealed,
    thresholdSeen,
    zone({ signal } = {}) {
      return sealed(() => (signal === undefined ? zones.current() : unlessAborted(zones.current(), signal)));
    },
    async send(call, { signal } = {}) {
      if (call.write) return run(call, signal);
      const key = `${call.method} ${call.path} ${call.body ?? ''}`;
      return reads.join(key, signal, (joint) => run(call, joint));
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
