import { load } from '../../generated/load.js';
import { entities } from '../../generated/table.js';
import { didYouMean, nearest } from '../nearest.js';
import { glob, source, unmatched } from './patterns.js';

/** `Roles.hourlyRate`, `hourlyRate` (in every entity) or `Tickets.udf:Root Cause`. */
export interface Mask {
  readonly text: string;
  readonly entity: RegExp;
  readonly field: RegExp;
  /** Finds its field in a sentence. */
  readonly mention: RegExp;
  /** Its field, as it was written. */
  readonly pattern: string;
  /** For user-defined fields alone: their names are the tenant's and not known at the start. */
  readonly udf: boolean;
}

const form = /^(?:([A-Za-z*]+)\.)?(udf:)?(.+)$/i;

export function maskOf(text: string): Mask {
  const [, entity = '*', udf, pattern = ''] = form.exec(text) ?? [];
  const mention = new RegExp(`(?<!\\w)${source(pattern, '\\w*')}(?!\\w)`, 'i');
  return { text, entity: glob(entity), field: glob(pattern), mention, pattern, udf: udf !== undefined };
}

/**
 * Whether a mask hides a field. `udf` undefined: not known which kind of field it is; then a mask of all
 * user-defined fields says nothing about it.
 */
export function hidesField(mask: Mask, field: string, udf?: boolean): boolean {
  if (!mask.field.test(field)) return false;
  return !mask.udf || udf === true || (udf === undefined && mask.pattern !== '*');
}

const names = entities.map(({ name }) => name);

/** Built-in fields of the entities that the mask is about. */
async function fieldsOf(mask: Mask): Promise<ReadonlySet<string>> {
  const found = entities.filter(({ name }) => mask.entity.test(name));
  const lists = await Promise.all(found.map(async ({ name }) => (await load[name]?.fields()) ?? []));
  return new Set(lists.flat().map(({ name }) => name));
}

/**
 * What is wrong with a setting that names a field: one that fits nothing must not look as if it did. Null when
 * it is right.
 */
export async function fieldProblem(text: string): Promise<string | null> {
  const [, entity, udf, field = ''] = form.exec(text) ?? [];
  const mask = maskOf(text);
  if (udf === undefined && (text.startsWith('!') || /[.!:]/.test(field) || /^\.|\.$/.test(text))) {
    return `${text} must read Entity.field, field or Entity.udf:Name`;
  }
  const [stray] = entity === undefined ? [] : unmatched([entity], names, 'entity');
  if (stray !== undefined) return stray;
  if (udf !== undefined) {
    const named = entities.find(({ name }) => name.toLowerCase() === entity?.toLowerCase());
    if (named === undefined) return `${text} must name one entity: Entity.udf:Name`;
    return named.userDefinedFields ? null : `${named.name} has no user-defined fields`;
  }
  if (field.toLowerCase() === 'id') return `${text} cannot be named here: the id of a record is never hidden`;
  const known = await fieldsOf(mask);
  if ([...known].some((name) => mask.field.test(name))) return null;
  const [close] = nearest(field, known, 1);
  const meant = entity === undefined ? close : `${entity}.${close}`;
  const hint = close === undefined ? '' : ` Did you mean ${meant}?`;
  const where = entity === undefined ? 'any entity' : entity;
  return `${text} fits no field of ${where}.${hint} A user-defined field is written ${entity ?? 'Entity'}.udf:${field}.`;
}

/** The same for user-defined fields, when the tenant has told their names and labels. */
export function udfMaskProblem(masks: readonly Mask[], entity: string, known: readonly string[]) {
  const stray = masks.find(
    (mask) =>
      mask.udf &&
      mask.pattern !== '*' &&
      mask.entity.test(entity) &&
      !known.some((name) => mask.field.test(name)),
  );
  if (stray === undefined) return null;
  return `The policy hides ${stray.text}, and this tenant has no such user-defined field.${didYouMean(stray.pattern, new Set(known))}`;
}
