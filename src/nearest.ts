/** Edit distance with transpositions, as a typing mistake counts. */
function distance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforePrevious[j - 2] ?? 0) + 1);
      }
      current.push(best);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** What nobody sees and what therefore makes no difference: joiners, soft hyphens. Not the tags that make flags. */
const invisible = /(?![\u{E0020}-\u{E007F}])[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** In one case and normalisation, in whatever script. */
function plain(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text.toLowerCase().trim();
  return text.normalize('NFKC').replace(invisible, '').toLowerCase().replace(/ς/g, 'σ').trim();
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
  return text.replace(spaces, (space, at: number, whole: string) =>
    /\d/.test(whole[at - 1] ?? '') && /\d/.test(whole[at + space.length] ?? '') ? ' ' : '',
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
function wordKey(text: string): string {
  const whole = plain(text);
  const words = (punctuation.test(whole) ? withoutPartings(whole, ' ') : whole).replace(/\s+/g, ' ').trim();
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
const mostNames = 20_000;

const keys = {
  /** What is stored: only case, spacing and normalisation may differ. */
  stored: [spellingKey],
  /** What people called something. */
  label: [spellingKey, wordKey],
  /** What Autotask or this server called something. */
  name: [spellingKey, fold],
} as const;

/**
 * Those of the valid ones that the given name means: in exactly that spelling, else in another case or spacing, else
 * with other marks between its words; among more than 20,000 names in exactly that spelling alone. Several are for
 * the caller to refuse: none of them is better than the others.
 */
export function named<T>(
  given: string,
  valid: readonly T[],
  nameOf: (one: T) => string,
  how: keyof typeof keys = 'name',
): readonly T[] {
  const spelling = given.trim();
  if (spelling === '') return [];
  const exact = valid.filter((one) => nameOf(one).trim() === spelling);
  // The first time that a longer list is compared in any other way would hold everybody up.
  if (exact.length > 0 || valid.length > mostNames) return exact;
  for (const key of keys[how]) {
    const wanted = key(spelling);
    const known = keysOf(valid, nameOf, key);
    const found = wanted === '' ? [] : valid.filter((_, at) => known[at] === wanted);
    if (found.length > 0) return found;
  }
  return [];
}

/** The keys of the names in a long list, which is that of a picklist and asked again and again, always by its labels. */
const keptKeys = new WeakMap<object, Map<(name: string) => string, readonly string[]>>();
const keptFrom = 1_000;

function keysOf<T>(valid: readonly T[], nameOf: (one: T) => string, key: (name: string) => string) {
  const kept = keptKeys.get(valid) ?? new Map<(name: string) => string, readonly string[]>();
  const known = kept.get(key);
  if (known?.length === valid.length) return known;
  const made = valid.map((one) => key(nameOf(one)));
  if (valid.length >= keptFrom) keptKeys.set(valid, kept.set(key, made));
  return made;
}

/** Names are short; nobody mistypes a longer text, and comparing such texts would take as long as somebody likes. */
const mostLetters = 200;
/** Steps of comparing letters that one search may cost, some 20 ms. */
const mostSteps = 2_000_000;

/**
 * The valid names that the given one was probably meant to be, best first.
 * Close by spelling, or one contains the other (`resource` finds `assignedResourceID`).
 */
export function nearest(given: string, valid: Iterable<string>, most = 3): string[] {
  if (given.length > mostLetters) return [];
  const wanted = fold(given);
  if (wanted === '') return [];
  const scored: { name: string; score: number }[] = [];
  let steps = mostSteps;
  let looked = 0;
  for (const name of valid) {
    looked += 1;
    if (looked > mostNames) break;
    if (name.length > mostLetters) continue;
    const candidate = fold(name);
    const longest = Math.max(wanted.length, candidate.length);
    const difference = Math.abs(wanted.length - candidate.length) / longest;
    if (difference <= 0.4 && steps > 0) {
      steps -= wanted.length * candidate.length;
      const apart = distance(wanted, candidate) / longest;
      if (apart <= 0.4) {
        scored.push({ name, score: apart });
        continue;
      }
    }
    const contains = candidate.includes(wanted) || wanted.includes(candidate);
    if (contains && Math.min(wanted.length, candidate.length) >= 3) {
      scored.push({ name, score: 0.4 + difference / 10 });
    }
  }
  scored.sort((a, b) => a.score - b.score || compareNames(a.name, b.name));
  return scored.slice(0, most).map((entry) => entry.name);
}

/** Made when it is first needed: making it takes 8 ms, as long as the rest of a start that is ours. */
let inEnglish: Intl.Collator | undefined;

function compareNames(a: string, b: string): number {
  inEnglish ??= new Intl.Collator('en');
  return inEnglish.compare(a, b);
}

/** ` Did you mean a, b or c?` with a leading space, or nothing when no name is close. */
export function didYouMean(given: string, valid: Iterable<string>): string {
  const names = nearest(given, valid);
  const last = names.pop();
  if (last === undefined) return '';
  return names.length === 0 ? ` Did you mean ${last}?` : ` Did you mean ${names.join(', ')} or ${last}?`;
}
