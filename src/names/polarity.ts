import { mostLetters } from './distance.js';
import { fold, mostNames } from './spelling.js';

/** `Not Completed` is the opposite of Complete. */
const longestEnding = 2;

/** Words that turn what follows into its opposite. */
const turningWord = /^(?:not|non|un|never|without|except|isnt|isn|doesnt|dont|nicht|kein|keine)$/u;
/** The same as a beginning of words: `nonBillable`, `inactive`, `unassigned`; not of `units`, `index`, `notes`. */
const turningStart =
  /^(?:non(?=\p{L}{4})|un(?!i|d|til)(?=\p{L}{4})|in(?=activ|complet|correct|valid|visibl|eligibl)|dis(?=abled|allowed|approved))/u;

interface Polar {
  /** Whether it says the opposite of its words. */
  readonly turned: boolean;
  readonly words: readonly string[];
}

/** Most names have nothing that could turn them. */
const mayTurn = /^[^\p{L}\p{N}]|n[oi]|un|in|dis|never|without|except|doesnt|dont|kein/iu;

/** `isNonBillable` is `billable`, turned. */
function polar(name: string): Polar {
  const all = name
    .normalize('NFKC')
    .replace(/['’]/g, '')
    .replace(/(\p{Ll})(?=\p{Lu})/gu, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && word !== 'is');
  const words: string[] = [];
  let turned = /^\s*[!¬≠\p{Pd}\u2212]\s*\p{L}/u.test(name);
  for (const [at, word] of all.entries()) {
    const isLast = at === all.length - 1;
    // As the last word it is a number.
    if (turningWord.test(word) || (word === 'no' && !isLast)) turned = !turned;
    else if (turningStart.test(word)) {
      turned = !turned;
      words.push(word.replace(turningStart, ''));
    } else words.push(word);
  }
  return { turned, words };
}

/** Whether a name says the opposite of what the given one does, whatever that is: `not Complete`, `isNonBillable`. */
export function turnedFrom(given: string): (name: string) => boolean {
  const { turned } = polar(given);
  return (name) => (mayTurn.test(name.replace(/['’]/g, '')) && polar(name).turned) !== turned;
}

/** The name that says just the opposite of the given one; undefined where none does, or several do. */
export function oppositeOf(given: string, valid: readonly string[]): string | undefined {
  if (given.length > mostLetters) return undefined;
  const isTurned = turnedFrom(given);
  const key = fold(polar(given).words.join(' '));
  const found = valid.slice(0, mostNames).filter((name) => {
    if (name.length > mostLetters || !isTurned(name)) return false;
    const other = fold(polar(name).words.join(' '));
    const [short = '', long = ''] = [key, other].sort((a, b) => a.length - b.length);
    return short !== '' && long.startsWith(short) && long.length - short.length <= longestEnding;
  });
  return found.length === 1 ? found[0] : undefined;
}
