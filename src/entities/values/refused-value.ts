import { datetime } from '../../scalars.js';
import type { FieldMetadata } from '../metadata/entity-metadata.js';
import { alternativesIn, meansAnyValue, meansNoValue, presenceRemark, severalAre } from './alternatives.js';
import { comparisonProblem } from './comparisons/comparison-problem.js';
import { comparisonIn } from './comparisons/comparison-signs.js';
import type { Conversion } from './conversion.js';
import { type Converted, fail } from './converted.js';
import { parseRange, rangeExamples } from './dates.js';
import { dayFromNow } from './stored-date.js';
import { numbersWritten } from './written-numbers.js';

const numberRange = /^\s*(-?\d+(?:\.\d+)?)\s*(?:\.\.\.?|–|-|to)\s*(-?\d+(?:\.\d+)?)\s*$/i;
const meansFlag = /^\s*(?:true|false|yes|no)\s*$/i;
const pastWords = /^(?:expired|past|past due|overdue|over|lapsed|elapsed)$/i;
const decimalComma = /^\s*-?\d+,\d+\s*$/;

/** Numbers that are yes or no in Autotask (Contacts.isActive); an id or a code is never true or false. */
export const isFlag = ({ name, dataType }: FieldMetadata): boolean =>
  /^is[A-Z]/.test(name) && ['integer', 'short'].includes(dataType);

/**
 * Why a text is no date, number or flag, with the query that says what it says where that can be told: a comparison,
 * several values, none. `isOfType` tells whether a text is such a value.
 */
export function refusedValue(
  field: FieldMetadata,
  given: unknown,
  conversion: Conversion,
  message: string,
  isOfType: (text: string) => boolean,
): Converted {
  const what = `${JSON.stringify(given)} ${isFlag(field) ? 'must be true or false' : message}`;
  const text = String(given);
  const numbers = isFlag(field) ? [] : numbersWritten(field, text);
  if (numbers.length > 0) return fail(field, `${what}; write ${numbers.join(' or ')}`);
  if (
    !isFlag(field) &&
    meansFlag.test(text) &&
    field.dataType === 'integer' &&
    field.referenceEntityType === null
  )
    return fail(field, `${what}; where it says yes or no, yes is 1 and no is 0`);
  const distant = field.dataType === 'datetime' ? dayFromNow(given, conversion.timeZone) : undefined;
  if (distant !== undefined) return fail(field, `${what}; write ${distant}`);
  if (conversion.filter !== true) return fail(field, what);
  const isDate = field.dataType === 'datetime';
  const isRange = (one: string) =>
    isDate && (/^now$/i.test(one) || parseRange(one, conversion.timeZone, field.day) !== undefined);
  const isValue = (one: string) =>
    isOfType(one) || isRange(one) || (isFlag(field) && /^(?:true|false)$/i.test(one));
  const isSaid = (one: string) => isValue(one) || meansNoValue(one) || meansAnyValue(one);
  const isCompared = comparisonIn(text)?.values.every(isSaid) === true;
  const compared = isCompared ? comparisonProblem(field, given, conversion) : undefined;
  if (compared !== undefined) return { ok: false, problem: compared };
  const written = comparisonIn(text);
  const [bound, other] = numbersWritten(field, written?.values.length === 1 ? (written.values[0] ?? '') : '');
  if (written !== undefined && bound !== undefined && other === undefined)
    return fail(field, `${what}; as a query: ${JSON.stringify({ [field.name]: { [written.op]: bound } })}`);
  const presence = presenceRemark(field.name, text, conversion);
  if (presence !== undefined) return fail(field, `${what}; ${presence}`);
  const query = (condition: unknown) => JSON.stringify({ [field.name]: condition });
  const [, gte, lte] = isDate ? [] : (numberRange.exec(text) ?? []);
  if (gte !== undefined)
    return fail(field, `${what}; a range is ${query({ gte: Number(gte), lte: Number(lte) })}`);
  const parts = text.split(/\s*\/\s*/);
  const [first, last, more] = parts;
  if (
    isDate &&
    last !== undefined &&
    more === undefined &&
    parts.every((one) => datetime.safeParse(one).success)
  )
    return fail(field, `${what}; a range is ${query(`${first}..${last}`)}`);
  const several = decimalComma.test(text) ? undefined : alternativesIn(text, 'labels');
  if (several?.every(isValue) === true)
    return fail(field, `${what}; ${severalAre(field.name, several, conversion.negated)}`);
  if (isDate && pastWords.test(text.trim()))
    return fail(field, `${what}; what is past is ${query({ lt: field.day ? 'today' : 'now' })}`);
  return fail(field, isDate ? `${what}; in a filter also ${rangeExamples}` : what);
}
