import type { AutotaskReader, CallOptions, Row } from '../../../client/types.js';
import type { Entity } from '../../../model.js';
import { mostOrConditions } from '../../../operators.js';
import { fieldValue, udfValues } from '../../display/display.js';
import type { FieldMetadata } from '../../metadata/entity-metadata.js';
import type { FieldPath } from './field-paths.js';

type StoredValues = Readonly<Record<string, unknown>>;

/** Empty text is no value in Autotask. */
const present = (value: unknown): unknown => (value === undefined || value === '' ? null : value);

/**
 * The records of one entity as far as an aggregation looks at them: which fields it needs, and for those that
 * are reached through a reference, what was found, once per id.
 */
export class RelatedRecords {
  private readonly fields = new Map<string, FieldMetadata>();
  private readonly below = new Map<
    string,
    { readonly field: FieldMetadata; readonly related: RelatedRecords }
  >();
  private readonly found = new Map<number, StoredValues | null>();
  /** Ids that Autotask has no record for. */
  missing = 0;

  constructor(readonly entity: Entity & { readonly path: string }) {}

  /** Asks for what the path needs, and answers how a record is read along it: null when there is no value. */
  reader({ through, field }: FieldPath): (row: Row) => unknown {
    const [first, ...rest] = through;
    if (first === undefined) {
      this.fields.set(field.name, field);
      return (row) => present(fieldValue(row, field));
    }
    this.fields.set(first.field.name, first.field);
    const known = this.below.get(first.field.name) ?? {
      field: first.field,
      related: new RelatedRecords(first.entity),
    };
    this.below.set(first.field.name, known);
    const { related } = known;
    const beyond = related.reader({ name: '', through: rest, field });
    return (row) => {
      const record = related.found.get(Number(fieldValue(row, first.field) ?? Number.NaN));
      return record === undefined || record === null ? null : beyond(record);
    };
  }

  /** What to ask for; undefined for everything, because Autotask includes no field that it cannot query. */
  includeFields(others: readonly string[] = []): readonly string[] | undefined {
    const fields = [...this.fields.values()];
    if (fields.some(({ isQueryable, name }) => isQueryable === false && name !== 'id')) return undefined;
    return [...new Set(['id', ...fields.map(({ name }) => name), ...others])];
  }

  /** How many kinds of look-ups reading takes, at every depth. */
  get lookups(): number {
    return [...this.below.values()].reduce((sum, { related }) => sum + 1 + related.lookups, 0);
  }

  /** Most ids of one reference that the rows hold and nobody has looked up. */
  unreadCount(rows: readonly Row[]): number {
    return Math.max(
      0,
      ...[...this.below.values()].map(({ field, related }) => related.unread(rows, field).length),
    );
  }

  private unread(rows: readonly Row[], field: FieldMetadata): number[] {
    const ids = new Set<number>();
    for (const row of rows) {
      const id = Number(fieldValue(row, field) ?? Number.NaN);
      if (Number.isInteger(id) && !this.found.has(id)) ids.add(id);
    }
    return [...ids];
  }

  /** Looks up everything that the rows point to and that is needed, in as few queries as Autotask allows. */
  async load(rows: readonly Row[], reader: AutotaskReader, options: CallOptions): Promise<void> {
    for (const { field, related } of this.below.values()) {
      const ids = related.unread(rows, field);
      for (let from = 0; from < ids.length; from += mostOrConditions) {
        await related.fetch(ids.slice(from, from + mostOrConditions), reader, options);
      }
    }
  }

  private async fetch(ids: readonly number[], reader: AutotaskReader, options: CallOptions): Promise<void> {
    const includeFields = this.includeFields();
    const filter = [{ op: 'in', field: 'id', value: ids }];
    const search = includeFields === undefined ? { filter } : { filter, includeFields };
    const { rows } = await reader.query(this.entity.path, search, { limit: ids.length, ...options });
    for (const row of rows) if (typeof row.id === 'number') this.found.set(row.id, this.neededValues(row));
    for (const id of ids) {
      if (this.found.has(id)) continue;
      this.found.set(id, null);
      this.missing += 1;
    }
    await this.load(rows, reader, options);
  }

  /** Only what is needed is kept: there may be as many of these as records. */
  private neededValues(row: Row): StoredValues {
    const kept: Record<string, unknown> = {};
    const udfs: { name: string; value: unknown }[] = [];
    for (const field of this.fields.values()) {
      if (field.udf) udfs.push({ name: field.name, value: udfValues(row).get(field.name) });
      else kept[field.name] = row[field.name];
    }
    return udfs.length === 0 ? kept : { ...kept, userDefinedFields: udfs };
  }

  /** `3 Tickets`, for every entity of which records were not found. */
  missingLines(): string[] {
    return [...this.below.values()].flatMap(({ related }) => [
      ...(related.missing > 0 ? [`${related.missing} ${related.entity.name}`] : []),
      ...related.missingLines(),
    ]);
  }
}
