import { distance, mostLetters } from './distance.js';
import { oppositeOf, turnedFrom } from './polarity.js';
import { fold, mostNames, withoutAccents } from './spelling.js';

/** Steps of comparing letters that one search may cost, some 20 ms. */
const mostSteps = 2_000_000;

/** Whether all letters stand in the name, in this order and with the same beginning: `lvl1` in `level1support`. */
function abbreviates(short: string, name: string): boolean {
  if (short.length < 3 || short[0] !== name[0]) return false;
  let at = 0;
  for (const letter of name) if (letter === short[at]) at += 1;
  return at >= short.length;
}

/**
 * The valid names that the given one was probably meant to be, best first.
 * Close by spelling, or one contains the other (`resource` finds `assignedResourceID`). Never one that says the
 * opposite, as `isNonBillable` does of `billable`.
 */
export function nearest(given: string, valid: Iterable<string>, most = 3): string[] {
  if (given.length > mostLetters) return [];
  const wanted = withoutAccents(fold(given));
  if (wanted === '') return [];
  const scored: { name: string; score: number }[] = [];
  const short: { name: string; score: number }[] = [];
  let steps = mostSteps;
  let looked = 0;
  const isTurned = turnedFrom(given);
  for (const name of valid) {
    looked += 1;
    if (looked > mostNames) break;
    if (name.length > mostLetters || isTurned(name)) continue;
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

/**
 * ` Did you mean a, b or c?` with a leading space, and ` Its opposite is d.` where that is there; nothing when no name is
 * close.
 */
export function didYouMean(given: string, valid: readonly string[]): string {
  const names = nearest(given, valid);
  const opposite = oppositeOf(given, valid);
  const turned = opposite === undefined ? '' : ` Its opposite is ${opposite}.`;
  const last = names.pop();
  if (last === undefined) return turned;
  const listed = names.length === 0 ? last : `${names.join(', ')} or ${last}`;
  return ` Did you mean ${listed}?${turned}`;
}
