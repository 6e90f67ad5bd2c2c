import * as z from 'zod';
import { InvalidInput } from '../../errors.js';
import { readJson } from '../../limits/argument-bounds.js';
import type { EntityMetadata, FieldMetadata } from '../metadata/entity-metadata.js';
import { unknownField } from '../metadata/unknown-field.js';
import { dateRanges, idRanges, type RangeField } from './range-paging/range-field.js';

/** By what a list is sorted. */
export interface Order {
  readonly field: FieldMetadata;
  readonly descending: boolean;
  /** Where Autotask can be asked for stretches of the order; null when all matches must be read to sort them. */
  readonly ranges: RangeField | null;
}

const example = 'e.g. "createDate desc" or "title"';

const invalid = (problem: string) =>
  new InvalidInput('Nothing was sent to Autotask.', [{ field: 'orderBy', problem }]);

const direction = /^(?:asc|ascending|desc|descending)$/i;

const word = z.string().regex(direction).optional();
const asObject = z.union([
  z.object({ field: z.string(), direction: word }).strict(),
  z
    .object({ field: z.string(), order: word })
    .strict()
    .transform(({ field, order }) => ({ field, direction: order })),
  z
    .record(z.string(), z.string().regex(direction))
    .refine((entry) => Object.keys(entry).length === 1)
    .transform((entry) => {
      const [field = '', given] = Object.entries(entry)[0] ?? [];
      return { field, direction: given };
    }),
]);

function fromText(text: string): { name: string; descending: boolean } {
  const match = /^([-+]?)(.*?)(?:[\s:]+(asc|ascending|desc|descending))?$/i.exec(text.trim());
  const [, sign = '', name = '', word = ''] = match ?? [];
  if (name.trim() === '') throw invalid(`must name a field, ${example}`);
  if (name.includes(',')) throw invalid(`takes one field, ${example}`);
  return { name: name.trim(), descending: word === '' ? sign === '-' : /^desc/i.test(word) };
}

function parseOrderBy(given: unknown): { name: string; descending: boolean } {
  if (typeof given === 'string' && !/^\s*[[{]/.test(given)) return fromText(given);
  let value: unknown = given;
  try {
    if (typeof given === 'string') value = readJson(given);
  } catch {
    throw invalid(`must be a field and its direction, ${example}`);
  }
  if (Array.isArray(value)) {
    const [name, how] = value;
    const isPair = value.length === 2 && typeof name === 'string' && direction.test(String(how));
    if (isPair) return parseOrderBy(`${name} ${String(how)}`);
    if (value.length !== 1) throw invalid(`takes one field, ${example}`);
    return parseOrderBy(value[0]);
  }
  const parsed = asObject.safeParse(value);
  if (!parsed.success) throw invalid(`must be a field and its direction, ${example}`);
  const { field, direction: word } = parsed.data;
  return { name: field, descending: /^desc/i.test(word ?? '') };
}

function orderOf(field: FieldMetadata, descending: boolean): Order {
  if (field.name === 'id') return { field, descending, ranges: idRanges(descending) };
  // Autotask takes one user-defined condition in a query, and ranges would need a second one.
  const timed = field.dataType === 'datetime' && !field.udf && field.isQueryable !== false;
  return { field, descending, ranges: timed ? dateRanges(field.name, descending) : null };
}

/**
 * The order that `orderBy` names, ascending unless it says otherwise. Without it the entity's natural date,
 * newest first, or the highest ids first where the policy hides it; null for entities without one: those lists
 * ascend by id.
 */
export async function checkOrder(
  given: unknown,
  metadata: EntityMetadata,
  signal?: AbortSignal,
): Promise<Order | null> {
  if (given === undefined || given === null || given === '') {
    const { naturalDate } = metadata.entity;
    if (naturalDate === null) return null;
    const natural = metadata.field(naturalDate);
    if (natural !== undefined && natural.isQueryable !== false) return orderOf(natural, true);
    const id = metadata.field('id');
    return id === undefined ? null : orderOf(id, true);
  }
  const { name, descending } = parseOrderBy(given);
  const field = await metadata.find(name, signal);
  if (field === undefined) throw invalid(await unknownField(metadata, name));
  if (field.dataType === 'byte[]') throw invalid(`${field.name} holds files, which have no order`);
  if (field.name === 'id' && !descending) return null;
  return orderOf(field, descending);
}

export const orderText = ({ field, descending }: Order): string =>
  `${field.name} ${descending ? 'desc' : 'asc'}`;
