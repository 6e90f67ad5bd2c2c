import * as z from 'zod';
import { type CompanyScope, operations } from '../src/model.js';

/** The project's own format of a snapshot file. `null` means that no source told. */

const flag = z.boolean().nullable();
const operation = z.enum(operations);

export const picklistValue = z.strictObject({ value: z.string(), label: z.string() });

export const dataType = z.enum([
  'integer',
  'long',
  'short',
  'decimal',
  'double',
  'string',
  'datetime',
  'boolean',
  'byte[]',
]);

export const fieldFile = z.strictObject({
  name: z.string().min(1),
  dataType,
  length: z.number().int().positive().nullable(),
  isRequired: flag,
  isReadOnly: flag,
  isQueryable: flag,
  isReference: flag,
  referenceEntityType: z.string().nullable(),
  isPickList: flag,
  picklistValues: z.array(picklistValue).nullable(),
});

export const parentFile = z.strictObject({
  entity: z.string(),
  collection: z.string(),
  path: z.string().regex(/^\w+\/\{parentId\}\/\w+$/),
  parentField: z.string().nullable(),
  operations: z.array(operation),
  httpMethods: z.partialRecord(operation, z.string()).optional(),
});

export const entityFile = z.strictObject({
  name: z.string().regex(/^[A-Z]\w+$/),
  singular: z.string().regex(/^[A-Z]\w+$/),
  path: z.string().nullable(),
  parents: z.array(parentFile),
  operations: z.record(operation, flag),
  createVia: z.enum(['root', 'child', 'both', 'none']),
  userDefinedFields: z.boolean(),
  fields: z.array(fieldFile),
});

export type FieldFile = z.infer<typeof fieldFile>;
export type ParentFile = z.infer<typeof parentFile>;
export type EntityFile = z.infer<typeof entityFile>;

/** What a correction may say of a field. */
const fieldChange = fieldFile.omit({ name: true }).partial().shape;
/** What it may say of an entity as a whole. */
const entityChange = {
  operations: z.partialRecord(operation, flag).optional(),
  /** Per parent entity, the field that carries its id. */
  parentFields: z.record(z.string(), z.string()).optional(),
  nameFields: z.array(z.string()).optional(),
  summaryFields: z.array(z.string()).optional(),
  queryBy: z.array(z.string()).optional(),
  naturalDate: z.string().nullable().optional(),
  deadlines: z.array(z.string()).optional(),
  /** By field, the entity through which its records lead to their company. */
  companyScope: z.union([z.enum(['shared', 'denied']), z.record(z.string(), z.string())]).optional(),
};
const whyError = 'is required: a reason of at least 10 characters that others can check';

/** A hand correction. `why` is not optional: a correction that nobody can explain is a guess. */
export const overridesFile = z.array(
  z
    .strictObject({
      entity: z.string({ error: 'is required: the name of an entity' }),
      field: z.string().optional(),
      change: z
        .strictObject({ ...fieldChange, ...entityChange }, { error: 'is required: an object' })
        .refine((change) => Object.keys(change).length > 0, 'changes nothing'),
      why: z.string({ error: whyError }).min(10, { error: whyError }),
    })
    .superRefine(({ field, change }, context) => {
      const misplaced = Object.keys(change).filter(
        (key) => key in (field === undefined ? fieldChange : entityChange),
      );
      for (const key of misplaced) {
        const message =
          field === undefined
            ? 'is said of a field: name it in "field"'
            : 'is said of the entity: leave "field" out';
        context.addIssue({ code: 'custom', path: ['change', key], message });
      }
    }),
);

const correctionKeys = ['entity', 'field', 'change', 'why'];

/** The keys of overrides.json at a place within it. */
export const overrideKeys = (path: readonly PropertyKey[]): readonly string[] =>
  path.length === 1
    ? correctionKeys
    : path.at(-1) === 'change'
      ? Object.keys({ ...fieldChange, ...entityChange })
      : [];

export type Override = z.infer<typeof overridesFile>[number];

/** Where the facts came from: per entity, the sources and the fields that each combination of them knows. */
export const provenanceFile = z.strictObject({
  note: z.string(),
  sources: z.record(
    z.string(),
    z.strictObject({
      what: z.string(),
      usedFor: z.string(),
      /** What a source of this kind no longer lists is gone. Absent for sources that never listed all. */
      kind: z.enum(['swagger', 'live']).optional(),
    }),
  ),
  entities: z.record(
    z.string(),
    z.strictObject({ sources: z.array(z.string()), fields: z.record(z.string(), z.array(z.string())) }),
  ),
});

export type Provenance = z.infer<typeof provenanceFile>;

/** The whole of schema/, corrected: what every emitter works from. */
export interface Model {
  readonly entities: readonly ModelEntity[];
  readonly provenance: Provenance;
}

export interface ModelEntity extends EntityFile {
  readonly nameFields: readonly string[];
  readonly summaryFields: readonly string[];
  readonly queryBy: readonly string[];
  readonly naturalDate: string | null;
  readonly deadlines: readonly string[];
  readonly companyScope: CompanyScope;
}
