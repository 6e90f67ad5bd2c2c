const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const monthName =
  'jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?';

const dayMs = 86_400_000;
const dayAt = (instant: number) => new Date(instant).toISOString().slice(0, 10);
const two = (number: number) => String(number).padStart(2, '0');

/** Weeks begin on Monday, and the first is the one with the 4th of January; undefined where the year has no such week. */
function weekOf(year: string, week: number): string | undefined {
  const fourth = Date.parse(`${year}-01-04T00:00:00Z`);
  const first = fourth - ((new Date(fourth).getUTCDay() + 6) % 7) * dayMs;
  const monday = first + (week - 1) * 7 * dayMs;
  // The week belongs to the year that its Thursday lies in.
  if (!dayAt(monday + 3 * dayMs).startsWith(year)) return undefined;
  return `${dayAt(monday)}..${dayAt(monday + 6 * dayMs)}`;
}

const others: Readonly<Record<string, string>> = {
  previous: 'last',
  prior: 'last',
  current: 'this',
  coming: 'next',
};

const toDate: Readonly<Record<string, string>> = { wtd: 'week', mtd: 'month', qtd: 'quarter', ytd: 'year' };

/**
 * A period of one meaning in the words that ranges are written in: `2026-Q3` and `Q3 2026` (`2026-07..2026-09`), `2026-W40`,
 * `October 2026` and `10/2026` (`2026-10`), `year to date`, `previous month`, `in the next 90 days`. `words` are in small
 * letters with single blanks, and come back as they are when they are no such period. A month without its year is none.
 */
export function periodInWords(words: string): string {
  const bare = words.replace(/^(?:(?:in|within|over|during|for) )?(?:the )?(?=\S)/, '');
  const quarter =
    /^(?<year>\d{4})[- ]?q(?<of>[1-4])$/.exec(bare) ?? /^q(?<of>[1-4])[- /]?(?<year>\d{4})$/.exec(bare);
  if (quarter?.groups !== undefined) {
    const { year = '', of = '' } = quarter.groups;
    return `${year}-${two(Number(of) * 3 - 2)}..${year}-${two(Number(of) * 3)}`;
  }
  const [, weekYear = '', week = ''] = /^(\d{4})[- ]?w(\d{2})$/.exec(bare) ?? [];
  if (week !== '') return weekOf(weekYear, Number(week)) ?? words;
  const month =
    new RegExp(`^(?<name>${monthName})[- ,]*(?<year>\\d{4})$`).exec(bare) ??
    new RegExp(`^(?<year>\\d{4})[- ](?<name>${monthName})$`).exec(bare);
  if (month?.groups !== undefined) {
    const { year = '', name = '' } = month.groups;
    return `${year}-${two(monthNames.indexOf(name.slice(0, 3)) + 1)}`;
  }
  const [, number = '', slashYear = ''] = /^(0?[1-9]|1[0-2])\/(\d{4})$/.exec(bare) ?? [];
  if (slashYear !== '') return `${slashYear}-${two(Number(number))}`;
  const [, unit = toDate[bare]] = /^(?:this )?(week|month|quarter|year)[- ]to[- ]date$/.exec(bare) ?? [];
  if (unit !== undefined) return `this ${unit}..today`;
  const [, rest] = /^(?:rest|remainder) of (?:this |the )?(week|month|quarter|year)$/.exec(bare) ?? [];
  if (rest !== undefined) return `today..this ${rest}`;
  const relative = /^(\w+) ((?:\d+ )?(?:hour|day|week|month|quarter|year)s?)$/.exec(bare);
  if (relative === null) return words;
  const [, which = '', what = ''] = relative;
  // The previous 3 months may end with the last one or today.
  const said = /^\d/.test(what) ? which : (others[which] ?? which);
  // `the next 90 days` says more than `within 90 days`, which may lie on either side.
  return ['last', 'past', 'next', 'this'].includes(said) ? `${said} ${what}` : words;
}
