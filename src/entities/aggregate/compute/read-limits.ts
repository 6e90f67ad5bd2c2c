import type { AutotaskReader, CallOptions } from '../../../client/types.js';
import { AutotaskError } from '../../../errors.js';

/** So few requests are sent without asking how many are left. */
const freeRequests = 10;

/** Share of the hourly requests that is left to everybody else. */
const reservedShare = 0.1;

export const defaultRecords = 50_000;
export const mostRecords = 1_000_000;

/** Refuses before anything is read when more records match than may be read. */
export function requireRecordLimit(entity: string, total: number, limit: number): void {
  if (total <= limit) return;
  const way =
    total <= mostRecords
      ? `Narrow the query, or allow it with maxRecords: ${total}, about ${Math.ceil(total / 500)} requests.`
      : `Narrow the query: more than ${mostRecords} records are never read.`;
  throw new AutotaskError(
    'notAllowed',
    `${total} ${entity} match, and at most ${limit} may be read (maxRecords). Nothing is answered.`,
    { next: way },
  );
}

/** The same while reading, for records that came after they were counted. */
export function requireRecordLimitWhileReading(entity: string, read: number, limit: number): void {
  if (read <= limit) return;
  throw new AutotaskError(
    'notAllowed',
    `More ${entity} came while they were read: now more than the ${limit} that may be read (maxRecords) match. Nothing is answered.`,
    { next: 'Narrow the query or raise maxRecords.' },
  );
}

/**
 * Refuses before anything is read when so many requests do not fit into what is left of the hour. The count is
 * that of the whole tenant; when Autotask does not tell it, reading goes on and a refusal would be its own.
 */
export async function requireRequestsLeft(
  reader: AutotaskReader,
  entity: string,
  requests: number,
  options: CallOptions,
): Promise<void> {
  if (requests <= freeRequests) return;
  try {
    const { externalRequestThreshold, currentTimeframeRequestCount, requestThresholdTimeframe } =
      await reader.threshold(options);
    const left = Math.floor(externalRequestThreshold * (1 - reservedShare)) - currentTimeframeRequestCount;
    if (requests <= left) return;
    throw new AutotaskError(
      'limited',
      `Reading these ${entity} takes up to ${requests} requests, and ${Math.max(0, left)} are left: ${currentTimeframeRequestCount} of the tenant's ${externalRequestThreshold} in ${requestThresholdTimeframe} minutes are used, and a tenth is kept for others. Nothing is answered.`,
      { actor: 'server', next: 'Narrow the query, or wait until get-threshold-information shows more room.' },
    );
  } catch (error) {
    if (!(error instanceof AutotaskError) || error.kind === 'cancelled' || error.kind === 'limited')
      throw error;
  }
}
