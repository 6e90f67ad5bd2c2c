import type { AutotaskReader, FilterNode } from '../../client/types.js';
import { InvalidInput } from '../../errors.js';
import type { Entity } from '../../model.js';
import { tabulateList } from '../display/tabulate.js';
import { type CheckedFilter, checkFilter } from '../filter/check-filter.js';
import { comparedFields, isUnknownFieldRefusal } from '../filter/compared-fields.js';
import { Interpretation } from '../filter/interpretation.js';
import { parseQuery, type RawQuery } from '../filter/parse-query.js';
import { resultNotes } from '../filter/result-notes.js';
import type { EntityMetadata, FieldMetadata, MetadataStore } from '../metadata/entity-metadata.js';
import { findEntity } from '../metadata/entity-names.js';
import {
  type ContinuationArguments,
  checkContinuation,
  type ListIdentity,
  nextCursor,
  nowInSeconds,
  readCursor,
} from '../order/cursors/continuation.js';
import { type Cursors, createCursors } from '../order/cursors/cursor.js';
import { checkOrder, orderText } from '../order/order.js';
import type { OrderedQuery } from '../order/ordered-query.js';
import { runOrderedQuery } from '../order/run-ordered-query.js';
import { mostSorted, sortRows } from '../order/sort-in-memory.js';
import { volatileFields, volatileNote } from '../order/volatile-fields.js';
import type { References } from '../references/references.js';
import type { CallContext, ListResult } from '../result.js';
import type { Conversion } from '../values/convert.js';
import { requireComplete, verifiedFrom } from './completeness.js';
import { checkIncludeFields } from './include-fields.js';
import { createRecordReads } from './record.js';
import { createScans } from './scan.js';
import { childPath, parentCondition, queryable, requireOwner, type Scope } from './scope.js';

export type { CallContext, ListResult, RecordResult } from '../result.js';

export interface QueryArguments extends Scope, ContinuationArguments {
  readonly entity: string;
  readonly query?: unknown;
  readonly includeFields?: readonly string[] | undefined;
  readonly maxRecords?: number | undefined;
  /** Ids beside the names of what the records point to. */
  readonly withIds?: boolean | undefined;
  /** A field and its direction; see checkOrder. Absent: by ascending id, unless `newestFirst`. */
  readonly orderBy?: unknown;
  /** Without orderBy: by the natural date of the entity, if it has one. */
  readonly newestFirst?: boolean;
  /** What else is to be said about the query. */
  readonly notes?: readonly string[];
}

export const defaultRecords = 25;
export const mostRecords = 5000;

/** Refuses what a query may hold besides conditions, where it would have no effect. */
export function requireConditionsOnly({ maxRecords, includeFields }: RawQuery, why: string): void {
  if (maxRecords === undefined && includeFields === undefined) return;
  throw new InvalidInput('Nothing was read.', [
    { field: 'query', problem: `takes conditions only here: ${why}` },
  ]);
}

const limitOf = (args: QueryArguments, raw: RawQuery) =>
  Math.min(args.maxRecords ?? raw.maxRecords ?? defaultRecords, mostRecords);

