/** The comparisons Autotask knows. Anything else is dropped without a word. */
export const comparisons = [
  'eq',
  'noteq',
  'gt',
  'gte',
  'lt',
  'lte',
  'beginsWith',
  'endsWith',
  'contains',
  'exist',
  'notExist',
  'in',
  'notIn',
] as const;

export type Comparison = (typeof comparisons)[number];

const byText = new Map<string, Comparison>(comparisons.map((name) => [name, name]));

/** The spelling counts, capitals included. */
export function comparisonNamed(op: string): Comparison | undefined {
  return byText.get(op);
}
