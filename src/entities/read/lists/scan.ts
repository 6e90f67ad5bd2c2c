import type { AutotaskReader, FilterNode, Row, Search } from '../../../client/types.js';
import { idOf } from '../../display/row-id.js';
import type { CheckedFilter } from '../../filter/checked-filter.js';
import type { CallContext } from '../../result.js';
import { orNull } from '../optional-read.js';

/** Reading what a filter matches as Autotask gives it: in the order of ids. */
export function createScans(reader: AutotaskReader) {
  const options = (context: CallContext) => (context.signal ? { signal: context.signal } : {});

  /** Rows of all batches, at most `limit`, in the order of their ids. */
  async function rowsOf(
    path: string,
    filter: CheckedFilter,
    includeFields: readonly string[] | undefined,
    limit: number,
    context: CallContext,
  ): Promise<{ rows: Row[]; more: boolean }> {
    const search = (nodes: readonly FilterNode[]): Search =>
      includeFields === undefined ? { filter: nodes } : { filter: nodes, includeFields };
    const rows: Row[] = [];
    let more = false;
    for (const batch of filter.batches) {
      if (filter.postFilters.length === 0) {
        const before = rows.length;
        const part = await reader.query(path, search(batch), {
          limit,
          onProgress: (count) => context.progress?.(before + count),
          ...options(context),
        });
        rows.push(...part.rows);
        more ||= part.more;
        continue;
      }
      for await (const page of reader.pages(path, search(batch), options(context))) {
        rows.push(...page.filter((row) => filter.postFilters.every((matches) => matches(row))));
        context.progress?.(rows.length);
        if (rows.length > limit) break;
      }
    }
    if (filter.batches.length > 1) rows.sort((a, b) => (idOf(a) ?? 0) - (idOf(b) ?? 0));
    return { rows: rows.slice(0, limit), more: more || rows.length > limit };
  }

  async function countOf(path: string, filter: CheckedFilter, context: CallContext): Promise<number> {
    let total = 0;
    for (const batch of filter.batches) {
      if (filter.postFilters.length === 0) {
        total += await reader.count(path, batch, options(context));
        continue;
      }
      for await (const page of reader.pages(path, { filter: batch }, options(context))) {
        total += page.filter((row) => filter.postFilters.every((matches) => matches(row))).length;
        context.progress?.(total);
      }
    }
    return total;
  }

  /** How many match is optional: it costs one call, and its failure must not lose the rows. */
  async function totalOf(path: string, filter: CheckedFilter, context: CallContext): Promise<number | null> {
    if (filter.postFilters.length > 0) return null;
    return orNull(() => countOf(path, filter, context));
  }

  return { rowsOf, countOf, totalOf };
}

export type Scans = ReturnType<typeof createScans>;
