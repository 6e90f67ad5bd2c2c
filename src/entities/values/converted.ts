import type { Problem } from '../../errors.js';
import type { FieldMetadata } from '../metadata/entity-metadata.js';

/** What became of one value, or why it cannot be what the caller wrote. */
export type Converted =
  /** `as`: the record that a name was taken for, `Contoso Ltd (id 175)`. */
  | { readonly ok: true; readonly value: unknown; readonly record?: string; readonly interpretation?: string }
  | { readonly ok: false; readonly problem: Problem };

export const fail = (field: FieldMetadata, problem: string, allowed?: readonly string[]): Converted => ({
  ok: false,
  problem: allowed === undefined ? { field: field.name, problem } : { field: field.name, problem, allowed },
});

/** Whether the value is a whole number, as number or text. */
export const isNumeric = (value: unknown): boolean =>
  typeof value === 'number' || /^\s*-?\d+\s*$/.test(String(value));
