import { type Operator, operators } from '../../../operators.js';

/** The comparisons Autotask knows. Anything else is dropped without a word. */
export type Comparison = Operator;

const byText = new Map<string, Comparison>(operators.map((name) => [name, name]));

/** The spelling counts, capitals included. */
export function comparisonNamed(op: string): Comparison | undefined {
  return byText.get(op);
}
