import { findEntity } from '../../entities/metadata/entity-names.js';
import { orNull } from '../../entities/read/optional-read.js';
import { isDigits, meaningOfDigits } from '../../entities/references/id-or-name.js';
import { noSuchRecord } from '../../entities/references/nearest-records.js';
import { canName, listedRecords } from '../../entities/references/record-names.js';
import { mostCandidates } from '../../entities/references/records-by-name.js';
import type { RecordResult } from '../../entities/result.js';
import { idIn, textPattern } from '../../entities/values/text-patterns.js';
import { AutotaskError, InvalidInput } from '../../errors.js';
import type { Entity } from '../../model.js';
import { defineReadTool, type ReadTool, type ToolContext } from './define-tool.js';
import * as inputs from './shared-inputs.js';

/** The id in `101999`, `#101999`, `id 101999` or, of tickets, `ticket 101999`. */
function numberOf({ singular }: Entity, given: string | number): number | undefined {
  const text = String(given).normalize('NFKC').trim();
  const [, digits] = new RegExp(`^(?:${singular}\\s*)?(?:#|id\\b[\\s:]*)?\\s*(\\d+)$`, 'i').exec(text) ?? [];
  const id = Number(digits);
  return Number.isSafeInteger(id) ? id : undefined;
}

/** The id of a record to read, given by id, number or name; several matches are an error that lists them. */
export async function idOf(
  entityName: string,
  given: string | number,
  context: ToolContext,
): Promise<number> {
  const entity = findEntity(entityName);
  const number = numberOf(entity, given);
  if (number !== undefined) return number;
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
    const id = idIn(text);
    const remark = id === undefined ? undefined : `an id is a number: ${id}`;
    const { problem, allowed } = noSuchRecord(entity.name, text, near, remark);
    if (near.length === 0) throw new AutotaskError('notFound', `${problem.replace(/^n/, 'N')}.`);
    throw new InvalidInput('Nothing was read.', [{ field: 'id', problem, allowed }]);
  }
  if (others.length === 0) return only.id;
  throw new InvalidInput('Several records fit; give the id of one.', [
    {
      field: 'id',
      problem: `${JSON.stringify(given)} fits ${found.length}${all.length < mostCandidates ? '' : ' or more'}${found.length < all.length ? ' active' : ''} records of ${entity.name}`,
      allowed: listedRecords(found),
    },
  ]);
}

/** The id of a record to read, and what its reader has to know about how digits were understood. */
export async function idAndRemarks(entityName: string, given: string | number, context: ToolContext) {
  if (!isDigits(given)) return { id: await idOf(entityName, given, context), remarks: [] };
  const { references } = context.entities.tenant();
  const meant = await meaningOfDigits(references, findEntity(entityName), given, context.signal);
  if (!meant.ok) {
    const { problem, allowed } = meant;
    throw new InvalidInput('Several records fit; give the id of one.', [{ field: 'id', problem, allowed }]);
  }
  const others = meant.others.map((candidate) => `${candidate.id} = ${candidate.name}`);
  const remarks = meant.isName
    ? [`no record has the id ${Number(given)}; this one is called ${given.trim()}`]
    : others.map((other) => `${given.trim()} is the name of another record too: ${other}`);
  return { id: meant.id, remarks };
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
