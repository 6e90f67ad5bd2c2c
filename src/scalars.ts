import * as z from 'zod';
import { didYouMean } from './names/nearest.js';

/**
 * The values of Autotask's data types, as the generated schemas and the filter check accept them.
 * Models and forms send numbers and booleans as text, so text that is exactly such a value is accepted
 * and converted; anything else is an error here, because Autotask answers a text given for a number
 * with no rows instead of an error.
 */

/** A field that must be given says so when it is missing, and what it must be when it is something else. */
const orRequired = (error: string) => (issue: { readonly input?: unknown }) =>
  issue.input === undefined ? 'is required' : error;

function wholeNumber(type: string, min: number, max: number) {
  const error = `must be a whole number (${type})`;
  const range = z
    .number({ error })
    .refine((value) => Number.isInteger(value), { error })
    .refine((value) => value >= min && value <= max, { error: `is outside the range of ${type}` });
  return z.union(
    [
      range,
      z
        .string()
        .regex(/^\s*-?\d{1,18}\s*$/)
        .transform(Number)
        .pipe(range),
    ],
    { error: orRequired(error) },
  );
}

const decimalError = 'must be a number';

export const integer = wholeNumber('integer', -2147483648, 2147483647);
export const short = wholeNumber('short', -32768, 32767);
/** Autotask's ids stay far below 2^53, so a number holds them exactly. */
export const long = wholeNumber('long', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
export const decimal = z.union(
  [
    z.number({ error: decimalError }),
    z
      .string()
      .regex(/^\s*-?(\d+(?:\.\d*)?|\.\d+)\s*$/)
      .transform(Number),
  ],
  { error: orRequired(decimalError) },
);
/** Some flags are numbers in Autotask (Contacts.isActive); those use `flag`, never this. */
export const boolean = z.union(
  [
    z.boolean(),
    z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] }),
    z.literal([0, 1]).transform((value) => value === 1),
  ],
  { error: orRequired('must be true or false') },
);

/** A yes or no that Autotask keeps as a number and refuses as true or false: 1 and 0 go out. */
export const flag = <Numbers extends z.ZodType<number>>(numbers: Numbers) =>
  z.union([numbers, boolean.transform(Number)], {
    error: orRequired('must be 1 for yes or 0 for no'),
  });

const dateForm = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;

/** A day exists: `Date` rolls 31 April over to 1 May, which would silently write another date. */
function isRealDate(value: string): boolean {
  if (!dateForm.test(value) || Number.isNaN(Date.parse(value.replace(' ', 'T')))) return false;
  const [year, month, day] = value.slice(0, 10).split('-').map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** ISO 8601 date or date and time; without a zone Autotask reads UTC. */
export const datetime = z
  .string({ error: orRequired('must be an ISO 8601 date or date and time') })
  .refine(isRealDate, {
    error: 'must be an ISO 8601 date or date and time, e.g. 2026-03-31 or 2026-03-31T14:00:00Z',
  });

export const bytes = z.string({ error: orRequired('must be base64 text') });

/** Text of at most `length` characters; null when the limit is unknown. */
export function text(length: number | null) {
  const unbounded = z.string({ error: orRequired('must be text') });
  return length === null
    ? unbounded
    : unbounded.max(length, { error: `is longer than ${length} characters` });
}

/** A field that only Autotask writes: naming it is an error, because Autotask would ignore it silently. */
export const readOnly = z.undefined({ error: 'is read-only: Autotask sets it' }).optional();

/** A field that can be given when the record is created and never afterwards. */
export const fixedAfterCreate = z
  .undefined({ error: 'cannot be changed after the record was created' })
  .optional();

export const userDefinedFields = z.array(
  z.strictObject({ name: z.string(), value: z.union([z.string(), z.null()]) }),
  { error: 'must be a list of { name, value }' },
);

/** An object that refuses unknown keys and names the fields that were probably meant. */
export function record<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const names = Object.keys(shape);
      return issue.keys.map((key) => `${key} is not a field.${didYouMean(key, names)}`).join(' ');
    },
  });
}
