import type { Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import type { MetadataStore } from '../metadata/metadata-store.js';
import { ifAllowed } from '../read/optional-read.js';
import type { Reads } from '../read/read.js';
import type { CallContext } from '../result.js';
import type { ParentRecords } from './parent-record.js';

export interface AlreadyKnown {
  /** The records, where they were read already. */
  readonly known?: readonly Row[] | undefined;
  /** New records: those that they will belong to are read. */
  readonly bodies?: readonly Row[];
}

/**
 * For plans of many records: reads the records, and those that they belong to, a page at a time instead of each by
 * itself. What is read here is used for planning only, never to see what a write has done.
 */
export function createPrefetch(reads: Reads, facts: MetadataStore, parents: ParentRecords) {
  return async function prefetch(
    entity: Entity,
    ids: readonly number[],
    context: CallContext,
    { known, bodies = [] }: AlreadyKnown = {},
  ): Promise<CallContext> {
    const rows = new Map<string, Row>(context.rows);
    const own = known ?? [
      ...((await ifAllowed(() => reads.rows(entity, ids, context), null)) ?? []).values(),
    ];
    for (const row of own) rows.set(`${entity.name}/${String(row.id)}`, row);
    const metadata = await facts(entity, context.signal);
    for (const [of, wanted] of parents.idsOf(metadata, [...own, ...bodies])) {
      const unread = wanted.filter((id) => !rows.has(`${of.name}/${id}`));
      const found = await ifAllowed(() => reads.rows(of, unread, context), null);
      for (const [key, row] of found ?? []) rows.set(key, row);
    }
    return { ...context, rows };
  };
}
