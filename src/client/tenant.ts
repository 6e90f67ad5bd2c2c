import { AutotaskError } from '../errors.js';
import { type Call, endpointOf } from './call.js';
import { judgeFailure } from './failure.js';
import { judge } from './judge.js';
import { createTransport } from './transport.js';
import type { CallOptions, ClientSettings } from './types.js';
import { createZoneFinder, type ZoneFinder } from './zone.js';

/** Everything one tenant needs at run time; a process may hold many. */
export interface Tenant {
  readonly settings: ClientSettings;
  readonly zones: ZoneFinder;
  /** Sends a call and answers the parsed body, or throws an AutotaskError. */
  send(call: Call, options?: CallOptions): Promise<unknown>;
  requestsSent(): number;
}

export function createTenant(settings: ClientSettings): Tenant {
  const { userName, secret, integrationCode } = settings.credentials;
  const transport = createTransport(async () => ({}));
  let sent = 0;

  const exchange = async (call: Call, url: string, headers: Record<string, string>, signal: AbortSignal) => {
    sent += 1;
    const { method, body, write } = call;
    const outcome = await transport({
      method,
      url,
      headers,
      body,
      write,
      timeoutMs: settings.timeoutMs,
      signal,
    });
    if (signal.aborted) throw new AutotaskError('cancelled', 'The call was cancelled.');
    const verdict =
      'answer' in outcome
        ? judge(call, outcome.answer)
        : judgeFailure(call, outcome.failure, settings.timeoutMs);
    if (verdict.ok) return verdict.body;
    throw verdict.error;
  };

  const zones = createZoneFinder(settings, (url) => {
    const call: Call = { method: 'GET', path: 'zoneInformation', write: false };
    return exchange(call, url, {}, new AbortController().signal);
  });

  return {
    settings,
    zones,
    requestsSent: () => sent,
    async send(call, { signal = new AbortController().signal } = {}) {
      const { apiUrl } = await zones.current(signal);
      void endpointOf(call.path);
      const impersonate = call.write ? settings.impersonationResourceId : undefined;
      return await exchange(
        call,
        new URL(call.path, apiUrl).href,
        {
          ApiIntegrationCode: integrationCode,
          UserName: userName,
          Secret: secret,
          'Content-Type': 'application/json',
          ...(impersonate === undefined ? {} : { ImpersonationResourceId: String(impersonate) }),
        },
        signal,
      );
    },
  };
}
