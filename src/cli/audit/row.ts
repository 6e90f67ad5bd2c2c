import * as z from 'zod';

export const attemptShape = z.looseObject({
  time: z.string(),
  event: z.literal('attempt'),
  attempt: z.string(),
  entity: z.string(),
  action: z.string(),
  id: z.number().nullable(),
  caller: z.string().default(''),
  actAs: z.number().optional(),
  subject: z.string().optional(),
  replica: z.string().optional(),
  tenant: z.string().optional(),
  called: z.string().default(''),
});

export const outcomeShape = z.looseObject({
  time: z.string(),
  event: z.literal('outcome'),
  attempt: z.string(),
  outcome: z.enum(['done', 'refused', 'unknown']),
  id: z.number().optional(),
  error: z.string().optional(),
});

export type Attempt = z.infer<typeof attemptShape>;
export type End = z.infer<typeof outcomeShape>;

/** One write: what was attempted, and how it ended; `open` where no line says so. */
export interface Row {
  readonly attempt: Attempt;
  readonly outcome: End['outcome'] | 'open';
  /** The record, also one that the write made. */
  readonly record: number | null;
  readonly endedAt: string | null;
  readonly error: string | null;
}
