import { AutotaskError } from '../../errors.js';
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
    const call = { method: 'GET', path: 'VersionInformation', write: false } as const;
    const verdict = await exchange.send(call, versionsAddress(zoneUrl), {}, deadline);
    if (verdict.ok) return;
    const { status, message } = verdict.error;
    if (status !== undefined && status < 500) return;
    throw new AutotaskError('unavailable', `The host of zone discovery is not reached: ${message}`);
  } finally {
    deadline.end();
  }
}
