import * as z from 'zod';
import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { orNull } from '../../entities/read/optional-read.js';
import { canName } from '../../entities/references/record-names.js';
import { mostCandidates } from '../../entities/references/records-by-name.js';
import { noSuchRecord } from '../../entities/references/similar-names.js';
import type { RecordResult } from '../../entities/result.js';
import { textPattern } from '../../entities/values/text-patterns.js';
import type { WritePlan } from '../../entities/write/plan.js';
import { AutotaskError, InvalidInput } from '../../errors.js';
import { chosen, type Id, itemList, onError, planRecords } from './bulk-targets.js';
import {
  defineReadTool,
  defineWriteTool,
  type ReadTool,
  type ToolContext,
  type WriteTool,
} from './define-tool.js';
import * as inputs from './shared-inputs.js';

/** The id of a record to read, given by id, number or name; several matches are an error that lists them. */
export async function idOf(
  entityName: string,
  given: string | number,
  context: ToolContext,
): Promise<number> {
  const number = typeof given === 'number' || /^\d+$/.test(given) ? Number(given) : undefined;
  if (number !== undefined && Number.isSafeInteger(number)) return number;
  const entity = findEntity(entityName);
  const { references } = context.entities.tenant();
  const { path } = entity;
  const pattern = textPattern(String(given));
  if (pattern?.parts.length === 0) {
    throw new InvalidInput('Nothing was read.', [
      { field: 'id', problem: `${JSON.stringify(given)} fits everything: name one record` },
    ]);
  }
  // Names are found by a part of them anyway.
  const text = pattern?.parts.length === 1 ? pattern.parts.join('') : String(given);
  const all = path === null ? [] : await references.candidates({ ...entity, path }, text, context.signal);
  const active = all.filter((candidate) => candidate.isActive);
  const found = active.length > 0 ? active : all;
  const [only, ...others] = found;
  if (only === undefined) {
    const near = path === null ? [] : await references.nearby({ ...entity, path }, text, context.signal);
    const { problem, allowed } = noSuchRecord(entity.name, text, near);
    if (near.length === 0) throw new AutotaskError('notFound', `${problem.replace(/^n/, 'N')}.`);
    throw new InvalidInput('Nothing was read.', [{ field: 'id', problem, allowed }]);
  }
  if (others.length === 0) return only.id;
  throw new InvalidInput('Several records fit; give the id of one.', [
    {
      field: 'id',
      problem: `${JSON.stringify(given)} fits ${found.length}${found.length < mostCandidates ? '' : ' or more'} records of ${entity.name}`,
      allowed: found.map((candidate) => `${candidate.id} = ${candidate.name}`),
    },
  ]);
}

/**
 * One record by id or name. Digits are an id, and where no record has it, a name: a company may be called 2020. Of
 * digits that were given as text both may be meant, so the answer tells when a record of that name is there too.
 */
async function readByIdOrName(
  entityName: string,
  given: string | number,
  read: (id: number) => Promise<RecordResult>,
  context: ToolContext,
): Promise<RecordResult> {
  const id = await idOf(entityName, given, context);
  if (!/^\d+$/.test(String(given))) return read(id);
  const entity = findEntity(entityName);
  const named = async () => {
    if (!canName(entity)) return [];
    const { references } = context.entities.tenant();
    const found = await orNull(() => references.called(entity, String(given), context.signal));
    return (found ?? []).filter((candidate) => candidate.id !== id);
  };
  const [found, early] = await Promise.all([
    read(id).catch((error: unknown) => {
      if (error instanceof AutotaskError && error.kind === 'notFound') return error;
      throw error;
    }),
    typeof given === 'string' ? named() : null,
  ]);
  const called = early ?? (found instanceof AutotaskError ? await named() : []);
  const asListed = called.map((candidate) => `${candidate.id} = ${candidate.name}`);
  if (!(found instanceof AutotaskError)) {
    const also =
      asListed.length === 0 ? [] : [`${given} is the name of another record too: ${asListed.join(', ')}`];
    return { ...found, notes: [...found.notes, ...also] };
  }
  const [only, ...others] = called;
  if (only === undefined) throw found;
  if (others.length > 0) {
    const problem = `no record has this id, and ${called.length} are called so`;
    throw new InvalidInput('Several records fit; give the id of one.', [
      { field: 'id', problem, allowed: asListed },
    ]);
  }
  const record = await read(only.id);
  return { ...record, notes: [...record.notes, `no record has the id ${id}; this one is called ${given}`] };
}

/** `get-*`: one record by id or name. */
export function defineGet(tool: {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly entity: string;
}): ReadTool {
  const { entity, ...declaration } = tool;
  return defineReadTool({
    ...declaration,
    input: { id: inputs.idOrName, includeFields: inputs.fieldNames, ...inputs.formatInput },
    openWorld: true,
    run: async ({ id, includeFields }, context) => {
      const { reads } = context.entities.tenant();
      const read = (found: number) => reads.get({ entity, id: found, includeFields }, context);
      return { kind: 'record', record: await readByIdOrName(entity, id, read, context) };
    },
  });
}

/** What a tool adds to the data before it is checked, and what it says about it. */
export interface PreparedData {
  readonly data: Row;
  readonly notes: readonly string[];
}

/** Records below several others: the field that names one of them, and their entity. */
interface Below {
  readonly field: string;
  readonly entity: string;
}

export type Prepare = (data: Row, context: ToolContext) => Promise<PreparedData>;

const asGiven: Prepare = async (data) => ({ data, notes: [] });

/**
 * Parameters and `fields` together under Autotask's spelling of the names, so that a default never meets a
 * value it does not see. One field twice is an error, because only one value can be meant.
 */
