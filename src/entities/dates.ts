/**
 * Autotask speaks UTC. People speak their own time zone: input without a zone is read in it and output is
 * shown in it. Date-only values (midnight, by Autotask's convention) are days and are never shifted.
 */

const hasZone = /(Z|[+-]\d{2}:?\d{2})$/;

/** Minutes that the zone is ahead of UTC at an instant. */
function offsetMinutes(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(instant);
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

const noMillis = (iso: string) => iso.replace('.000Z', 'Z');

/** A date and time in ISO 8601 as UTC text; without a zone it is read in `timeZone`. */
export function toUtc(value: string, timeZone: string): string {
  const text = value.trim().replace(' ', 'T');
  const withTime = text.length === 10 ? `${text}T00:00:00` : text;
  if (hasZone.test(text)) return noMillis(new Date(withTime).toISOString());
  const asUtc = Date.parse(`${withTime}Z`);
  // The offset at the result can differ from the offset at the first guess, around a clock change.
  const guess = asUtc - offsetMinutes(asUtc, timeZone) * 60_000;
  return noMillis(new Date(asUtc - offsetMinutes(guess, timeZone) * 60_000).toISOString());
}

/** The day after a `yyyy-mm-dd`. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day.slice(0, 10)}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

export const isDay = (value: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(value.trim());

/** Fields that Autotask keeps as days although their type says datetime. `createDate` and `lastActivityDate` are not. */
export const isDayField = (name: string): boolean =>
  /^(dateWorked|weekEnding|holidayDate)$|(start|end|due|effective|expiration|invoice|purchase|warrantyExpiration|expense|install|period|posted|webService|paid)Date$/i.test(
    name,
  ) || /^date(Purchased|Due|From|To)$/i.test(name);

/** Autotask's value as a person reads it: to the minute, in the zone, a day where it is one. */
export function showDate(value: string, field: string, timeZone: string): string {
  const iso = hasZone.test(value) ? value : `${value}Z`;
  const instant = Date.parse(iso);
  if (Number.isNaN(instant)) return value;
  const utc = new Date(instant).toISOString();
  if (utc.endsWith('T00:00:00.000Z') && isDayField(field)) return utc.slice(0, 10);
  if (timeZone === 'UTC') return `${utc.slice(0, 16)}Z`;
  const local = new Date(instant + offsetMinutes(instant, timeZone) * 60_000).toISOString();
  return local.slice(0, 16);
}
