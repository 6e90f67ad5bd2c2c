import * as z from 'zod';
import type { FilterNode, Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { movedConditionNote, movedConditions } from '../../entities/order/fields-that-writes-move.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import { isDigits } from '../../entities/references/id-or-name.js';
import { canName, numberField } from '../../entities/references/record-names.js';
import {
  type AnyPlan,
  isDone,
  type SkippedRecord,
  type WritePlan,
  type WriteSteps,
} from '../../entities/write/plan.js';
import { AutotaskError, InvalidInput, type Problem } from '../../errors.js';
import type { Entity } from '../../model.js';
import type { ToolContext } from './define-tool.js';
import * as inputs from './shared-inputs.js';

/** Arguments by which a tool that writes one record takes several. */
export const chosen = {
  ids: inputs.recordIds.describe('Instead: several, the same for each'),
  query: inputs.query.optional().describe('Instead: all that match; preview first'),
};
export const itemList = { items: inputs.items };
export const onError = { onError: z.enum(['continue', 'stop']).optional() };

export type Id = string | number;

interface Given {
  readonly id?: Id | undefined;
  readonly ids?: readonly Id[] | undefined;
  readonly items?: readonly Row[] | undefined;
  readonly query?: unknown;
  readonly onError?: 'continue' | 'stop' | undefined;
}

interface Records {
  /** The entity that ids and query name. */
  readonly entity: string;
  /** What this tool calls the id of one record; null where a new one has none. */
  readonly idName: string | null;
  /** Fields given beside `items`, where each has its own. */
  readonly shared: Row;
  /** What is done to each. */
  readonly action: WriteAction;
  /** Plans one, by one write or several. `data` are its own fields. Its call is a single one when nothing else was given. */
  one(id: Id | undefined, data: Row, context: ToolContext): Promise<WritePlan | readonly WritePlan[]>;
}

type WriteAction = WritePlan['action'];

/** For entities whose records are named by an id. */
export const withId =
  (one: (id: number, data: Row, context: ToolContext) => Promise<WritePlan>): Records['one'] =>
  (id, data, context) =>
    one(Number(id), data, context);

const refuse = (...problems: Problem[]) => new InvalidInput('Nothing was written.', problems);

interface Target {
  readonly id: Id | undefined;
  readonly data: Row;
}

const ofOneRecord: ReadonlySet<string> = new Set(['invalid', 'notFound', 'notAllowed', 'conflict']);

/** Whether an error is about one record and says nothing about the next one. */
export const isOfOneRecord = (error: unknown): error is AutotaskError =>
  error instanceof AutotaskError && ofOneRecord.has(error.kind);

export const reasonOf = (error: AutotaskError) =>
  error instanceof InvalidInput ? error.lines.map((line) => line.slice(2)).join(' ') : error.message;

/** Ids behind numbers of tickets, tasks or projects, all in one query; what is no number is left for later. */
async function idsByNumber(entityName: string, given: readonly Id[], context: ToolContext) {
  const entity = findEntity(entityName);
  const field = numberField(entity) ?? entity.nameFields.find((name) => name.endsWith('Number'));
  const numbers = given.filter((id) => typeof id === 'string' && /^[A-Z]\d{8}\.\d+$/.test(id));
  const found = new Map<Id, number>();
  if (field === undefined || numbers.length < 2) return found;
  const { reads } = context.entities.tenant();
  const query = { filter: [{ op: 'in', field, value: numbers }] };
  const prepared = await reads.prepare({ entity: entityName, query }, context);
  const { rows } = await reads.rowsOf(
    prepared.entity.path,
    prepared.filter,
    ['id', field],
    numbers.length,
    context,
  );
  const times = new Map<unknown, number>();
  for (const row of rows) times.set(row[field], (times.get(row[field]) ?? 0) + 1);
  for (const row of rows) {
    const number = String(row[field]);
    if (typeof row.id === 'number' && times.get(row[field]) === 1) found.set(number, row.id);
  }
  return found;
}

/** Autotask takes 500 alternatives; a record has one or two names. */
const mostDigits = 250;

/** Ids in digits that no record is called by, by two queries for 500 of them. The others are left for later. */
async function idsInDigits(entity: Entity, given: readonly Id[], context: ToolContext) {
  const digits = given.filter(isDigits);
  if (digits.length < 2 || !canName(entity)) return [];
  const { references } = context.entities.tenant();
  const called = new Set<string>();
  for (let from = 0; from < digits.length; from += mostDigits) {
    const value = digits.slice(from, from + mostDigits).map((text) => text.trim());
    const items = entity.nameFields.map((field) => ({ op: 'in', field, value }));
    const search = { filter: [{ op: 'or', items }], includeFields: ['id', ...entity.nameFields] };
    const options = { limit: mostDigits, ...(context.signal ? { signal: context.signal } : {}) };
    const found = await ifAllowed(() => references.lookUp(entity, search, options), null);
    for (const row of found?.rows ?? [])
      for (const field of entity.nameFields) called.add(String(row[field] ?? ''));
  }
  return digits.filter((text) => !called.has(text.trim())).map((text): [Id, number] => [text, Number(text)]);
}

const tooMany = (field: string, count: number, most: number) =>
  refuse({ field, problem: `names ${count} records; one call writes at most ${most}` });

/** The records of a query as they are now, or those of the preview that is confirmed. */
async function selected(query: unknown, { entity, action }: Records, context: ToolContext) {
  const { reads } = context.entities.tenant();
  const most = context.entities.policy.maxRecordsPerCall(action);
  if (context.previewed !== undefined) return { ids: context.previewed };
  const found = await reads.prepare({ entity, query }, context);
  if (found.raw.filter.length === 0) throw refuse({ field: 'query', problem: 'has no condition' });
  const { rows, more } = await reads.rowsOf(found.entity.path, found.filter, undefined, most, context);
  if (more) {
    const { count } = await reads.count({ entity, query }, context);
    throw tooMany('query', count, most);
  }
  const { interpretation, notes } = found.filter;
  const { understood } = interpretation;
  if (rows.length === 0) {
    const problems = [...understood, ...notes].map((text) => ({
      field: 'query',
      problem: `was understood as ${text}`,
    }));
    throw new InvalidInput(`No ${entity} match. Nothing was written.`, problems);
  }
  const ids = rows.flatMap(({ id }) => (typeof id === 'number' ? [id] : []));
  return { ids, rows, understood, notes, conditions: found.filter.batches.flat() };
}

async function targetsOf(given: Given, records: Records, context: ToolContext) {
  const { action, idName, shared } = records;
  const { ids, items, query } = given;
  const most = context.entities.policy.maxRecordsPerCall(action);
  if (query !== undefined) {
    const found = await selected(query, records, context);
    const { ids: chosen, ...how } = found;
    return { targets: chosen.map((id): Target => ({ id, data: shared })), ...how };
  }
  if (ids !== undefined) return { targets: ids.map((id): Target => ({ id, data: shared })) };
  const list = items ?? [];
  if (list.length > most) throw tooMany('items', list.length, most);
  const [extra] = Object.keys(shared);
  if (extra !== undefined) throw refuse({ field: extra, problem: 'belongs into each of the items' });
  const targets = list.map((item, at): Target => {
    const { data: inner, ...own } = item;
    const fields = inputs.data.safeParse(inner);
    const isNested = inner !== undefined && fields.success;
    const [both] = isNested ? Object.keys(fields.data).filter((name) => Object.hasOwn(own, name)) : [];
    if (both !== undefined) throw refuse({ field: `items[${at}].${both}`, problem: 'is given twice' });
    const data: Row = isNested ? { ...own, ...fields.data } : item;
    if (idName === null) return { id: undefined, data };
    if (idName !== 'id' && data.id !== undefined && data[idName] !== undefined) {
      const problem = 'only one of them says which record';
      throw refuse({ field: `items[${at}].${idName}, items[${at}].id`, problem });
    }
    const { [idName]: named, id = named, ...rest } = data;
    const read = inputs.idOrName.safeParse(id);
    if (!read.success) throw refuse({ field: `items[${at}].${idName}`, problem: 'is required' });
    return { id: read.data, data: rest };
  });
  return { targets };
}

/** A query that chooses by what the write changes finds other records when it is asked again. */
function selectionNotes(conditions: readonly FilterNode[], entity: string, steps: readonly WritePlan[]) {
  const written = steps.filter(({ action }) => action !== 'delete');
  if (written.length === 0) return [];
  const own = written.filter((step) => step.entity === findEntity(entity));
  const sent = new Set(own.flatMap(({ changes }) => changes.map(({ field }) => field)));
  return movedConditions(conditions, sent).map(movedConditionNote);
}

/** Steps that are made for one record, in order. */
export function stepsOf(steps: readonly WritePlan[], notes: readonly string[] = []): WriteSteps {
  return { steps, skipped: [], onError: 'continue', notes, byQuery: false, chosen: [] };
}

const asPlan = (planned: WritePlan | readonly WritePlan[]): AnyPlan => {
  if ('action' in planned) return planned;
  const [first, ...others] = planned;
  return first !== undefined && others.length === 0 ? first : { ...stepsOf(planned), together: true };
};

/** The plan of a call: that of one record, or a step for each of several. */
export async function planRecords(given: Given, records: Records, context: ToolContext): Promise<AnyPlan> {
  const { action, entity, idName, shared, one } = records;
  const ways = { [idName ?? 'data']: given.id, ids: given.ids, items: given.items, query: given.query };
  const used = Object.entries(ways).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  if (used.length > 1)
    throw refuse({ field: used.join(', '), problem: 'only one of them says which records' });
  const [way] = used;
  if (way === undefined || way === idName) {
    if (given.onError !== undefined) {
      throw refuse({ field: 'onError', problem: 'is for calls that concern several records' });
    }
    if (way === undefined && idName !== null) {
      throw refuse({ field: idName, problem: 'is required, or ids, items or query' });
    }
    return asPlan(await one(given.id, shared, context));
  }
  const most = context.entities.policy.maxRecordsPerCall(action);
  if ((given.ids?.length ?? 0) > most) throw tooMany('ids', given.ids?.length ?? 0, most);
  const {
    targets,
    rows,
    understood = [],
    notes: queryNotes = [],
    conditions = [],
  } = await targetsOf(given, records, context);
  const { writes } = context.entities.tenant();
  const steps: WritePlan[] = [];
  const skipped: SkippedRecord[] = [];
  const errors: AutotaskError[] = [];
  const skip = (target: Target, error: unknown) => {
    if (!isOfOneRecord(error)) throw error;
    errors.push(error);
    const at = targets.indexOf(target) + 1;
    skipped.push({
      called: target.id === undefined ? `item ${at}` : String(target.id),
      reason: reasonOf(error),
    });
  };
  const named = targets.flatMap(({ id }) => id ?? []);
  const numbers = new Map([
    ...(await idsByNumber(entity, named, context)),
    ...(await idsInDigits(findEntity(entity), named, context)),
  ]);
  const found: { readonly target: Target; readonly id: number | undefined }[] = [];
  const seen = new Set<number>();
  for (const target of targets) {
    const { id } = target;
    try {
      const known =
        id === undefined
          ? undefined
          : (numbers.get(id) ??
            (await writes.subjects.idToWrite(findEntity(entity), id, idName ?? 'id', context)));
      if (known !== undefined && idName === 'id' && seen.has(known)) {
        throw refuse({ field: 'id', problem: `${known} is given twice` });
      }
      if (known !== undefined) seen.add(known);
      found.push({ target, id: known });
    } catch (error) {
      skip(target, error);
    }
  }
  const known = found.flatMap(({ id }) => id ?? []);
  const bodies = idName === null ? found.map(({ target }) => target.data) : [];
  const ahead = { known: rows, bodies };
  const read = await writes.prefetch(findEntity(entity), [...new Set(known)], context, ahead);
  const own: ToolContext = { ...context, ...read };
  for (const { target, id } of found) {
    try {
      const planned = await one(id, target.data, own);
      for (const plan of 'action' in planned ? [planned] : planned) {
        if (isDone(plan)) skipped.push({ called: plan.called[0] ?? '', reason: 'already as wanted' });
        else steps.push(plan);
      }
    } catch (error) {
      skip(target, error);
    }
  }
  const [first] = errors;
  // Nothing of it can be written, and for one reason: it is told like that of a single record.
  if (steps.length === 0 && first !== undefined && errors.every(({ message }) => message === first.message))
    throw first;
  const { onError = 'continue' } = given;
  const notes = [...queryNotes, ...selectionNotes(conditions, entity, steps)];
  return { steps, skipped, onError, understood, notes, byQuery: given.query !== undefined, chosen: known };
}
