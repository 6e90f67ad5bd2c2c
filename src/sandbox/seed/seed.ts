import type { Row } from '../store/value.js';
import { Random } from './random.js';

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

/** What generating the records of one entity may look at. */
export interface Seed {
  readonly scale: number;
  /** Midnight UTC of the day on which the tenant's data ends. */
  readonly today: number;
  /** Random numbers of one entity, independent of which entity was generated before. */
  random(name: string): Random;
  /** Records of another entity. The chain of these calls has no circle. */
  rows(entity: string): Promise<readonly Row[]>;
}

/** Makes the records of an entity, sorted by id. Required fields left out are filled in afterwards. */
export type Seeder = (seed: Seed) => Promise<Row[]>;

export function seedOf(
  number: number,
  scale: number,
  today: number,
  rows: (entity: string) => Promise<readonly Row[]>,
): Seed {
  return { scale, today, rows, random: (name) => new Random(`${number}:${name}`) };
}

/** Groups rows by the id that a reference field holds. */
export function groupBy(rows: readonly Row[], field: string): ReadonlyMap<number, readonly Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const key = row[field];
    if (typeof key !== 'number') continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

export function numberOf(row: Row | undefined, field: string): number {
  const value = row?.[field];
  return typeof value === 'number' ? value : 0;
}

export function textOf(row: Row | undefined, field: string): string {
  const value = row?.[field];
  return typeof value === 'string' ? value : '';
}

/** A moment within office hours of the day that holds `ms`; weekends move to the Monday after. */
export function officeHours(ms: number, random: Random): number {
  let midnight = ms - (ms % day);
  const weekday = new Date(midnight).getUTCDay();
  if (weekday === 6) midnight += 2 * day;
  if (weekday === 0) midnight += day;
  return midnight + 8 * hour + random.int(0, 9 * 60) * minute;
}

export function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
