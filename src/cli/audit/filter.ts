import { didYouMean, repeatable } from '../../names/nearest.js';
import { entityNames } from '../../policy/index.js';
import { UsageError } from '../args.js';
import type { Attempt, Row } from './row.js';

/** Which writes are wanted. */
export interface Filter {
  /** By what is known before the outcome. */
  attempt(attempt: Attempt): boolean;
  row(row: Row): boolean;
  /** The name that is looked for. */
  readonly person: string | null;
}

/** The names of whoever made a write, or in whose name it was made. */
export const namesIn = ({ caller, subject = '', actAs }: Attempt): readonly string[] =>
  [caller, subject, actAs === undefined ? '' : String(actAs)].filter((name) => name !== '');

const outcomes = ['done', 'refused', 'unknown', 'open'];
const dayMs = 86_400_000;

const form = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/i;

/** Milliseconds since 1970; a day is its start, or with `end` the start of the next. */
function timeOf(option: string, text: string, end: boolean): number {
  const isDay = text.length === 10;
  // Without a zone it would be this machine's.
  const zoned = isDay || /(?:Z|[+-]\d\d:\d\d)$/i.test(text) ? text : `${text}Z`;
  const ms = form.test(text) ? Date.parse(zoned) : Number.NaN;
  // A day that does not exist becomes another one.
  const day = text.slice(0, 10);
  if (Number.isNaN(ms) || new Date(Date.parse(day)).toISOString().slice(0, 10) !== day)
    throw new UsageError(`--${option} must read 2026-11-28 or 2026-11-28T10:00Z (UTC without a zone).`);
  return isDay && end ? ms + dayMs : ms;
}

function entityOf(text: string): string {
  const found = entityNames.find((name) => name.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(
    `${repeatable(text, entityNames, 'What --entity names')} is not an entity.${didYouMean(text, entityNames)}`,
  );
}

const oneOf = (option: string, text: string, choices: readonly string[]): string => {
  if (choices.includes(text)) return text;
  throw new UsageError(`--${option} must be one of ${choices.join(', ')}.${didYouMean(text, choices)}`);
};

function numberOf(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} must be the id of a record.`);
}

/** Reads the options of `audit show`; what one of them cannot mean is an error. */
export function readFilter(values: ReadonlyMap<string, string>): Filter {
  const given = <T>(name: string, read: (text: string) => T): T | null => {
    const text = values.get(name);
    return text === undefined ? null : read(text);
  };
  const from = given('from', (text) => timeOf('from', text, false));
  const to = given('to', (text) => timeOf('to', text, true));
  if (from !== null && to !== null && from >= to)
    throw new UsageError('--from lies after --to: no write is between them.');
  const entity = given('entity', entityOf);
  const record = given('record', (text) => numberOf('record', text));
  const outcome = given('outcome', (text) => oneOf('outcome', text, outcomes));
  const person = given('person', (text) => text.toLowerCase());
  return {
    person: values.get('person') ?? null,
    attempt(attempt) {
      const time = Date.parse(attempt.time);
      if (from !== null && !(time >= from)) return false;
      if (to !== null && !(time < to)) return false;
      if (entity !== null && attempt.entity !== entity) return false;
      return person === null || namesIn(attempt).some((name) => name.toLowerCase() === person);
    },
    row: (row) => (record === null || row.record === record) && (outcome === null || row.outcome === outcome),
  };
}
