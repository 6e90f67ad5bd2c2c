import type { AutotaskReader, CallOptions, FilterNode } from '../../../client/types.js';
import { AutotaskError } from '../../../errors.js';

/** Rows that Autotask puts on a page. */
const page = 500;

/** A list said to be all of what matches is compared with a count from this size on; below it costs too much. */
export const verifiedFrom = 100;

/** What may be added or change while a list is read. */
const tolerance = (count: number) => Math.max(2, Math.floor(count / 100));

const missing = (path: string, read: number, count: number) =>
  new AutotaskError(
    'unexpected',
    `Autotask gave ${read} of ${path} and no further page, but counts ${count} that match: an answer over these would be wrong, so there is none.`,
    { next: 'Try again; if it persists, narrow the query until it fits on one page of 500.' },
  );

/**
 * Throws when Autotask counts clearly more than it gave. `counted` is an earlier count; whoever deletes records
 * meanwhile is not taken for a page that is missing, so a count that is too high is made again.
 */
export async function requireComplete(
  read: number,
  of: {
    readonly path: string;
    readonly filters: readonly (readonly FilterNode[])[];
    readonly counted?: number;
  },
  reader: Pick<AutotaskReader, 'count'>,
  options: CallOptions,
): Promise<void> {
  const { path, filters, counted } = of;
  if (counted !== undefined && counted - read <= tolerance(counted)) return;
  let count = 0;
  for (const filter of filters) count += await reader.count(path, filter, options);
  if (count - read > tolerance(count)) throw missing(path, read, count);
}

/** A reader that does not take a full page without a successor for the end of a list. */
export function verifyPages(reader: AutotaskReader): AutotaskReader {
  const optionsOf = ({ signal }: CallOptions) => (signal ? { signal } : {});
  const isSuspect = (rows: number) => rows > 0 && rows % page === 0;
  return {
    ...reader,
    query: async (path, search, options) => {
      const found = await reader.query(path, search, options);
      const read = found.rows.length;
      if (!found.more && isSuspect(read)) {
        await requireComplete(read, { path, filters: [search.filter] }, reader, optionsOf(options));
      }
      return found;
    },
    async *pages(path, search, options = {}) {
      let read = 0;
      for await (const rows of reader.pages(path, search, options)) {
        read += rows.length;
        yield rows;
      }
      if (isSuspect(read)) {
        await requireComplete(read, { path, filters: [search.filter] }, reader, optionsOf(options));
      }
    },
  };
}
