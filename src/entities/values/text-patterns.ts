import { fold } from '../../names/spelling.js';

/** How Autotask numbers tickets, tasks and projects: a letter, the day, a count. */
export const autotaskNumber = /^[A-Z]\d{8}\.\d{4}$/i;

/** What people paste where a name, an address or a number is expected, and what in it is meant. */

const numbered = /^(?:\p{L}+\s*)?[#[(]?\s*([A-Z]\d{8}\.\d{4})\s*[\])]?[.:,]?$/iu;

/** The number of a ticket, task or project in `#T20260101.0001` or `Ticket T20260101.0001`. */
export function autotaskNumberIn(text: string): string | undefined {
  const number = numbered.exec(text.trim())?.[1];
  return number !== undefined && autotaskNumber.test(number) ? number : undefined;
}

const bracketed = /<\s*([^<>\s@]+@[^<>\s@]+)\s*>/;
const address = /^[^<>\s@,;]+@[^<>\s@,;]+\.[^<>\s@,;]+$/;

/** The address in `Jane Doe <jane@x.example>`, `mailto:jane@x.example` or a bare one. */
export function addressIn(text: string): string | undefined {
  const plain = text.trim().replace(/^mailto:/i, '');
  const inside = bracketed.exec(plain)?.[1];
  return inside ?? (address.test(plain) ? plain : undefined);
}

/** What in the text may be a name: what stands beside an address, or its first part. */
export function nameWithoutAddress(text: string): string {
  const email = addressIn(text);
  if (email === undefined) return text;
  const beside = text
    .replace(bracketed, ' ')
    .replace(email, ' ')
    .replace(/^[\s"']+|[\s"']+$/g, '');
  return beside.replace(/^mailto:/i, '').trim() || email.slice(0, email.indexOf('@'));
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

const operators = { both: 'contains', end: 'beginsWith', start: 'endsWith' } as const;

/** `*Printer*`, `%printer%`, `Print*`: the operator and text that is meant; undefined without a wildcard. */
export function wildcardOperator(text: string): { readonly op: string; readonly value: string } | undefined {
  const given = text.trim();
  const start = /^[*%]+/.exec(given)?.[0] ?? '';
  const rest = given.slice(start.length);
  // 90% is a share and no wildcard.
  const end = /(?:\*|(?<!\d)%)+$/.exec(rest)?.[0] ?? '';
  const value = rest.slice(0, rest.length - end.length).trim();
  if (value === '' || (start === '' && end === '')) return undefined;
  const op = start === '' ? operators.end : end === '' ? operators.start : operators.both;
  return { op, value };
}

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
  typeof value === 'string' && ['unassigned', 'nobody', 'noone'].includes(fold(value).replace(/\s/g, ''));
