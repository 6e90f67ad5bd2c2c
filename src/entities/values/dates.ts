import { datetime } from '../../scalars.js';
import { periodInWords } from './periods/period-words.js';

/**
 * Autotask speaks UTC. People speak their own time zone: input without a zone is read in it and output is
 * shown in it. Date-only values (midnight, by Autotask's convention) are days and are never shifted.
 */

const hasZone = /(Z|[+-]\d{2}:?\d{2})$/;

/** Whether a date and time says which zone it is in. */
export const namesZone = (text: string): boolean => hasZone.test(text);

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making one costs far more than using it. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  clocks.set(timeZone, made);
  return made;
}

/** Zones have had no other rules before, and years below 100 mean other years to `Date.UTC`. */
const oldest = Date.UTC(1900, 0, 1);
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Minutes that the zone is ahead of UTC at an instant. */
function offsetMinutes(given: number, timeZone: string): number {
  const instant = Math.max(given, oldest);
  const parts = clockOf(timeZone).formatToParts(instant);
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value ?? 0);
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return Math.round((local - instant) / 60_000);
}

/** What a clock shows; the last day there is ("never", to many systems) does not become one of the year 10000. */
const shifted = (instant: number, minutes: number) => {
  const local = instant + minutes * 60_000;
  return local > latest ? instant : local;
};

const dayMs = 86_400_000;

const noMillis = (iso: string) => iso.replace('.000Z', 'Z');

/** With a `T` and a time, as ISO 8601 and `Date` have it. */
const isoText = (value: string) => {
  const text = value.trim().replace(' ', 'T');
  return text.length === 10 ? `${text}T00:00:00` : text;
};

/** A date and time in ISO 8601 as UTC text; without a zone it is read in `timeZone`. */
export function toUtc(value: string, timeZone: string): string {
  const text = isoText(value);
  if (hasZone.test(text)) return noMillis(new Date(text).toISOString());
  const asUtc = Date.parse(`${text}Z`);
  // The offset at the result can differ from the offset at the first guess, around a clock change.
  const guess = asUtc - offsetMinutes(asUtc, timeZone) * 60_000;
  return noMillis(new Date(asUtc - offsetMinutes(guess, timeZone) * 60_000).toISOString());
}

/**
 * Every moment that a date and time may mean, as UTC text, the first one first: none in the hour that is left out when
 * clocks go forward, two in the hour that comes twice when they go back.
 */
export function momentsOf(value: string, timeZone: string): readonly string[] {
  const text = isoText(value);
  if (hasZone.test(text)) return [toUtc(text, timeZone)];
  const asUtc = Date.parse(`${text}Z`);
  const offsets = [asUtc - dayMs, asUtc + dayMs].map((at) => offsetMinutes(at, timeZone) * 60_000);
  const moments = [...new Set(offsets)].map((offset) => asUtc - offset);
  return moments
    .filter((at) => at + offsetMinutes(at, timeZone) * 60_000 === asUtc)
    .sort((a, b) => a - b)
    .map((at) => noMillis(new Date(at).toISOString()));
}

/** The day after a `yyyy-mm-dd`. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day.slice(0, 10)}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

export const isDay = (value: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(value.trim());

/** Milliseconds since 1970 of a date of Autotask's, which is UTC when it names no zone; null when it is none. */
export function instantOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const instant = Date.parse(hasZone.test(value) ? value : `${value}${value.length === 10 ? '' : 'Z'}`);
  return Number.isNaN(instant) ? null : instant;
}

/** The instant that a caller's date and time mean in their zone, in milliseconds; NaN for any other value. */
export const instantIn = (value: unknown, timeZone: string): number =>
  datetime.safeParse(value).success ? Date.parse(toUtc(String(value), timeZone)) : Number.NaN;

/**
 * Turns instants into the milliseconds that a clock of the zone shows, for many of them: the offset is asked
 * once per day where it does not change within that day.
 */
export function localClock(timeZone: string): (instant: number) => number {
  const offsets = new Map<number, number | null>();
  return (instant) => {
    const day = Math.floor(instant / dayMs);
    let offset = offsets.get(day);
    if (offset === undefined) {
      const [first, last] = [
        offsetMinutes(day * dayMs, timeZone),
        offsetMinutes((day + 1) * dayMs, timeZone),
      ];
      offset = first === last ? first : null;
      offsets.set(day, offset);
    }
    return shifted(instant, offset ?? offsetMinutes(instant, timeZone));
  };
}

