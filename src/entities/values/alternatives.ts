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
  // Brackets that a list is written in make every comma one between values.
  const isList = /^\s*\[.*\]\s*$/s.test(text);
  const parts = text
    .replace(/[^\S\n]+/g, ' ')
    .replace(opening, '')
    .replace(/[)\]}]?\s*$/, '')
    .split(isList ? /\s*,\s*/ : separators[between])
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

/** What people write for any value. */
export const meansAnyValue = (text: string): boolean =>
  /^(?:any|anything|anyone|anybody|someone|somebody|something|all|assigned|set)$/i.test(text.trim());

/** The query that asks for records without a value, or with any. */
export const noValueIs = (field: string, negated = false): string =>
  `no value is null, and any value "exist": ${JSON.stringify({ [field]: negated ? { exist: true } : null })}`;

/** The same for a text that means no value or any, alone or in a list; undefined for any other. */
export function presenceRemark(
  field: string,
  text: string,
  { negated = false, many = false }: { readonly negated?: boolean; readonly many?: boolean },
): string | undefined {
  const isAny = meansAnyValue(text);
  if (!isAny && !meansNoValue(text)) return undefined;
  return many && !isAny
    ? 'in a list no value is null, without quotation marks'
    : noValueIs(field, negated !== isAny);
}
