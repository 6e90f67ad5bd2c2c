import { entities } from '../../../generated/table.js';
import type { Entity } from '../../model.js';
import type { Definition, FieldDefinition } from '../entities/metadata/definition.js';
import type { PicklistEntry } from '../entities/picklists/index.js';
import type { Row, Value } from '../store/value.js';
import { counts, firstId, lookupFields, lookups } from './lookup-tables.js';
import type { Random } from './random.js';
import { day, hour, round2, type Seed } from './seed.js';

/** What the filler needs to know about a tenant while it makes records. */
export interface FillSource {
  readonly seed: Seed;
  /** Whether the entity has a seeder of its own; those never depend on filled entities. */
  isSeeded(entity: string): boolean;
  picklist(entity: string, field: FieldDefinition): Promise<readonly PicklistEntry[]>;
}

const byName = new Map(entities.map((entity, position) => [entity.name, { entity, position }]));

/**
 * Who may point to whom without a circle: lookup lists come first, then parents before their children, then
 * the alphabet; price lists, which quote everything else, come last.
 */
function rank(entity: Entity): number {
  return layer(entity) * 1000 + (byName.get(entity.name)?.position ?? 0);
}

function layer(entity: Entity): number {
  if (entity.name in lookups) return 0;
  if (entity.name.startsWith('PriceList')) return 9;
  const parent = byName.get(entity.parents[0]?.entity ?? '')?.entity;
  return parent === undefined || parent === entity ? 1 : layer(parent) + 1;
}

function mayPointTo(source: FillSource, from: Entity, to: Entity): boolean {
  // Made from all files there are, so no file may be made from it.
  if (to.name === 'AttachmentInfo') return false;
  return source.isSeeded(to.name) || (!source.isSeeded(from.name) && rank(to) < rank(from));
}

interface Column {
  readonly field: FieldDefinition;
  readonly choices: readonly Value[];
  readonly targets: readonly Row[];
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

export function picklistValue(field: FieldDefinition, value: string): Value {
  if (field.kind === 'flag') return value === 'true';
  return field.kind === 'whole' || field.kind === 'number' ? Number(value) : value;
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

const nameLike = /^(name|title|label|.*Name|displayName|templateName|itemName)$/;

function plausible(
  column: Column,
  label: string | undefined,
  i: number,
  entity: Entity,
  random: Random,
  today: number,
): Value {
  const { field, choices, targets } = column;
  const wanted = field.isRequired || random.chance(0.5);
  if (field.isPickList) return wanted ? (random.maybe(choices) ?? null) : null;
  if (field.reference !== undefined) {
    const isParent = entity.parents.some((parent) => parent.parentField === field.name);
    if (/^(impersonator|voided|canceled)/.test(field.name) && !field.isRequired) return null;
    return wanted || isParent ? (random.maybe(targets)?.id ?? null) : null;
  }
  switch (field.kind) {
    case 'flag':
      return field.name.startsWith('isActive') || (field.isRequired && random.chance(0.5));
    case 'time':
      return time(field.name, i, today, field.isRequired || /^(create|last|item|posted)/i.test(field.name));
    case 'number':
      return wanted ? round2(random.int(1, 400) / 4) : null;
    case 'whole':
      return /^is[A-Z]/.test(field.name) ? 1 : field.isRequired ? i + 1 : null;
    case 'text':
      return text(field, label, i, entity, wanted);
    case 'bytes':
      return null;
  }
}

function time(name: string, i: number, today: number, wanted: boolean): Value {
  if (!wanted) return null;
  if (/end|expir|due|to|complet/i.test(name)) return today - i * day + 4 * hour;
  if (/start|from|effective/i.test(name)) return today - i * day;
  return today - (i + 20) * day + 9 * hour;
}

function text(
  field: FieldDefinition,
  label: string | undefined,
  i: number,
  entity: Entity,
  wanted: boolean,
): Value {
  const words = entity.singular.replace(/([a-z])([A-Z])/g, '$1 $2');
  const limit = field.length === 0 ? 8000 : field.length;
  if (/GUID/i.test(field.name)) return `00000000-0000-4000-8000-${String(i + 1).padStart(12, '0')}`;
  if (/email/i.test(field.name)) return wanted ? `person${i + 1}@bluebird.example` : null;
  if (/url|link|webSite/i.test(field.name)) return wanted ? `https://bluebird.example/${i + 1}` : null;
  if (nameLike.test(field.name)) return (label ?? `${words} ${i + 1}`).slice(0, limit);
  if (/description|note|detail|text|comment/i.test(field.name))
    return `${label ?? words}, number ${i + 1}`.slice(0, limit);
  return wanted && field.isRequired ? `${words} ${i + 1}`.slice(0, limit) : null;
}
