import { didYouMean, isMistyped } from '../../names/nearest.js';
import { glob, regexSource } from './patterns.js';

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

/** The parts of a name: entity, `udf:`, field. */
export const maskPattern = /^(?:([A-Za-z*]+)\.)?(udf:)?(.+)$/i;

/** A field in a sentence: `purchaseOrderNumber` as well as "purchase order number", `companyID` as "company". */
const inWords = (pattern: string): string =>
  pattern
    .split(/(?<=[a-z0-9])(?=[A-Z])|[\s_-]+/)
    .map((word, index) => {
      const text = regexSource(word, '\\w*');
      if (index === 0) return text;
      return word === 'ID' ? `(?:[\\s_-]*${text})?` : `[\\s_-]*${text}`;
    })
    .join('');

export function maskOf(text: string): Mask {
  const [, entity = '*', udf, pattern = ''] = maskPattern.exec(text) ?? [];
  const mention = new RegExp(`(?<!\\w)${inWords(pattern)}(?!\\w)`, 'i');
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

/** What is wrong with a mask of user-defined fields, when the tenant has told their names and labels. */
export function udfMaskProblem(masks: readonly Mask[], entity: string, known: readonly string[]) {
  const unknownMask = masks.find(
    (mask) =>
      mask.udf &&
      mask.pattern !== '*' &&
      mask.entity.test(entity) &&
      !known.some((name) => mask.field.test(name)),
  );
  if (unknownMask === undefined) return null;
  const { pattern } = unknownMask;
  const shown = isMistyped(pattern, new Set(known))
    ? unknownMask.text
    : `a field of ${entity} with a name of ${pattern.length} characters`;
  return `The policy hides ${shown}, and this tenant has no such user-defined field.${didYouMean(pattern, [...new Set(known)])}`;
}
