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

const records = 'must be a whole number from 1 to 500';
const mostRecords = z
  .union([z.number(), z.string().regex(/^\d+$/, { error: records }).transform(Number)], { error: records })
  .pipe(z.int({ error: records }).min(1, { error: records }).max(500, { error: records }));

/** Everything a policy can say: the keys of the policy file. */
export const policySettings = z.strictObject({
  /** Entities whose records may be read. */
  readEntities: list.optional(),
  /** Entities whose records may be created, changed or deleted; the next three narrow it further. */
  writeEntities: list.optional(),
  createEntities: list.optional(),
  updateEntities: list.optional(),
  deleteEntities: list.optional(),
  /** Tools that are not offered. */
  disabledTools: list.optional(),
  /** `Roles.hourlyRate`, or `hourlyRate` in every entity: never returned, accepted or filtered by. */
  maskFields: listOf(/[,\n]+/).optional(),
  maxWritesPerHour: writesPerHour.optional(),
  /** Records that one call may write. */
  maxRecordsPerCall: mostRecords.optional(),
  /** Whether notes and attachments that the customer sees may be written. */
  customerVisibleNotes: flag.optional(),
});

export type PolicySettings = z.infer<typeof policySettings>;

export const policyKeys = Object.keys(policySettings.shape);
