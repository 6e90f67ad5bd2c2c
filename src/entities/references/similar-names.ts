import type { FilterNode } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { nearest } from '../../names/nearest.js';

/**
 * Names near to one that nothing is called: other quotes, accents, legal form, order or part of the words. One query
 * finds what shares a part of a word, and the nearest of that are chosen here.
 */

/** Forms of companies, which people leave out or mistake, compared without marks. */
const forms = new Set(
  'ab ag as bv co company corp corporation gmbh group inc kg limited llc llp lp ltd mbh nv oy oyj plc pty sa sarl sas se spa srl the und and'.split(
    ' ',
  ),
);

const mostWords = 6;

/** Lower case without accents; what is no letter or digit separates words. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

const tellingWords = (text: string): string[] => {
  const words = wordsOf(text);
  const telling = words.filter((word) => !forms.has(word));
  return telling.length === 0 ? words : telling;
};

/** Longest parts of a word on either side of its vowels, one of which may carry an accent in the stored name. */
function withoutAccents(word: string): string[] {
  const parts: string[] = [];
  for (const vowel of word.matchAll(/[aeiouy]+/g)) {
    parts.push(word.slice(0, vowel.index), word.slice(vowel.index + vowel[0].length));
  }
  return parts.filter((part) => part.length >= 3);
}

/** Conditions of which a near name meets at least one. */
export function similarNameFilter(entity: Entity, text: string): FilterNode | undefined {
  const written = text.normalize('NFC').split(/[^\p{L}\p{N}\p{M}]+/u);
  const given = written.filter((word) => word.length >= 2 && !forms.has(word.toLowerCase()));
  const words = (given.length === 0 ? written.filter((word) => word !== '') : given).slice(0, mostWords);
  const parts = words.flatMap((word) => {
    const [plain = ''] = wordsOf(word);
    // The beginning finds what is mistyped further on.
    return [word, plain, ...withoutAccents(plain), ...(plain.length > 4 ? [plain.slice(0, 3)] : [])];
  });
  const items = [...new Set(parts)].flatMap((part) =>
    entity.nameFields.map(
      (field): FilterNode => ({
        op: part.length <= 3 ? 'beginsWith' : 'contains',
        field,
        value: part,
      }),
    ),
  );
  return items.length === 0 ? undefined : { op: 'or', items };
}

/** The rows whose names come nearest to the text, best first; none that shares nothing but a few letters. */
export function mostSimilar<Named extends { readonly name: string }>(
  text: string,
  rows: readonly Named[],
  most: number,
): readonly Named[] {
  const wanted = tellingWords(text);
  const close = nearest(text, new Set(rows.map(({ name }) => name)), most);
  const scored = rows.map((row) => {
    const words = tellingWords(row.name);
    const shared = wanted.filter((word) =>
      words.some((other) => other === word || (word.length >= 4 && other.startsWith(word))),
    );
    const spelled = close.indexOf(row.name);
    const score = shared.length / Math.max(1, wanted.length) + shared.length / Math.max(1, words.length);
    return { row, score: score + (spelled < 0 ? 0 : 1 - spelled / most) };
  });
  return scored
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ row }) => row);
}
