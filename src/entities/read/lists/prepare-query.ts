import type { FilterNode } from '../../../client/types.js';
import type { Entity } from '../../../model.js';
import { checkFilter } from '../../filter/check-filter.js';
import type { CheckedFilter } from '../../filter/checked-filter.js';
import { namedFields } from '../../filter/named-fields.js';
import { parseQuery, type RawQuery } from '../../filter/parse-query.js';
import type { EntityMetadata } from '../../metadata/entity-metadata.js';
import { findEntity } from '../../metadata/entity-names.js';
import type { MetadataStore } from '../../metadata/metadata-store.js';
import { checkContinuation, nowInSeconds } from '../../order/cursors/continuation.js';
import { checkOrder } from '../../order/order.js';
import type { References } from '../../references/references.js';
import type { CallContext } from '../../result.js';
import type { Conversion } from '../../values/conversion.js';
import { parentCondition, queryable, requireOwner } from './list-path.js';
import type { QueryArguments } from './query-arguments.js';

/** From the arguments of a list or a count to a checked filter and an order, before any record is read. */
export function createQueryPreparation(facts: MetadataStore, references: References) {
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
    const compared = live || args.orderBy !== undefined ? undefined : namedFields(conditions);
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

  /** The entity, its facts and the checked filter of a query that may be sent. */
  async function prepare(args: QueryArguments, context: CallContext, live = false) {
    const understood = await understand(args, context, live);
    return { ...understood, filter: await checked(understood, nowInSeconds(), context) };
  }

  /** The arguments of a list that Autotask offers below one parent only, where the query names that and nothing else. */
  async function belowParent(
    entity: Entity,
    args: QueryArguments,
    context: CallContext,
  ): Promise<QueryArguments> {
    const isRoot = entity.path !== null && entity.operations.includes('query');
    const field = entity.parents.find(({ operations }) => operations.includes('query'))?.parentField;
    if (isRoot || args.parentId !== undefined || field == null) return args;
    const raw = parseQuery(args.query);
    if (raw.filter.length !== 1) return args;
    const metadata = await facts(entity, context.signal);
    const { batches, interpretation } = await checkFilter(raw.filter, metadata, conversion(context));
    const [node, ...more] = batches.flat();
    if (node?.op !== 'eq' || node.field !== field || more.length > 0 || typeof node.value !== 'number')
      return args;
    const { understood = [] } = args;
    return {
      ...args,
      query: undefined,
      parentId: node.value,
      understood: [...understood, ...interpretation.understood],
      includeFields: args.includeFields ?? raw.includeFields,
      maxRecords: args.maxRecords ?? raw.maxRecords,
    };
  }

  return { belowParent, conversion, orderFor, understand, checked, prepare };
}

export type QueryPreparation = ReturnType<typeof createQueryPreparation>;
