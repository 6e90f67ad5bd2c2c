import type { Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import type { MetadataStore } from '../metadata/metadata-store.js';
import { ifAllowed } from '../read/optional-read.js';
import type { Reads } from '../read/read.js';
import type { CallContext } from '../result.js';
import type { ParentRecords } from './parent-record.js';

/**
 * For plans of many records: reads the records, and those that they belong to, a page at a time instead of each by
 * itself. What is read here is used for planning only, never to see what a write has done.
 */
export function createPrefetch(reads: Reads, facts: MetadataStore, parents: ParentRecords) {
  return async function prefetch(
    entity: Entity,
    ids: readonly number[],
    context: CallContext,
    known?: readonly Row[],
  ): Promise<CallContext> {
    const rows = new Map<string, Row>();
    for (const row of known ?? []) rows.set(`${entity.name}/${String(row.id)}`, row);
    if (known === undefined) {
      for (const [key, row] of (await reads.rows(entity, ids, context)) ?? []) rows.set(key, row);
    }
    const metadata = await facts(entity, context.signal);
    for (const [of, wanted] of parents.idsOf(metadata, [...rows.values()])) {
      const found = await ifAllowed(() => reads.rows(of, wanted, context), null);
      for (const [key, row] of found ?? []) rows.set(key, row);
    }
    return { ...context, rows };
  };
}
