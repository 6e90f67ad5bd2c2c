import { fold, mostNames, spellingKey, wordKey } from './spelling.js';

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
