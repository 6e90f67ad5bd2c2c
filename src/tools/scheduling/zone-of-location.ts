import { isTimeZone } from '../../time-zone.js';

/** Zones that Autotask names by a region and not by a city. */
const regions: readonly (readonly [RegExp, string])[] = [
  [/newfoundland/i, 'America/St_Johns'],
  [/atlantic/i, 'America/Halifax'],
  [/eastern time|indiana/i, 'America/New_York'],
  [/central time/i, 'America/Chicago'],
  [/mountain time/i, 'America/Denver'],
  [/pacific time/i, 'America/Los_Angeles'],
  [/alaska/i, 'America/Anchorage'],
  [/hawaii/i, 'Pacific/Honolulu'],
  [/central europe/i, 'Europe/Berlin'],
  [/eastern europe/i, 'Europe/Helsinki'],
  [/greenwich|^gmt$/i, 'Europe/London'],
  [/coordinated universal|\butc\b/i, 'UTC'],
];

/**
 * The IANA zone that a label such as `(GMT+01:00) Amsterdam, Berlin, Bern, Rome` or `Eastern Time (US and Canada)`
 * means; null when it names none that is known.
 */
export function zoneOfLabel(label: string): string | null {
  const text = label.trim();
  if (text.includes('/') && isTimeZone(text)) return text;
  const region = regions.find(([pattern]) => pattern.test(text));
  if (region !== undefined) return region[1];
  const words = ` ${text.toLowerCase().replace(/[^a-z]+/g, ' ')} `;
  const named = Intl.supportedValuesOf('timeZone').filter((zone) => {
    const city = (zone.split('/').at(-1) ?? '').toLowerCase().replaceAll('_', ' ');
    return city !== '' && words.includes(` ${city} `);
  });
  return named[0] ?? null;
}
