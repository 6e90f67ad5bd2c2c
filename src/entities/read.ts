import type { AutotaskReader, FilterNode, Row, Search } from '../client/types.js';
import { AutotaskError, InvalidInput } from '../errors.js';
import type { Entity } from '../model.js';
import type { Conversion } from './convert.js';
import { type Cell, display, filledFields } from './display.js';
import type { EntityFacts, Facts, FieldFacts } from './facts.js';
import { type CheckedFilter, checkFilter } from './filter.js';
import { checkIncludeFields } from './include.js';
import { findEntity } from './names.js';
import { parseQuery } from './query.js';
import type { References } from './references.js';

export interface QueryArguments {
  readonly entity: string;
  readonly query?: unknown;
  readonly includeFields?: readonly string[] | undefined;
  readonly maxRecords?: number | undefined;
  /** Only records with a higher id: how a list goes on. */
  readonly afterId?: number | undefined;
  readonly parentEntity?: string | undefined;
  readonly parentId?: number | undefined;
}

export interface CallContext {
  readonly signal?: AbortSignal;
  readonly timeZone: string;
  readonly progress?: (rows: number, total?: number) => void;
}

export interface ListResult {
  readonly entity: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Records that match, when more exist than are shown and Autotask told. */
  readonly total: number | null;
  readonly more: boolean;
  /** Continue after this id. */
  readonly lastId: number | null;
  readonly notes: readonly string[];
}

export interface RecordResult {
  readonly entity: Entity;
  readonly row: Row;
  readonly fields: readonly FieldFacts[];
  readonly cells: readonly Cell[];
  readonly notes: readonly string[];
}

export const defaultRecords = 25;
export const mostRecords = 5000;

/** Longest free text in a list and in a single record, in characters. */
const mostListText = 120;
const mostRecordText = 4000;
/** For fields that were asked for by name: more than Autotask stores in any of them. */
const mostAskedText = 40_000;

const cutNote = 'long text is cut; get-entity with includeFields naming the field shows it whole';

const idOf = (row: Row | undefined) => (typeof row?.id === 'number' ? row.id : null);