/** Autotask's value as a person reads it: to the minute, in the zone; a field of days shows days. */
export function showDate(value: string, day: boolean, timeZone: string): string {
  const instant = instantOf(value);
  if (instant === null) return value;
  const utc = new Date(instant).toISOString();
  if (utc.endsWith('T00:00:00.000Z') && day) return utc.slice(0, 10);
  if (timeZone === 'UTC') return `${utc.slice(0, 16)}Z`;
  const local = new Date(shifted(instant, offsetMinutes(instant, timeZone))).toISOString();
  return local.slice(0, 16);
}

/** A stretch of time in UTC; `until` is the first moment after it. */
export interface Range {
  readonly from?: string;
  readonly until?: string;
}

/** The day that a calendar of the zone shows, `yyyy-mm-dd`. */
export const dayOf = (instant: number, timeZone: string): string =>
  new Date(instant + offsetMinutes(instant, timeZone) * 60_000).toISOString().slice(0, 10);

/** The day it is now in a time zone, `yyyy-mm-dd`. */
export const today = (timeZone: string, now = Date.now()): string => dayOf(now, timeZone);

const addDays = (day: string, days: number) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

const addMonths = (day: string, months: number) => {
  const date = new Date(`${day.slice(0, 7)}-01T00:00:00Z`);
  date.setUTCMonth(date.getUTCMonth() + months);
  return date.toISOString().slice(0, 10);
};

/** The same day of another month, or that month's last day where it is shorter. */
const sameDay = (day: string, months: number) => {
  const first = addMonths(day, months);
  const last = addDays(addMonths(first, 1), -1);
  const wanted = `${first.slice(0, 7)}${day.slice(7)}`;
  return wanted > last ? last : wanted;
};

/** Months of the calendar units that are counted in months. */
const monthsOf = { month: 1, quarter: 3, year: 12 } as const;

export type CalendarUnit = 'week' | keyof typeof monthsOf;

/** First day of the week (Monday), month, quarter or year that a day lies in. */
export function startOf(unit: CalendarUnit, day: string): string {
  if (unit === 'week') return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
  const intoUnit = (Number(day.slice(5, 7)) - 1) % monthsOf[unit];
  return addMonths(day, -intoUnit);
}

const units: readonly CalendarUnit[] = ['week', 'month', 'quarter', 'year'];
const asUnit = (word: string | undefined) => units.find((unit) => unit === word);

/** Days of a range by its words; undefined when the words are none of ours. */
function wordedDays(words: string, today: string): readonly [first: string, after: string] | undefined {
  const [, year, month] = /^(\d{4})(?:-(0[1-9]|1[0-2]))?$/.exec(words) ?? [];
  if (year !== undefined) {
    const start = `${year}-${month ?? '01'}-01`;
    return [start, addMonths(start, month === undefined ? 12 : 1)];
  }
  if (words === 'today') return [today, addDays(today, 1)];
  if (words === 'yesterday') return [addDays(today, -1), today];
  if (words === 'tomorrow') return [addDays(today, 1), addDays(today, 2)];
  const counted = /^(last|past|next) ([1-9]\d{0,3}) (day|week|month|quarter|year)s?$/.exec(words);
  if (counted !== null) {
    const size = Number(counted[2]);
    const unit = asUnit(counted[3]);
    const shift = (day: string, sign: number) => {
      if (unit === undefined) return addDays(day, sign * size);
      return unit === 'week' ? addDays(day, sign * size * 7) : sameDay(day, sign * size * monthsOf[unit]);
    };
    // Today is one of them: the last 30 days are 30 days.
    return counted[1] === 'next'
      ? [today, shift(today, 1)]
      : [addDays(shift(today, -1), 1), addDays(today, 1)];
  }
  const ago = /^(\d+ \w+) ago$/.exec(words)?.[1];
  const since = ago === undefined ? undefined : wordedDays(`last ${ago}`, today)?.[0];
  if (since !== undefined) return [addDays(since, -1), since];
  const whole = /^(this|last|next) (week|month|quarter|year)$/.exec(words);
  const unit = asUnit(whole?.[2]);
  if (whole === null || unit === undefined) return undefined;
  const step = (day: string, count: number) =>
    unit === 'week' ? addDays(day, count * 7) : addMonths(day, count * monthsOf[unit]);
  const first = step(startOf(unit, today), whole[1] === 'last' ? -1 : whole[1] === 'next' ? 1 : 0);
  return [first, step(first, 1)];
}

