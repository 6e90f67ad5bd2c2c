import * as z from 'zod';

/** In the environment a list is one text, in the file a list. */
const listOf = (separators: RegExp) =>
  z
    .union([z.string(), z.array(z.string())], { error: 'must be a list of names' })
    .transform((given) =>
      (typeof given === 'string' ? given.split(separators) : given)
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    )
    .refine((items) => items.length > 0, { error: 'must name something; !* allows nothing' });
const list = listOf(/[\s,]+/);

/** Ids may be numbers in the file; names may hold spaces. */
const companies = z
  .union([z.string(), z.array(z.union([z.string(), z.number().transform(String)]))], {
    error: 'must be a list of companies',
  })
  .pipe(listOf(/[,\n]+/));

const flag = z.union(
  [z.boolean(), z.stringbool({ truthy: ['true', '1', 'yes', 'on'], falsy: ['false', '0', 'no', 'off'] })],
  { error: 'must be true or false' },
);

const writesProblem = 'must be a whole number from 0 to 1000000';
const writesPerHour = z
  .union([z.number(), z.string().regex(/^\d+$/, { error: writesProblem }).transform(Number)], {
    error: writesProblem,
  })
  .pipe(
    z.int({ error: writesProblem }).min(0, { error: writesProblem }).max(1_000_000, { error: writesProblem }),
  );

const records =
  'must be a whole number from 1 to 500, or one for each of create, update and delete: 100,delete=10';
const number = z.int({ error: records }).min(1, { error: records }).max(500, { error: records });
const perAction = z.strictObject(
  { create: number.optional(), update: number.optional(), delete: number.optional() },
  { error: records },
);

/** `100,delete=10`: a number for all, and others for some. */
function recordsIn(text: string): unknown {
  const given: Record<string, number> = {};
  for (const part of text.split(',')) {
    const [, name, digits] = /^\s*(?:(create|update|delete)\s*=\s*)?(\d{1,6})\s*$/.exec(part) ?? [];
    if (digits === undefined || Object.hasOwn(given, name ?? 'all')) return undefined;
    given[name ?? 'all'] = Number(digits);
  }
  const { all, ...own } = given;
  return all === undefined ? own : { create: all, update: all, delete: all, ...own };
}

const mostRecords = z
  .union([z.number(), z.string(), perAction], { error: records })
  .transform((given) => {
    if (typeof given === 'object') return given;
    return recordsIn(String(given));
  })
  .pipe(perAction);

/** Everything a policy can say: the keys of the policy file. */
export const policySettings = z.strictObject({
  /** Entities whose records may be read. */
  readEntities: list.optional(),
  /** Entities whose records may be created, changed or deleted; the next three narrow it further. */
  writeEntities: list.optional(),
  createEntities: list.optional(),
  updateEntities: list.optional(),
  deleteEntities: list.optional(),
  /** `175`, `Contoso*`, `type:Customer`, `classification:…`: companies whose records may be read … */
  readCompanies: companies.optional(),
  /** … and those of them whose records may be written. */
  writeCompanies: companies.optional(),
  /** Tools that are not offered. */
  disabledTools: list.optional(),
  /** `Roles.hourlyRate`, or `hourlyRate` in every entity: never returned, accepted or filtered by. */
  maskFields: listOf(/[,\n]+/).optional(),
  maxWritesPerHour: writesPerHour.optional(),
  /** Records that one call may create, update or delete. */
  maxRecordsPerCall: mostRecords.optional(),
  /** Whether notes and attachments that the customer sees may be written. */
  customerVisibleNotes: flag.optional(),
});

export type PolicySettings = z.infer<typeof policySettings>;

export const policyKeys = Object.keys(policySettings.shape);
