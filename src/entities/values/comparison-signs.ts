import type { Operator } from '../../operators.js';

/** A comparison that a value begins with: `!=Complete`, `not Complete`, `-Complete`, `>= 5`. */
export interface WrittenComparison {
  readonly op: Operator;
  /** What it compares with; several only of `not in (A, B)`. */
  readonly values: readonly [string, ...string[]];
  /**
   * How it is said: by a sign, by `not`, or by another word. Names begin with words too, and those of the last kind
   * begin any text.
   */
  readonly by: 'sign' | 'not' | 'word';
}

const sign = /^(?:[!=<>≠≥≤~^¬]\s*)+/;
/** Before a letter, as in the search boxes of the web; before a digit it belongs to the number. */
const dash = /^[\p{Pd}\u2212]+(?=[\p{L}("'“])/u;
const not =
  /^(?:is\s+not|isn['’]t|not)(?![\p{L}\p{N}_])(?:\s+(?:equals?(?:\s+to)?|in)(?![\p{L}\p{N}_]))?[\s:]*/iu;
const word =
  /^(?:neq?|noteq|other\s+than|(?:anything|everything|all)\s+(?:but|except)|except(?:\s+for)?|exclud(?:e|es|ing))\s+/i;

const opposites = { eq: 'noteq', gt: 'lte', gte: 'lt', lt: 'gte', lte: 'gt' } as const;

function operatorOf(signs: string): Operator {
  const text = signs.replace(/\s/g, '');
  const negated = /[!¬≠]|<>|></.test(text);
  const rest = text.replace(/<>|></g, '');
  const order = /≥|>=|=>/.test(rest)
    ? 'gte'
    : /≤|<=|=</.test(rest)
      ? 'lte'
      : rest.includes('>')
        ? 'gt'
        : rest.includes('<')
          ? 'lt'
          : 'eq';
  if (negated) return opposites[order];
  if (order !== 'eq') return order;
  return rest.includes('^') ? 'beginsWith' : rest.includes('~') ? 'contains' : 'eq';
}

/** Without the brackets or quotation marks around all of it. */
const bare = (text: string): string =>
  /^[(["'“‘{]/.test(text) ? text.replace(/^[(["'“‘{\s]+|[)\]"'”’}\s]+$/g, '') : text.trim();

/** No name or label is longer. */
const mostLetters = 1_000;

/** The comparison that a text begins with; undefined where it begins with none, or nothing follows. */
export function comparisonIn(text: string): WrittenComparison | undefined {
  if (text.length > mostLetters) return undefined;
  // Full-width signs are signs.
  const given = text.normalize('NFKC').trim();
  const found = (['sign', 'not', 'word'] as const)
    .map((by) => ({ by, start: { sign, not, word }[by].exec(given)?.[0] }))
    .find(({ start }) => start !== undefined) ?? { by: 'sign' as const, start: dash.exec(given)?.[0] };
  const { by, start } = found;
  if (start === undefined) return undefined;
  const signs = by === 'sign' && !dash.test(given);
  const rest = bare(given.slice(start.length));
  if (rest === '') return undefined;
  const list = /\sin[\s:]*$/i.test(start) ? rest.split(',').map((part) => bare(part.trim())) : [rest];
  const [first = rest, ...others] = list.filter((part) => part !== '');
  return { op: signs ? operatorOf(start) : 'noteq', values: [first, ...others], by };
}
