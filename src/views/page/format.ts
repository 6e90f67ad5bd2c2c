import type { Value } from '../../view-data.js';

/** How dates and numbers are written: in the reader's language, at the times of the answer's zone. */
export interface Formats {
  readonly value: (value: Value) => string;
  readonly number: (value: number) => string;
  /** A round number in a few letters, for an axis. */
  readonly tick: (value: number) => string;
}

const moment = /^\d{4}-\d{2}-\d{2}T/;
const day = /^\d{4}-\d{2}-\d{2}$/;

const isZone = (timeZone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
};

/** The language that a program names, also as POSIX spells it (`de_DE.UTF-8@euro`); undefined for what is none. */
export function languageOf(locale: string | undefined): string | undefined {
  try {
    return Intl.getCanonicalLocales(locale?.replace(/[.@].*$/, '').replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

function ticks(locale: string | undefined, value: number): Intl.NumberFormat {
  const size = Math.abs(value);
  if (size < 100_000) return new Intl.NumberFormat(locale, { maximumFractionDigits: 6 });
  const notation = size < 1e15 ? 'compact' : 'scientific';
  return new Intl.NumberFormat(locale, { notation, maximumFractionDigits: 2 });
}

/** `locale` is a language that `languageOf` knows. Times of a zone that the browser does not know stay as they were told. */
export function createFormats(locale: string | undefined, timeZone: string): Formats {
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 });
  const moments = isZone(timeZone)
    ? new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone })
    : null;
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return {
    number: (value) => numbers.format(value),
    tick: (value) => ticks(locale, value).format(value),
    value: ({ text, value }) => {
      if (typeof value === 'number') return numbers.format(value);
      if (typeof value !== 'string') return text;
      const at = Date.parse(value);
      if (Number.isNaN(at)) return text;
      if (day.test(value)) return days.format(at);
      return moments !== null && moment.test(value) ? moments.format(at) : text;
    },
  };
}

/**
 * The order of two values of one column: numbers and dates as such, everything else as the language orders it, and
 * last, in either direction, where there is none.
 */
export function compareValues(a: Value, b: Value, collator: Intl.Collator, descending: boolean): number {
  if (a.text === '' || b.text === '') return Number(a.text === '') - Number(b.text === '');
  return descending ? compareFilled(b, a, collator) : compareFilled(a, b, collator);
}

function compareFilled(a: Value, b: Value, collator: Intl.Collator): number {
  if (typeof a.value === 'number' && typeof b.value === 'number') return a.value - b.value;
  if (typeof a.value === 'string' && typeof b.value === 'string')
    return a.value < b.value ? -1 : Number(a.value > b.value);
  return collator.compare(a.text, b.text);
}
