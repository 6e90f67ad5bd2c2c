import type { FieldMetadata } from '../metadata/entity-metadata.js';
import { holdsNumber } from '../metadata/field-metadata.js';

const money = String.raw`(?:\p{Sc}|[A-Z]{2}\p{Sc}|(?:USD|EUR|GBP|CHF|CAD|AUD|NZD|ZAR)(?![A-Z]))`;
const before = new RegExp(`^([+-]?)\\s*${money}\\s*(?=[-\\d.])`, 'u');
const after = new RegExp(`(?<=[\\dkm])\\s*(?:${money}|%|percent)$`, 'iu');
const factors: Readonly<Record<string, number>> = { k: 1_000, m: 1_000_000 };

/** The numbers that digits with separators may be: `1,000` is a thousand to one reader and one to another. */
function digitsAs(digits: string): readonly number[] {
  if (/^-?\d+(?:\.\d+)?$/.test(digits)) return [Number(digits)];
  const byComma = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(digits) ? [Number(digits.replaceAll(',', ''))] : [];
  const byPoint = /^-?(?:\d{1,3}(?:\.\d{3})+|\d+),\d+$/.test(digits)
    ? [Number(digits.replaceAll('.', '').replace(',', '.'))]
    : [];
  const onlyPoints = /^-?\d{1,3}(?:\.\d{3}){2,}$/.test(digits) ? [Number(digits.replaceAll('.', ''))] : [];
  return [...byComma, ...byPoint, ...onlyPoints];
}

/** `1:30`, `1h 30m`, `90 min`, for a field of hours. */
function hoursIn({ name, dataType }: FieldMetadata, text: string): number | undefined {
  if (dataType === 'integer' || !/hours/i.test(name)) return undefined;
  const [clock, hour = '', minute = ''] = /^(\d{1,3}):([0-5]\d)$/.exec(text) ?? [];
  const [, hours, minutes] =
    /^(?:(\d+)\s*h(?:ou)?r?s?\.?)?\s*(?:(\d+)\s*m(?:in(?:ute)?s?)?\.?)?$/i.exec(text) ?? [];
  const isSaid = clock !== undefined || hours !== undefined || minutes !== undefined;
  const all = Number(hours ?? hour) + Number(minutes ?? minute) / 60;
  return isSaid ? Math.round(all * 10_000) / 10_000 : undefined;
}

/**
 * What a text may mean that is no number of Autotask's: `$1,000.00`, `1.000,50`, `70%`, `20k`, `(12.50)`, and of hours
 * `1:30`. Never taken for it, only told: amounts are not guessed. Empty for other texts, and for a field that holds codes
 * or ids.
 */
export function numbersWritten(field: FieldMetadata, text: string): readonly number[] {
  if (!holdsNumber(field) || text.length > 40) return [];
  const hours = hoursIn(field, text.trim());
  if (hours !== undefined) return [hours];
  const plain = text.trim().replace(/[\u2212\p{Pd}]/gu, '-');
  const signed = plain
    .replace(/^\((.+)\)$/, '-$1')
    .replace(before, '$1')
    .replace(after, '');
  const [, digits = '', factor = ''] = /^(.*?\d)\s*([km]?)$/i.exec(signed) ?? [];
  const grouped = digits.replace(/(?<=\d)[ '’](?=\d{3}(?!\d))/g, '');
  const found = digitsAs(grouped.replace(/^\+/, '')).map((one) => one * (factors[factor.toLowerCase()] ?? 1));
  const isWhole = field.dataType !== 'decimal' && field.dataType !== 'double';
  return [...new Set(found)].filter((one) => Number.isFinite(one) && (!isWhole || Number.isSafeInteger(one)));
}
