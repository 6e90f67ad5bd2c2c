import type { AutotaskReader } from '../../../client/types.js';
import { tabulateList } from '../../display/tabulate.js';
import type { CheckedFilter } from '../../filter/checked-filter.js';
import { isUnknownFieldRefusal } from '../../filter/named-fields.js';
import { resultNotes } from '../../filter/result-notes.js';
import type { FieldMetadata } from '../../metadata/entity-metadata.js';
import { entityMeaning, findEntity } from '../../metadata/entity-names.js';
import type { MetadataStore } from '../../metadata/metadata-store.js';
import { type ListIdentity, nextCursor, nowInSeconds, readCursor } from '../../order/cursors/continuation.js';
import type { Cursors } from '../../order/cursors/cursor.js';
import { volatileFields, volatileNote } from '../../order/fields-that-writes-move.js';
import { orderText } from '../../order/order.js';
import type { OrderedQuery } from '../../order/ordered-query.js';
import { runOrderedQuery } from '../../order/run-ordered-query.js';
import type { References } from '../../references/references.js';
import type { CallContext, ListResult } from '../../result.js';
import { checkIncludeFields } from '../include-fields.js';
import { requireComplete, verifiedFrom } from './completeness.js';
import { createListBelowParent } from './list-below-parent.js';
import { childPath } from './list-path.js';
import type { QueryPreparation } from './prepare-query.js';
import { limitOf, type QueryArguments } from './query-arguments.js';
import type { Scans } from './scan.js';

/** Lists of records: of an entity's own path, by id or sorted, or below one parent. */
export function createLists(
  reader: AutotaskReader,
  facts: MetadataStore,
  references: References,
  cursors: Cursors,
  preparation: QueryPreparation,
  { rowsOf, totalOf }: Pick<Scans, 'rowsOf' | 'totalOf'>,
) {
  const { belowParent, checked, orderFor, understand } = preparation;
  const listBelowParent = createListBelowParent(reader, facts, references, cursors, preparation);

  async function query(given: QueryArguments, context: CallContext, live = false): Promise<ListResult> {
    const named = findEntity(given.entity, given.parentEntity);
    const args = await belowParent(named, given, context);
    const collectionPath = childPath(named, args);
    if (collectionPath !== undefined) return listBelowParent(named, collectionPath, args, context);
    const understood = await understand(
      args,
      context,
      live,
      (of, { includeFields }) => args.includeFields ?? includeFields ?? of.summaryFields,
    );
    const { entity, raw, known: metadata, conditions } = understood;
    const { path } = entity;
    const order = await orderFor(args, metadata, context);
    const subject = { entity: entity.name, path, conditions };
    const after = readCursor(cursors, args, subject, order, context);
    const startedAt = after?.since ?? nowInSeconds();
    const filter = await checked(understood, startedAt, context);
    const wanted = args.includeFields ?? raw.includeFields;
    const chosen = await checkIncludeFields(wanted, metadata, context.signal);
    const summary = entity.summaryFields.flatMap((name) => metadata.field(name) ?? []);
    const id = metadata.field('id');
    const requested = chosen?.fields ?? summary;
    let fields: readonly FieldMetadata[] =
      id === undefined || requested.includes(id) ? requested : [id, ...requested];
    // Autotask refuses to include a field that cannot be queried, but returns it when none are named.
    const all = chosen?.all === true || fields.some((f) => f.isQueryable === false && f.name !== 'id');
    const include = all
      ? undefined
      : [...new Set([...fields.map((f) => f.name), ...filter.postFilterFields])];
    const limit = limitOf(args, raw);
    let found: Awaited<ReturnType<typeof byId | typeof inOrder>>;
    try {
      found =
        order === null
          ? await byId(path, filter, include, limit, context)
          : await inOrder(
              { path, filter, order, include, byId: entity.queryBy.length === 0, limit, after },
              subject,
              startedAt,
              context,
            );
    } catch (error) {
      if (live || metadata.live || !isUnknownFieldRefusal(error)) throw error;
      return query(args, context, true);
    }
    if (chosen?.all === true) fields = [...metadata.fields, ...(await metadata.udfs(context.signal))];
    const { rows } = found;
    if (!metadata.live && rows.length > 0 && fields.some(({ isPickList }) => isPickList === true)) {
      const { field } = await facts(entity, context.signal);
      fields = fields.map((plain) => field(plain.name) ?? plain);
    }
    // Said to be all that match: by then a page that is missing must be noticed.
    const isAll = !found.facts.more && after === null && filter.postFilters.length === 0;
    if (isAll && found.rows.length >= verifiedFrom) {
      const options = context.signal ? { signal: context.signal } : {};
      await requireComplete(found.rows.length, { path, filters: filter.batches }, reader, options);
    }
    const moving = found.facts.more ? volatileFields(order, filter.batches.flat()) : [];
    const continued = args.afterId !== undefined || after !== null;
    const resultRemarks = await resultNotes(
      filter,
      metadata,
      references,
      rows.length > 0 || continued,
      context,
      rows,
    );
    const answer = {
      ...found.facts,
      ...(continued ? { continued } : {}),
      understood: [
        ...entityMeaning(args.entity, entity),
        ...(args.understood ?? []),
        ...filter.interpretation.understood,
      ],
      notes: [...(args.notes ?? []), ...found.facts.notes, ...moving.map(volatileNote), ...resultRemarks],
    };
    const { withIds } = args;
    return tabulateList({ entity, rows, fields, chosen, withIds, answer: answer }, references, context);
  }

  async function byId(
    path: string,
    filter: CheckedFilter,
    include: readonly string[] | undefined,
    limit: number,
    context: CallContext,
  ) {
    const { rows, more } = await rowsOf(path, filter, include, limit, context);
    const total = more ? await totalOf(path, filter, context) : rows.length;
    return { rows, facts: { more, total, notes: filter.notes } };
  }

  async function inOrder(
    wanted: Omit<OrderedQuery, 'fingerprint'>,
    identity: ListIdentity,
    startedAt: number,
    context: CallContext,
  ) {
    const { order, filter } = wanted;
    const requested = { ...wanted, fingerprint: cursors.fingerprint };
    const { rows, more, total, next, stopped } = await runOrderedQuery(
      reader,
      references,
      requested,
      context,
    );
    const notes = stopped
      ? [
          ...filter.notes,
          `not all matches were looked at: these are the first by ${orderText(order)} as far as was looked; the cursor goes on from there`,
        ]
      : filter.notes;
    const continuation = nextCursor(cursors, next, startedAt, identity, order, context);
    return { rows, facts: { more, total, notes, ...continuation } };
  }

  return query;
}
