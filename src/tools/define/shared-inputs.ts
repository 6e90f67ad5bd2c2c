import * as z from 'zod';
import { readJson, writeBounds } from '../../limits/argument-bounds.js';
import { isTimeZone, timeZoneProblem } from '../../time-zone.js';

/**
 * Arguments that several tools share. Numbers, flags and objects may come as text, because models and
 * forms send them so; the schema that is advertised shows the plain type only.
 */

/** What `tools/list` shows for a schema that accepts more than one spelling. */
export const advertisedSchemas = z.registry<{ readonly schema: Readonly<Record<string, unknown>> }>();

function lenient<T extends z.ZodType>(schema: T, shown: Record<string, unknown>): T {
  advertisedSchemas.add(schema, { schema: shown });
  return schema;
}

const between = (min: number, max: number, error: string) =>
  z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\s*\d{1,15}\s*$/)
          .transform(Number),
      ],
      { error },
    )
    .pipe(z.int({ error }).min(min, { error }).max(max, { error }));

const toId = lenient(
  between(
    0,
    Number.MAX_SAFE_INTEGER,
    'must be a whole number, the id of a record: query-entity finds it by number or name',
  ),
  {
    type: 'integer',
  },
);

/** A whole number in a range. */
export const wholeNumber = (min: number, max: number) =>
  lenient(between(min, max, `must be a whole number from ${min} to ${max}`), { type: 'integer' });

export const id = toId;
export const parentEntity = z.string().optional().describe('Parent collection, e.g. Tickets');
export const parentId = toId.optional();
export const entity = lenient(z.string().min(1, { error: 'is empty' }), { type: 'string' }).describe(
  'Entity name, e.g. Tickets',
);

export const flag = () =>
  lenient(
    z.union([z.boolean(), z.stringbool({ truthy: ['true', '1'], falsy: ['false', '0'] })], {
      error: 'must be true or false',
    }),
    { type: 'boolean' },
  );

/** Arguments of every list. query-entity describes them; describing them again would cost each client tokens. */
export const listInputs = {
  maxRecords: wholeNumber(1, 5000).optional(),
  afterId: toId.optional(),
  orderBy: lenient(
    z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())], {
      error: 'must be a field and its direction, e.g. "createDate desc"',
    }),
    { type: 'string' },
  ).optional(),
  cursor: lenient(z.string().trim().min(1, { error: 'is empty: leave it out' }), {
    type: 'string',
  }).optional(),
  withIds: flag().optional(),
};

/** Names that hold something; clients in strict mode fill a list that they do not need with empty ones. */
const someNames = z
  .array(z.union([z.string(), z.null()]))
  .transform((names) => names.filter((name) => name !== null).filter((name) => name.trim() !== ''));

const nameList = lenient(
  z.union(
    [
      someNames,
      z.string().transform((text, context) => {
        if (!text.trim().startsWith('['))
          return text
            .split(',')
            .map((name) => name.trim())
            .filter((name) => name !== '');
        try {
          return someNames.parse(readJson(text));
        } catch {
          context.addIssue({ code: 'custom', message: 'must be a list of field names' });
          return z.NEVER;
        }
      }),
    ],
    { error: 'must be a list of field names' },
  ),
  { type: 'array', items: { type: 'string' } },
);

export const fieldNames = nameList.optional();

/** A list of short expressions; the entity layer reads objects and one text with commas too. */
export const terms = lenient(
  z.union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())], {
    error: 'must be a list of texts',
  }),
  { type: 'array', items: { type: 'string' } },
).optional();

/**
 * An object of any fields. Gemini refuses an object without properties and OpenAI's strict mode lets only those be sent
 * that are declared, so it is announced as its JSON text; an object is taken as well.
 */
const anyObject = { type: 'string' };

/** Autotask's query body or its short form; the entity layer reads both from text too. */
export const query = lenient(
  z.union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())], {
    error: 'must be an object or its JSON text',
  }),
  anyObject,
);

const object = z.record(z.string(), z.unknown(), { error: 'must be an object of fields' });

export const data = lenient(
  z
    .union([object, z.string()], { error: 'must be an object of fields' })
    .transform((given, context): Record<string, unknown> => {
      if (typeof given !== 'string') return given;
      try {
        return object.parse(readJson(given, writeBounds));
      } catch (error) {
        const why = error instanceof SyntaxError ? ` (${error.message})` : '';
        context.addIssue({ code: 'custom', message: `must be an object of fields or its JSON text${why}` });
        return z.NEVER;
      }
    }),
  anyObject,
);

/** Arguments about the form of an answer; the dispatcher reads them for every tool that has them. */
export const formatInput = {
  timeZone: z.string().refine(isTimeZone, { error: timeZoneProblem }).optional(),
  format: z.enum(['text', 'json']).optional(),
};

/** Nobody can tell whether an empty list means none of all records or every one. */
const emptyList = 'is an empty list: leave it out, or name values';

