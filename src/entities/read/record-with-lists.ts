import type { AutotaskReader, FilterNode, Row } from '../../client/types.js';
import { AutotaskError } from '../../errors.js';
import type { Entity } from '../../model.js';
import { type Cell, type DisplayTable, displayAll, filledFields } from '../display/display.js';
import { isUnknownFieldRefusal } from '../filter/named-fields.js';
import type { EntityMetadata, FieldMetadata } from '../metadata/entity-metadata.js';
import { findEntity } from '../metadata/entity-names.js';
import type { MetadataStore } from '../metadata/metadata-store.js';
import type { References } from '../references/references.js';
import type { CallContext, RecordResult } from '../result.js';
import type { Reads } from './read.js';

/** A list that belongs to a record. */
export interface ListRequest {
  readonly entity: string;
  readonly filter: readonly FilterNode[];
  /** Fields to read and show; those that the policy hides or the tenant does not know are left out. */
  readonly fields: readonly string[];
  /** Fields that are read and not shown: what they point to needs no name. */
  readonly ids?: readonly string[];
  readonly most: number;
}

export interface RecordList {
  readonly entity: Entity;
  readonly metadata: EntityMetadata;
  readonly rows: readonly Row[];
  readonly fields: readonly FieldMetadata[];
  readonly cells: readonly (readonly Cell[])[];
  /** Autotask holds more than `most`. */
  readonly more: boolean;
  /** Wanted fields that the policy hides. */
  readonly hidden: readonly string[];
}

/** A list that could not be read, and why. */
export interface UnreadList {
  readonly entity: Entity;
  readonly reason: string;
}

export interface RecordWithLists {
  readonly record: RecordResult;
  readonly lists: readonly (RecordList | UnreadList)[];
}

/** Failures that concern the whole server and not one list. */
const fatal = new Set(['cancelled', 'credentials', 'configuration', 'zone', 'defect']);

const reasons: Readonly<Record<string, string>> = {
  permission: 'the API user may not read it',
  notAllowed: 'hidden by the policy of this server',
};

/** Longest text of a field of the record, in characters. */
const mostText = 4000;

/**
 * A record and the lists that belong to it, all read at the same time; names of everything that they point to
 * are then looked up together, once per referenced entity. A list that cannot be read does not stop the rest.
 * `beside` reads what else is needed once the record is there, before those names are looked up.
 */
export function createRecordWithLists(
  reader: AutotaskReader,
  facts: MetadataStore,
  references: References,
  reads: Reads,
) {
  /** The tenant's metadata is read where the snapshot does not suffice, and when `live` says so. */
  async function read(
    wanted: ListRequest,
    context: CallContext,
    live = false,
  ): Promise<Omit<RecordList, 'cells'> | UnreadList> {
    const entity = findEntity(wanted.entity);
    const names = [...wanted.fields, ...(wanted.ids ?? [])];
    let isFromSnapshot = false;
    try {
      const metadata = await facts(entity, context.signal, live ? undefined : names);
      isFromSnapshot = !metadata.live;
      const fields = wanted.fields.flatMap((name) => metadata.field(name) ?? []);
      const read = [...fields, ...(wanted.ids ?? []).flatMap((name) => metadata.field(name) ?? [])];
      // Autotask refuses to include a field that cannot be queried, but returns it when none are named.
      const all = read.some((field) => field.isQueryable === false);
      const search = all
        ? { filter: wanted.filter }
        : { filter: wanted.filter, includeFields: read.map((field) => field.name) };
      const { rows, more } = await reader.query(entity.path ?? entity.name, search, {
        limit: wanted.most,
        ...(context.signal ? { signal: context.signal } : {}),
      });
      return {
        entity,
        metadata,
        rows,
        fields,
        more,
        hidden: wanted.fields.filter((name) => metadata.hides(name)),
      };
    } catch (error) {
      if (isFromSnapshot && !live && isUnknownFieldRefusal(error)) return read(wanted, context, true);
      if (!(error instanceof AutotaskError) || fatal.has(error.kind)) throw error;
      return { entity, reason: reasons[error.kind] ?? error.message };
    }
  }

  return async function readRecordWithLists(
    of: { readonly entity: string; readonly id: number },
    requests: readonly ListRequest[],
    context: CallContext,
    beside?: (row: Row) => Promise<unknown>,
  ): Promise<RecordWithLists> {
    const entity = findEntity(of.entity);
    const [metadata, row, ...found] = await Promise.all([
      facts(entity, context.signal),
      reads.row(entity, of.id, undefined, context),
      ...requests.map((wanted) => read(wanted, context)),
    ]);
    if (row === null) throw new AutotaskError('notFound', `There is no record ${of.id} in ${entity.name}.`);
    const [fields] = await Promise.all([filledFields(row, metadata, context.signal), beside?.(row)]);
    const readable = found.filter((list) => 'rows' in list);
    const tables: DisplayTable[] = [
      { rows: [row], fields, mostText, single: true },
      ...readable.map((list) => ({ ...list, mostText, single: false })),
    ];
    const [[cells = []] = [], ...shown] = await displayAll(tables, {
      references,
      timeZone: context.timeZone,
      ...(context.signal ? { signal: context.signal } : {}),
    });
    const lists = found.map((list) =>
      'rows' in list ? { ...list, cells: shown[readable.indexOf(list)] ?? [] } : list,
    );
    return { record: { entity, row, fields, cells, notes: [] }, lists };
  };
}
