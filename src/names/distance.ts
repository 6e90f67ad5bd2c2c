/** Edit distance with transpositions, as a typing mistake counts. */
export function distance(a: string, b: string): number {
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
export const mostLetters = 200;
/** How near two words are by their spelling, from 0 to 1; 0 for words that nobody mistakes for each other. */
export function closeness(a: string, b: string): number {
  const longest = Math.max(a.length, b.length);
  if (a === b || longest === 0 || longest > mostLetters) return a === b ? 1 : 0;
  const apart = distance(a, b) / longest;
  return apart > 0.34 ? 0 : 1 - apart;
}
