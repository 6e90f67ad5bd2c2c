import { fold, spellingKey } from '../../names/spelling.js';
import { comparisonIn } from './comparisons/comparison-signs.js';

/** How Autotask numbers tickets, tasks and projects: a letter, the day, a count. */
export const autotaskNumber = /^[A-Z]\d{8}\.\d{4}$/i;

/** What people paste where a name, an address or a number is expected, and what in it is meant. */

const numbered =
  /^(?:(?!(?:not?|ne|neq|except|without)\b)\p{L}+\s*)?[#[(]?\s*([A-Z]\d{8}\.\d{4})\s*[\])]?[.:,]?$/iu;

/** The number of a ticket, task or project in `#T20260101.0001` or `Ticket T20260101.0001`. */
export function autotaskNumberIn(text: string): string | undefined {
  const number = numbered.exec(text.trim())?.[1];
  return number !== undefined && autotaskNumber.test(number) ? number : undefined;
}

const inText = /(?<![\p{L}\p{N}])([A-Z]\d{8}\.\d{4})(?![\p{L}\p{N}])/giu;
const otherwiseWritten =
  /^(?:\p{L}+\s+)?[#[(]?\s*([A-Z]\d{4}(?:0[1-9]|1[0-2])[0-3]\d)[.,\s_\u2010-\u2015-]+(\d{1,4})[\])]?$/iu;

/**
 * The number that a text is where one is looked for: as `autotaskNumberIn`, without its zeros or with another mark
 * (`T20260101.1`, `T20260101-0001`), in wide letters.
 */
export function looseNumberIn(given: string): string | undefined {
  const text = given.normalize('NFKC').trim();
  if (comparisonIn(text) !== undefined) return undefined;
  const [, day, count] = otherwiseWritten.exec(text) ?? [];
  if (day !== undefined && count !== undefined) return `${day}.${count.padStart(4, '0')}`;
  return autotaskNumberIn(text);
}

/** The same, or the only number in a line: `Re: [T20260101.0001] Printer`. */
export function soughtNumberIn(given: string): string | undefined {
  const text = given.normalize('NFKC').trim();
  const exact = looseNumberIn(text);
  if (exact !== undefined || comparisonIn(text) !== undefined) return exact;
  const numbers = new Set([...text.matchAll(inText)].map(([, number = '']) => number.toUpperCase()));
  return numbers.size === 1 ? [...numbers][0] : undefined;
}

/** What a part of such a number is compared with: all of a day (`T20260101`), or one without its letter. */
export function partOfNumber(
  given: string,
): { readonly op: TextOperator; readonly value: string } | undefined {
  const text = given.normalize('NFKC').trim();
  if (/^[A-Z]\d{8}\.?$/i.test(text)) return { op: 'beginsWith', value: `${text.replace('.', '')}.` };
  const [, day, count = ''] = /^(\d{8})\.(\d{1,4})$/.exec(text) ?? [];
  return day === undefined ? undefined : { op: 'endsWith', value: `${day}.${count.padStart(4, '0')}` };
}

const markedId =
  /^(?:(?:\p{L}+\s+)?(?:#|id\b)[\s:#=]*(\d{1,10})|(\d{1,10})\s+=\s.*|.*\(\s*(?:id\b|#)[\s:#]*(\d{1,10})\s*\))$/isu;

/** The id in `#195`, `id 195`, `195 = Contoso Ltd` or `Contoso Ltd (id 195)`, as answers and people show one. */
export function idIn(text: string): number | undefined {
  const id = markedId
    .exec(text.normalize('NFKC').trim())
    ?.slice(1)
    .find((digits) => digits !== undefined);
  return id === undefined ? undefined : Number(id);
}

const bracketed = /<\s*([^<>\s@]+@[^<>\s@]+)\s*>/;
const address = /^[^<>\s@,;]+@[^<>\s@,;]+\.[^<>\s@,;]+$/;

/** The address in `Jane Doe <jane@x.example>`, `mailto:jane@x.example` or a bare one. */
export function addressIn(text: string): string | undefined {
  const plain = text.trim().replace(/^mailto:/i, '');
  const inside = bracketed.exec(plain)?.[1];
  return inside ?? (address.test(plain) ? plain : undefined);
}

/** The name in `Jane Doe <jane@x.example>`; undefined where none stands beside the address. */
export function nameBesideAddress(text: string): string | undefined {
  const email = addressIn(text);
  if (email === undefined) return undefined;
  const beside = text
    .replace(bracketed, ' ')
    .replace(email, ' ')
    .replace(/^\s*mailto:/i, '')
    .replace(/^[\s"']+|[\s"']+$/g, '');
  return beside === '' ? undefined : beside;
}

const nameWords = (name: string) =>
  name
    .split(/[\s,."']+/)
    .map(spellingKey)
    .filter((word) => word !== '');

/** Whether the words of a name are those of a whole one, or some of them: `Jane` and `Doe, Jane` are Jane Doe. */
export const isNameOf = (given: string, whole: string): boolean => {
  const words = new Set(nameWords(whole));
  return nameWords(given).every((word) => words.has(word));
};

/** What in the text may be a name: what stands beside an address, or its first part. */
export function nameWithoutAddress(text: string): string {
  const email = addressIn(text);
  if (email === undefined) return text;
  return nameBesideAddress(text) ?? email.slice(0, email.indexOf('@'));
}

const scheme = /^[a-z][a-z0-9+.-]{1,15}:\/\//i;
const host = /^(?:www\.)?((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+\p{L}{2,})$/iu;

/** The host of an address of the web, without `www.`; undefined when the text is none. */
export function hostIn(text: string): string | undefined {
  const plain = text
    .trim()
    .replace(scheme, '')
    .replace(/[/?#].*$/s, '')
    .replace(/:\d{1,5}$/, '');
  return host.exec(plain)?.[1]?.toLowerCase();
}

export const isUrl = (text: string): boolean => scheme.test(text.trim()) || /^www\./i.test(text.trim());

/** A text with wildcards: what stands between them, and whether one stands before or after all of it. */
export interface TextPattern {
  readonly parts: readonly string[];
  readonly start: boolean;
  readonly end: boolean;
}

/**
 * Wildcards: `*` unless a backslash stands before it, and `%` beside a word. `90%`, `5 % off` and `%20` have none.
 */
const wildcards = /(?<!\\)\*+|^%+|(?<=[^\d\s%\\])%+(?=[^\s%])(?!%*[\da-f]{2})|(?<=[^\d\s%\\])%+$/giu;

/** The wildcards of `*Printer*`, `%printer%`, `Print*` or `prin*ter`; undefined where the text has none. */
export function textPattern(text: string): TextPattern | undefined {
  const given = text.trim();
  const pieces = given.split(wildcards);
  if (pieces.length === 1 && !/\\[*%]/.test(given)) return undefined;
  const parts = pieces
    .map((piece) => piece.replace(/\\([*%])/g, '$1').trim())
    .filter((piece) => piece !== '');
  return {
    parts,
    start: pieces.length > 1 && pieces[0] === '',
    end: pieces.length > 1 && pieces.at(-1) === '',
  };
}

export type TextOperator = 'eq' | 'contains' | 'beginsWith' | 'endsWith';

/**
 * What each part of a pattern has to be for a text to fit, compared as the operator says; the order of several parts
 * in the middle says nothing to Autotask. Empty for a pattern of wildcards alone.
 */
export function patternConditions(
  op: TextOperator,
  { parts, start, end }: TextPattern,
): readonly { readonly op: TextOperator; readonly value: string }[] {
  const fixedStart = !start && (op === 'eq' || op === 'beginsWith');
  const fixedEnd = !end && (op === 'eq' || op === 'endsWith');
  return parts.map((value, at) => {
    const first = at === 0 && fixedStart;
    const last = at === parts.length - 1 && fixedEnd;
    return { op: first ? (last ? 'eq' : 'beginsWith') : last ? 'endsWith' : 'contains', value };
  });
}

/** Signs with which people write a search into a value: comparisons and wildcards, at its beginning or end. */
const searchSigns = /^\s*(?:[!=<>≠≥≤~^*%]+|not\s)\s*|\s*[*%]+\s*$/gi;

/** The text without them. */
export const withoutSearchSigns = (text: string): string => text.replace(searchSigns, '');

/** Whether a text, without case, is as the pattern says. */
export const fitsPattern = (given: string, pattern: TextPattern): boolean => {
  const text = given.trim().toLowerCase();
  return patternConditions('eq', pattern).every(({ op, value }) => {
    const part = value.toLowerCase();
    if (op === 'eq') return text === part;
    if (op === 'beginsWith') return text.startsWith(part);
    return op === 'endsWith' ? text.endsWith(part) : text.includes(part);
  });
};

/** Why wildcards alone are no condition. */
export const wildcardAloneProblem = (field: string, text: string): string =>
  `${JSON.stringify(text)} fits everything: leave it out, or ask for the records that have a value by ${JSON.stringify({ [field]: { exist: true } })}`;

/** First and last name in either order: `Bjorn Abbott` and `Abbott, Bjorn`. Every place where it may be cut. */
export function personNameSplits(text: string): readonly (readonly [first: string, last: string])[] {
  const [last, first, more] = text.split(',').map((part) => part.trim());
  if (last !== undefined && first !== undefined && more === undefined && last !== '' && first !== '') {
    return [[first, last]];
  }
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length < 2 || words.length > 6) return [];
  const cuts = words.slice(1).map((_, at) => [words.slice(0, at + 1), words.slice(at + 1)] as const);
  const turned = [words.slice(-1), words.slice(0, -1)] as const;
  return [...cuts, turned].map(([a, b]) => [a.join(' '), b.join(' ')] as const);
}

/** Words for nobody, where a record of ours may stand. */
export const meansUnassigned = (value: unknown): boolean =>
  typeof value === 'string' &&
  ['unassigned', 'nobody', 'noone', 'none', 'null'].includes(fold(value).replace(/\s/g, ''));
