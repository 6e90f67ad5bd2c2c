/**
 * What is wrong with a setting that names a field: one that fits nothing must not look as if it did. Null when
 * it is right. `entry` is its place in the list, from 1. Loads all entities, so it is loaded itself when there is such a setting.
 */
export const fieldProblem = async (text: string, entry: number): Promise<string | null> =>
  (await import('./mask-problem.js')).fieldProblem(text, entry);
