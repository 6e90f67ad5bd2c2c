import { z } from 'zod';
import type { Row } from '../client/types.js';
import { findEntity } from '../entities/names.js';
import { AutotaskError, InvalidInput } from '../errors.js';
import {
  defineReadTool,
  defineWriteTool,
  type ReadTool,
  type ToolContext,
  type WriteTool,
} from './define.js';
import * as inputs from './inputs.js';

/** The id of a record that was given by id, number or name; several matches are an error that lists them. */
export async function idOf(
  entityName: string,
  given: string | number,
  context: ToolContext,
): Promise<number> {
  if (typeof given === 'number') return given;
  if (/^\d+$/.test(given)) return Number(given);
  const entity = findEntity(entityName);
  const { references } = context.entities.tenant();
  const { path } = entity;
  const found = path === null ? [] : await references.candidates({ ...entity, path }, given, context.signal);
  const [only, ...others] = found;
  if (only === undefined) {
    throw new AutotaskError('notFound', `No record of ${entity.name} is called ${JSON.stringify(given)}.`);
  }
  if (others.length === 0) return only.id;
  throw new InvalidInput('Several records fit; give the id of one.', [
    {
      field: 'id',
      problem: `${JSON.stringify(given)} fits ${found.length} records of ${entity.name}`,
      allowed: found.map((candidate) => `${candidate.id} = ${candidate.name}`),
    },
  ]);
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
    input: { id: inputs.idOrName, includeFields: inputs.fieldNames, ...inputs.form },
    openWorld: true,
    run: async ({ id, includeFields }, context) => {
      const found = { entity, id: await idOf(entity, id, context), includeFields };
      return { kind: 'record', record: await context.entities.tenant().reads.get(found, context) };
    },
  });
}

/** What a tool adds to the data before it is checked, and what it says about it. */
export interface Prepared {
  readonly data: Row;
  readonly notes: readonly string[];
}

export type Prepare = (data: Row, context: ToolContext) => Promise<Prepared>;

const asGiven: Prepare = async (data) => ({ data, notes: [] });

/** Parameters and `fields` together; one field in both is an error, because only one value can be meant. */
function merged(parameters: Row, fields: Row | undefined): Row {
  const twice = Object.keys(fields ?? {}).filter((name) =>
    Object.keys(parameters).some(
      (other) => other.toLowerCase() === name.toLowerCase() && parameters[other] !== undefined,
    ),
  );
  if (twice.length > 0) {
    throw new InvalidInput(
      'Nothing was written.',
      twice.map((field) => ({ field, problem: 'is given twice: as an argument and in fields' })),
    );
  }
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...fields };
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
}

/** `create-*`: the frequent fields as arguments, everything else in `fields`, checked like create-entity. */
export function defineCreate<FieldName extends string>(tool: WriteDeclaration<FieldName>): WriteTool {
  const { entity, fields, prepare = asGiven, ...declaration } = tool;
  const input: z.ZodRawShape = { ...fields, fields: inputs.fields };
  return defineWriteTool({
    ...declaration,
    input,
    destructive: false,
    idempotent: false,
    plan: async ({ fields: others, ...parameters }, context) => {
      const { data, notes } = await prepare(merged(parameters, otherFields.parse(others)), context);
      return context.entities.tenant().writes.planCreate({ entity, data, notes }, context);
    },
  });
}

/** `update-*`: the record by id or name, and the fields to change. */
export function defineUpdate<FieldName extends string>(tool: WriteDeclaration<FieldName>): WriteTool {
  const { entity, fields, prepare = asGiven, ...declaration } = tool;
  const input: z.ZodRawShape = { id: inputs.idOrName, ...fields, fields: inputs.fields };
  return defineWriteTool({
    ...declaration,
    input,
    destructive: true,
    idempotent: true,
    plan: async ({ id, fields: others, ...parameters }, context) => {
      const { data, notes } = await prepare(merged(parameters, otherFields.parse(others)), context);
      const found = await idOf(entity, recordId.parse(id), context);
      return context.entities.tenant().writes.planUpdate({ entity, id: found, data, notes }, context);
    },
  });
}
