import { comparisonIn } from '../../entities/values/comparisons/comparison-signs.js';
import { isPhone } from '../../entities/values/phones.js';
import {
  addressIn,
  hostIn,
  isUrl,
  looseNumberIn,
  nameBesideAddress,
  textPattern,
} from '../../entities/values/text-patterns.js';
import { fold } from '../../names/spelling.js';

/** How the argument `search` is read. */

/** A condition as a caller of query-entity would write it; checked and converted like any other. */
export interface SearchCondition {
  readonly op: string;
  readonly field?: string;
  readonly value?: unknown;
  readonly items?: readonly SearchCondition[];
}

const any = (...items: SearchCondition[]): SearchCondition => ({ op: 'or', items });
const contains = (field: string, value: unknown): SearchCondition => ({ op: 'contains', field, value });

/** More words than a person types; each costs Autotask several conditions. */
export const mostWords = 20;

/** Where the argument `search` looks. */
export interface SearchFields {
  readonly text: readonly string[];
  /** Fields that hold addresses of the web, for a word that is one. */
  readonly web?: readonly string[];
  /** Fields that hold telephone numbers, for a text that is one. */
  readonly phones?: readonly string[];
}

/** A word, or what stands in quotation marks and is looked for as it stands. */
interface Token {
  readonly text: string;
  readonly isPhrase: boolean;
}

/** Quotation marks around words; not the inches of `5" and 7" panels`. */
const quoted =
  /(?<=^|[\s(])(?:"([^"]*[^"\s][^"]*)"|“([^”]*[^”\s][^”]*)”|„([^“”]*[^“”\s][^“”]*)[“”]|«([^»]*[^»\s][^»]*)»)(?=$|[\s),.;:!?])|\S+/gu;

function tokensIn(given: string): readonly Token[] {
  return [...given.matchAll(quoted)].flatMap(([whole, ...phrases]): Token[] => {
    const phrase = phrases.find((one) => one !== undefined);
    if (phrase !== undefined) return [{ text: phrase.trim(), isPhrase: true }];
    // `printer|laptop`
    const parts = whole.split(/(?<=[\p{L}\p{N}*%])(\|{1,2})(?=[\p{L}\p{N}*%])/u);
    return parts.map((text) => ({ text, isPhrase: false }));
  });
}