export const rangeExamples =
  'today, yesterday, tomorrow, last 7 days, past 2 weeks, 30 days ago, next 60 days (days, weeks, months, quarters or years), this/last/next week, month, quarter or year, a day, a month (2026-11), a quarter (2026-Q3), a year, or from..to with either end left out';

/** A moment with its zone: `2026-11-20T08:00Z`, `2026-11-20T09:00 (Europe/Berlin)`. */
export function showMoment(at: string, day: boolean, timeZone: string): string {
  const text = showDate(at, day, timeZone);
  return timeZone === 'UTC' || isDay(text) ? text : `${text} (${timeZone})`;
}

/**
 * A range as a reader checks it: its first and last day (`2026-10-22 to 2026-11-20 (UTC)`), or moments where it does
 * not begin or end with a day. Names the zone that tells which day it is.
 */
export function showRange({ from, until }: Range, day: boolean, timeZone: string): string {
  const zone = day ? 'UTC' : timeZone;
  const midnight = (at: string) => toUtc(dayOf(Date.parse(at), zone), zone) === at;
  const whole = [from, until].every((at) => at === undefined || midnight(at));
  const first = from && (whole ? dayOf(Date.parse(from), zone) : showDate(from, false, zone));
  const last =
    until && (whole ? addDays(dayOf(Date.parse(until), zone), -1) : `before ${showDate(until, false, zone)}`);
  const where = ` (${timeZone})`;
  if (first === undefined) return `${whole ? 'until the end of ' : ''}${last}${where}`;
  if (last === undefined) return `from ${first}${where}`;
  return first === last ? `${first}, all day${where}` : `${first} to ${last}${where}`;
}

/**
 * A range in words (`last 7 days`, `this month`, `2026-11`) or as `from..to` with either end left out, in the caller's
 * time zone. Undefined when the text is not a range; a plain date is none.
 */
export function parseRange(text: string, timeZone: string, day = false, now = Date.now()): Range | undefined {
  const given = text
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, ' ');
  const words = periodInWords(given);
  // Today is the caller's today; a field of days holds its midnight in UTC.
  const zone = day ? 'UTC' : timeZone;
  const days = wordedDays(words, dayOf(now, timeZone));
  if (days !== undefined) return { from: toUtc(days[0], zone), until: toUtc(days[1], zone) };
  const hours = day ? undefined : /^(?:last|past) ([1-9]\d{0,3}) hours?$/.exec(words)?.[1];
  if (hours !== undefined) {
    const moment = (at: number) => noMillis(new Date(at).toISOString());
    return { from: moment(now - Number(hours) * 3_600_000), until: moment(now) };
  }
  const ends = betweenEnds.exec(
    (words === given ? text.trim() : words).replace(/^from\s+(?=\S+.*\sto\s)/i, ''),
  );
  if (ends === null) return undefined;
  const [, from = '', to = ''] = ends;
  if (from === '' && to === '') return undefined;
  const first = endOfRange(from, timeZone, day, now);
  const last = endOfRange(to, timeZone, day, now);
  if (first === undefined || last === undefined) return undefined;
  return {
    ...(first.from === undefined ? {} : { from: first.from }),
    ...(last.until === undefined ? {} : { until: last.until }),
  };
}

/** `2026-11-01..2026-11-30`, `2026-11-01 to yesterday`; either end may be left out beside dots. */
const betweenEnds = /^((?:\S.*?)?)\s*(?:\.{2,3}|…|(?<=\S)\s+(?:to|until|[-\u2013])(?=\s+\S))\s*(.*)$/is;

/** What an end stands for: a day, a moment or other words; nothing where it was left out. */
function endOfRange(text: string, timeZone: string, day: boolean, now: number): Range | undefined {
  if (text === '') return {};
  if (!datetime.safeParse(text).success)
    return betweenEnds.test(text) ? undefined : parseRange(text, timeZone, day, now);
  const zone = day ? 'UTC' : timeZone;
  const until = isDay(text) ? toUtc(nextDay(text), zone) : toUtc(text, zone);
  return { from: toUtc(text, zone), until };
}
