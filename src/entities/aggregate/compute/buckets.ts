import { instantOf, localClock } from '../../values/dates.js';

/** Stretches of the calendar that records can be grouped by. Weeks start on Monday (ISO 8601). */
export const buckets = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type Bucket = (typeof buckets)[number];

const dayMs = 86_400_000;
const two = (value: number) => String(value).padStart(2, '0');
const dayText = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** `2026-W47 (from 2026-11-16)`: the week's number and its Monday, which says the same to a person. */
function week(local: number): string {
  const day = Math.floor(local / dayMs) * dayMs;
  const monday = day - ((new Date(day).getUTCDay() + 6) % 7) * dayMs;
  // The week belongs to the year that its Thursday lies in.
  const year = dayText(monday + 3 * dayMs).slice(0, 4);
  const number = Math.floor((monday + 3 * dayMs - Date.parse(`${year}-01-01T00:00:00Z`)) / (7 * dayMs)) + 1;
  return `${year}-W${two(number)} (from ${dayText(monday)})`;
}

const texts: Readonly<Record<Bucket, (local: number) => string>> = {
  day: dayText,
  week,
  month: (local) => dayText(local).slice(0, 7),
  quarter: (local) => `${dayText(local).slice(0, 4)}-Q${Math.floor(new Date(local).getUTCMonth() / 3) + 1}`,
  year: (local) => dayText(local).slice(0, 4),
};

/**
 * Names the bucket that a date of Autotask's lies in, so that buckets sort by their names. A moment is seen in
 * the time zone; a day (midnight in a field of days) lies where it is, whatever the zone.
 */
export function bucketOf(bucket: Bucket, day: boolean, timeZone: string): (value: unknown) => string | null {
  const clock = localClock(timeZone);
  /** Many records share a day, and every bucket is made of whole days. */
  const byDay = new Map<number, string>();
  const text = (local: number) => {
    const day = Math.floor(local / dayMs);
    const known = byDay.get(day) ?? texts[bucket](local);
    byDay.set(day, known);
    return known;
  };
  return (value) => {
    const instant = instantOf(value);
    if (instant === null) return null;
    return text(day && instant % dayMs === 0 ? instant : clock(instant));
  };
}