async function mergeFields(
  entityName: string,
  parameters: Row,
  fields: Row | undefined,
  context: ToolContext,
): Promise<Row> {
  const metadata = await context.entities.facts(findEntity(entityName), context.signal);
  const data: Record<string, unknown> = {};
  const twice: string[] = [];
  const given = [...Object.entries(parameters), ...Object.entries(fields ?? {})];
  for (const [name, value] of given) {
    if (value === undefined) continue;
    const canonicalName = (metadata.field(name) ?? (await metadata.find(name, context.signal)))?.name ?? name;
    if (canonicalName in data) twice.push(canonicalName);
    data[canonicalName] = value;
  }
  if (twice.length === 0) return data;
  throw new InvalidInput(
    'Nothing was written.',
    twice.map((field) => ({ field, problem: 'is given twice' })),
  );
}

const otherFields = z.record(z.string(), z.unknown()).optional();
const recordId = z.union([z.string(), z.number()]);

interface WriteDeclaration<FieldName extends string> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly entity: string;
  /** The fields that callers set most; all others go into `fields`. */
  readonly fields: Readonly<Partial<Record<FieldName, z.ZodType>>>;
  readonly prepare?: Prepare;
  /** What an error text of Autotask means, where the text itself does not help. */
  readonly explain?: (upstream: string) => string | undefined;
}

/** A plan whose write fails with the explanation of Autotask's reason, if there is one. */
export function withExplanation(plan: WritePlan, explain: WriteDeclaration<string>['explain']): WritePlan {
  if (explain === undefined) return plan;
  return {
    ...plan,
    send: async (writer, options) => {
      try {
        return await plan.send(writer, options);
      } catch (error) {
        if (!(error instanceof AutotaskError) || error.kind === 'outcomeUnknown') throw error;
        const next = error.upstream.map(explain).find((text) => text !== undefined);
        if (next === undefined) throw error;
        const { kind, message, upstream } = error;
        throw new AutotaskError(kind, message, { upstream, next, cause: error });
      }
    },
  };
}

const eachItem = 'Instead: list of {"id":…} with its own fields';

/** `create-*`: the frequent fields as arguments, everything else in `fields`, checked like create-entity. */
export function defineCreate<FieldName extends string>(
  tool: WriteDeclaration<FieldName> & { readonly below?: Below },
): WriteTool {
  const { entity, fields, prepare = asGiven, explain, below, ...declaration } = tool;
  const more =
    below === undefined
      ? {}
      : {
          ...chosen,
          items: itemList.items.describe(`Instead: list of {"${below.field}":…} with its own fields`),
          ...onError,
        };
  const input: z.ZodRawShape = { ...fields, ...more, fields: inputs.fields };
  return defineWriteTool({
    ...declaration,
    input,
    destructive: false,
    idempotent: false,
    creates: true,
    plan: async ({ fields: others, ...rest }, context) => {
      const one = async (own: Row, now: ToolContext) => {
        const { data, notes } = await prepare(
          await mergeFields(entity, own, otherFields.parse(others), now),
          now,
        );
        return withExplanation(
          await now.entities.tenant().writes.planCreate({ entity, data, notes }, now),
          explain,
        );
      };
      if (below === undefined) return one(rest, context);
      const { ids, items, query, onError: after, ...parameters } = severalGiven.parse(rest);
      if (ids === undefined && items === undefined && query === undefined && after === undefined) {
        return one(parameters, context);
      }
      const { [below.field]: parent, ...shared } = parameters;
      return planRecords(
        { id: parent === undefined ? undefined : recordId.parse(parent), ids, items, query, onError: after },
        {
          action: 'create',
          entity: below.entity,
          idName: below.field,
          shared,
          one: (id, own, now) => one({ ...own, [below.field]: id }, now),
        },
        context,
      );
    },
  });
}

/** Arguments of a tool that takes several records, as far as they are given. */
const severalGiven = z.looseObject({
  ids: z.array(recordId).optional(),
  items: z.array(z.record(z.string(), z.unknown())).optional(),
  query: z.unknown().optional(),
  onError: z.enum(['continue', 'stop']).optional(),
});

/** `update-*`: the record by id or name, and the fields to change; with `several`, several of them. */
export function defineUpdate<FieldName extends string>(
  tool: WriteDeclaration<FieldName> & { readonly several?: true },
): WriteTool {
  const { entity, fields, prepare = asGiven, several, ...declaration } = tool;
  const more =
    several === undefined ? {} : { ...chosen, items: itemList.items.describe(eachItem), ...onError };
  const id = several === undefined ? inputs.idOrName : inputs.idOrName.optional();
  const input: z.ZodRawShape = { id, ...more, ...fields, fields: inputs.fields };
  return defineWriteTool({
    ...declaration,
    input,
    destructive: true,
    idempotent: true,
    empties: Object.keys(fields),
    plan: async ({ id: named, fields: others, ...rest }, context) => {
      const { ids, items, query, onError: after, ...parameters } = severalGiven.parse(rest);
      const { subjects, planUpdate } = context.entities.tenant().writes;
      const one = async (given: Id | undefined, own: Row, now: ToolContext) => {
        const { data, notes } = await prepare(
          await mergeFields(entity, own, otherFields.parse(others), now),
          now,
        );
        const found = await subjects.idToWrite(findEntity(entity), recordId.parse(given), 'id', now);
        return planUpdate({ entity, id: found, data, notes }, now);
      };
      const records = { action: 'update' as const, entity, idName: 'id', shared: parameters, one };
      const single = named === undefined ? undefined : recordId.parse(named);
      return planRecords({ id: single, ids, items, query, onError: after }, records, context);
    },
  });
}
