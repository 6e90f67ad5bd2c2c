import type { Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { type FieldMetadata, titleOf } from '../metadata/entity-metadata.js';
import type { References } from '../references/references.js';
import type { CallContext, ListResult } from '../result.js';
import { type Cell, display } from './display.js';
import { idOf } from './row-id.js';

/** Longest free text in a list, in characters. */
const mostListText = 120;

export const truncatedNote =
  'long text is cut; get-entity with includeFields naming the field shows it whole';

/** Columns that nobody asked for are left out when all of their cells are empty. */
function dropEmpty(fields: readonly FieldMetadata[], cells: Cell[][]) {
  const kept = fields
    .map((field, index) => ({ field, index }))
    .filter(({ field, index }) => field.name === 'id' || cells.some((row) => row[index]?.text !== ''));
  return {
    fields: kept.map(({ field }) => field),
    cells: cells.map((row) => kept.flatMap(({ index }) => row[index] ?? [])),
  };
}

export interface ListTable {
  readonly entity: Entity;
  readonly rows: readonly Row[];
  readonly fields: readonly FieldMetadata[];
  /** The caller's choice of fields; undefined for the summary. */
  readonly chosen: { readonly all: boolean } | undefined;
  readonly answer: Pick<
    ListResult,
    'more' | 'total' | 'notes' | 'orderBy' | 'cursor' | 'continued' | 'understood'
  >;
  /** Whether ids stand beside the names of what the rows point to. */
  readonly withIds?: boolean | undefined;
}

/** Rows as a table with names and labels. */
export async function tabulateList(
  { entity, rows, fields: wanted, chosen, withIds = false, answer }: ListTable,
  references: References,
  { timeZone, signal }: CallContext,
): Promise<ListResult> {
  let fields = wanted;
  let cells = await display(rows, fields, {
    references,
    timeZone,
    mostText: mostListText,
    single: false,
    withIds,
    ...(signal ? { signal } : {}),
  });
  if (chosen === undefined || chosen.all) ({ fields, cells } = dropEmpty(fields, cells));
  const cut = cells.some((row) => row.some((cell) => cell.truncated === true));
  return {
    entity: entity.name,
    columns: fields.map(titleOf),
    rows: cells,
    ...answer,
    lastId: idOf(rows.at(-1)),
    notes: cut ? [...answer.notes, truncatedNote] : answer.notes,
  };
}
