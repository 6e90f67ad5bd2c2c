import { fold, mostNames, withoutAccents } from './spelling.js';

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

/** Names are short; nobody mistypes a longer text, and comparing such texts would take as long as somebody likes. */
const mostLetters = 200;
/** Steps of comparing letters that one search may cost, some 20 ms. */
const mostSteps = 2_000_000;

/** How near two words are by their spelling, from 0 to 1; 0 for words that nobody mistakes for each other. */
export function closeness(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  if (a === b || longest === 0 || longest > mostLetters) return a === b ? 1 : 0;
  const apart = distance(a, b) / longest;
  return apart > 0.34 ? 0 : 1 - apart;
}

/** Whether all letters stand in the name, in this order and with the same beginning: `lvl1` in `level1support`. */
function abbreviates(short: string, name: string): boolean {
  if (short.length < 3 || short[0] !== name[0]) return false;
  let at = 0;
  for (const letter of name) if (letter === short[at]) at += 1;
  return at >= short.length;
}

/**
 * The valid names that the given one was probably meant to be, best first.
 * Close by spelling, or one contains the other (`resource` finds `assignedResourceID`).
 */
export function nearest(given: string, valid: Iterable<string>, most = 3): string[] {
  if (given.length > mostLetters) return [];
  const wanted = withoutAccents(fold(given));
  if (wanted === '') return [];
  const scored: { name: string; score: number }[] = [];
  const short: { name: string; score: number }[] = [];
  let steps = mostSteps;
  let looked = 0;
  for (const name of valid) {
    looked += 1;
    if (looked > mostNames) break;
    if (name.length > mostLetters) continue;
    const candidate = withoutAccents(fold(name));
    const longest = Math.max(wanted.length, candidate.length);
    const difference = Math.abs(wanted.length - candidate.length) / longest;
    // A word of it, however much more there is.
    if (name.split(' ').some((word) => difference > 0 && withoutAccents(fold(word)) === wanted)) {
      scored.push({ name, score: difference / 4 });
      continue;
    }
    if (difference <= 0.4 && steps > 0) {
      steps -= wanted.length * candidate.length;
      const apart = distance(wanted, candidate) / longest;
      if (apart <= 0.4) {
        scored.push({ name, score: apart });
        continue;
      }
    }
    // `Levl 1` begins like Level 1 Support.
    if (wanted.length >= 4 && candidate.length > wanted.length + 1 && steps > 0) {
      steps -= 3 * wanted.length * wanted.length;
      const ends = [0, 1, -1].map((more) => distance(wanted, candidate.slice(0, wanted.length + more)));
      const apart = Math.min(...ends) / wanted.length;
      if (apart <= 0.2) {
        scored.push({ name, score: 0.4 + apart });
        continue;
      }
    }
    const contains = candidate.includes(wanted) || wanted.includes(candidate);
    if (contains && Math.min(wanted.length, candidate.length) >= 3) {
      scored.push({ name, score: 0.4 + difference / 10 });
    } else if (abbreviates(wanted, candidate)) short.push({ name, score: difference });
  }
  // Where nothing else comes near, what it abbreviates.
  const found = scored.length > 0 ? scored : short;
  found.sort((a, b) => a.score - b.score || compareNames(a.name, b.name));
  return found.slice(0, most).map((entry) => entry.name);
}

/** A third of the letters may be wrong: beyond that nothing tells a mistyped name from something else. */
export const isMistyped = (given: string, valid: Iterable<string>): boolean =>
  nearest(given, valid).some((name) => {
    const [a, b] = [fold(given), fold(name)];
    return distance(a, b) / Math.max(a.length, b.length) <= 1 / 3;
  });

/**
 * How a message names what an operator gave where a name was wanted: a mistyped one is repeated. Anything else may be a
 * secret that stands in the wrong place, and nobody knows that it is one: `what` it is and its length are said.
 */
export const repeatable = (given: string, valid: Iterable<string>, what: string): string =>
  isMistyped(given, valid) ? JSON.stringify(given) : `${what} (${given.length} characters)`;

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