export function createReads(
  reader: AutotaskReader,
  facts: MetadataStore,
  references: References,
  cursors: Cursors = createCursors(),
) {
  const { rowsOf, countOf, totalOf } = createScans(reader);
  const conversion = ({ timeZone, closedStatusIds = [], signal }: CallContext): Conversion => ({
    references,
    timeZone,
    closedStatusIds,
    ...(signal ? { signal } : {}),
  });

  /** The order of a list; null for ascending ids. */
  async function orderFor(args: QueryArguments, metadata: EntityMetadata, context: CallContext) {
    const isSorted = args.orderBy !== undefined || (args.newestFirst === true && args.afterId === undefined);
    const order = isSorted ? await checkOrder(args.orderBy, metadata, context.signal) : null;
    checkContinuation(args, order);
    return order;
  }

  /**
   * What is asked for, before any name in it is looked up. `shown` are the fields that a list returns. The
   * tenant's metadata is read where the snapshot does not suffice: for labels in conditions, for fields that it does
   * not know, and when `live` says so. Labels that are only shown are read once there are records to show.
   */
  async function understand(
    args: QueryArguments,
    context: CallContext,
    live: boolean,
    shown: (entity: Entity, raw: RawQuery) => readonly string[] = () => [],
  ) {
    const entity = queryable(findEntity(args.entity, args.parentEntity));
    const raw = parseQuery(args.query);
    const after: FilterNode[] =
      args.afterId === undefined ? [] : [{ op: 'gt', field: 'id', value: args.afterId }];
    const conditions = [...raw.filter, ...parentCondition(entity, args), ...after];
    const compared = live || args.orderBy !== undefined ? undefined : comparedFields(conditions);
    const only = compared && [...compared, entity.naturalDate ?? 'id'];
    const plain = await facts(entity, context.signal, only);
    const isKnown = plain.live || shown(entity, raw).every((name) => plain.field(name) !== undefined);
    return { entity, raw, known: isKnown ? plain : await facts(entity, context.signal), conditions };
  }

  async function checked(
    { entity, known: metadata, conditions }: Awaited<ReturnType<typeof understand>>,
    startedAt: number,
    context: CallContext,
  ): Promise<CheckedFilter> {
    const filter = await checkFilter(conditions, metadata, { ...conversion(context), now: startedAt * 1000 });
    requireOwner(entity, filter);
    return filter;
  }

  /** A list below a parent: Autotask takes no filter there, and all of it is sorted here. */
  async function listBelow(
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
      const answer = { more: isMore, total: isMore ? null : rows.length, notes };
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
      filter: { batches: [], local: [], localFields: [], notes: [], interpretation: new Interpretation() },
      order,
      include: undefined,
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
        answer: { more: isMore, total, notes: [], ...continuation },
      },
      references,
      context,
    );
  }

  async function query(args: QueryArguments, context: CallContext, live = false): Promise<ListResult> {
    const named = findEntity(args.entity, args.parentEntity);
    const collectionPath = childPath(named, args);
    if (collectionPath !== undefined) return listBelow(named, collectionPath, args, context);
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
    const include = all ? undefined : [...new Set([...fields.map((f) => f.name), ...filter.localFields])];
    const limit = limitOf(args, raw);
    let found: Awaited<ReturnType<typeof byId | typeof inOrder>>;
    try {
      found =
        order === null
          ? await byId(path, filter, include, limit, context)
          : await inOrder({ path, filter, order, include, limit, after }, subject, startedAt, context);
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
    const isAll = !found.facts.more && after === null && filter.local.length === 0;
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
    );
    const answer = {
      ...found.facts,
      ...(continued ? { continued } : {}),
      understood: filter.interpretation.understood,
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

  /** The entity, its facts and the checked filter of a query that may be sent. */
  async function prepare(args: QueryArguments, context: CallContext, live = false) {
    const understood = await understand(args, context, live);
    return { ...understood, filter: await checked(understood, nowInSeconds(), context) };
  }

  /** How many match; again with the tenant's metadata where it refuses a field that the snapshot knows. */
  async function counted(args: QueryArguments, context: CallContext) {
    const prepared = await prepare(args, context);
    requireConditionsOnly(prepared.raw, 'all records that match are counted');
    try {
      return { ...prepared, count: await countOf(prepared.entity.path, prepared.filter, context) };
    } catch (error) {
      if (prepared.known.live || !isUnknownFieldRefusal(error)) throw error;
      const again = await prepare(args, context, true);
      return { ...again, count: await countOf(again.entity.path, again.filter, context) };
    }
  }

  async function count(args: QueryArguments, context: CallContext) {
    const { entity, filter, known: metadata, count } = await counted(args, context);
    const resultRemarks = await resultNotes(filter, metadata, references, count > 0, context);
    const { understood } = filter.interpretation;
    return { entity: entity.name, count, understood, notes: [...filter.notes, ...resultRemarks] };
  }

  return { query, count, prepare, rowsOf, conversion, ...createRecordReads(reader, facts, references) };
}

export type Reads = ReturnType<typeof createReads>;
