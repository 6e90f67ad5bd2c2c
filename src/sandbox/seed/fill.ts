import type { Entity } from '../../model.js';
import type { Definition, FieldDefinition } from '../entities/metadata/definition.js';
import type { PicklistEntry } from '../entities/picklists/index.js';
import type { Row, Value } from '../store/value.js';
import { rank } from './fill-order.js';
import { counts, firstId, lookupFields, lookups } from './lookup-tables.js';
import { type Column, picklistValue, plausible } from './plausible-values.js';
import type { Seed } from './seed.js';

/** What the filler needs to know about a tenant while it makes records. */
export interface FillSource {
  readonly seed: Seed;
  /** Whether the entity has a seeder of its own; those never depend on filled entities. */
  isSeeded(entity: string): boolean;
  picklist(entity: string, field: FieldDefinition): Promise<readonly PicklistEntry[]>;
}

function mayPointTo(source: FillSource, from: Entity, to: Entity): boolean {
  // Made from all files there are, so no file may be made from it.
  if (to.name === 'AttachmentInfo') return false;
  return source.isSeeded(to.name) || (!source.isSeeded(from.name) && rank(to) < rank(from));
}

async function columnsOf(source: FillSource, definition: Definition): Promise<Column[]> {
  const columns: Column[] = [];
  for (const field of definition.fields) {
    if (field.name === 'id') continue;
    const entries = field.isPickList ? await source.picklist(definition.entity.name, field) : [];
    const active = entries.filter((entry) => entry.isActive);
    const reference = field.reference;
    const pointed =
      reference !== undefined && mayPointTo(source, definition.entity, reference)
        ? await source.seed.rows(reference.name)
        : [];
    columns.push({
      field,
      // A value that depends on another field is left out: not every parent has one.
      choices: field.picklistParent === '' ? active.map((entry) => picklistValue(field, entry.value)) : [],
      targets: pointed.filter((row) => row.isActive !== false && row.isActive !== 0),
    });
  }
  return columns;
}

/** Records of an entity without a seeder of its own: its lookup names, or a handful of plain ones. */
export async function fillTable(source: FillSource, definition: Definition): Promise<Row[]> {
  const { entity } = definition;
  if (!entity.operations.includes('get')) return [];
  const names = lookups[entity.name];
  const random = source.seed.random(entity.name);
  const columns = await columnsOf(source, definition);
  const rows: Row[] = [];
  const count =
    names?.length ?? Math.max(2, Math.round((counts[entity.name] ?? 6) * Math.min(source.seed.scale, 20)));
  for (let i = 0; i < count; i++) {
    const label = names?.[i];
    const row: Row = { id: firstId(entity.name) + i, ...lookupFields[entity.name]?.[i] };
    for (const column of columns) {
      if (column.field.name in row) continue;
      const value = plausible(column, label?.replace(/^-/, ''), i, entity, random, source.seed.today);
      if (value !== null) row[column.field.key] = value;
    }
    if (label?.startsWith('-') === true) row.isActive = false;
    settleSelf(row, definition, rows[0]?.id ?? row.id);
    settleCompany(row, columns);
    rows.push(row);
  }
  return rows;
}

/** Gives seeded records the required fields their seeder left out. */
export async function complete(
  source: FillSource,
  definition: Definition,
  rows: readonly Row[],
): Promise<void> {
  const random = source.seed.random(`${definition.entity.name} complete`);
  const first = rows[0];
  if (first === undefined) return;
  const missing = definition.fields.filter((field) => field.isRequired && !(field.key in first));
  if (missing.length === 0) return;
  const columns = (await columnsOf(source, definition)).filter((column) => missing.includes(column.field));
  for (const [i, row] of rows.entries()) {
    for (const column of columns) {
      row[column.field.key] ??= plausible(column, undefined, i, definition.entity, random, source.seed.today);
    }
  }
}

/** A record that must point to one of its own kind points to the first. */
function settleSelf(row: Row, definition: Definition, id: number): void {
  for (const field of definition.fields) {
    if (field.isRequired && field.reference === definition.entity) row[field.key] = id;
  }
}

/** When a record names a company and something that belongs to one, they must agree. */
function settleCompany(row: Row, columns: readonly Column[]): void {
  let company: Value | undefined;
  for (const { field, targets } of columns) {
    const value = row[field.key];
    if (typeof value !== 'number' || field.reference === undefined || field.name === 'companyID') continue;
    const owner = targets.find((target) => target.id === value)?.companyID;
    if (owner === undefined || owner === null) continue;
    if (company === undefined) company = owner;
    else if (owner !== company && !field.isRequired) row[field.key] = null;
  }
  if (company !== undefined && 'companyID' in row) row.companyID = company;
}
