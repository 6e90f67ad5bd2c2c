/**
 * Words that people, other systems and older versions of Autotask use, with what they mean here. A word with one
 * meaning is understood, one with several is asked back. What Autotask or the tenant itself calls so comes first.
 */
export interface Synonyms {
  readonly words: readonly string[];
  readonly mean: readonly string[];
  readonly why: string;
  /** What whoever used the word has to know about what is meant. */
  readonly hint?: string;
}

/** What each word means, by its key. */
export const synonymTable = (
  rows: readonly Synonyms[],
  key: (word: string) => string,
): ReadonlyMap<string, readonly string[]> =>
  new Map(rows.flatMap(({ words, mean }) => words.map((word) => [key(word), mean] as const)));
