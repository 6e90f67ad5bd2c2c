import type { Value } from '../../view-data.js';

/** How dates and numbers are written: in the reader's language, at the times of the answer's zone. */
export interface Formats {
  readonly value: (value: Value) => string;
  readonly number: (value: number) => string;
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

const isLanguage = (locale: string): boolean => {
  try {
    return Intl.getCanonicalLocales(locale).length > 0;
  } catch {
    return false;
  }
};

export function createFormats(language: string | undefined, timeZone: string): Formats {
  const locale = language !== undefined && isLanguage(language) ? language : undefined;
  const zone = isZone(timeZone) ? timeZone : 'UTC';
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 });
  const moments = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: zone,
  });
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return {
    number: (value) => numbers.format(value),
    value: ({ text, value }) => {
      if (typeof value === 'number') return numbers.format(value);
      if (typeof value !== 'string') return text;
      const at = Date.parse(value);
      if (Number.isNaN(at)) return text;
      if (day.test(value)) return days.format(at);
      return moment.test(value) ? moments.format(at) : text;
    },
  };
}

/** The order of two values of one column: numbers and dates as such, everything else as the language orders it. */
export function compareValues(a: Value, b: Value, collator: Intl.Collator): number {
  if (a.text === '' || b.text === '') return Number(a.text === '') - Number(b.text === '');
  if (typeof a.value === 'number' && typeof b.value === 'number') return a.value - b.value;
  if (typeof a.value === 'string' && typeof b.value === 'string')
    return a.value < b.value ? -1 : Number(a.value > b.value);
  return collator.compare(a.text, b.text);
}
