import { instantOf, localClock } from '../../values/dates.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Days; the buckets when the caller names no others. */
const defaultBounds = [1, 3, 7, 14, 30, 90].map((days) => days * dayMs);

const units: Readonly<Record<string, number>> = { h: hourMs, d: dayMs, w: 7 * dayMs };
const bound = /^(\d{1,5}(?:\.\d{1,3})?)\s*(h|d|w)?(?:ours?|rs?|ays?|eeks?)?$/i;

/** Bounds as `7,30,90` (days), `4h,1d,2w`; a text when they are none. */
export function parseBounds(text: string | undefined): readonly number[] | string {
  if (text === undefined || text.trim() === '') return defaultBounds;
  const bounds: number[] = [];
  for (const part of text.split(/[,;/|\s]+/).filter((piece) => piece !== '')) {
    const [, size, unit = 'd'] = bound.exec(part) ?? [];
    const ms = Number(size) * (units[unit.toLowerCase()] ?? dayMs);
    if (size === undefined || ms <= 0 || ms <= (bounds.at(-1) ?? 0)) {
      return `age bounds rise and are days or hours, e.g. age(7,30,90) or age(4h,1d,7d), not ${JSON.stringify(text)}`;
    }
    bounds.push(ms);
  }
  return bounds.length > 20 ? 'age takes at most 20 bounds' : bounds;
}

/** As it is to be written: `age`, or `age(4h,1,7)`. */
export const ageName = (bounds: readonly number[]): string =>
  bounds === defaultBounds
    ? 'age'
    : `age(${bounds.map((ms) => (ms % dayMs === 0 ? ms / dayMs : `${ms / hourMs}h`)).join(',')})`;

function size(ms: number): string {
  const [count, unit] = ms % dayMs === 0 ? [ms / dayMs, 'day'] : [ms / hourMs, 'hour'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** `1 to 3 days`; where the units differ, both are said. */
function rangeLabel(from: number, to: number): string {
  const [start = '', unit] = size(from).split(' ');
  const [, endUnit = ''] = size(to).split(' ');
  return endUnit.startsWith(unit?.replace(/s$/, '') ?? '-')
    ? `${start} to ${size(to)}`
    : `${size(from)} to ${size(to)}`;
}

/** Name of the bucket at a position; -1 is the future. */
export function ageLabel(bounds: readonly number[], at: number): string {
  const from = bounds[at - 1];
  const to = bounds[at];
  if (at < 0) return 'in the future';
  if (from === undefined) return to === undefined ? 'any age' : `under ${size(to)}`;
  return to === undefined ? `${size(from)} and more` : rangeLabel(from, to);
}

/**
 * The position of the age bucket that a date lies in at the moment `now`. The age of a moment is counted in
 * whole 24-hour days, the age of a day in days of the calendar of the time zone.
 */
export function ageOf(
  bounds: readonly number[],
  day: boolean,
  timeZone: string,
  now: number,
): (value: unknown) => number | null {
  const local = localClock(timeZone)(now);
  const today = local - (local % dayMs);
  return (value) => {
    const instant = instantOf(value);
    if (instant === null) return null;
    const age = (day && instant % dayMs === 0 ? today : now) - instant;
    return age < 0 ? -1 : bounds.filter((limit) => limit <= age).length;
  };
}