/** A word as people paste it: `<jane@x.example>`, `"Nord"`, `Abbott,`. Wildcards, `#` and a bracket's end stay. */
function withoutPunctuation(word: string): string {
  const bare = word.replace(/^(?:(?![#*%])[\p{P}\p{S}])*(?=[#*%\p{L}\p{N}])|[^\p{L}\p{N}*%)]+$/gu, '');
  return bare.includes('(') ? bare : bare.replace(/[^\p{L}\p{N}*%]+$/u, '');
}

/** Whether a word takes the next one, or itself, out of what is searched: `not`, `-laser`, `!laser`, `≠ laser`. */
function leavesOut(words: readonly string[], at: number): boolean {
  const word = words[at] ?? '';
  if (/^not$/i.test(word)) {
    const isMeant = at === 0 || word === 'NOT' || /^(?:and|but)$/i.test(words[at - 1] ?? '');
    return isMeant && at < words.length - 1;
  }
  const found = comparisonIn(at === 0 ? words.join(' ') : word);
  if (found?.op !== 'noteq') return false;
  return found.by === 'sign' || (found.by === 'not' && /^not\W/i.test(word));
}

/** Why a word that names a field is no word of a text: `status:new`. */
function conditionProblem(
  tokens: readonly Token[],
  { text }: SearchFields,
  names: readonly string[],
): string | undefined {
  for (const token of tokens) {
    const [, name = '', value = ''] = token.isPhrase ? [] : (/^(\p{L}\w*)[:=]+(.+)$/u.exec(token.text) ?? []);
    const meant = [...names, ...text].find((one) => fold(one) === fold(name));
    if (name === '' || meant === undefined) continue;
    const form = names.includes(meant)
      ? `as an argument here: ${JSON.stringify({ [meant]: value })}`
      : `in query-entity: ${JSON.stringify({ [meant]: { contains: value } })}`;
    return `${JSON.stringify(token.text)} names a field, and a search looks for words; ${form}, or quotation marks find the text as it stands`;
  }
  return undefined;
}

/**
 * Why a text is no list of words to find: it leaves something out, offers a choice or names a field, and looking for the
 * words as they stand would find what was not wanted. In quotation marks it is looked for as it stands. `names` are the
 * other arguments.
 */
export function searchProblem(
  given: string,
  looks: SearchFields,
  names: readonly string[] = [],
): string | undefined {
  const field = looks.text.find((name) => !name.endsWith('Number')) ?? '';
  const tokens = tokensIn(given);
  const words = tokens.map(({ text, isPhrase }) => (isPhrase ? JSON.stringify(text) : text));
  const left = tokens.findIndex(({ isPhrase }, at) => !isPhrase && leavesOut(words, at));
  if (left >= 0) {
    const rest = words.slice(left).join(' ');
    const next = tokens[left + 1];
    const isNot = /^not$/i.test(words[left] ?? '');
    const bare =
      isNot && next?.isPhrase === true ? next.text : (comparisonIn(rest)?.values[0].split(/\s/)[0] ?? rest);
    return `${JSON.stringify(words[left])} leaves something out, which a search for words cannot, nor can Autotask by a part of a text: find what has ${JSON.stringify(bare)} and exclude it by id, query-entity {"id":{"notIn":[…]}}, or whole texts, ${JSON.stringify({ [field]: { noteq: bare } })}; ${JSON.stringify({ [field]: { contains: rest } })} there, or quotation marks here, find the text as it stands`;
  }
  const choice = tokens.findIndex(
    ({ text, isPhrase }, at) =>
      !isPhrase && at > 0 && at < tokens.length - 1 && /^(?:or|\|{1,2})$/i.test(text),
  );
  if (choice < 0) return conditionProblem(tokens, looks, names);
  const sides = [tokens.slice(0, choice), tokens.slice(choice + 1)].map((side) => ({
    [field]: { contains: side.map(({ text }) => text).join(' ') },
  }));
  return `${JSON.stringify(words[choice])} offers a choice, and every word of a search must be found; in query-entity: ${JSON.stringify({ or: sides })}; quotation marks here find the text as it stands`;
}

interface ReadSearch {
  readonly conditions: readonly SearchCondition[];
  /** What is looked for, where that is not each word as it was given. */
  readonly meaning?: string;
}

const quotedList = (words: readonly string[]) => words.map((word) => JSON.stringify(word)).join(' and ');

/** The id of a record as people write one, with `#` or without. */
const recordId = /^#?\s*(\d{1,10})$/;

/** What joins words that must all be found anyway. */
const isJoining = ({ text, isPhrase }: Token, at: number, { length }: readonly Token[]) =>
  !isPhrase && /^(?:AND|&&)$/.test(text) && at > 0 && at < length - 1;

/** What stands in quotation marks, without wildcards. */
const literally = (text: string) => text.replace(/[*%]/g, '\\$&');

/**
 * Every word must occur in one of the fields. What is a telephone number as a whole is compared as one, an address
 * decides without the name beside it, and a number may be the id of a record too.
 */
export function readSearch(given: string, looks: SearchFields): ReadSearch {
  const { phones = [], web = [] } = looks;
  const text = given.trim();
  if (phones.length > 0 && isPhone(text)) {
    return { conditions: [any(...[...phones, ...looks.text].map((field) => contains(field, text)))] };
  }
  const id = recordId.exec(text.normalize('NFKC'))?.[1];
  if (id !== undefined) {
    return {
      conditions: [
        any({ op: 'eq', field: 'id', value: Number(id) }, ...looks.text.map((field) => contains(field, id))),
      ],
      meaning: `${JSON.stringify(id)} as the id or in ${looks.text.join(', ')}`,
    };
  }
  const address = addressIn(text);
  const beside = nameBesideAddress(text);
  if (address !== undefined && beside !== undefined) {
    const mail = looks.text.filter((field) => /^email/i.test(field));
    // A field of addresses takes both apart, and the answer says where another name is stored with the address.
    if (mail.length > 0) return { conditions: [any(...mail.map((field) => contains(field, text)))] };
    return {
      conditions: [any(...looks.text.map((field) => contains(field, address)))],
      meaning: `${JSON.stringify(address)}, without the name beside it`,
    };
  }
  const isNumbered = looks.text.some((field) => field.endsWith('Number'));
  const numberIn = (word: string) => (isNumbered ? looseNumberIn(word) : undefined);
  const number = numberIn(text);
  const tokens = number === undefined ? tokensIn(text) : [{ text: number, isPhrase: false }];
  // First and last name are fields of their own.
  const isPeople = looks.text.includes('firstName');
  const written = tokens
    .filter((token, at) => !isJoining(token, at, tokens))
    .flatMap((token): readonly Token[] =>
      token.isPhrase && isPeople && /\s/.test(token.text)
        ? token.text.split(/\s+/).map((word) => ({ text: word, isPhrase: false }))
        : [token],
    );
  const bare = (token: Token): Token =>
    token.isPhrase || isUrl(token.text)
      ? token
      : { ...token, text: numberIn(token.text) ?? withoutPunctuation(token.text) };
  const telling = written
    .map(bare)
    .filter(({ text: word, isPhrase }) => word !== '' && (isPhrase || textPattern(word)?.parts.length !== 0));
  const words = (telling.length > 0 ? telling : written).map(({ text: word, isPhrase }) => {
    const host = isPhrase ? undefined : hostIn(word);
    const isAddress = isUrl(word) || (web.length > 0 && word.includes('/'));
    return { word: host !== undefined && isAddress ? host : word, isHost: host !== undefined, isPhrase };
  });
  const conditions = words.map(({ word, isHost, isPhrase }) =>
    any(
      ...(isHost ? [...looks.text, ...web] : looks.text).map((field) =>
        contains(field, isPhrase ? literally(word) : word),
      ),
    ),
  );
  const isChanged = words.map(({ word }) => word).join(' ') !== text.split(/\s+/).join(' ');
  if (!isChanged) return { conditions };
  const compared = words.map(({ word, isPhrase }) => {
    const [part = word, ...others] = isPhrase ? [] : (textPattern(word)?.parts ?? []);
    return others.length === 0 ? part : word;
  });
  return { conditions, meaning: quotedList(compared) };
}
