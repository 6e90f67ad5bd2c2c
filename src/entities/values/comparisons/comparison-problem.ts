import type { Problem } from '../../../errors.js';

import type { Operator } from '../../../operators.js';
import type { FieldMetadata } from '../../metadata/entity-metadata.js';
import { meansAnyValue, meansNoValue } from '../alternatives.js';
import { comparisonIn, type WrittenComparison } from './comparison-signs.js';

const isText = ({ dataType, isPickList }: FieldMetadata) => dataType === 'string' && isPickList !== true;

interface Part {
  readonly op: Operator;
  readonly value: string;
}

/** One short query that says what the comparisons of one field say. */
function exampleOf(
  field: FieldMetadata,
  given: readonly Part[],
  many: boolean,
  isValue: (text: string) => boolean = () => false,
): string {
  // A name or label is found by its beginning or a part anyway, without an operator.
  const parts = given.map(({ op, value }) =>
    !isText(field) && (op === 'beginsWith' || op === 'contains')
      ? { op: 'eq' as const, value }
      : { op, value },
  );
  const valuesOf = (wanted: Operator) => parts.filter(({ op }) => op === wanted).map(({ value }) => value);
  const wanted = valuesOf('eq');
  const negated = valuesOf('noteq').filter((value) => isValue(value) || !meansNoValue(value));
  const isPresent = valuesOf('noteq').length > negated.length;
  // `not assigned` is no value at all.
  if (negated.length === parts.length && negated.every((value) => !isValue(value) && meansAnyValue(value)))
    return JSON.stringify({ [field.name]: null });
  const excluded = negated;
  const others = parts.filter(({ op }) => op !== 'eq' && op !== 'noteq').map(({ op, value }) => [op, value]);
  const [first = ''] = wanted;
  if (wanted.length === parts.length)
    return JSON.stringify({ [field.name]: many && wanted.length > 1 ? wanted : first });
  const [no = ''] = excluded;
  return JSON.stringify({
    [field.name]: {
      ...(wanted.length === 0 ? {} : { in: wanted }),
      ...(excluded.length === 0 ? {} : many || excluded.length > 1 ? { notIn: excluded } : { noteq: no }),
      ...(isPresent ? { exist: true } : {}),
      ...Object.fromEntries(others),
    },
  });
}

const partsOf = ({ op, values }: WrittenComparison): readonly Part[] =>
  values.map((value) => ({ op, value }));

/**
 * A value that begins with a comparison, where a label or a name is expected: refused with the form that works,
 * because taking it for the bare label would turn the request into its opposite. Undefined for any other value.
 */
export function comparisonProblem(
  field: FieldMetadata,
  given: unknown,
  how: { readonly many?: boolean; readonly isValue?: (text: string) => boolean },
): Problem | undefined {
  if (typeof given !== 'string') return undefined;
  const read = comparisonIn(given);
  if (read === undefined) return undefined;
  const { isValue } = how;
  // Words begin names too, like those of companies.
  if (
    read.by !== 'sign' &&
    isValue !== undefined &&
    !read.values.every((one) => isValue(one) || meansNoValue(one) || meansAnyValue(one))
  )
    return undefined;
  const example = exampleOf(field, partsOf(read), how.many === true, isValue);
  return {
    field: field.name,
    problem: `${JSON.stringify(given)} begins with a comparison, which a value cannot hold; as a query: ${example}`,
  };
}

/**
 * The refusal of a list in which a value begins with a comparison, with one query that says it all; undefined where
 * none does, or where such a value is a label or name after all.
 */
export function comparisonListProblem(
  field: FieldMetadata,
  list: readonly unknown[],
  isValue: (text: string) => boolean = () => false,
): Problem | undefined {
  const read = list.map((item) => {
    const text = String(item).trim();
    const found = isValue(text) ? undefined : comparisonIn(text);
    if (found === undefined || (found.by !== 'sign' && !found.values.every(isValue)))
      return { parts: [{ op: 'eq' as const, value: text }], plain: true };
    return { parts: partsOf(found), plain: false };
  });
  const signed = list.filter((_, at) => read[at]?.plain === false);
  if (signed.length === 0) return undefined;
  const example = exampleOf(
    field,
    read.flatMap(({ parts }) => parts),
    true,
    isValue,
  );
  return {
    field: field.name,
    problem: `${signed.map((item) => JSON.stringify(item)).join(', ')} ${signed.length === 1 ? 'begins' : 'begin'} with a comparison, which a value cannot hold; as a query: ${example}`,
  };
}

/**
 * The same for a text, which may truly begin so and is found by an operator then. `given` is what was said without
 * one: a text or a list.
 */
export function textComparisonProblem(
  field: FieldMetadata,
  given: unknown,
  literal: 'eq' | 'contains',
): string | undefined {
  if (!isText(field)) return undefined;
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const read = list.map((item) => {
    const found = typeof item === 'string' ? comparisonIn(item) : undefined;
    const isWord = found?.by === 'word' || found?.by === 'order';
    return found === undefined || isWord || isAddress(item) ? undefined : found;
  });
  const signed = list.filter((_, at) => read[at] !== undefined);
  if (signed.length === 0) return undefined;
  const parts = list.flatMap((item, at): readonly Part[] => {
    const found = read[at];
    return found === undefined ? [{ op: 'eq', value: String(item) }] : partsOf(found);
  });
  const example = exampleOf(field, parts, Array.isArray(given) && given.length > 1);
  const whole = /"not(?:eq|In)":/.test(example)
    ? ' (the whole text: Autotask cannot exclude a part of one)'
    : '';
  const asItStands = JSON.stringify({ [field.name]: { [literal]: signed[0] } });
  return `${signed.map((item) => JSON.stringify(item)).join(', ')} ${signed.length === 1 ? 'begins' : 'begin'} with a comparison; as a query: ${example}${whole}, or ${asItStands} for the text as it stands`;
}

/** `<jane@x.example>` begins with no comparison. */
const isAddress = (text: unknown): boolean => /^\s*<[^<>\s]+@[^<>\s]+>/.test(String(text));
