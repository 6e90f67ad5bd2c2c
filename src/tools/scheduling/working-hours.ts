import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { labelOf } from '../../entities/metadata/picklists.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import { dayOf, nextDay, toUtc } from '../../entities/values/dates.js';
import type { ToolContext } from '../define/define-tool.js';
import { readAll } from '../define/read-all.js';
import type { Interval } from './intervals.js';
import { zoneOfLabel } from './zone-of-location.js';

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
type Weekday = (typeof weekdays)[number];

const dayMs = 86_400_000;

/** Clock times of a place, `08:00`. */
interface Hours {
  readonly from: string;
  readonly until: string;
}

/** Where nobody has said when people work. */
const usual: Hours = { from: '08:00', until: '17:00' };
const isWeekend = (day: Weekday) => day === 'saturday' || day === 'sunday';

export interface WorkingTime {
  readonly zone: string;
  readonly intervals: readonly Interval[];
  /** Days of the range on which nobody works, by name. */
  readonly holidays: readonly (Interval & { readonly name: string })[];
  /** What the hours were taken from, and what was assumed. */
  readonly notes: readonly string[];
}

/** The clock time of a value: its day and zone mean nothing. */
const clockIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? /(?:T|^)(\d{2}:\d{2})/.exec(value)?.[1] : undefined;

function hoursIn(row: Row | null, prefix: string): Hours | null {
  const from = clockIn(row?.[`${prefix}StartTime`]);
  const until = clockIn(row?.[`${prefix}EndTime`]);
  return from === undefined || until === undefined ? null : { from, until };
}

const hoursOfDay = (place: Row | null, day: Weekday) => hoursIn(place, `${day}BusinessHours`);

/** The time zone of a place by the label that Autotask shows for it. */
async function zoneOf(place: Row | null, context: ToolContext) {
  const metadata = await context.entities.facts(
    findEntity('InternalLocationWithBusinessHours'),
    context.signal,
  );
  const field = metadata.field('timeZoneID');
  const id = place?.timeZoneID;
  const label = field === undefined || typeof id !== 'number' ? undefined : labelOf(field, id);
  const zone = label === undefined ? null : zoneOfLabel(label);
  if (zone !== null) return { zone, known: true };
  return { zone: context.timeZone, known: false };
}

/** When a resource is at work within a range, by the hours and holidays of its location. */
export async function workingTime(
  resource: { readonly id: number; readonly row: Row | null; readonly name: string },
  range: Interval,
  context: ToolContext,
): Promise<WorkingTime> {
  const { reads } = context.entities.tenant();
  const { locationID } = resource.row ?? {};
  const place =
    typeof locationID === 'number'
      ? await ifAllowed(
          () => reads.row(findEntity('InternalLocationWithBusinessHours'), locationID, undefined, context),
          null,
        )
      : null;
  const { zone, known } = await zoneOf(place, context);
  const isSet = weekdays.some((day) => hoursOfDay(place, day) !== null);
  const [own] = await readAll('ResourceDailyAvailabilities', { resourceID: resource.id }, context);
  const set = place?.holidaySetID;
  const listed = typeof set === 'number' ? await readAll('Holidays', { holidaySetID: set }, context) : [];
  const names = new Map(listed.map((row) => [String(row.holidayDate).slice(0, 10), String(row.holidayName)]));
  const onHolidays = place?.noHoursOnHolidays === true ? null : hoursIn(place, 'holidayHours');

  const intervals: Interval[] = [];
  const holidays: (Interval & { readonly name: string })[] = [];
  const at = (day: string, clock: string) => Date.parse(toUtc(`${day}T${clock}:00`, zone));
  const last = dayOf(range.until, zone);
  // A shift over night began the day before.
  for (let day = dayOf(range.from - dayMs, zone); day <= last; day = nextDay(day)) {
    const weekday = weekdays[new Date(`${day}T00:00:00Z`).getUTCDay()] ?? 'sunday';
    const holiday = names.get(day);
    const wholeDay = { from: at(day, '00:00'), until: at(nextDay(day), '00:00') };
    if (holiday !== undefined && wholeDay.until > range.from) holidays.push({ ...wholeDay, name: holiday });
    const regular = isSet ? hoursOfDay(place, weekday) : isWeekend(weekday) ? null : usual;
    const hours = holiday === undefined ? regular : onHolidays;
    if (hours === null || own?.[`${weekday}AvailableHours`] === 0) continue;
    const isOverNight = hours.until <= hours.from;
    const from = Math.max(range.from, at(day, hours.from));
    const until = Math.min(range.until, at(isOverNight ? nextDay(day) : day, hours.until));
    if (from < until) intervals.push({ from, until });
  }
  const notes = [
    ...(isSet
      ? []
      : [`no business hours are known for ${resource.name}: Monday to Friday 08:00 to 17:00 assumed`]),
    ...(known ? [] : [`the time zone of the location of ${resource.name} is not known: ${zone} assumed`]),
  ];
  return { zone, intervals, holidays, notes };
}
