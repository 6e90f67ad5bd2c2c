/** What nobody sees and what therefore makes no difference: joiners, soft hyphens. Not the tags that make flags. */
const invisible = /(?![\u{E0020}-\u{E007F}])[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** The letters as they are usually written: `ﬁ`, `Ｐ` and `ﾌﾟ` as `fi`, `P` and `プ`, without what nobody sees. */
export const usualLetters = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : text.normalize('NFKC').replace(invisible, '');

/** In one case and normalisation, in whatever script. */
function plain(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text.toLowerCase().trim();
  return usualLetters(text).toLowerCase().replace(/ς/g, 'σ').trim();
}

/** A space between digits is what keeps `1 2` and `12` apart. */
const spaces = /\s+/g;
const spaceOfDigits = /\d\s+\d/;

/**
 * The text as case, spacing and Unicode normalisation leave it: two texts with the same key are the same to a
 * reader. Letters of every script and all signs stay what they are.
 */
export function spellingKey(given: string): string {
  const text = plain(given);
  if (!spaceOfDigits.test(text)) return text.replace(spaces, '');
  return text.replace(spaces, (space, at: number, normalized: string) =>
    /\d/.test(normalized[at - 1] ?? '') && /\d/.test(normalized[at + space.length] ?? '') ? ' ' : '',
  );
}

const punctuation = /[\p{P}]/u;

/**
 * The text with something else in the place of marks that only part its words: `in-progress`, `ticket_notes`,
 * `Größe (cm)`. Not `#`, `%`, `&`, `@`, `*` and `!`, which say something, and none beside a number: `-1`, `1.5`, `5"`.
 * Before a whole text a mark says something: `-Complete`, `– New` and `?New` are not the labels without it.
 */
function withoutPartings(text: string, instead: string): string {
  const [lead = ''] = /^[\p{Pd}\p{Pc}.,:;/\\?\s]*[\p{Pd}\p{Pc}.,:;/\\?]/u.exec(text) ?? [];
  return (
    lead +
    text
      .slice(lead.length)
      .replace(/(?<!\p{N})[\p{Pd}\p{Pc}\p{Ps}\p{Pe}\p{Pi}\p{Pf}.,:;'"/\\?]+(?!\p{N})/gu, instead)
  );
}

/** The same words in the same order, whatever parts them. */
export function wordKey(text: string): string {
  const normalized = plain(text);
  const words = (punctuation.test(normalized) ? withoutPartings(normalized, ' ') : normalized)
    .replace(/\s+/g, ' ')
    .trim();
  return words === '' ? spellingKey(text) : words;
}

/**
 * How the names of programs are compared, which are written `ticketNotes`, `ticket_notes` or `Ticket Notes`: by their
 * letters, digits and signs. Empty only for a text that is.
 */
export function fold(name: string): string {
  const key = spellingKey(name);
  const bare = withoutPartings(key, '');
  return bare === '' ? key : bare;
}

/** No list that a person chooses from is longer. */
export const mostNames = 20_000;

/** Letters that Unicode does not take apart. */
const letters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ł: 'l',
  ı: 'i',
};

/** Lower case without accents: how a name is near to another, never how it is the same. */
export const withoutAccents = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđłı]/g, (letter) => letters[letter] ?? letter);
