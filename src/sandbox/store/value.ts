import type { DataType } from '../../model.js';

/** A stored field value. Dates are milliseconds since 1970, so that comparing and indexing them is cheap. */
export type Value = string | number | boolean | null;

/** A record. Absent means null. A user-defined field lives under `udf:<name>`. */
export type Row = { id: number } & { [field: string]: Value };

/** How values of a field are stored and compared. */
export type Kind = 'whole' | 'number' | 'text' | 'flag' | 'time' | 'bytes';

const kinds: Readonly<Record<DataType, Kind>> = {
  integer: 'whole',
  long: 'whole',
  short: 'whole',
  decimal: 'number',
  double: 'number',
  string: 'text',
  datetime: 'time',
  boolean: 'flag',
  'byte[]': 'bytes',
};

export function kindOf(dataType: DataType): Kind {
  return kinds[dataType];
}

const dateForm =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** Milliseconds since 1970, or null when the text is no date. Without a zone it is UTC. */
export function parseTime(text: string): number | null {
  const match = dateForm.exec(text.trim());
  if (match === null) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (new Date(midnight).getUTCDate() !== Number(day)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const ms = Math.floor(Number(`0.${fraction}`) * 1000);
  const local = midnight + ((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + ms;
  if (zone.toUpperCase() === 'Z') return local;
  const sign = zone.startsWith('-') ? -1 : 1;
  return local - sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))) * 60_000;
}

/** `2026-03-31T14:00:00.000` and the zone designator the tenant writes. */
export function formatTime(ms: number, suffix: '' | 'Z'): string {
  const text = new Date(ms).toISOString();
  return suffix === 'Z' ? text : text.slice(0, -1);
}

export function toWire(kind: Kind, value: Value | undefined, suffix: '' | 'Z'): Value {
  if (value === undefined || value === null) return null;
  return kind === 'time' && typeof value === 'number' ? formatTime(value, suffix) : value;
}