export function createReads(reader: AutotaskReader, facts: Facts, references: References) {
  const options = (context: CallContext) => (context.signal ? { signal: context.signal } : {});
  const conversion = (context: CallContext): Conversion => ({
    references,
    timeZone: context.timeZone,
    ...options(context),
  });

  function queryable(entity: Entity): Entity & { path: string } {
    const { path } = entity;
    if (path !== null && entity.operations.includes('query')) return { ...entity, path };
    const below = entity.parents.find(({ operations }) => operations.includes('query'));
    throw new AutotaskError('notAllowed', `Autotask cannot query ${entity.name}. Nothing was sent.`, {
      next: below
        ? `They are listed below one record: give parentId, the id of a record of ${below.entity}, and no query.`
        : 'describe-entity-fields shows what can be done with it.',
    });
  }

  const parentOf = (entity: Entity, args: QueryArguments) =>
    entity.parents.find(
      (candidate) =>
        args.parentEntity === undefined || candidate.entity === findEntity(args.parentEntity).name,
    );

  /** The path of the collection below the parent, where only that lists the records of one parent. */
  function childPath(entity: Entity, args: QueryArguments): string | undefined {
    const parent = args.parentId === undefined ? undefined : parentOf(entity, args);
    if (parent === undefined || !parent.operations.includes('query')) return undefined;
    if (entity.path !== null && parent.parentField !== null) return undefined;
    return parent.path.replace('{parentId}', String(args.parentId));
  }

  function parentCondition(entity: Entity, args: QueryArguments): FilterNode[] {
    if (args.parentId === undefined) return [];
    const field = parentOf(entity, args)?.parentField ?? null;
    if (field === null) {
      throw new InvalidInput('Nothing was sent to Autotask.', [
        { field: 'parentId', problem: `${entity.name} has no parent to be found by` },
      ]);
    }
    return [{ op: 'eq', field, value: args.parentId }];
  }

  /** A list below a parent: Autotask takes no filter there. */
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
    const known = await facts(entity, context.signal);
    const chosen = await checkIncludeFields(args.includeFields ?? raw.includeFields, known, context.signal);
    const limit = Math.min(args.maxRecords ?? raw.maxRecords ?? defaultRecords, mostRecords);
    const { rows, more } = await reader.list(path, { limit, ...options(context) });
    const fields = chosen === undefined || chosen.all ? known.fields : chosen.fields;
    return tabulate(
      entity,
      rows,
      fields,
      { more, total: more ? null : rows.length, notes: [] },
      chosen,
      context,
    );
  }

  /** Rows as a table with names and labels. Columns that nobody asked for and that are empty are left out. */
  async function tabulate(
    entity: Entity,
    rows: readonly Row[],
    wanted: readonly FieldFacts[],
    facts: Pick<ListResult, 'more' | 'total' | 'notes'>,
    chosen: { readonly all: boolean } | undefined,
    context: CallContext,
  ): Promise<ListResult> {
    let fields = wanted;
    let cells = await display(rows, fields, {
      references,
      timeZone: context.timeZone,
      mostText: mostListText,
      single: false,
      ...options(context),
    });
    if (chosen === undefined || chosen.all) ({ fields, cells } = dropEmpty(fields, cells));
    const cut = cells.some((row) => row.some((cell) => cell.cut === true));
    return {
      entity: entity.name,
      columns: fields.map((field) => field.name),
      rows: cells,
      ...facts,
      lastId: idOf(rows.at(-1)),
      notes: cut ? [...facts.notes, cutNote] : facts.notes,
    };
  }

  /** Some entities are listed for one owner only; Autotask's own refusal does not say by which field. */
  function requireOwner(entity: Entity, filter: CheckedFilter): void {
    if (entity.queryBy.length === 0) return;
    const compares = ({ op, field }: FilterNode) =>
      (op === 'eq' || op === 'in') && field !== undefined && entity.queryBy.includes(field);
    if (filter.batches.every((batch) => batch.some(compares))) return;
    throw new InvalidInput('Nothing was sent to Autotask.', [
      {
        field: 'query',
        problem: `Autotask lists ${entity.name} for one owner only: compare one of these with its id`,
        allowed: entity.queryBy,
      },
    ]);
  }

  /** The entity, its facts and the checked filter of a query that may be sent. */
  async function prepare(args: QueryArguments, context: CallContext) {
    const entity = queryable(findEntity(args.entity, args.parentEntity));
    const raw = parseQuery(args.query);
    const known = await facts(entity, context.signal);
    const after: FilterNode[] =
      args.afterId === undefined ? [] : [{ op: 'gt', field: 'id', value: args.afterId }];
    const conditions = [...raw.filter, ...parentCondition(entity, args), ...after];
    const filter = await checkFilter(conditions, known, conversion(context));
    requireOwner(entity, filter);
    return { entity, raw, known, filter };
  }

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
      if (filter.local.length === 0) {
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
        rows.push(...page.filter((row) => filter.local.every((matches) => matches(row))));
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
      if (filter.local.length === 0) {
        total += await reader.count(path, batch, options(context));
        continue;
      }
      for await (const page of reader.pages(path, { filter: batch }, options(context))) {
        total += page.filter((row) => filter.local.every((matches) => matches(row))).length;
        context.progress?.(total);
      }
    }
    return total;
  }

  /** Columns that nobody asked for are left out when all of their cells are empty. */
  function dropEmpty(fields: readonly FieldFacts[], cells: Cell[][]) {
    const kept = fields
      .map((field, index) => ({ field, index }))
      .filter(({ field, index }) => field.name === 'id' || cells.some((row) => row[index]?.text !== ''));
    return {
      fields: kept.map(({ field }) => field),
      cells: cells.map((row) => kept.flatMap(({ index }) => row[index] ?? [])),
    };
  }

  async function query(args: QueryArguments, context: CallContext): Promise<ListResult> {
    const named = findEntity(args.entity, args.parentEntity);
    const below = childPath(named, args);
    if (below !== undefined) return listBelow(named, below, args, context);
    const { entity, raw, known, filter } = await prepare(args, context);
    const wanted = args.includeFields ?? raw.includeFields;
    const chosen = await checkIncludeFields(wanted, known, context.signal);
    const summary = entity.summaryFields.flatMap((name) => known.field(name) ?? []);
    const id = known.field('id');
    const asked = chosen?.fields ?? summary;
    let fields = id === undefined || asked.includes(id) ? asked : [id, ...asked];
    const limit = Math.min(args.maxRecords ?? raw.maxRecords ?? defaultRecords, mostRecords);
    // Autotask refuses to include a field that cannot be queried, but returns it when none are named.
    const all = chosen?.all === true || fields.some((f) => f.isQueryable === false && f.name !== 'id');
    const include = all ? undefined : [...new Set([...fields.map((f) => f.name), ...filter.localFields])];
    const { rows, more } = await rowsOf(entity.path, filter, include, limit, context);
    if (chosen?.all === true) fields = [...known.fields, ...(await known.udfs(context.signal))];
    const total = more ? await totalOf(entity.path, filter, context) : rows.length;
    return tabulate(entity, rows, fields, { more, total, notes: filter.notes }, chosen, context);
  }

  /** How many match is a courtesy: it costs one call, and its failure must not lose the rows. */
  async function totalOf(path: string, filter: CheckedFilter, context: CallContext): Promise<number | null> {
    if (filter.local.length > 0) return null;
    try {
      return await countOf(path, filter, context);
    } catch (error) {
      if (error instanceof AutotaskError && error.kind !== 'cancelled') return null;
      throw error;
    }
  }

  async function count(args: QueryArguments, context: CallContext) {
    const { entity, filter } = await prepare(args, context);
    return { entity: entity.name, count: await countOf(entity.path, filter, context), notes: filter.notes };
  }

  /** The record, or null. Entities that live only below a parent are read there. */
  async function row(entity: Entity, id: number, parentId: number | undefined, context: CallContext) {
    if (entity.path !== null && entity.operations.includes('get')) {
      return reader.item(`${entity.path}/${id}`, options(context));
    }
    const parent = entity.parents.find((candidate) => candidate.operations.includes('get'));
    if (parent === undefined) {
      throw new AutotaskError('notAllowed', `Autotask cannot read single records of ${entity.name}.`);
    }
    if (parentId === undefined) {
      throw new InvalidInput('Nothing was sent to Autotask.', [
        {
          field: 'parentId',
          problem: `is needed: ${entity.name} is read below a record of ${parent.entity}`,
        },
      ]);
    }
    return reader.item(`${parent.path.replace('{parentId}', String(parentId))}/${id}`, options(context));
  }

  async function showRecord(
    found: Row,
    known: EntityFacts,
    fields: readonly FieldFacts[],
    context: CallContext,
    mostText = mostRecordText,
  ): Promise<RecordResult> {
    const [cells = []] = await display([found], fields, {
      references,
      timeZone: context.timeZone,
      mostText,
      single: true,
      ...options(context),
    });
    const notes = cells.some((cell) => cell.cut === true) ? [cutNote] : [];
    return { entity: known.entity, row: found, fields, cells, notes };
  }

  async function get(
    args: {
      entity: string;
      id: number;
      parentEntity?: string | undefined;
      parentId?: number | undefined;
      includeFields?: readonly string[] | undefined;
    },
    context: CallContext,
  ): Promise<RecordResult> {
    const entity = findEntity(args.entity, args.parentEntity);
    const found = await row(entity, args.id, args.parentId, context);
    if (found === null) {
      throw new AutotaskError('notFound', `There is no record ${args.id} in ${entity.name}.`, {
        next: 'Find it with query-entity.',
      });
    }
    const known = await facts(entity, context.signal);
    const chosen = await checkIncludeFields(args.includeFields, known, context.signal);
    const fields =
      chosen === undefined || chosen.all ? await filledFields(found, known, context.signal) : chosen.fields;
    const asked = chosen !== undefined && !chosen.all;
    return showRecord(found, known, fields, context, asked ? mostAskedText : mostRecordText);
  }

  return { query, count, get, row, showRecord, conversion, prepare };
}

export type Reads = ReturnType<typeof createReads>;
