import { AutotaskError } from '../../errors.js';
import { inRequestSpan } from '../../tracing/request-span.js';
import { createHttpExchange } from '../http/http-exchange.js';
import { startDeadline } from '../pipeline/deadline.js';
import type { ClientSettings } from '../types.js';
import { versionsAddress } from './discovery.js';

/**
 * Asks the host on which every zone is looked up for its API versions, which takes no credentials. Throws
 * when it does not answer, or only with an error of its own; what it says does not matter.
 */
export async function checkReachability(
  { zoneUrl, timeoutMs, log, observer }: Pick<ClientSettings, 'zoneUrl' | 'timeoutMs' | 'log' | 'observer'>,
  signal: AbortSignal,
): Promise<void> {
  const deadline = startDeadline(timeoutMs, signal);
  try {
    const exchange = createHttpExchange(timeoutMs, log, observer);
    const request = { method: 'GET', path: 'VersionInformation', write: false } as const;
    const url = versionsAddress(zoneUrl);
    const { method, path } = request;
    const outcome = await inRequestSpan({ method, base: new URL('.', url).href, path, repeat: null }, () =>
      exchange.send(request, url, {}, deadline),
    );
    if (outcome.ok) return;
    const { status, message } = outcome.error;
    if (status !== undefined && status < 500) return;
    throw new AutotaskError('unavailable', `The host of zone discovery is not reached: ${message}`);
  } finally {
    deadline.dispose();
  }
}
