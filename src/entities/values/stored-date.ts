import type { FieldMetadata } from '../metadata/entity-metadata.js';
import { type Converted, fail } from './converted.js';
import { dayOf, isDay, momentsOf, namesZone, parseRange, showRange, toUtc } from './dates.js';

/** How Autotask itself writes a day. */
const midnightOfUtc = /^\d{4}-\d{2}-\d{2}T00:00(:00(\.0+)?)?Z$/;

/** The day that a moment lies on, for a field that keeps days only. */
function dayToStore(field: FieldMetadata, text: string, timeZone: string): Converted {
  const isBare = !namesZone(text) || midnightOfUtc.test(text);
  const day = isBare ? text.slice(0, 10) : dayOf(Date.parse(toUtc(text, timeZone)), timeZone);
  const value = `${day}T00:00:00Z`;
  if (midnightOfUtc.test(text)) return { ok: true, value };
  const interpretation = `${field.name}: it keeps days only, and ${text} is on ${day} (${timeZone})`;
  return { ok: true, value, interpretation };
}

/**
 * A date to store, of the form that was checked before, as Autotask takes it. Without a zone it is read in the
 * caller's; a time that the clocks there never show, or show twice, is for the caller to make clear.
 */
export function convertStoredDate(field: FieldMetadata, given: string, timeZone: string): Converted {
  const text = given.trim();
  if (isDay(text) && field.deadline) {
    const interpretation = `${field.name}: a day was given, and its end is meant (${timeZone})`;
    const end = `${text}T23:59:59`;
    return { ok: true, value: momentsOf(end, timeZone).at(-1) ?? toUtc(end, timeZone), interpretation };
  }
  if (isDay(text)) return { ok: true, value: field.day ? `${text}T00:00:00Z` : toUtc(text, timeZone) };
  if (field.day) return dayToStore(field, text, timeZone);
  const [moment, second] = momentsOf(text, timeZone);
  const value = JSON.stringify(given);
  if (moment === undefined)
    return fail(field, `${value} is no time in ${timeZone}, where clocks go forward then: give another one`);
  if (second !== undefined)
    return fail(
      field,
      `${value} comes twice in ${timeZone}, where clocks go back then: give it as ${moment} or ${second}`,
    );
  return { ok: true, value: moment };
}

const distances =
  /^(?:in |\+ ?|after )?([1-9]\d{0,3}) ?(d|days?|w|weeks?|m|months?|y|years?)( ago| back| from now)?$/i;
const units: Readonly<Record<string, string>> = { d: 'days', w: 'weeks', m: 'months', y: 'years' };

/** The day that `in 90 days`, `+3 years` or `2 weeks ago` is; undefined for other texts, also for `90 days` alone. */
export function dayFromNow(given: unknown, timeZone: string): string | undefined {
  const text = typeof given === 'string' ? given.trim() : '';
  const [, count, unit = '', direction = ''] = distances.exec(text) ?? [];
  if (count === undefined || (direction === '' && /^\d/.test(text))) return undefined;
  const isPast = /ago|back/i.test(direction);
  const today = new Date(`${dayOf(Date.now(), timeZone)}T00:00:00Z`);
  const steps = Number(count) * (isPast ? -1 : 1);
  const named = units[unit.charAt(0).toLowerCase()];
  const day = new Date(today);
  if (named === 'days') day.setUTCDate(day.getUTCDate() + steps);
  if (named === 'weeks') day.setUTCDate(day.getUTCDate() + 7 * steps);
  if (named === 'months' || named === 'years') {
    day.setUTCMonth(day.getUTCMonth() + steps * (named === 'years' ? 12 : 1));
    // A month that is too short ends at its last day.
    if (day.getUTCDate() !== today.getUTCDate()) day.setUTCDate(0);
  }
  return Number.isNaN(day.getTime()) ? undefined : day.toISOString().slice(0, 10);
}

/** What words for a day or a range (`yesterday`, `last week`) stand for; undefined for any other value. */
export function dayInWords(given: unknown, timeZone: string): string | undefined {
  const range = typeof given === 'string' ? parseRange(given, timeZone) : undefined;
  if (range === undefined) return undefined;
  const days = showRange(range, false, timeZone);
  return `${JSON.stringify(given)} is ${days.replace(', all day', '')}: give one date`;
}
