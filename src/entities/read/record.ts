import type { AutotaskReader, Row } from '../../client/types.js';
import { AutotaskError, InvalidInput } from '../../errors.js';
import type { Entity } from '../../model.js';
import { mostOrConditions } from '../../operators.js';
import { display, filledFields } from '../display/display.js';
import { truncatedNote } from '../display/tabulate.js';
import type { EntityMetadata, FieldMetadata } from '../metadata/entity-metadata.js';
import { findEntity } from '../metadata/entity-names.js';
import type { MetadataStore } from '../metadata/metadata-store.js';
import type { References } from '../references/references.js';
import type { CallContext, RecordResult } from '../result.js';
import { checkIncludeFields } from './include-fields.js';

/** Records that are read to find one of a collection that Autotask only lists. */
const mostBelow = 500;

/** Longest free text in a single record, in characters. */
const mostRecordText = 4000;
/** For fields that were asked for by name: more than Autotask stores in any of them. */
const mostAskedText = 40_000;

export interface RecordArguments {
  readonly entity: string;
  readonly id: number;
  readonly parentEntity?: string | undefined;
  readonly parentId?: number | undefined;
  readonly includeFields?: readonly string[] | undefined;
  /** Reads what is needed besides the record before names are looked up: what it reads by id has its name then. */
  readonly beside?: (row: Row) => Promise<unknown>;
}

/** For whoever must know what is stored now. */
export function withoutRows({ rows: _, ...context }: CallContext): CallContext {
  return context;
}

/** Reading records by their ids. */
export function createRecordReads(reader: AutotaskReader, facts: MetadataStore, references: References) {
  const options = (context: CallContext) => (context.signal ? { signal: context.signal } : {});

  /** The record, or null. Entities that live only below a parent are read there. */
  async function row(
    entity: Entity,
    id: number,
    parentId: number | undefined,
    context: CallContext,
  ): Promise<Row | null> {
    const known = context.rows?.get(`${entity.name}/${id}`);
    if (known !== undefined) return known;
    if (entity.path !== null && entity.operations.includes('get')) {
      const since = references.since(entity);
      const found = await reader.item(`${entity.path}/${id}`, options(context));
      references.learn(entity, found, id, since);
      return found;
    }
    const one = entity.parents.find(({ operations }) => operations.includes('get'));
    const parent = one ?? entity.parents.find(({ operations }) => operations.includes('query'));
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
    const collection = parent.path.replace('{parentId}', String(parentId));
    if (one !== undefined) return reader.item(`${collection}/${id}`, options(context));
    const { rows } = await reader.list(collection, { limit: mostBelow, ...options(context) });
    return rows.find((candidate) => candidate.id === id) ?? null;
  }

  /**
   * Records by `Tickets/42`, in as few requests as can be; null where Autotask takes no query for them, and `row`
   * reads each.
   */
  async function rows(
    entity: Entity,
    ids: readonly number[],
    context: CallContext,
  ): Promise<ReadonlyMap<string, Row> | null> {
    const found = new Map<string, Row>();
    const { path } = entity;
    if (path === null || !entity.operations.includes('query') || entity.queryBy.length > 0) return null;
    for (let from = 0; from < ids.length; from += mostOrConditions) {
      const value = ids.slice(from, from + mostOrConditions);
      const search = { filter: [{ op: 'in', field: 'id', value }] };
      const since = references.since(entity);
      const page = await reader.query(path, search, { limit: value.length, ...options(context) });
      for (const one of page.rows) {
        found.set(`${entity.name}/${String(one.id)}`, one);
        if (typeof one.id === 'number') references.learn(entity, one, one.id, since);
      }
    }
    return found;
  }

  async function showRecord(
    found: Row,
    metadata: EntityMetadata,
    fields: readonly FieldMetadata[],
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
    const notes = cells.some((cell) => cell.truncated === true) ? [truncatedNote] : [];
    return { entity: metadata.entity, row: found, fields, cells, notes };
  }

  async function get(args: RecordArguments, context: CallContext): Promise<RecordResult> {
    const entity = findEntity(args.entity, args.parentEntity);
    const found = await row(entity, args.id, args.parentId, context);
    if (found === null) {
      throw new AutotaskError('notFound', `There is no record ${args.id} in ${entity.name}.`, {
        next: 'Find it with query-entity.',
      });
    }
    const [metadata] = await Promise.all([facts(entity, context.signal), args.beside?.(found)]);
    const chosen = await checkIncludeFields(args.includeFields, metadata, context.signal);
    const fields =
      chosen === undefined || chosen.all
        ? await filledFields(found, metadata, context.signal)
        : chosen.fields;
    const isChosen = chosen !== undefined && !chosen.all;
    return showRecord(found, metadata, fields, context, isChosen ? mostAskedText : mostRecordText);
  }

  return { row, rows, showRecord, get };
}
