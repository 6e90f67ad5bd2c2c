import { nearest, repeatable } from '../../names/nearest.js';

/** The pattern in the language of expressions; `any` stands for its `*`. */
export const regexSource = (pattern: string, any: string): string =>
  pattern.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', any);

/** `Tick*` as an expression for a whole name; Autotask's names are compared without case. */
export const glob = (pattern: string): RegExp => new RegExp(`^${regexSource(pattern, '.*')}$`, 'i');

export interface NameList {
  readonly text: readonly string[];
  allows(name: string): boolean;
}

/**
 * A list of names and patterns, `!` in front of those that are denied. Deny wins wherever it stands. When
 * only denials are listed, everything else is allowed.
 */
export function nameList(patterns: readonly string[]): NameList {
  const denied = patterns.filter((pattern) => pattern.startsWith('!')).map((p) => glob(p.slice(1).trim()));
  const allowed = patterns.filter((pattern) => !pattern.startsWith('!')).map(glob);
  return {
    text: patterns,
    allows: (name) =>
      (allowed.length === 0 || allowed.some((pattern) => pattern.test(name))) &&
      !denied.some((pattern) => pattern.test(name)),
  };
}

/** A pattern that fits no name is a mistake that would silently allow or deny something else. */
export function unmatched(patterns: readonly string[], names: readonly string[], what: string): string[] {
  return patterns.flatMap((pattern, index) => {
    const bare = pattern.replace(/^!/, '').trim();
    const matches = glob(bare);
    if (names.some((name) => matches.test(name))) return [];
    const close = nearest(bare, names, 1)[0];
    const hint = close === undefined ? '' : ` Did you mean ${close}?`;
    return [`${repeatable(bare, names, `entry ${index + 1}`)} fits no ${what}.${hint}`];
  });
}
