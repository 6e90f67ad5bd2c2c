import * as z from 'zod';
import { implied } from '../../entities/filter/operator-synonyms.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { comparisonIn } from '../../entities/values/comparisons/comparison-signs.js';
import { isPhone } from '../../entities/values/phones.js';
import {
  addressIn,
  autotaskNumberIn,
  hostIn,
  isUrl,
  nameBesideAddress,
  textPattern,
} from '../../entities/values/text-patterns.js';
import type { Arguments, ReadTool, ToolContext } from './define-tool.js';
import { defineReadTool } from './define-tool.js';
import * as inputs from './shared-inputs.js';

/** A condition as a caller of query-entity would write it; checked and converted like any other. */
export interface SearchCondition {
  readonly op: string;
  readonly field?: string;
  readonly value?: unknown;
  readonly items?: readonly SearchCondition[];
}

/** Code of the status Complete, the same in every tenant for tickets, tasks and projects. */
export const completeStatus = 5;

const any = (...items: SearchCondition[]): SearchCondition => ({ op: 'or', items });
const contains = (field: string, value: unknown): SearchCondition => ({ op: 'contains', field, value });

/** A part of any of the fields; of a list, any of its texts. */
export const containedIn = (fields: readonly string[], value: unknown): SearchCondition =>
  any(
    ...(Array.isArray(value) ? value : [value]).flatMap((one) =>
      fields.map((field) => ({ op: implied.contains, field, value: one })),
    ),
  );

/** More words than a person types; each costs Autotask several conditions. */
const mostWords = 20;

/** Where the argument `search` looks. */
interface SearchFields {
  readonly text: readonly string[];
  /** Fields that hold addresses of the web, for a word that is one. */
  readonly web?: readonly string[];
  /** Fields that hold telephone numbers, for a text that is one. */
  readonly phones?: readonly string[];
}

