import type { FilterNode } from '../../client/types.js';
import { closeness } from '../../names/distance.js';
import { withoutAccents } from '../../names/spelling.js';
import { autotaskNumber, autotaskNumberIn } from '../values/text-patterns.js';

/**
 * Names near to one that nothing is called: other quotes, accents, legal form, order or part of the words, ä for ae
 * and ß for ss. They are suggestions: nothing is ever taken for another by them. One query finds what shares a part
 * of a word, and the nearest of that are chosen here.
 */

/** Forms of companies, which people leave out or mistake, compared without marks. */
const forms = new Set(
  'ab ag as bv co company corp corporation gmbh group inc kg limited llc llp lp ltd mbh nv oy oyj plc pty sa sarl sas se spa srl the und and'.split(
    ' ',
  ),
);

const mostWords = 6;
const mostUmlauts = 3;

/** An apostrophe in a word parts nothing: `O'Brien's` is also written `OBriens`. */
const apostrophes = /(?<=\p{L})['’ʼ‘`´](?=\p{L})/gu;

/** Lower case without accents and apostrophes; what else is no letter or digit separates words. */
const wordsOf = (text: string): string[] =>
  withoutAccents(text.replace(apostrophes, ''))
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

/** `mueller`, `müller` and `muller` are one word. */
const umlautless = (word: string): string => word.replace(/([aou])e/g, '$1');

const tellingWords = (text: string): string[] => {
  const words = wordsOf(text);
  const telling = words.filter((word) => !forms.has(word));
  return (telling.length === 0 ? words : telling).map(umlautless);
};

/** Longest parts of a word on either side of its vowels, one of which may carry an accent in the stored name. */
function partsBesideVowels(word: string): string[] {
  const parts: string[] = [];
  for (const vowel of word.matchAll(/[aeiouy]+/g)) {
    parts.push(word.slice(0, vowel.index), word.slice(vowel.index + vowel[0].length));
  }
  return parts.filter((part) => part.length >= 3);
}

/** What may stand between the apostrophes of a word that is written without: `OBriens` has `Brien`. */
const partsBesideApostrophes = (word: string): string[] =>
  word.length < 5
    ? []
    : [word.slice(1), word.replace(/s$/, ''), word.slice(1).replace(/s$/, '')].filter(
        (part) => part !== word && part.length >= 4,
      );

const umlaut: Readonly<Record<string, string>> = { a: 'ä', o: 'ö', u: 'ü' };

/** A word with umlauts and ß in the place of the letters that stand for them, and without. */
function spellings(word: string): string[] {
  const umlauts = word.replace(/ae/g, 'ä').replace(/oe/g, 'ö').replace(/ue/g, 'ü');
  const one = [...word.matchAll(/[aou]/g)].map(
    ({ 0: letter, index }) => `${word.slice(0, index)}${umlaut[letter] ?? letter}${word.slice(index + 1)}`,
  );
  const all = [word, umlauts, umlautless(word), ...one.slice(0, mostUmlauts)];
  return [...all, ...all.map((spelling) => spelling.replace(/ss/g, 'ß'))];
}

/**
 * What a word begins with where few letters say much, or where letters and digits meet, between which a space may
 * stand: `大阪1` is near to `大阪 1`, `東京支店` to `東京本店`.
 */
function beginningOf(word: string): string[] {
  const [letters = ''] = /^\p{L}{2,}(?=\p{N})/u.exec(word) ?? [];
  const [dense = ''] =
    /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]{2}/u.exec(word) ?? [];
  return [letters, dense].filter((beginning) => beginning !== '' && beginning !== word);
}

/** Numbers that one mistyped digit makes of another: `T20261119.0001` of `T20261119.0002`. */
function numbersNear(number: string): string[] {
  return [...number].flatMap((digit, at) =>
    /\d/.test(digit)
      ? [...'0123456789']
          .filter((other) => other !== digit)
          .map((other) => `${number.slice(0, at)}${other}${number.slice(at + 1)}`)
      : [],
  );
}

