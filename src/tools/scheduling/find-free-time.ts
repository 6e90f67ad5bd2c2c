import { parseRange, rangeExamples } from '../../entities/values/dates.js';
import { InvalidInput } from '../../errors.js';
import { idOf } from '../define/define-get.js';
import { defineReadTool } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';
import { common, type Interval } from './intervals.js';
import { atLeast, intervalText, schedulesOf } from './schedule.js';

const usualMinutes = 60;
const mostDays = 62;
const mostShown = 40;
const dayMs = 86_400_000;

function rangeOf(given: string, timeZone: string): Interval {
  const range = parseRange(given, timeZone) ?? parseRange(`${given}..${given}`, timeZone);
  const from = Math.max(Date.parse(range?.from ?? new Date().toISOString()), Date.now());
  const until = range?.until === undefined ? Number.NaN : Date.parse(range.until);
  const problem = Number.isNaN(until)
    ? `is no range with an end; possible are ${rangeExamples}`
    : until <= from
      ? 'is over'
      : until - from > mostDays * dayMs
        ? `is longer than ${mostDays} days`
        : null;
  if (problem !== null) throw new InvalidInput('Nothing was read.', [{ field: 'range', problem }]);
  return { from, until };
}

export const findFreeTime = defineReadTool({
  name: 'find-free-time',
  title: 'Free time',
  description:
    'When technicians are free: working hours without holidays, time off, appointments and service calls.',
  input: {
    resourceID: inputs.recordNames,
    range: inputs.find.text().describe('Default next 7 days'),
    minutes: inputs.wholeNumber(1, 1440).optional(),
    ...inputs.formatInput,
  },
  openWorld: true,
  run: async ({ resourceID, range = 'next 7 days', minutes = usualMinutes }, context) => {
    const { timeZone } = context;
    const wanted = rangeOf(String(range), timeZone);
    const ids = await Promise.all(resourceID.map((given) => idOf('Resources', given, context)));
    const { schedules, notes } = await schedulesOf([...new Set(ids)], wanted, context);
    const show = (all: readonly Interval[]) => {
      const slots = atLeast(all, minutes);
      const shown = slots.slice(0, mostShown).map((one) => intervalText(one, timeZone));
      if (slots.length > mostShown) shown.push(`${slots.length - mostShown} more`);
      return shown.join(', ') || 'never';
    };
    const free = schedules.map(({ name, free: own }) => `${name}\t${show(own)}`);
    const together =
      schedules.length > 1 ? [`all together\t${show(common(schedules.map((one) => one.free)))}`] : [];
    const taken = schedules.flatMap(({ name, busy, holidays }) =>
      [
        ...busy.map(({ kind, what, ...at }) => ({ at, text: `${kind} ${what}` })),
        ...holidays.map(({ name: day, ...at }) => ({ at, text: `holiday ${day}` })),
      ]
        .sort((a, b) => a.at.from - b.at.from)
        .slice(0, mostShown)
        .map(({ at, text }) => `${name}\tnot free ${intervalText(at, timeZone)}\t${text}`),
    );
    const line = `Free for at least ${minutes} minutes within ${intervalText(wanted, timeZone)} (${timeZone}):`;
    const iso = (all: readonly Interval[]) =>
      all.map(({ from, until }) => ({
        from: new Date(from).toISOString(),
        until: new Date(until).toISOString(),
      }));
    return {
      kind: 'facts',
      lines: [line],
      labels: [...free, ...together, ...taken, ...notes.map((note) => `Note: ${note}`)],
      json: {
        minutes,
        resources: schedules.map(({ id, name, free: own }) => ({
          id,
          name,
          free: iso(atLeast(own, minutes)),
        })),
        notes,
      },
    };
  },
});