const given = [
  z
    .string()
    .trim()
    .min(1, { error: 'is empty: leave it out' })
    .refine((text) => !/^\[\s*\]$/.test(text), { error: emptyList }),
  z.number(),
  z.boolean(),
] as const;

/** A list that a client could only send as text. */
const listText = z
  .string()
  .regex(/^\s*\[/)
  .transform((text, context) => {
    try {
      return z.array(z.union(given)).min(1).parse(readJson(text));
    } catch {
      context.addIssue({ code: 'custom', message: 'is no list' });
      return z.NEVER;
    }
  });

const hasNothing = (input: unknown) =>
  Array.isArray(input) &&
  input.some((item) => item === null || (typeof item === 'string' && item.trim() === ''));
const nothingInList =
  'is a list that holds nothing in one place: name values only, or leave it out; query-entity takes null in a list for empty fields: {"status":["New",null]}';

const noCondition =
  'must be a value or a list of values; a range is "2026-11-01..2026-11-30" with either end left out, and query-entity takes comparisons: {"status":{"noteq":"Complete"}}';

/** A condition on one field: a value, a name or label, or a list of them. */
const condition = (shown: Record<string, unknown>) =>
  lenient(
    z.union([listText, ...given, z.array(z.union(given)).min(1, { error: emptyList })], {
      error: ({ input }) => (hasNothing(input) ? nothingInList : noCondition),
    }),
    shown,
  );

/** A value to store. Empty text and null empty the field; the entity layer checks everything else. */
const stored = (shown: Record<string, unknown>) =>
  lenient(
    z.union([z.string(), z.number(), z.boolean(), z.null()], { error: 'must be a single value' }),
    shown,
  );

/** By what a caller sees: a reference or picklist takes an id or code as well as its name. */
export const find = {
  // A list in the schema, because strict clients can send nothing else then; a single value is taken too.
  name: () => condition({ type: 'array', items: { type: 'string' } }).optional(),
  text: () => condition({ type: 'array', items: { type: 'string' } }).optional(),
  // One range is what people ask for; a list of days is taken too.
  range: () => condition({ type: 'string' }).optional(),
};

export const set = {
  name: () => stored({ type: 'string' }).optional(),
  text: () => stored({ type: 'string' }).optional(),
  date: () => stored({ type: 'string' }).optional(),
  number: () => stored({ type: 'number' }).optional(),
  flag: () => stored({ type: 'boolean' }).optional(),
};

/** Fields of a record, or the one value that is usually enough. */
export const valueOrFields = lenient(
  z.union([z.string(), z.number(), z.record(z.string(), z.unknown())], {
    error: 'must be a value or an object of fields',
  }),
  anyObject,
).optional();

/** Any other fields of the entity, user-defined ones included. */
export const fields = data.optional().describe('JSON object of any other fields, user-defined ones too');

const notNamed = 'must be an id, a number or a name';
const recordName = z.union(
  [z.string().trim().min(1, { error: 'is empty' }), z.int().min(0, { error: notNamed })],
  {
    error: notNamed,
  },
);

/** A list, also as its JSON text; `bare` says what else a text may mean. */
const someOf = <T extends z.ZodType>(
  one: T,
  problem: string,
  shown: Record<string, unknown>,
  bare: (text: string) => unknown = () => undefined,
) => {
  const list = z.array(one, { error: problem }).min(1, { error: 'is empty' });
  const read = (text: string): unknown =>
    readJson(text.trim().startsWith('[') ? text : `[${text}]`, writeBounds);
  return lenient(
    z.unknown().transform((given, context): z.output<T>[] => {
      const refuse = (message: string, path: PropertyKey[] = []) => {
        context.addIssue({ code: 'custom', message, path });
        return z.NEVER;
      };
      let value = given;
      try {
        if (typeof given === 'string') value = read(given);
      } catch (error) {
        const meant = list.safeParse(bare(String(given)));
        if (meant.success) return meant.data;
        return refuse(error instanceof SyntaxError ? `${problem} (${error.message})` : problem);
      }
      const parsed = list.safeParse(value);
      if (parsed.success) return parsed.data;
      if (hasNothing(value)) return refuse(`${problem}; one of them is empty`);
      const [first] = parsed.error.issues;
      return refuse(first?.message ?? problem, first?.path);
    }),
    shown,
  );
};

/** Ids, numbers or names of records. */
export const recordNames = someOf(
  recordName,
  'must be a list of ids, numbers or names',
  {
    type: 'array',
    items: { type: 'string' },
  },
  (text) => (/[[\]{}]/.test(text) ? undefined : text.split(',')),
);
export const recordIds = recordNames.optional();

/** Records, each with its own fields; announced as JSON text like any object. */
export const items = someOf(object, 'must be a list of objects', anyObject).optional();

/** The id of a record, or what it is called. */
export const idOrName = lenient(
  z.union([z.string().trim().min(1, { error: 'is empty' }), z.int().min(0, { error: notNamed })], {
    error: notNamed,
  }),
  {
    type: 'string',
  },
);
