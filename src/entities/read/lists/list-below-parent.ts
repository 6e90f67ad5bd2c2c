import type { AutotaskReader } from '../../../client/types.js';
import { InvalidInput } from '../../../errors.js';
import type { Entity } from '../../../model.js';
import { tabulateList } from '../../display/tabulate.js';
import { Interpretation } from '../../filter/interpretation.js';
import { parseQuery } from '../../filter/parse-query.js';
import type { MetadataStore } from '../../metadata/metadata-store.js';
import { nextCursor, nowInSeconds, readCursor } from '../../order/cursors/continuation.js';
import type { Cursors } from '../../order/cursors/cursor.js';
import { mostSorted, sortRows } from '../../order/sort-in-memory.js';
import type { References } from '../../references/references.js';
import type { CallContext, ListResult } from '../../result.js';
import { checkIncludeFields } from '../include-fields.js';
import type { QueryPreparation } from './prepare-query.js';
import { limitOf, type QueryArguments } from './query-arguments.js';

export function createListBelowParent(
  reader: AutotaskReader,
  facts: MetadataStore,
  references: References,
  cursors: Cursors,
  { orderFor }: QueryPreparation,
) {
  /** A list below a parent: Autotask takes no filter there, and all of it is sorted here. */
  return async function listBelowParent(
    entity: Entity,
    path: string,
    args: QueryArguments,
    context: CallContext,
  ): Promise<ListResult> {
    const raw = parseQuery(args.query);
    if (raw.filter.length > 0 || args.afterId !== undefined) {
      throw new InvalidInput('Nothing was sent to Autotask.', [
        { field: 'query', problem: `Autotask lists ${entity.name} below their parent without a filter` },
      ]);
    }
    const metadata = await facts(entity, context.signal);
    const chosen = await checkIncludeFields(
      args.includeFields ?? raw.includeFields,
      metadata,
      context.signal,
    );
    const fields = chosen === undefined || chosen.all ? metadata.fields : chosen.fields;
    const order = await orderFor(args, metadata, context);
    const subject = { entity: entity.name, path, conditions: [] };
    const position = readCursor(cursors, args, subject, order, context);
    const limit = limitOf(args, raw);
    const { withIds } = args;
    const options = context.signal ? { signal: context.signal } : {};
    const { rows, more } = await reader.list(path, {
      limit: order === null ? limit : mostSorted,
      ...options,
    });
    if (order === null || more) {
      const notes = order === null ? [] : [`not sorted: more than ${mostSorted} ${entity.name} are there`];
      const shown = rows.slice(0, limit);
      const isMore = more || rows.length > limit;
      const answer = {
        more: isMore,
        total: isMore ? null : rows.length,
        notes,
        understood: args.understood ?? [],
      };
      const list = await tabulateList(
        { entity, rows: shown, fields, chosen, withIds, answer },
        references,
        context,
      );
      // Autotask takes no id here to go on from.
      return { ...list, lastId: null };
    }
    const query = {
      path,
      filter: {
        batches: [],
        postFilters: [],
        postFilterFields: [],
        notes: [],
        interpretation: new Interpretation(),
      },
      order,
      include: undefined,
      byId: false,
      limit,
      after: position,
      fingerprint: cursors.fingerprint,
    };
    const sorted = await sortRows(rows, query, references, context.signal);
    const { more: isMore, total, next } = sorted;
    const startedAt = position?.since ?? nowInSeconds();
    const continuation = nextCursor(cursors, next, startedAt, subject, order, context);
    return tabulateList(
      {
        entity,
        rows: sorted.rows,
        fields,
        chosen,
        withIds,
        answer: { more: isMore, total, notes: [], understood: args.understood ?? [], ...continuation },
      },
      references,
      context,
    );
  };
}
