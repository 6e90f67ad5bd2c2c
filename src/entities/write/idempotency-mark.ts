import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Row } from '../../client/types.js';

/** Fields that receive a mark when a record is created, by entity: an external id or a user-defined field. */
export type MarkFields = ReadonlyMap<string, string>;

/** The mark of one attempt to create a record: no other has it, also none with the same data. */
export const newMark = (): string => `mcp-${randomBytes(10).toString('hex')}`;

/** Whether a field is the one that gets the mark; people write its name in any case. */
export const isMark = (mark: string | null, field: string): boolean =>
  mark !== null && field.toLowerCase() === mark.toLowerCase();

const udfs = z.array(z.looseObject({ name: z.string() }));

/** What is written without the mark, which is another one at each attempt. */
export function withoutMark(body: Row | null, mark: string | null): Row | null {
  if (body === null || mark === null) return body;
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]) => {
      if (isMark(mark, name)) return [];
      const list = name === 'userDefinedFields' ? udfs.safeParse(value) : undefined;
      return [[name, list?.data?.filter((field) => !isMark(mark, field.name)) ?? value]];
    }),
  );
}
