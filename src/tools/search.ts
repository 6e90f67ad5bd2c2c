import * as z from 'zod';
import type { Arguments, ReadTool, ToolContext } from './define.js';
import { defineReadTool } from './define.js';
import * as inputs from './inputs.js';

/** A condition as a caller of query-entity would write it; checked and converted like any other. */
export interface Condition {
  readonly op: string;
  readonly field?: string;
  readonly value?: unknown;
  readonly items?: readonly Condition[];
}

/** Code of the status Complete, the same in every tenant for tickets, tasks and projects. */
export const complete = 5;

export const any = (...items: Condition[]): Condition => ({ op: 'or', items });
export const contains = (field: string, value: unknown): Condition => ({ op: 'contains', field, value });

/** More words than a person types; each costs Autotask several conditions. */
const mostWords = 20;

/** Every word must occur in one of the fields. */
export function words(text: string, fields: readonly string[]): Condition[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => any(...fields.map((field) => contains(field, word))));
}

const listInputs = {
  ...inputs.listing,
  includeFields: inputs.fieldNames,
  ...inputs.form,
};

const listed = z.object({
  maxRecords: z.number().optional(),
  afterId: z.number().optional(),
  orderBy: z.unknown().optional(),
  cursor: z.string().optional(),
  withIds: z.boolean().optional(),
  includeFields: z.array(z.string()).optional(),
});

interface SearchDeclaration<FieldName extends string, Extra extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly entity: string;
  /** Fields that the argument `search` looks through. */
  readonly text: readonly FieldName[];
  /** Arguments that are fields of the entity: equal, one of a list, or within a range of time. */
  readonly fields: Readonly<Partial<Record<FieldName, z.ZodType>>>;
  /** Arguments of another meaning, with the conditions they stand for. */
  readonly extra: Extra;
  conditions(args: Arguments<Extra>, context: ToolContext): Condition[];
}

/** A list with the filters that people ask for by name: one query, checked as query-entity checks it. */
export function defineSearch<FieldName extends string, Extra extends z.ZodRawShape>(
  tool: SearchDeclaration<FieldName, Extra>,
): ReadTool {
  const { entity, text, fields, extra, conditions, ...declaration } = tool;
  const search = z
    .string()
    .refine((given) => given.trim() !== '', { error: 'is empty: leave it out' })
    .refine((given) => given.trim().split(/\s+/).length <= mostWords, {
      error: `has more than ${mostWords} words`,
    })
    .optional()
    .describe(`Words in ${text.join(', ')}`);
  const extras = z.object(extra);
  const fieldNames = Object.keys(fields);
  return defineReadTool({
    ...declaration,
    input: { search, ...fields, ...extra, ...listInputs },
    openWorld: true,
    run: async (args, context) => {
      const given: Record<string, unknown> = { ...args };
      const filter: Condition[] = fieldNames.flatMap((field): Condition[] => {
        const value = given[field];
        if (value === undefined) return [];
        if (!Array.isArray(value)) return [{ op: 'eq', field, value }];
        const [only, ...others] = value;
        return [others.length === 0 ? { op: 'eq', field, value: only } : { op: 'in', field, value }];
      });
      if (typeof given.search === 'string') filter.push(...words(given.search, text));
      filter.push(...conditions(extras.parse(given), context));
      const list = listed.parse(given);
      const { reads } = context.entities.tenant();
      const asked = { entity, query: { filter }, newestFirst: true, ...list };
      return { kind: 'list', list: await reads.query(asked, context) };
    },
  });
}