/** Conditions of which a near name in the fields meets at least one; one digit apart for a number of Autotask's. */
export function similarNameFilter(fields: readonly string[], given: string): FilterNode | undefined {
  const text = given.trim();
  if (autotaskNumber.test(text)) {
    const field = fields.find((name) => name.endsWith('Number'));
    const number = text.toUpperCase();
    return field === undefined ? undefined : { op: 'in', field, value: [number, ...numbersNear(number)] };
  }
  const written = text.normalize('NFC').split(/[^\p{L}\p{N}\p{M}]+/u);
  const telling = written.filter((word) => word.length >= 2 && !forms.has(word.toLowerCase()));
  const words = (telling.length === 0 ? written.filter((word) => word !== '') : telling).slice(0, mostWords);
  const parts = words.flatMap((word) => {
    const [plain = ''] = wordsOf(word);
    // The beginning finds what is mistyped further on.
    return [
      word,
      ...beginningOf(word),
      word.toLowerCase().replace(/ss/g, 'ß'),
      ...spellings(plain),
      ...partsBesideVowels(plain),
      ...partsBesideApostrophes(plain),
      ...(plain.length > 4 ? [plain.slice(0, 3)] : []),
    ];
  });
  const items = [...new Set(parts.map((part) => part.toLowerCase()))].flatMap((part) =>
    fields.map(
      (field): FilterNode => ({
        op: part.length <= 3 ? 'beginsWith' : 'contains',
        field,
        value: part,
      }),
    ),
  );
  return items.length === 0 ? undefined : { op: 'or', items };
}

/** How near a word comes to the nearest of others: the whole of one, its beginning, or mistyped. */
const nearestOf = (word: string, others: readonly string[]): number =>
  Math.max(
    0,
    ...others.map((other) =>
      word.length >= 4 && other.startsWith(word)
        ? Math.max(0.9, closeness(word, other))
        : closeness(word, other),
    ),
  );

/** The rows whose names come nearest to the text, best first; none that shares nothing but a few letters. */
export function mostSimilar<Named extends { readonly name: string }>(
  text: string,
  rows: readonly Named[],
  most: number,
): readonly Named[] {
  const number = text.trim();
  if (autotaskNumber.test(number)) {
    // The counter of a day is mistyped more often than the year.
    const common = ({ name }: Named) => {
      const apart = [...number.toUpperCase()].findIndex((sign, at) => name[at] !== sign);
      return apart < 0 ? number.length : apart;
    };
    return [...rows].sort((a, b) => common(b) - common(a)).slice(0, most);
  }
  const wanted = tellingWords(text);
  const wantedText = wanted.join('');
  const scored = rows.map((row) => {
    const words = tellingWords(row.name);
    const shared = wanted.reduce((sum, word) => sum + nearestOf(word, words), 0);
    const score = shared / Math.max(1, wanted.length) + shared / Math.max(1, words.length);
    return { row, score: score + closeness(wantedText, words.join('')) };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ row }) => row);
}

/** Why a name or a number names no record, with what comes near to it. */
export function noSuchRecord(
  entityName: string,
  given: string,
  near: readonly { readonly id: number; readonly name: string }[],
  remark?: string,
): { readonly problem: string; readonly allowed: readonly string[] } {
  const number = autotaskNumberIn(given);
  const what =
    number === undefined ? `is called ${JSON.stringify(given)}` : `has the number ${number.toUpperCase()}`;
  const hint = number === undefined ? 'the nearest names are' : 'one digit apart are';
  return {
    problem: [
      `no record of ${entityName} ${what}`,
      ...(remark === undefined ? [] : [remark]),
      ...(near.length === 0 ? [] : [hint]),
    ].join('; '),
    allowed: near.map(({ id, name }) => `${id} = ${name}`),
  };
}
