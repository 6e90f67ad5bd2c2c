import * as z from 'zod';
import { implied } from '../../entities/filter/operator-synonyms.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { textPattern } from '../../entities/values/text-patterns.js';
import { oneLine } from '../../text.js';
import type { Arguments, ReadTool, ToolContext } from './define-tool.js';
import { defineReadTool } from './define-tool.js';
import { mostWords, readSearch, type SearchCondition, searchProblem } from './search-text.js';
import * as inputs from './shared-inputs.js';

/** Code of the status Complete, the same in every tenant for tickets, tasks and projects. */
export const completeStatus = 5;

/** A part of any of the fields; of a list, any of its texts. */
export const containedIn = (fields: readonly string[], value: unknown): SearchCondition => ({
  op: 'or',
  items: (Array.isArray(value) ? value : [value]).flatMap((one: unknown) =>
    fields.map((field) => ({ op: implied.contains, field, value: one })),
  ),
});

/**
 * Alternatives without those in fields that the policy hides: the others are still looked through. Where all are
 * hidden the condition stays, to be refused.
 */
function withoutMasked(filter: readonly SearchCondition[], isMasked: (field: string) => boolean) {
  const hidden = new Set<string>();
  const kept = filter.map((condition): SearchCondition => {
    if (condition.op !== 'or' || condition.items === undefined) return condition;
    const open = condition.items.filter(({ field }) => field === undefined || !isMasked(field));
    if (open.length === 0) return condition;
    for (const { field } of condition.items) if (field !== undefined && isMasked(field)) hidden.add(field);
    return { ...condition, items: open };
  });
  const notes =
    hidden.size === 0
      ? []
      : [`not looked at, hidden by the policy of this server: ${[...hidden].join(', ')}`];
  return { filter: kept, notes };
}

const listInputs = {
  ...inputs.listInputs,
  includeFields: inputs.fieldNames,
  ...inputs.formatInput,
};

const listArguments = z.object({
  maxRecords: z.number().optional(),
  afterId: z.number().optional(),
  orderBy: z.unknown().optional(),
  cursor: z.string().optional(),
  withIds: z.boolean().optional(),
  includeFields: z.array(z.string()).optional(),
});

/** Words for `search` that name one field, where it looks in several. */
const namesField = /^(?:subject|title|name)$/i;

interface SearchDeclaration<FieldName extends string, Extra extends z.ZodRawShape> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly entity: string;
  /** Fields that the argument `search` looks through. */
  readonly text: readonly FieldName[];
  /** Fields that it looks through besides for a word that is a web address, a text that is a telephone number. */
  readonly web?: readonly FieldName[];
  readonly phones?: readonly FieldName[];
  /** Arguments that are fields of the entity: equal, one of a list, or within a range of time. */
  readonly fields: Readonly<Partial<Record<FieldName, z.ZodType>>>;
  /** Arguments of another meaning, with the conditions they stand for. */
  readonly extra: Extra;
  conditions(args: Arguments<Extra>, context: ToolContext): SearchCondition[];
}

/** A list with the filters that people ask for by name: one query, checked as query-entity checks it. */
export function defineSearch<FieldName extends string, Extra extends z.ZodRawShape>(
  tool: SearchDeclaration<FieldName, Extra>,
): ReadTool {
  const { entity, text, web = [], phones = [], fields, extra, conditions, ...declaration } = tool;
  const looks = { text, web, phones };
  const names = [...Object.keys(fields), ...Object.keys(extra)];
  const words = z
    .string()
    .refine((given) => given.trim() !== '', { error: 'is empty: leave it out' })
    .refine((given) => textPattern(given)?.parts.length !== 0, {
      error: 'fits everything: leave it out, or name words',
    })
    .refine((given) => given.trim().split(/\s+/).length <= mostWords, {
      error: `has more than ${mostWords} words`,
    })
    .superRefine((given, context) => {
      const problem = searchProblem(given, looks, names);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    });
  const search = words.optional().describe(`Words in ${text.join(', ')}`);
  const extras = z.object(extra);
  const fieldNames = Object.keys(fields);
  return defineReadTool({
    ...declaration,
    input: { search, ...fields, ...extra, ...listInputs },
    openWorld: true,
    absent: (name) =>
      // Another spelling of an argument of this tool is answered by that one.
      /^[a-z]\w*$/i.test(name) && !names.some((own) => own.toLowerCase() === name.toLowerCase())
        ? `query-entity takes every field, or says where it stands: {"entity":"${entity}","query":{"${name}":…}}`
        : undefined,
    run: async (args, context) => {
      const given: Record<string, unknown> = { ...args };
      const filter: SearchCondition[] = fieldNames.flatMap((field): SearchCondition[] => {
        const value = given[field];
        if (value === undefined) return [];
        if (!Array.isArray(value)) return [{ op: implied.eq, field, value }];
        const [only, ...others] = value;
        return [
          others.length === 0 ? { op: implied.eq, field, value: only } : { op: implied.in, field, value },
        ];
      });
      const search = typeof given.search === 'string' ? readSearch(given.search, looks) : undefined;
      filter.push(...(search?.conditions ?? []));
      filter.push(...conditions(extras.parse(given), context));
      const seen = withoutMasked(filter, (field) => context.entities.policy.masks(findEntity(entity), field));
      const list = listArguments.parse(given);
      const { reads } = context.entities.tenant();
      const told = (context.renamed ?? []).flatMap(({ given: word, name }) =>
        name === 'search' && namesField.test(word)
          ? [`${oneLine(word)} is search, which looks in ${text.join(', ')}`]
          : [],
      );
      const meaning = [...told, ...(search?.meaning === undefined ? [] : [`search: ${search.meaning}`])];
      const remarks = { notes: seen.notes, understood: meaning };
      const listQuery = { entity, query: { filter: seen.filter }, newestFirst: true, ...remarks, ...list };
      return { kind: 'list', list: await reads.query(listQuery, context) };
    },
  });
}
