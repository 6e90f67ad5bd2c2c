/** A range that holds more than a page, of which the wanted records are the near ones. */
export interface CrowdedRange {
  readonly until: number;
  count: number;
  readonly spacing: number;
  /** A position that several of the seen records share: there may be many more. */
  readonly tiedPosition: number | null;
}

const between = (a: number, b: number) => Math.floor(a + (b - a) / 2);

/** The far end of the next range within a crowded one. */
export function nextEnd(
  crowded: CrowdedRange,
  from: number,
  near: number,
  target: number,
  halve: boolean,
): number {
  const { until, count, spacing, tiedPosition } = crowded;
  if (tiedPosition !== null && from <= tiedPosition && (halve || spacing === 0))
    return from < tiedPosition ? tiedPosition : tiedPosition + 1;
  const low = Number.isFinite(from) ? from : Math.min(near, until - Math.ceil(spacing * count) - 1);
  if (halve) return between(low, until);
  const byDensity = Math.floor(until - spacing * (count - target));
  return byDensity > low ? byDensity : Math.floor(low + ((until - low) * target) / count);
}
