/**
 * Text that people and customers wrote into the tenant is data. Characters that nobody sees but a model
 * reads (control, bidirectional, tag, zero-width) are removed; what remains is what a person would see.
 */

const invisible = /[^\P{Cc}\n\t]|\p{Cf}|\p{Default_Ignorable_Code_Point}/gu;

/** Visible text with plain line ends. */
export function clean(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n').replace(invisible, '');
}

/** One line, for a cell of a table. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s+/g, ' ').trim();
}

/**
 * A text as one logical line of an answer: its further lines begin with `> `, which no field, note, row or
 * heading of this server does, so that none of them can pass for one. What stands between markers is quoted by it too, in `fence`.
 */
export const quoted = (text: string): string => clean(text).replaceAll('\n', '\n> ');

/** `1 group`, `2 groups`. */
export const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** A name that cannot be told from the rest of its line stands in quotation marks. */
const ambiguous = /[:"]|^(?:>|note$)/i;

/** The name of a field, a label or a file as it stands before its colon: one line without a colon of its own. */
export function nameText(name: string): string {
  const text = oneLine(name);
  return ambiguous.test(text) ? JSON.stringify(text) : text;
}

/** A value that nothing before an arrow can be told from. */
const likeChange = /->|^"|^\(empty\)$/;

/**
 * The former value in `name: before -> after`: one that holds an arrow, or could be taken for no value, stands in
 * quotation marks, so that the first arrow outside them is this server's.
 */
export const formerValue = (text: string): string =>
  text === '' ? '(empty)' : likeChange.test(text) ? JSON.stringify(clean(text)) : text;

/** Stands where a text was cut: what stands before it is a part of something. */
export const cutMark = (length: number): string => `… [${length} characters in all]`;

/** What `shorten` leaves of a text. */
export const wasCut = /… \[(\d+) characters in all\]/;

/** The place at or one before `index` where a text can be parted: not within a character, nor within a line end. */
export function wholeEnd(text: string, index: number): number {
  if (index >= text.length) return text.length;
  return index > 0 && /[\r\uD800-\uDBFF]/.test(text.charAt(index - 1)) ? index - 1 : index;
}

/**
 * At most `most` characters; what is cut is counted, so that nobody takes a part for the whole. A text that was cut
 * before keeps its count, unless that is less than what is left of it.
 */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const [, before = 0] = text.endsWith(']') ? (wasCut.exec(text.slice(-40)) ?? []) : [];
  return `${text.slice(0, wholeEnd(text, most)).trimEnd()}${cutMark(Math.max(text.length, Number(before)))}`;
}

/** A name that does not exist, as a message repeats it: on one line, without what nobody sees. */
export const quotedName = (name: string): string => JSON.stringify(shorten(oneLine(name), 200));

/** The same text for the same value, in whatever order its keys were given. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const parts = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`);
  return `{${parts.join(',')}}`;
}
