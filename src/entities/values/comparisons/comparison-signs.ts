import type { Operator } from '../../../operators.js';

/** A comparison that a value begins with: `!=Complete`, `not Complete`, `-Complete`, `>= 5`. */
export interface WrittenComparison {
  readonly op: Operator;
  /** What it compares with; several only of `not in (A, B)`. */
  readonly values: readonly [string, ...string[]];
  /**
   * How it is said: by a sign, by `not`, by another word, or by a word for more or less (`at least`, `since`). Names
   * begin with words too, and those of the last two kinds begin any text.
   */
  readonly by: 'sign' | 'not' | 'word' | 'order';
}

const sign = /^(?:[!=<>≠≥≤~^¬]\s*)+/;
/** Before a letter, as in the search boxes of the web; before a digit it belongs to the number. */
const dash = /^[\p{Pd}\u2212]+(?=[\p{L}("'“])/u;
const not =
  /^(?:is\s+not|isn['’]t|not)(?![\p{L}\p{N}_])(?:\s+(?:equals?(?:\s+to)?|in)(?![\p{L}\p{N}_]))?[\s:]*/iu;
const negatingWord =
  /^(?:(?:neq?|noteq|other\s+than|(?:(?:any|every)(?:thing|one|body)|all)\s+(?:but|except)|except(?:\s+for)?|exclud(?:e|es|ing)|without|never|no(?:\s+longer|ne\s+of)?)\s+|non(?:\s+|[-\u2010]\s*))/i;
const orderWords: readonly (readonly [Operator, RegExp])[] = [
  ['gte', /^(?:at\s+least|(?:no|not)\s+less\s+than|min(?:imum)?|since|from)\s+/i],
  ['lte', /^(?:at\s+most|(?:no|not)\s+more\s+than|max(?:imum)?|up\s+to|until|till)\s+/i],
  ['gt', /^(?:more|greater|higher|later|newer)\s+than\s+|^(?:over|above|after)\s+/i],
  ['lt', /^(?:less|lower|fewer|earlier|smaller)\s+than\s+|^(?:under|below|before)\s+/i],
];

/** The word that a text begins with, and what it says. */
function wordIn(text: string): { readonly op: Operator; readonly start: string } | undefined {
  const order = orderWords.flatMap(([op, word]) => {
    const start = word.exec(text)?.[0];
    return start === undefined ? [] : [{ op, start }];
  })[0];
  const start = negatingWord.exec(text)?.[0];
  return order ?? (start === undefined ? undefined : { op: 'noteq', start });
}

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
  const signs = sign.exec(given)?.[0];
  const bySign = signs ?? dash.exec(given)?.[0];
  const byNot = not.exec(given)?.[0];
  const byWord = wordIn(given);
  // `not more than` is a word.
  const isNot = byNot !== undefined && (byWord === undefined || byWord.op === 'noteq');
  const start = bySign ?? (isNot ? byNot : byWord?.start);
  if (start === undefined) return undefined;
  const by = bySign !== undefined ? 'sign' : isNot ? 'not' : byWord?.op === 'noteq' ? 'word' : 'order';
  const rest = bare(given.slice(start.length));
  if (rest === '') return undefined;
  const list = /\sin[\s:]*$/i.test(start) ? rest.split(',').map((part) => bare(part.trim())) : [rest];
  const [first = rest, ...others] = list.filter((part) => part !== '');
  const op = signs !== undefined ? operatorOf(signs) : by === 'order' ? (byWord?.op ?? 'eq') : 'noteq';
  return { op, values: [first, ...others], by };
}
