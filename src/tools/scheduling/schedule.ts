import { findEntity } from '../../entities/metadata/entity-names.js';
import { activeIn, nameOf } from '../../entities/references/record-names.js';
import { showDate } from '../../entities/values/dates.js';
import { AutotaskError } from '../../errors.js';
import type { ToolContext } from '../define/define-tool.js';
import { type Busy, busyTime } from './busy-time.js';
import { type Interval, without } from './intervals.js';
import { type WorkingTime, workingTime } from './working-hours.js';

/** What is known about a resource's time within a range. */
export interface Schedule extends WorkingTime {
  readonly id: number;
  readonly name: string;
  readonly isActive: boolean;
  readonly busy: readonly Busy[];
  /** At work and not taken, in order. */
  readonly free: readonly Interval[];
}

/** The time of resources within a range, and what could not be read. Throws `notFound` for one that is not there. */
export async function schedulesOf(ids: readonly number[], range: Interval, context: ToolContext) {
  const { reads } = context.entities.tenant();
  const people = await Promise.all(
    ids.map(async (id) => {
      const entity = findEntity('Resources');
      const row = await reads.row(entity, id, undefined, context);
      if (row === null) throw new AutotaskError('notFound', `There is no record ${id} in Resources.`);
      const name = `${nameOf(entity, row) ?? 'the resource'} (id ${id})`;
      const isActive = activeIn(row);
      return { id, name, isActive, ...(await workingTime({ id, row, name }, range, context)) };
    }),
  );
  const zones = new Map(people.map(({ id, zone }) => [id, zone]));
  const { busy, notes } = await busyTime(zones, range, context);
  const schedules = people.map((person): Schedule => {
    const taken = busy.get(person.id) ?? [];
    return { ...person, busy: taken, free: without(person.intervals, taken) };
  });
  return { schedules, notes: [...new Set([...schedules.flatMap((one) => one.notes), ...notes])] };
}

export const atLeast = (intervals: readonly Interval[], minutes: number): Interval[] =>
  intervals.filter(({ from, until }) => until - from >= minutes * 60_000);

const iso = (instant: number) => new Date(instant).toISOString();

/** `2026-11-23 09:00-12:00`, in the zone. */
export function intervalText({ from, until }: Interval, timeZone: string): string {
  const [start, end] = [from, until].map((at) => showDate(iso(at), false, timeZone).replace('T', ' '));
  const isSameDay = start?.slice(0, 10) === end?.slice(0, 10);
  return `${start}-${isSameDay ? end?.slice(11) : end}`;
}
