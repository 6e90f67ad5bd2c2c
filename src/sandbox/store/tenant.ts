import { UploadMeter } from '../entities/attachment-entities.js';
import { type Definition, definition, type FieldDefinition } from '../entities/metadata/definition.js';
import { defineUdf, type UdfDefinition, udfTypes } from '../entities/metadata/udf.js';
import type { PicklistEntry } from '../entities/picklists/index.js';
import { type LimitOptions, Limits } from '../http/limits.js';
import { rowsOfEventfulTicket } from '../seed/eventful-ticket/index.js';
import { complete, type FillSource, fillTable } from '../seed/fill.js';
import { seeders } from '../seed/index.js';
import { firstId } from '../seed/lookup-tables.js';
import { day, type Seed, seedOf } from '../seed/seed.js';
import type { Credentials, Permission, TenantOptions } from '../types.js';
import type { InvoiceSettings } from './invoice-settings.js';
import { Cursors } from './query/cursors.js';
import { Table } from './table.js';
import type { Row } from './value.js';

export interface TenantData {
  readonly seed: number;
  readonly scale: number;
  /** The day on which the seeded data ends, milliseconds. */
  readonly today: number;
  readonly reshape: NonNullable<TenantOptions['reshape']>;
}

/** The records and metadata of one customer of Autotask. Records are generated when first looked at. */
export class Tenant {
  readonly credentials: Credentials;
  readonly data: TenantData;
  readonly limits: Limits;
  readonly cursors = new Cursors();
  readonly uploads = new UploadMeter();
  /** Contents of uploaded files as base64, by `<entity>/<id>`. */
  readonly files = new Map<string, string>();
  /** By company id, once somebody looked at them. */
  readonly invoiceSettings = new Map<number, InvoiceSettings>();
  /** Number of the zone the tenant lives in; it changes when the tenant is moved. */
  zone = 1;
  private readonly denied = new Set<string>();
  private readonly tables = new Map<string, Promise<Table>>();
  private readonly source: FillSource;

  constructor(credentials: Credentials, data: TenantData, limits: LimitOptions = {}) {
    this.credentials = credentials;
    this.limits = new Limits(limits);
    this.data = data;
    const seed: Seed = seedOf(
      data.seed,
      data.scale,
      data.today - (data.today % day),
      async (entity) => (await this.table(entity)).seeded,
    );
    this.source = {
      seed,
      isSeeded: (entity) => entity in seeders,
      picklist: (entity, field) => this.picklist(entity, field),
    };
  }

  /** Takes rights on an entity away from the API user. */
  deny(entity: string, permissions: readonly Permission[]): void {
    for (const permission of permissions) this.denied.add(`${entity} ${permission}`);
  }

  allow(entity: string): void {
    for (const key of this.denied) if (key.startsWith(`${entity} `)) this.denied.delete(key);
  }

  denies(entity: string, permission: Permission): boolean {
    return this.denied.has(`${entity} ${permission}`);
  }

  table(entity: string): Promise<Table> {
    const known = this.tables.get(entity);
    if (known !== undefined) return known;
    const pending = this.generate(entity);
    this.tables.set(entity, pending);
    return pending;
  }

  private async generate(entity: string): Promise<Table> {
    const table = new Table(await this.seededRows(entity), firstId(entity));
    // After the rest, like what people add later: no other record is made from it.
    const added = await rowsOfEventfulTicket(this.source.seed, entity, table.rows.at(-1)?.id ?? 0);
    await complete(
      this.source,
      await definition(entity),
      added.map(({ row }) => row),
    );
    for (const { row, content } of added) {
      table.insert(row);
      if (content !== undefined) this.files.set(`${entity}/${row.id}`, content.toString('base64'));
    }
    return table;
  }

  private async seededRows(entity: string): Promise<Row[]> {
    const seeder = seeders[entity];
    const shape = await definition(entity);
    const rows = await (seeder?.(this.source.seed) ?? fillTable(this.source, shape));
    if (seeder !== undefined) await complete(this.source, shape, rows);
    this.data.reshape[entity]?.(rows);
    return rows;
  }

  /** The user-defined fields of an entity; empty when it cannot have any. */
  async udfs(entity: string): Promise<readonly UdfDefinition[]> {
    const udfType = udfTypes[entity];
    if (udfType === undefined) return [];
    const items = (await this.table('UserDefinedFieldListItems')).rows;
    return (await this.table('UserDefinedFieldDefinitions')).rows
      .filter((row) => row.udfType === udfType && row.isActive !== false)
      .map((row) =>
        defineUdf(
          row,
          items.filter((item) => item.udfFieldId === row.id),
        ),
      );
  }

  async picklist(_entity: string, field: FieldDefinition): Promise<readonly PicklistEntry[]> {
    const source = field.picklist;
    if (!('from' in source) && !('fieldsOf' in source) && !('udfsOf' in source)) return source;
    if ('from' in source) return mirror(await definition(source.from), (await this.table(source.from)).rows);
    const fields =
      'fieldsOf' in source
        ? (await definition(source.fieldsOf)).fields.map((target, i) => ({ id: i + 1, name: target.name }))
        : await this.udfs(source.udfsOf);
    return fields.map(({ id, name }, i) => entry(String(id), name, i, true));
  }
}

function mirror(shape: Definition, rows: readonly Row[]): PicklistEntry[] {
  const nameField = shape.entity.nameFields[0] ?? 'name';
  return rows.map((row, i) =>
    entry(String(row.id), String(row[nameField] ?? row.id), i, row.isActive !== false),
  );
}

function entry(value: string, label: string, i: number, isActive: boolean): PicklistEntry {
  return {
    value,
    label,
    isDefaultValue: false,
    sortOrder: i + 1,
    parentValue: '',
    isActive,
    isSystem: false,
  };
}
