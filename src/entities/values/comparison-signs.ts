import type { Operator } from '../../operators.js';

/** Signs and words with which people write a comparison into a value, and the operator that each means. */
const signs: readonly (readonly [sign: string, operator: Operator])[] = [
  ['!==', 'noteq'],
  ['!=', 'noteq'],
  ['!~', 'noteq'],
  ['!', 'noteq'],
  ['<>', 'noteq'],
  ['≠', 'noteq'],
  ['¬', 'noteq'],
  ['>=', 'gte'],
  ['=>', 'gte'],
  ['≥', 'gte'],
  ['<=', 'lte'],
  ['=<', 'lte'],
  ['≤', 'lte'],
  ['>', 'gt'],
  ['<', 'lt'],
  // A name or label is found by its beginning or a part anyway, without an operator.
  ['~=', 'eq'],
  ['=~', 'eq'],
  ['===', 'eq'],
  ['==', 'eq'],
  ['=', 'eq'],
  ['~', 'eq'],
  ['^', 'eq'],
];
const bySign = new Map(signs);

/** A dash before a word takes the word out in most search engines; before a number it is a sign of its own. */
const comparison =
  /^\s*(!==|!=|!~|!|<>|≠|¬|>=|=>|≥|<=|=<|≤|>|<|~=|=~|===|==|=|~|\^|[-‐-―−](?=[\p{L}"'(])|not(?=[\s(]))\s*/iu;

export interface Comparison {
  readonly operator: Operator;
  /** What is compared with. */
  readonly rest: string;
  /** Said by a word, which begins names and titles too. */
  readonly isWord: boolean;
  readonly isDash: boolean;
}

/** The comparison with which a text begins, in whatever width its signs are written; undefined where it has none. */
export function comparisonIn(text: string): Comparison | undefined {
  const given = text.normalize('NFKC').trim();
  const [matched, sign = ''] = comparison.exec(given) ?? [];
  if (matched === undefined) return undefined;
  const rest = given.slice(matched.length).trim();
  const inside = /^\((.*)\)$/s.exec(rest)?.[1] ?? rest;
  const isWord = /^not$/i.test(sign);
  return {
    operator: bySign.get(sign) ?? 'noteq',
    rest: inside.trim(),
    isWord,
    isDash: /^\p{Pd}|^−/u.test(sign),
  };
}
