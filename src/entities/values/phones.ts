/**
 * Telephone numbers are stored as people wrote them. Autotask compares texts, so it is asked for the last four
 * digits in the usual notations, and all digits are compared here.
 */

const isPhoneField = /(phone\d?|^fax|faxNumber)$/i;

/** Fewer digits than these are a part of a number as it is written. */
const fewest = 4;
/** A number with and without its country code is the same when so many digits are. */
const telling = 7;

const extension = /\s*(?:\bext\b\.?|\bx|#)\s*\d{1,6}\s*$/i;
const written = /^\+?[\d\s\u00a0()./\u2010-\u2015-]+$/;
const separators = [' ', '-', '.', '/', ')', ') ', ' - '];

/** The digits of a number without extension, international prefix and trunk zero. */
export const phoneDigits = (text: string): string =>
  text.trim().replace(extension, '').replace(/\(0\)/g, '').replace(/\D/g, '').replace(/^0+/, '');

/** The digits to look for, when the field holds telephone numbers and the text is one, in whatever notation. */
export function phoneDigitsIn(field: string, text: string): string | undefined {
  if (!isPhoneField.test(field) || !written.test(text.trim().replace(extension, ''))) return undefined;
  const digits = phoneDigits(text);
  return digits.length < fewest ? undefined : digits;
}

/** Whether a text is a whole telephone number and nothing else. */
export const isPhone = (text: string): boolean =>
  written.test(text.trim().replace(extension, '')) && phoneDigits(text).length >= telling;

export const samePhone = (stored: unknown, wanted: string): boolean => {
  if (typeof stored !== 'string') return false;
  const digits = phoneDigits(stored);
  return digits.includes(wanted) || (digits.length >= telling && wanted.endsWith(digits));
};

/** How the last four digits may be written: `1900`, `19 00`, `1-900`. */
export function phoneNotations(digits: string): string[] {
  const end = digits.slice(-fewest);
  return [
    end,
    ...[2, 1, 3].flatMap((at) =>
      separators.map((between) => `${end.slice(0, at)}${between}${end.slice(at)}`),
    ),
  ];
}
