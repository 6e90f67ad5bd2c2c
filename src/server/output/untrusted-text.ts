import * as z from 'zod';
import { clean } from '../../text.js';
import { fenceBegin, fenceEnd, fenceLine } from '../../text-boundary.js';
import { tools } from '../../tools/index.js';

const words = tools.flatMap((tool) => (tool.mutates ? [tool.confirmToken] : []));
/** Longest first, so that `CREATE_TICKET_NOTE` is not taken for `CREATE_TICKET`. */
const anyWord = new RegExp(words.sort((a, b) => b.length - a.length).join('|'), 'g');

/**
 * Visible text in which no confirm token and no marker stands: whoever wrote it into the tenant must not be
 * able to hand one to a model. `DELETE_ENTITY` is shown as `DELETE-ENTITY`, `<data-1>` as `‹data-1>`.
 */
export const neutralize = (text: string): string =>
  clean(text)
    .replace(anyWord, (word) => word.replaceAll('_', '-'))
    .replace(/<(?=[\s/]*data-)/gi, '‹');

/** The same for every text in a value of JSON, the names of its members included. */
export function neutralizeJson(value: unknown): unknown {
  if (typeof value === 'string') return neutralize(value);
  if (Array.isArray(value)) return value.map(neutralizeJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [neutralize(name), neutralizeJson(inner)]),
  );
}

/**
 * Text from the tenant stands between two lines with a marker that nobody who wrote it could know, so that nothing in it
 * can pass for a word of this server. A line that spans several is one: what follows its first is quoted. The lines must
 * be neutralized where they are the tenant's. The text boundary puts the markers in.
 */
export const fence = (lines: readonly string[]): string[] => [
  `${fenceBegin}${lines.map((line) => `${fenceLine}${line}`).join('')}${fenceLine}${fenceEnd}`,
];

/** A text of many lines that is all there is between its markers, so that its lines need no mark. */
export const verbatim = (text: string): string[] => [`${fenceBegin}\n\n${neutralize(text)}\n${fenceEnd}`];

export const tenantData = (lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : fence(lines.map(neutralize));

/** Notes name records and labels of the tenant, so they stand with its data. */
export const notes = (list: readonly string[]): string[] => list.map((note) => `Note: ${note}`);

const jsonObject = z.record(z.string(), z.unknown());

/** One JSON document that any client can parse; its first and last member are the marker of tenant data. */
export function markedJson(value: unknown): string {
  const body = neutralizeJson(value);
  const members = jsonObject.safeParse(body);
  return JSON.stringify({
    begin: fenceBegin,
    ...(members.success ? members.data : { value: body }),
    end: fenceEnd,
  });
}
