import * as z from 'zod';
import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { type AnyPlan, isDone, type WritePlan } from '../../entities/write/plan.js';
import { AutotaskError, InvalidInput, type Problem } from '../../errors.js';
import { chosen, type Id, itemList, onError, planRecords } from './bulk-targets.js';
import { defineWriteTool, type ToolContext, type WriteTool } from './define-tool.js';
import * as inputs from './shared-inputs.js';

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
        const { kind, message, upstream, actor } = error;
        throw new AutotaskError(kind, message, { upstream, next, actor, cause: error });
      }
    },
  };
}

const eachItem = 'Instead: list of {"id":…} with its own fields';

/** When a create is answered without a write, by arguments that are no fields. */
interface Unless {
  readonly input: z.ZodRawShape;
  instead(plan: WritePlan, given: Row, context: ToolContext): Promise<AnyPlan | undefined>;
}

/** `create-*`: the frequent fields as arguments, everything else in `fields`, checked like create-entity. */
export function defineCreate<FieldName extends string>(
  tool: WriteDeclaration<FieldName> & { readonly below?: Below; readonly unless?: Unless },
): WriteTool {
  const { entity, fields, prepare = asGiven, explain, below, unless, ...declaration } = tool;
  const more =
    below === undefined
      ? {}
      : {
          ...chosen,
          items: itemList.items.describe(`Instead: list of {"${below.field}":…} with its own fields`),
          ...onError,
        };
  const input: z.ZodRawShape = { ...fields, ...more, ...unless?.input, fields: inputs.fields };
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
      if (unless !== undefined) {
        const { extras, plain } = splitAlso(rest, unless);
        const plan = await one(plain, context);
        return (await unless.instead(plan, extras, context)) ?? plan;
      }
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

/** What else an update does, by arguments that are no fields. */
export interface Also {
  readonly input: z.ZodRawShape;
  /** The steps that come before the update, and what there is nothing to do for. */
  steps(id: number, given: Row, context: ToolContext): Promise<AlsoDone>;
}

interface AlsoDone {
  readonly steps: readonly WritePlan[];
  readonly nothingFor: readonly Problem[];
}

const nothingMore: AlsoDone = { steps: [], nothingFor: [] };

/** Arguments that are no fields, as they are read, and the rest. */
function splitAlso(
  own: Row,
  also: Pick<Also, 'input'> | undefined,
): { readonly extras: Row; readonly plain: Row } {
  const names = Object.keys(also?.input ?? {}).filter((name) => own[name] !== undefined);
  const given = Object.fromEntries(names.map((name) => [name, own[name]]));
  const read = z.object(also?.input ?? {}).safeParse(given);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => ({
      field: path.join('.'),
      problem: message,
    }));
    throw new InvalidInput('Nothing was written.', problems);
  }
  const plain = Object.fromEntries(Object.entries(own).filter(([name]) => !names.includes(name)));
  return { extras: read.data, plain };
}

/** `update-*`: the record by id or name, and the fields to change; with `several`, several of them. */
export function defineUpdate<FieldName extends string>(
  tool: WriteDeclaration<FieldName> & { readonly several?: true; readonly also?: Also },
): WriteTool {
  const { also, entity, fields, prepare = asGiven, several, ...declaration } = tool;
  const more =
    several === undefined ? {} : { ...chosen, items: itemList.items.describe(eachItem), ...onError };
  const id = several === undefined ? inputs.idOrName : inputs.idOrName.optional();
  const input: z.ZodRawShape = { id, ...more, ...fields, ...also?.input, fields: inputs.fields };
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
        const { extras, plain } = splitAlso(own, also);
        const merged = await mergeFields(entity, plain, otherFields.parse(others), now);
        const found = await subjects.idToWrite(findEntity(entity), recordId.parse(given), 'id', now);
        const isMore = also !== undefined && Object.keys(extras).length > 0;
        // First, because an argument that was meant for one of these is told as such and not as a field.
        const { steps: before, nothingFor } = isMore ? await also.steps(found, extras, now) : nothingMore;
        const { data, notes } = await prepare(merged, now);
        const isFields = Object.keys(data).length > 0;
        const [first, ...rest] = before;
        if (!isFields && first === undefined && nothingFor.length > 0)
          throw new InvalidInput('Nothing was written.', nothingFor);
        const undone = nothingFor.map(({ field, problem }) => `${field}: ${problem}`);
        if (!isFields && first !== undefined)
          return [{ ...first, notes: [...first.notes, ...undone] }, ...rest];
        const update = await planUpdate({ entity, id: found, data, notes: [...notes, ...undone] }, now);
        if (first === undefined) return update;
        return isDone(update) ? before : [...before, { ...update, needs: before.slice(-1) }];
      };
      const records = { action: 'update' as const, entity, idName: 'id', shared: parameters, one };
      const single = named === undefined ? undefined : recordId.parse(named);
      return planRecords({ id: single, ids, items, query, onError: after }, records, context);
    },
  });
}
