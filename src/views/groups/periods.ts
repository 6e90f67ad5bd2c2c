/** Groups by days, weeks, months, quarters or years, as the table names them. */

const steps = {
  day: (at: Date) => at.setUTCDate(at.getUTCDate() + 1),
  week: (at: Date) => at.setUTCDate(at.getUTCDate() + 7),
  month: (at: Date) => at.setUTCMonth(at.getUTCMonth() + 1),
  quarter: (at: Date) => at.setUTCMonth(at.getUTCMonth() + 3),
  year: (at: Date) => at.setUTCFullYear(at.getUTCFullYear() + 1),
} as const;

type Bucket = keyof typeof steps;

const isBucket = (name: string): name is Bucket => Object.hasOwn(steps, name);

/** What a key such as `createDate:month` groups by; null for a key that is no time. */
export function bucketOf(key: string): Bucket | null {
  const name = /:([a-z]+)$/.exec(key)?.[1] ?? '';
  return isBucket(name) ? name : null;
}

/** When a period begins, in milliseconds since 1970; NaN where the label names none (`(none)`). */
export function startOf(label: string): number {
  const [, monday] = /^\d{4}-W\d\d \(from (\d{4}-\d\d-\d\d)\)$/.exec(label) ?? [];
  const [, quarterYear, quarter] = /^(\d{4})-Q([1-4])$/.exec(label) ?? [];
  if (monday !== undefined) return Date.parse(monday);
  if (quarter !== undefined)
    return Date.parse(`${quarterYear}-${String(Number(quarter) * 3 - 2).padStart(2, '0')}`);
  return /^\d{4}(?:-\d\d(?:-\d\d)?)?$/.test(label) ? Date.parse(label) : Number.NaN;
}

/** A period in a few letters: a week by its Monday. */
export const shortPeriod = (label: string): string => /\(from (.+)\)$/.exec(label)?.[1] ?? label;

/** More are not drawn: nobody could tell them apart. */
const mostPeriods = 1000;

/** A period without a group, named so that it can be told from its neighbours. */
function emptyLabel(bucket: Bucket, start: number): string {
  const day = new Date(start).toISOString().slice(0, 10);
  if (bucket === 'year') return day.slice(0, 4);
  if (bucket === 'month') return day.slice(0, 7);
  return bucket === 'quarter' ? `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}` : day;
}

/**
 * The labels in the order of time, with a label for every period between them that has no group, so that equal times
 * are equally far apart. Null where they are not all periods of this kind, or too many.
 */
export function inTime(bucket: Bucket, labels: readonly string[]): readonly string[] | null {
  const byStart = new Map(labels.map((label) => [startOf(label), label]));
  const starts = [...byStart.keys()].sort((a, b) => a - b);
  const [first = Number.NaN] = starts;
  const last = starts.at(-1) ?? Number.NaN;
  if (starts.some(Number.isNaN) || starts.length === 0) return null;
  const all: string[] = [];
  const at = new Date(first);
  while (at.getTime() <= last) {
    if (all.length >= mostPeriods) return null;
    all.push(byStart.get(at.getTime()) ?? emptyLabel(bucket, at.getTime()));
    steps[bucket](at);
  }
  // What does not lie on the way from the first to the last is none of these periods.
  return labels.every((label) => all.includes(label)) ? all : null;
}
