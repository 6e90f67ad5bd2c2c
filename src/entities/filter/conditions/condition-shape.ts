import * as z from 'zod';
import type { Problem } from '../../../errors.js';
import { didYouMean } from '../../../names/nearest.js';
import { operators } from '../../../operators.js';

/** What a condition of a filter looks like, before its parts are checked. */
export const conditionShape = z.strictObject({
  op: z.string(),
  field: z.string().optional(),
  value: z.unknown().optional(),
  items: z.array(z.unknown()).optional(),
  udf: z.unknown().optional(),
});

/** What is wrong with a value that is no condition. */
export function shapeProblem(error: z.ZodError): Omit<Problem, 'field'> {
  const stray = error.issues.find((issue) => issue.code === 'unrecognized_keys');
  const keys = Object.keys(conditionShape.shape);
  const [key = ''] = stray?.code === 'unrecognized_keys' ? stray.keys : [];
  if (stray === undefined) return { problem: 'must be a condition { op, field, value }', allowed: operators };
  return {
    problem: `${JSON.stringify(key)} is no part of a condition.${didYouMean(key, keys)}`,
    allowed: keys,
  };
}
