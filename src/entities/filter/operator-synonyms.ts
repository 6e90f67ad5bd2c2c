import { nearest } from '../../names/nearest.js';
import { type Operator, operators } from '../../operators.js';

/** How other languages write Autotask's operators; each says exactly the same. */
const operatorWords: readonly (readonly [Operator, readonly string[]])[] = [
  ['eq', ['=', '==', '===', 'equals', 'equal', 'is']],
  [
    'noteq',
    ['!=', '!', '!==', '<>', '≠', 'ne', 'neq', 'not', 'isnot', 'isnt', 'otherthan', 'except', 'unequal'],
  ],
  ['gt', ['>', 'greaterthan', 'greater', 'morethan', 'over', 'above', 'after']],
  ['gte', ['>=', '≥', 'ge', 'greaterthanorequal', 'greaterthanorequals', 'atleast', 'min', 'since', 'from']],
  ['lt', ['<', 'lessthan', 'less', 'lowerthan', 'under', 'below', 'before']],
  ['lte', ['<=', '≤', 'le', 'lessthanorequal', 'lessthanorequals', 'atmost', 'max', 'until', 'upto', 'to']],
  ['beginsWith', ['startswith', 'startwith', 'beginwith', 'starts', 'begins']],
  ['endsWith', ['endwith', 'ends']],
  ['contains', ['contain', 'includes', 'icontains']],
  ['in', ['anyof', 'oneof', 'isin']],
  ['notIn', ['nin', 'noneof']],
  ['exist', ['exists', 'isnotnull', 'notnull', 'isnotempty', 'notempty', 'anyvalue']],
  ['notExist', ['notexists', 'isnull', 'null', 'isempty', 'empty', 'novalue']],
];

/** What a value without an operator says. Nobody has said that a sign at its beginning belongs to it. */
export const implied = { eq: '=', in: 'anyof', contains: 'includes' } as const;

export const isImplied = (op: string): boolean => Object.values<string>(implied).includes(op);

const operatorMeanings: ReadonlyMap<string, Operator> = new Map([
  ...operators.map((operator) => [operator.toLowerCase(), operator] as const),
  ...operatorWords.flatMap(([operator, words]) => words.map((word) => [word, operator] as const)),
]);

/** `$ne`, `not_in`, `Not In` and `ｎｅ` are one word; `is equal to` is `equal`. */
const operatorKey = (op: string) =>
  op
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replace(/^\$|['’]/g, '')
    // Between its parts alone: before an operator a mark says something.
    .replace(/(?<=\p{L})[\s_-]+(?=\p{L})/gu, '')
    .replace(/(?<=equals?)to$|^is(?=equal|greater|less|more|in$|oneof|anyof|like)/g, '');

const negation = /^(?:isnot|doesnot|doesnt|isnt|not|non|n(?=[gl]te?$|exists?$|eq$)|!)\s*/;

/** What each operator says when it is turned round; a text has no operator that leaves out a part of it. */
const opposites: Partial<Record<Operator, Operator>> = {
  eq: 'noteq',
  in: 'notIn',
  exist: 'notExist',
  notExist: 'exist',
  gt: 'lte',
  gte: 'lt',
  lt: 'gte',
  lte: 'gt',
};

/** `not greater than`, `doesNotEqual`, `!in`: the opposite of what follows. */
function turnedRound(key: string): Operator | undefined {
  const rest = key.replace(negation, '');
  const operator = rest === key ? undefined : operatorMeanings.get(rest.replace(/(?<=equals?)to$/, ''));
  return operator === undefined ? undefined : opposites[operator];
}

/** Whether the operator was given in another word: not in another case or notation (`not_in`), nor as a sign. */
export const isOtherWord = (op: string, operator: Operator): boolean =>
  !isImplied(op) && /\p{L}/u.test(op) && operatorKey(op) !== operator.toLowerCase();

const isNegative = (op: string) =>
  /^(?:[^\p{L}<>=]|not|no|n[a-z]{1,3}$|<>|isnt|isnot|doesnot|doesnt|without|un|exclud)/u.test(
    operatorKey(op),
  );

export type ResolvedOperator =
  | { readonly operator: Operator; readonly value: unknown }
  /** Why it is none of Autotask's, and what works. */
  | { readonly problem: string };

/** A pattern of SQL, in which `%` stands for anything and `_` for one character, as a value with wildcards. */
function likePattern(op: string, value: unknown): ResolvedOperator {
  const text = String(value);
  const given = JSON.stringify(op);
  const bare = text.replace(/^[%*]+|[%*]+$/g, '');
  if (/(?<!\\)_/.test(text)) {
    return {
      problem: `${given} with _, any one character, is nothing that Autotask can compare; ${JSON.stringify({ contains: bare })} looks for it as it stands`,
    };
  }
  if (/[%*]/.test(text)) return { operator: 'eq', value: text.replaceAll('%', '*').replaceAll('\\_', '_') };
  return {
    problem: `${given} without % at the beginning or end does not say where: use eq, beginsWith, endsWith or contains`,
  };
}

/** The operator of Autotask's that says exactly what the given one says, or why there is none. */
export function resolveOperator(op: string, value: unknown): ResolvedOperator {
  const key = operatorKey(op);
  const operator = operatorMeanings.get(key) ?? turnedRound(key);
  if (operator !== undefined) return { operator, value };
  if (key === 'like' || key === 'ilike') return likePattern(op, value);
  const given = JSON.stringify(op);
  if (['regex', 'regexp', 'matches', 'match', 'rlike', '~', '~*'].includes(key)) {
    return { problem: `${given} is nothing that Autotask can compare: use beginsWith, endsWith or contains` };
  }
  if (['between', 'range', 'within', 'start', 'end'].includes(key)) {
    const [gte, lte] = Array.isArray(value) && value.length === 2 ? value : ['2026-11-01', '2026-11-30'];
    return { problem: `${given} is not an operator: use ${JSON.stringify({ gte, lte })}` };
  }
  const part = operatorMeanings.get(key.replace(/^(?:isnot|doesnot|doesnt|not|n|!)\s*/, ''));
  const isPart = part !== undefined && ['contains', 'beginsWith', 'endsWith'].includes(part);
  if (isPart || /^(?:(?:not|doesnot|doesnt|n|!)\s*i?like|excludes?|without|lacks)$/.test(key)) {
    return {
      problem: `${given} is not an operator, and Autotask has none that excludes a part of a text: list what is to be left out with contains, then exclude it by notIn`,
    };
  }
  // Never its opposite.
  const candidates = operators.filter((candidate) => isNegative(candidate) === isNegative(op));
  const [near] = nearest(
    key,
    candidates.map((candidate) => candidate.toLowerCase()),
    1,
  );
  const close = candidates.find((candidate) => candidate.toLowerCase() === near);
  return { problem: `${given} is not an operator.${close === undefined ? '' : ` Did you mean ${close}?`}` };
}
