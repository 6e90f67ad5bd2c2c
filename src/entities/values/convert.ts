import * as z from 'zod';
import * as scalars from '../../scalars.js';
import type { FieldMetadata } from '../metadata/entity-metadata.js';
import { isDigits } from '../references/id-or-name.js';
import type { Conversion } from './conversion.js';
import { convertChoice } from './convert-choice.js';
import { convertDigits, convertReference } from './convert-reference.js';
import { type Converted, fail } from './converted.js';
import { isDay, toUtc } from './dates.js';
import { isName, pointsTo } from './name-order.js';
import { isFlag, refusedValue } from './refused-value.js';
import { convertStoredDate, dayInWords } from './stored-date.js';

const byType: Readonly<Record<string, z.ZodType>> = {
  integer: scalars.integer,
  long: scalars.long,
  short: scalars.short,
  decimal: scalars.decimal,
  double: scalars.decimal,
  boolean: scalars.boolean,
  datetime: scalars.datetime,
  'byte[]': scalars.bytes,
  string: z.union([z.string(), z.number().transform(String), z.boolean().transform(String)], {
    error: 'must be text',
  }),
};

/**
 * One value for one field: picklist labels become codes, names become ids, numbers and flags may be text,
 * dates without a zone are read in the caller's. The result may be a list when a label stands for several codes.
 */
export async function convertValue(
  field: FieldMetadata,
  given: unknown,
  conversion: Conversion,
): Promise<Converted> {
  if (field.isPickList === true) {
    const choice = convertChoice(field, given, conversion);
    if (choice !== undefined) return choice;
  }
  if (isName(field, given)) return convertReference(field, given, conversion);
  if (conversion.filter !== true && pointsTo(field) && isDigits(given)) {
    return convertDigits(field, given, conversion);
  }
  if (isFlag(field) && /^(true|false)$/i.test(String(given))) {
    return { ok: true, value: String(given).toLowerCase() === 'true' ? 1 : 0 };
  }
  const schema = byType[field.dataType] ?? z.unknown();
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const words =
      field.dataType === 'datetime' && conversion.filter !== true
        ? dayInWords(given, conversion.timeZone)
        : undefined;
    if (words !== undefined) return fail(field, words);
    const [issue] = parsed.error.issues;
    const isOfType = (text: string) => schema.safeParse(text).success;
    return refusedValue(field, given, conversion, issue?.message ?? 'is not valid', isOfType);
  }
  if (isFlag(field) && parsed.data !== 0 && parsed.data !== 1)
    return fail(field, `${JSON.stringify(given)} must be true or false`);
  if (field.dataType !== 'datetime') return { ok: true, value: parsed.data };
  const text = String(parsed.data);
  if (conversion.filter !== true) return convertStoredDate(field, text, conversion.timeZone);
  const day = isDay(text) && field.day;
  return { ok: true, value: day ? `${text.trim()}T00:00:00Z` : toUtc(text, conversion.timeZone) };
}
