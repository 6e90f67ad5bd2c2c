import * as z from 'zod';

const coded = z.object({ code: z.string() });

/** Whether the system refused something for one of these reasons (`ENOENT`). */
export const isCode = (error: unknown, ...codes: readonly string[]): boolean =>
  codes.includes(coded.safeParse(error).data?.code ?? '');
