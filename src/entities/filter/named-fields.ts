import * as z from 'zod';
import { AutotaskError } from '../../errors.js';

const node = z.looseObject({
  field: z.string().optional(),
  items: z.array(z.unknown()).optional(),
  udf: z.unknown().optional(),
});

/** Fields that conditions compare, whatever their spelling; undefined where that cannot be told in advance. */
export function namedFields(conditions: readonly unknown[]): readonly string[] | undefined {
  const names: string[] = [];
  for (const condition of conditions) {
    const { data } = node.safeParse(condition);
    if (data === undefined || data.udf !== undefined) return undefined;
    const below = data.items === undefined ? [] : namedFields(data.items);
    if (below === undefined || (data.items === undefined && data.field === undefined)) return undefined;
    names.push(...below, ...(data.field === undefined ? [] : [data.field]));
  }
  return names;
}

/** Whether Autotask may have refused a field that the snapshot knows and this tenant does not. */
export const isUnknownFieldRefusal = (error: unknown): boolean =>
  error instanceof AutotaskError && error.kind === 'invalid' && error.upstream.length > 0;
