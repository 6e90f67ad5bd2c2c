import type { AutotaskReader, FilterNode, Row } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Entity } from '../../model.js';
import type { CheckedFilter } from '../filter/checked-filter.js';
import { resultNotes as filterNotes } from '../filter/result-notes.js';
import { entityMeaning, findEntity } from '../metadata/entity-names.js';
import type { MetadataStore } from '../metadata/metadata-store.js';
import { requireComplete, verifiedFrom } from '../read/lists/completeness.js';
import { requireConditionsOnly } from '../read/lists/query-arguments.js';
import type { Reads } from '../read/read.js';
import type { References } from '../references/references.js';
import type { CallContext } from '../result.js';
import { countableGroups, countGroups } from './compute/count-queries.js';
import { Groups, operandsOf } from './compute/groups.js';
import {
  defaultRecords,
  requireRecordLimit,
  requireRecordLimitWhileReading,
  requireRequestsLeft,
} from './compute/read-limits.js';
import { keyReader } from './request/group-keys.js';
import { type OperandReader, operandReader } from './request/operands.js';
import { RelatedRecords } from './request/related-records.js';
import { type AggregateArguments, checkRequest } from './request/request.js';
import { resultNotes } from './result/notes.js';
import { createTable, type Table } from './result/table.js';

export { mostRecords } from './compute/read-limits.js';
export { type AggregateArguments, defaultTop, largestTop } from './request/request.js';
export type { GroupSum, Table } from './result/table.js';

export interface AggregateResult {
  readonly entity: string;
  /** Records that were read and matched, all of them: an answer over a part is never given. */
  readonly records: number;
  /** Count queries that told the numbers, when no record had to be read. */
  readonly countQueries: number | null;
  readonly table: Table;
  /** How names, labels and ranges of the query were understood. */
  readonly understood: readonly string[];
  readonly notes: readonly string[];
}

/** Rows that wait for their look-ups, so that these fill their queries. */
const mostWaiting = 5_000;
const page = 500;

/** So few groups are rather counted than read where there are many pages; that takes a count of all. */
const fewCounts = 6;

