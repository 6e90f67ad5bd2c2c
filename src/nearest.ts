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

/** Lower case, letters and digits only: how names are compared when a person or a model spelled them. */
export function fold(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/**
 * The valid names that the given one was probably meant to be, best first.
 * Close by spelling, or one contains the other (`resource` finds `assignedResourceID`).
 */
export function nearest(given: string, valid: Iterable<string>, most = 3): string[] {
  const wanted = fold(given);
  if (wanted === '') return [];
  const scored: { name: string; score: number }[] = [];
  for (const name of valid) {
    const candidate = fold(name);
    const contains = candidate.includes(wanted) || wanted.includes(candidate);
    const longest = Math.max(wanted.length, candidate.length);
    const apart = distance(wanted, candidate) / longest;
    if (apart <= 0.4) scored.push({ name, score: apart });
    else if (contains && Math.min(wanted.length, candidate.length) >= 3) {
      scored.push({ name, score: 0.4 + apart / 10 });
    }
  }
  scored.sort((a, b) => a.score - b.score || a.name.localeCompare(b.name, 'en'));
  return scored.slice(0, most).map((entry) => entry.name);
}

/** ` Did you mean a, b or c?` with a leading space, or nothing when no name is close. */
export function didYouMean(given: string, valid: Iterable<string>): string {
  const names = nearest(given, valid);
  const last = names.pop();
  if (last === undefined) return '';
  return names.length === 0 ? ` Did you mean ${last}?` : ` Did you mean ${names.join(', ')} or ${last}?`;
}
