/**
 * Telephone numbers are stored as people wrote them. Autotask compares texts, so it is asked for the last four
 * digits in the usual notations, and all digits are compared here.
 */

const isPhoneField = /(phone\d?|^fax|faxNumber)$/i;

/** Fewer digits than these are a part of a number as it is written. */
const fewest = 4;
/** A number with and without its country code is the same when so many digits are. */
const telling = 7;
const longestCountryCode = 3;
/** Codes of one and two digits; all others have three (ITU-T E.164). */
const countryCode = /^(?:[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/;

const extension = /\s*(?:\bext\b\.?|\bx|#)\s*\d{1,6}\s*$/i;
const written = /^\(?\+?[\d\s\u00a0()./\u2010-\u2015-]+$/;
/** What stands before a number where it was copied from. */
const label = /^\s*(?:tel|telephone|phone|mobile|cell|fax|callto|sip)\b[\s.:]*/i;
const withoutLabel = (text: string) => text.replace(label, '').trim();
const separators = [' ', '-', '.', '/', ')', ') ', ' - '];

/** A telephone number: its digits without extension, international prefix and trunk zero. */
export interface PhoneNumber {
  readonly digits: string;
  /** Begins with `+` or `00`, so that its first digits are those of a country. */
  readonly international: boolean;
}

function phoneNumber(text: string): PhoneNumber {
  const number = text.trim().replace(extension, '').replace(/\(0\)/g, '');
  const digits = number.replace(/\D/g, '');
  return {
    digits: digits.replace(/^0+/, ''),
    international: /^\(?\+/.test(number) || /^00[1-9]/.test(digits),
  };
}

/** The number to look for, when the field holds telephone numbers and the text is one, in whatever notation. */
export function phoneNumberIn(field: string, text: string): PhoneNumber | undefined {
  const given = withoutLabel(text);
  if (!isPhoneField.test(field) || !written.test(given.replace(extension, ''))) return undefined;
  const number = phoneNumber(given);
  return number.digits.length < fewest ? undefined : number;
}

/** Whether a text is a whole telephone number and nothing else. */
export const isPhone = (text: string): boolean =>
  written.test(withoutLabel(text).replace(extension, '')) &&
  phoneNumber(withoutLabel(text)).digits.length >= telling;

/**
 * Whether the stored text is the number, or has it as a part where its country is not told. Two numbers that both
 * tell their countries are the same from the first digit on; one that does not tell it has at most a country code
 * less than one that does.
 */
export const samePhone = (stored: unknown, wanted: PhoneNumber): boolean => {
  if (typeof stored !== 'string') return false;
  const known = phoneNumber(stored);
  if (!wanted.international && known.digits.includes(wanted.digits)) return true;
  if (known.digits.startsWith(wanted.digits)) return true;
  if (known.international || known.digits.length < telling) return false;
  if (wanted.international) return known.digits === wanted.digits.replace(countryCode, '');
  const code = wanted.digits.length - known.digits.length;
  return code > 0 && code <= longestCountryCode && wanted.digits.endsWith(known.digits);
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
