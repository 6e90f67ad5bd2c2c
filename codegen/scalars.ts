import type { DataType } from '../src/model.js';

/**
 * The one place where an Autotask data type becomes TypeScript (by way of OpenAPI) and Zod.
 * `zod` names a value of src/scalars.ts; `read` is what a record from Autotask holds.
 */
export interface Scalar {
  readonly openapi: Readonly<Record<string, string>>;
  readonly zod: string;
  readonly read: string;
  /** Why the row is odd, where it is. */
  readonly why?: string;
}

export const scalars: Readonly<Record<DataType, Scalar>> = {
  integer: { openapi: { type: 'integer', format: 'int32' }, zod: 's.integer', read: 'z.number()' },
  long: {
    openapi: { type: 'integer', format: 'int64' },
    zod: 's.long',
    read: 'z.number()',
    why: 'A JavaScript number is exact up to 2^53 and Autotask ids are far below it; bigint would not survive JSON.',
  },
  short: {
    openapi: { type: 'integer', format: 'int32' },
    zod: 's.short',
    read: 'z.number()',
    why: 'OpenAPI has no int16. Seen on Companies.companyType and ServiceCalls.isComplete only.',
  },
  decimal: {
    openapi: { type: 'number', format: 'double' },
    zod: 's.decimal',
    read: 'z.number()',
    why: 'Autotask sends decimals as JSON numbers, so more precision than a double cannot arrive.',
  },
  double: { openapi: { type: 'number', format: 'double' }, zod: 's.decimal', read: 'z.number()' },
  string: { openapi: { type: 'string' }, zod: 's.text', read: 'z.string()' },
  datetime: {
    openapi: { type: 'string', format: 'date-time' },
    zod: 's.datetime',
    read: 'z.string()',
    why: 'Kept as text: date-only fields carry midnight without a zone, and a Date would move them by a day.',
  },
  boolean: { openapi: { type: 'boolean' }, zod: 's.boolean', read: 'z.boolean()' },
  'byte[]': {
    openapi: { type: 'string', format: 'byte' },
    zod: 's.bytes',
    read: 'z.string()',
    why: 'Base64 text on the wire, although the swagger declares an array of numbers.',
  },
};