export function createAggregate(
  reader: AutotaskReader,
  facts: MetadataStore,
  references: References,
  reads: Reads,
) {
  function queryable(entity: Entity): Entity & { readonly path: string } {
    const { path } = entity;
    if (path !== null && entity.operations.includes('query')) return { ...entity, path };
    throw new AutotaskError('notAllowed', `Autotask cannot query ${entity.name}. Nothing was sent.`, {
      next: 'query-entity tells how they can be listed.',
    });
  }

  /** Everything that matches, page after page. */
  async function* pagesOf(
    path: string,
    filter: CheckedFilter,
    records: RelatedRecords,
    context: CallContext,
  ) {
    const options = context.signal ? { signal: context.signal } : {};
    const includeFields = records.includeFields(filter.postFilterFields);
    const search = (nodes: readonly FilterNode[]) =>
      includeFields === undefined ? { filter: nodes } : { filter: nodes, includeFields };
    for (const batch of filter.batches) yield* reader.pages(path, search(batch), options);
  }

  /**
   * Reads a first page that may hold all. `total` is the number of records when it does, and null when they have to
   * be counted: there are more, or so many that a list of them is compared with a count.
   */
  async function begin(pages: AsyncGenerator<readonly Row[], void, undefined>) {
    const first = await pages.next();
    const rows = first.done === true ? [] : first.value;
    // A short page may have a successor: of a page that was sifted few are left.
    const second = first.done !== true && rows.length < verifiedFrom ? await pages.next() : null;
    const isAll = first.done === true || second?.done === true;
    const all = async function* () {
      yield rows;
      if (second !== null && second.done !== true) yield second.value;
      yield* pages;
    };
    return { total: isAll ? rows.length : null, pages: all() };
  }

  /** Reads the pages; `take` sees each record once, with what it points to at hand. */
  async function stream(
    pages: AsyncIterable<readonly Row[]>,
    path: string,
    filter: CheckedFilter,
    records: RelatedRecords,
    limit: number,
    total: number,
    context: CallContext,
    onRow: (row: Row) => void,
  ): Promise<void> {
    const options = context.signal ? { signal: context.signal } : {};
    let waiting: Row[] = [];
    const flush = async () => {
      await records.load(waiting, reader, options);
      for (const row of waiting) onRow(row);
      waiting = [];
    };
    let read = 0;
    for await (const rows of pages) {
      read += rows.length;
      // The count was made before: whoever adds records meanwhile must not lift the limit.
      requireRecordLimitWhileReading(records.entity.name, read, limit);
      for (const row of rows) if (filter.postFilters.every((matches) => matches(row))) waiting.push(row);
      context.progress?.(read, Math.max(read, total));
      if (waiting.length >= mostWaiting || records.unreadCount(waiting) >= page || records.lookups === 0) {
        await flush();
      }
    }
    await flush();
    const { batches: filters } = filter;
    await requireComplete(read, { path, filters, counted: total }, reader, options);
  }

  async function totalOf(path: string, filter: CheckedFilter, context: CallContext): Promise<number> {
    const options = context.signal ? { signal: context.signal } : {};
    let total = 0;
    for (const batch of filter.batches) total += await reader.count(path, batch, options);
    return total;
  }

  /**
   * Groups and measures all records that match. Refuses when there are more than `maxRecords` or more requests would
   * be needed than the tenant has left: by a count, for which at most the first page was read before.
   */
  return async function aggregate(args: AggregateArguments, context: CallContext): Promise<AggregateResult> {
    const entity = queryable(findEntity(args.entity));
    const options = context.signal ? { signal: context.signal } : {};
    const metadata = await facts(entity, context.signal);
    const request = await checkRequest(args, metadata, facts, { timeZone: context.timeZone, ...options });
    const { raw, filter } = await reads.prepare({ entity: entity.name, query: args.query }, context);
    requireConditionsOnly(
      raw,
      'all records that match are read, and the fields follow from groupBy and metrics',
    );

    // Whole seconds, which is how moments are written.
    const now = Math.floor(Date.now() / 1000) * 1000;
    const operands = operandsOf(request.metrics);
    const records = new RelatedRecords(entity);
    const measures: (OperandReader & { needs: (typeof operands)[number]['needs'] })[] = operands.map(
      ({ operand, needs }) => ({ needs, ...operandReader(operand, records, context.timeZone, now) }),
    );
    const keys = request.keys.map((key) => keyReader(key, records, context.timeZone, now));
    const groupsOf = () => new Groups({ keys, measures });

    const counted = countableGroups(request, filter, metadata);
    const pages = pagesOf(entity.path, filter, records, context);
    const isCheap = counted !== undefined && counted.length <= fewCounts;
    const mayBeShort = !isCheap && args.maxRecords === undefined && filter.batches.length === 1;
    const start = mayBeShort ? await begin(pages) : { total: null, pages };
    const total = start.total ?? (await totalOf(entity.path, filter, context));
    const limit = args.maxRecords ?? defaultRecords;
    const readRequests = Math.ceil(total / page) * (1 + records.lookups);
    const notes: string[] = [];
    let groups = groupsOf();
    let countQueries: number | null = null;
    const countRequests = (counted?.length ?? 0) * filter.batches.length;
    if (counted !== undefined && request.keys.length === 0) {
      groups.addCounted([], total);
      countQueries = filter.batches.length;
    } else if (counted !== undefined && countRequests < readRequests) {
      await requireRequestsLeft(reader, entity.name, countRequests, options);
      const { path } = entity;
      const { progress } = context;
      const queries = await countGroups(path, filter, counted, total, groups, reader, options, progress);
      if (groups.records === total) countQueries = queries + filter.batches.length;
      else {
        notes.push(
          `counts of the single values made ${groups.records} of ${total}, so the records were read instead`,
        );
        groups = groupsOf();
      }
    }
    if (countQueries === null && total > 0) {
      requireRecordLimit(entity.name, total, limit);
      await requireRequestsLeft(reader, entity.name, readRequests, options);
      const { path } = entity;
      await stream(start.pages, path, filter, records, limit, total, context, (row) => groups.add(row));
    }
    const grandTotal = groups.total(groups.all);
    const table = await createTable(groups, grandTotal, request, operands, {
      references,
      timeZone: context.timeZone,
      mostText: 120,
      single: false,
      ...options,
    });
    return {
      entity: entity.name,
      records: groups.records,
      countQueries,
      table,
      understood: [...entityMeaning(args.entity, entity), ...filter.interpretation.understood],
      notes: [
        ...filter.notes,
        ...(await filterNotes(filter, metadata, references, groups.records > 0, context)),
        ...notes,
        ...resultNotes({
          metadata,
          request,
          operands,
          measures,
          records,
          grandTotal: grandTotal,
          total,
          now,
          filter,
          timeZone: context.timeZone,
        }),
      ],
    };
  };
}

export type Aggregate = ReturnType<typeof createAggregate>;
