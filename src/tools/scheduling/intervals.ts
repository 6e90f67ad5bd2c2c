/** A stretch of time in milliseconds since 1970; `until` is the first moment after it. */
export interface Interval {
  readonly from: number;
  readonly until: number;
}

export const overlaps = (a: Interval, b: Interval): boolean => a.from < b.until && b.from < a.until;

/** What is left of the first ones, in order, where none of the others is. */
export function without(all: readonly Interval[], taken: readonly Interval[]): Interval[] {
  const sorted = [...taken].sort((a, b) => a.from - b.from);
  return all.flatMap((one) => {
    const left: Interval[] = [];
    let from = one.from;
    for (const busy of sorted) {
      if (busy.until <= from) continue;
      if (busy.from >= one.until) break;
      if (busy.from > from) left.push({ from, until: busy.from });
      from = Math.max(from, busy.until);
    }
    return from < one.until ? [...left, { from, until: one.until }] : left;
  });
}

/** What all of them have in common. */
export function common(lists: readonly (readonly Interval[])[]): Interval[] {
  const [first = [], ...others] = lists;
  return others.reduce<Interval[]>(
    (left, list) =>
      left.flatMap((a) =>
        list
          .filter((b) => overlaps(a, b))
          .map((b) => ({ from: Math.max(a.from, b.from), until: Math.min(a.until, b.until) })),
      ),
    [...first],
  );
}
