const separators = {
  labels: /\s*(?:\|\|?|;|,|\/|&&?|\+)\s*|\s+(?:or|and)\s+/i,
  /** Names may hold the other signs. */
  names: /\s*(?:\|\|?|;|\n|,\s)\s*|\s+or\s+/i,
  /** The last name stands before a comma. */
  people: /\s*(?:\|\|?|;|\n)\s*|\s+or\s+/i,
} as const;

const opening = /^\s*(?:(?:either|(?:is\s+)?(?:any|one)\s+of|in)(?![\p{L}\p{N}_])[\s:]*)?[([{]?/iu;

/** The values in a text that names several: `New or Complete`, `high;low`, `in (New, Complete)`; undefined for one. */
export function alternativesIn(
  text: string,
  between: keyof typeof separators,
): readonly string[] | undefined {
  const parts = text
    .replace(/[^\S\n]+/g, ' ')
    .replace(opening, '')
    .replace(/[)\]}]?\s*$/, '')
    .split(separators[between])
    .map((part) => part.trim().replace(/^["'](.*)["']$/, '$1'))
    .filter((part) => part !== '');
  return parts.length < 2 ? undefined : parts;
}

/** The query that asks for any of the values, or for none of them. */
export const severalAre = (field: string, values: readonly unknown[], negated = false): string =>
  `several are a list: ${JSON.stringify({ [field]: negated ? { notIn: values } : values })}`;

/** What people write for no value, and an empty text. */
export const meansNoValue = (text: string): boolean =>
  /^(?:|null|nil|none|empty|blank|nothing|unset|unassigned|n\/a)$/i.test(text.trim());

/** The query that asks for records without a value, or with any. */
export const noValueIs = (field: string, negated = false): string =>
  `no value is null, and any value "exist": ${JSON.stringify({ [field]: negated ? { exist: true } : null })}`;
