import * as z from 'zod';
import type { Row } from '../../client/types.js';
import { clean, oneLine, shorten } from '../../text.js';
import type { EntityMetadata, FieldMetadata } from '../metadata/entity-metadata.js';
import { labelOf } from '../metadata/picklists.js';
import type { References } from '../references/references.js';
import { showDate } from '../values/dates.js';

/** A value as a model reads it, and as a program does. */
export interface Cell {
  readonly text: string;
  readonly json: unknown;
  /** The text was longer than shown. */
  readonly truncated?: boolean;
}

export interface DisplayOptions {
  readonly references: References | null;
  readonly timeZone: string;
  /** Longest free text, in characters. */
  readonly mostText: number;
  /** A single record says ids beside names; a list says names alone, unless they do not tell who is meant. */
  readonly single: boolean;
  /** A list says ids beside all names, for the next call. */
  readonly withIds?: boolean;
  readonly signal?: AbortSignal;
}

const udfList = z.array(z.looseObject({ name: z.string(), value: z.unknown() }));

/** Values of user-defined fields by name. */
export function udfValues(row: Row): ReadonlyMap<string, unknown> {
  const parsed = udfList.safeParse(row.userDefinedFields);
  return new Map((parsed.data ?? []).map((field) => [field.name, field.value]));
}

export const fieldValue = (row: Row, field: FieldMetadata): unknown =>
  field.udf ? udfValues(row).get(field.name) : row[field.name];

const isEmpty = (value: unknown) => value === null || value === undefined || value === '';

/** Rows to be shown with the same fields; how long their text may be, and whether ids stand beside names. */
export interface DisplayTable {
  readonly rows: readonly Row[];
  readonly fields: readonly FieldMetadata[];
  readonly mostText: number;
  readonly single: boolean;
  readonly withIds?: boolean;
}

/** Per referenced entity: names by id, and the names that several of these records have. */
type Names = Map<
  string,
  { readonly names: ReadonlyMap<number, string>; readonly shared: ReadonlySet<string> }
>;

function sharedNames(names: ReadonlyMap<number, string>): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set([...names.values()].filter((name) => seen.has(name) || !seen.add(name)));
}

/** Turns rows into cells, one column a field; ids are looked up together, once per referenced entity. */
export async function display(
  rows: readonly Row[],
  fields: readonly FieldMetadata[],
  options: DisplayOptions,
): Promise<Cell[][]> {
  const [cells = []] = await displayAll([{ rows, fields, ...options }], options);
  return cells;
}

/** The same for several tables at once: who occurs in more than one of them is looked up once. */
export async function displayAll(
  tables: readonly DisplayTable[],
  { references, ...options }: Omit<DisplayOptions, 'mostText' | 'single' | 'withIds'>,
): Promise<Cell[][][]> {
  const ids = new Map<string, Set<number>>();
  for (const { rows, fields } of tables) {
    for (const field of fields) {
      if (field.referenceEntityType === null) continue;
      const wanted = ids.get(field.referenceEntityType) ?? new Set<number>();
      for (const row of rows) {
        const value = Number(fieldValue(row, field) ?? Number.NaN);
        if (Number.isInteger(value)) wanted.add(value);
      }
      if (wanted.size > 0) ids.set(field.referenceEntityType, wanted);
    }
  }
  const names: Names = new Map();
  if (references !== null) {
    await Promise.all(
      [...ids].map(async ([type, wanted]) => {
        const found = (await references.lookup(type, wanted, options.signal)).names;
        names.set(type, { names: found, shared: sharedNames(found) });
      }),
    );
  }
  return tables.map(({ rows, fields, mostText, single, withIds = false }) => {
    const how = { ...options, references, mostText, single, withIds };
    return rows.map((row) => fields.map((field) => cell(fieldValue(row, field), field, names, how)));
  });
}

function cell(value: unknown, field: FieldMetadata, names: Names, options: DisplayOptions): Cell {
  if (isEmpty(value)) return { text: '', json: null };
  if (field.isPickList === true) {
    const label = labelOf(field, value);
    if (label === undefined) return { text: oneLine(String(value)), json: value };
    const text = oneLine(label);
    return { text: options.single ? `${text} (${String(value)})` : text, json: { value, label } };
  }
  if (field.referenceEntityType !== null) {
    const id = Number(value);
    const known = names.get(field.referenceEntityType);
    const name = known?.names.get(id);
    if (name === undefined) return { text: `#${oneLine(String(value))}`, json: value };
    const text = shorten(oneLine(name), 100);
    const withId = options.single || options.withIds === true || known?.shared.has(name) === true;
    return { text: withId ? `${text} (id ${id})` : text, json: { id, name } };
  }
  if (field.dataType === 'datetime' && typeof value === 'string') {
    return { text: oneLine(showDate(value, field.day, options.timeZone)), json: value };
  }
  if (field.dataType === 'byte[]' && typeof value === 'string') {
    const text = `(${Buffer.byteLength(value, 'base64')} bytes)`;
    return { text, json: text };
  }
  if (typeof value === 'string') {
    const text = options.single ? clean(value).trim() : oneLine(value);
    return {
      text: shorten(text, options.mostText),
      json: shorten(clean(value), Math.max(options.mostText, 2000)),
      truncated: text.length > options.mostText,
    };
  }
  if (typeof value === 'object')
    return { text: shorten(oneLine(JSON.stringify(value)), options.mostText), json: value };
  return { text: String(value), json: value };
}

/** Fields of a record that hold something, `id` first, user-defined ones last under their names. */
export async function filledFields(
  row: Row,
  metadata: EntityMetadata,
  signal?: AbortSignal,
): Promise<FieldMetadata[]> {
  const known = metadata.fields.filter((field) => !isEmpty(row[field.name]));
  const filledUdfs = [...udfValues(row)].filter(([, value]) => !isEmpty(value)).map(([name]) => name);
  if (filledUdfs.length === 0) return known;
  const udfs = await metadata.udfs(signal);
  return [...known, ...udfs.filter((field) => filledUdfs.includes(field.name))];
}