/** A word as people paste it: `<jane@x.example>`, `"Nord"`, `Abbott,`. Wildcards, `#` and a bracket's end stay. */
function withoutPunctuation(word: string): string {
  const bare = word.replace(/^(?:(?![#*%])[\p{P}\p{S}])*(?=[#*%\p{L}\p{N}])|[^\p{L}\p{N}*%)]+$/gu, '');
  return bare.includes('(') ? bare : bare.replace(/[^\p{L}\p{N}*%]+$/u, '');
}

/** Whether a word takes the next one, or itself, out of what is searched: `not`, `-laser`, `!laser`, `≠ laser`. */
function leavesOut(words: readonly string[], at: number): boolean {
  const word = words[at] ?? '';
  if (/^not$/i.test(word)) {
    const isMeant = at === 0 || word === 'NOT' || /^(?:and|but)$/i.test(words[at - 1] ?? '');
    return isMeant && at < words.length - 1;
  }
  const found = comparisonIn(at === 0 ? words.join(' ') : word);
  if (found?.op !== 'noteq') return false;
  return found.by === 'sign' || (found.by === 'not' && /^not\W/i.test(word));
}

/**
 * Why a text is no list of words to find: it leaves something out or offers a choice, and looking for the words as
 * they stand would find what was not wanted. In quotation marks it is words.
 */
export function searchProblem(given: string, field: string): string | undefined {
  if (/^\s*["“„«]/.test(given)) return undefined;
  const words = given.trim().split(/\s+/);
  const left = words.findIndex((_, at) => leavesOut(words, at));
  if (left >= 0) {
    const rest = words.slice(left).join(' ');
    const bare = comparisonIn(rest)?.values[0].split(/\s/)[0] ?? rest;
    return `${JSON.stringify(words[left])} leaves something out, which a search for words cannot, nor can Autotask by a part of a text: find what has ${JSON.stringify(bare)} and exclude it by id, query-entity {"id":{"notIn":[…]}}, or whole texts, ${JSON.stringify({ [field]: { noteq: bare } })}; ${JSON.stringify({ [field]: { contains: rest } })} there, or quotation marks here, find the text as it stands`;
  }
  const choice = words.findIndex(
    (word, at) => at > 0 && at < words.length - 1 && /^(?:OR|\|{1,2})$/.test(word),
  );
  if (choice < 0) return undefined;
  const sides = [words.slice(0, choice), words.slice(choice + 1)].map((side) => ({
    [field]: { contains: side.join(' ') },
  }));
  return `${JSON.stringify(words[choice])} offers a choice, and every word of a search must be found; in query-entity: ${JSON.stringify({ or: sides })}`;
}

interface ReadSearch {
  readonly conditions: readonly SearchCondition[];
  /** What is looked for, where that is not each word as it was given. */
  readonly meaning?: string;
}

const quotedList = (words: readonly string[]) => words.map((word) => JSON.stringify(word)).join(' and ');

/** The id of a record as people write one, with `#` or without. */
const recordId = /^#?\s*(\d{1,10})$/;

/**
 * Every word must occur in one of the fields. What is a telephone number as a whole is compared as one, an address
 * decides without the name beside it, and a number may be the id of a record too.
 */
export function readSearch(given: string, looks: SearchFields): ReadSearch {
  const { phones = [], web = [] } = looks;
  const text = given.trim();
  if (phones.length > 0 && isPhone(text)) {
    return { conditions: [any(...[...phones, ...looks.text].map((field) => contains(field, text)))] };
  }
  const id = recordId.exec(text)?.[1];
  if (id !== undefined) {
    return {
      conditions: [
        any({ op: 'eq', field: 'id', value: Number(id) }, ...looks.text.map((field) => contains(field, id))),
      ],
      meaning: `${JSON.stringify(id)} as the id or in ${looks.text.join(', ')}`,
    };
  }
  const address = addressIn(text);
  const beside = nameBesideAddress(text);
  if (address !== undefined && beside !== undefined) {
    const mail = looks.text.filter((field) => /^email/i.test(field));
    // A field of addresses takes both apart, and the answer says where another name is stored with the address.
    if (mail.length > 0) return { conditions: [any(...mail.map((field) => contains(field, text)))] };
    return {
      conditions: [any(...looks.text.map((field) => contains(field, address)))],
      meaning: `${JSON.stringify(address)}, without the name beside it`,
    };
  }
  const number = autotaskNumberIn(text);
  const written = (number ?? text).split(/\s+/).filter((word) => word !== '');
  const telling = written
    .map((word) => (isUrl(word) ? word : withoutPunctuation(word)))
    .filter((word) => word !== '' && textPattern(word)?.parts.length !== 0);
  const words = (telling.length > 0 ? telling : written).map((word) => {
    const host = hostIn(word);
    return { word: host !== undefined && isUrl(word) ? host : word, isHost: host !== undefined };
  });
  const conditions = words.map(({ word, isHost }) =>
    any(...(isHost ? [...looks.text, ...web] : looks.text).map((field) => contains(field, word))),
  );
  const isChanged = words.map(({ word }) => word).join(' ') !== text.split(/\s+/).join(' ');
  if (!isChanged) return { conditions };
  const compared = words.map(({ word }) => {
    const [part = word, ...others] = textPattern(word)?.parts ?? [];
    return others.length === 0 ? part : word;
  });
  return { conditions, meaning: quotedList(compared) };
}

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
  const search = z
    .string()
    .refine((given) => given.trim() !== '', { error: 'is empty: leave it out' })
    .refine((given) => textPattern(given)?.parts.length !== 0, {
      error: 'fits everything: leave it out, or name words',
    })
    .refine((given) => given.trim().split(/\s+/).length <= mostWords, {
      error: `has more than ${mostWords} words`,
    })
    .superRefine((given, context) => {
      const problem = searchProblem(given, text.find((name) => !name.endsWith('Number')) ?? '');
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
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
      const filter: SearchCondition[] = fieldNames.flatMap((field): SearchCondition[] => {
        const value = given[field];
        if (value === undefined) return [];
        if (!Array.isArray(value)) return [{ op: implied.eq, field, value }];
        const [only, ...others] = value;
        return [
          others.length === 0 ? { op: implied.eq, field, value: only } : { op: implied.in, field, value },
        ];
      });
      const search =
        typeof given.search === 'string' ? readSearch(given.search, { text, web, phones }) : undefined;
      filter.push(...(search?.conditions ?? []));
      filter.push(...conditions(extras.parse(given), context));
      const seen = withoutMasked(filter, (field) => context.entities.policy.masks(findEntity(entity), field));
      const list = listArguments.parse(given);
      const { reads } = context.entities.tenant();
      const meaning = search?.meaning === undefined ? [] : [`search: ${search.meaning}`];
      const remarks = { notes: seen.notes, understood: meaning };
      const listQuery = { entity, query: { filter: seen.filter }, newestFirst: true, ...remarks, ...list };
      return { kind: 'list', list: await reads.query(listQuery, context) };
    },
  });
}
