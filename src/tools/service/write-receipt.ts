import * as z from 'zod';
import type { Row } from '../../client/types.js';
import { fieldValue } from '../../entities/display/display.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { sameValue } from '../../entities/values/equality.js';
import { type Receipt, type RecordedWrite, recordVersion } from '../../entities/write/outcomes/receipt.js';
import { type AnyPlan, isDone, type SkippedRecord, type WritePlan } from '../../entities/write/plan.js';
import { routes } from '../../entities/write/route.js';
import { AutotaskError, InvalidInput } from '../../errors.js';
import { reasonOf } from '../define/bulk-targets.js';
import { defineWriteTool, type ToolContext } from '../define/define-tool.js';

const states = { done: 'done', refused: 'refused', unknown: 'unknown', open: 'not reached' } as const;

/** What became of each write of a call. */
function status({ id, where, writes }: Receipt): AnyPlan {
  const counts = Object.entries(states).map(
    ([state, name]) => `${name} ${writes.filter((write) => write.state === state).length}`,
  );
  const labels = writes.map(
    (write) =>
      `${states[write.state]}\t${write.action}\t${write.called}${write.action === 'create' && write.id !== null ? ` (id ${write.id})` : ''}`,
  );
  return { answer: { lines: [`Receipt ${id}, from ${where}: ${counts.join(', ')}.`], labels } };
}

const parentOf = ({ route }: RecordedWrite) => {
  const [, parentId] = /^[A-Za-z]+\/(\d+)\/[A-Za-z]/.exec(route) ?? [];
  return parentId === undefined ? {} : { parentId: Number(parentId) };
};

interface Outcome {
  readonly plan?: WritePlan;
  readonly skip?: string;
}

/** What is left of a call: never what was made already, found by reading where that is not known. */
async function left(write: RecordedWrite, made: ReadonlySet<number>, context: ToolContext): Promise<Outcome> {
  const { entity, action, id, body, cut, at, version } = write;
  if (write.state === 'done') return { skip: 'done already' };
  if (write.state === 'refused') return { skip: 'was refused' };
  const lost = cut.filter((name) => name in (body ?? {}));
  if (lost.length > 0 || (body === null && action !== 'delete'))
    return {
      skip: `${lost.join(', ') || 'its content'} is not kept whole in the audit log: write it by another call`,
    };
  const { writes } = context.entities.tenant();
  const parent = parentOf(write);
  if (action === 'create') {
    const since = at === null ? {} : { since: new Date(at) };
    const plan = await writes.planCreate({ entity, data: body ?? {}, ...parent, ...since }, context);
    if (write.state === 'open') return { plan };
    const found = await plan.outcome(made);
    if (found.made === true) return { skip: `done: the tenant has it (id ${found.id})` };
    return found.made === false ? { plan } : { skip: 'unknown: several records could be it' };
  }
  if (id === null) return { skip: 'has no id' };
  try {
    const plan =
      action === 'delete'
        ? await writes.planDelete({ entity, id, ...parent }, context)
        : await writes.planUpdate({ entity, id, data: body ?? {}, ...parent }, context);
    if (isDone(plan)) return { skip: 'done: the record is as it should be' };
    const changed = version !== undefined && version !== recordVersion(plan.stored);
    return changed ? { skip: 'changed since the preview' } : { plan };
  } catch (error) {
    if (action === 'delete' && error instanceof AutotaskError && error.kind === 'notFound')
      return { skip: 'done: it is gone' };
    throw error;
  }
}

/** Former values of the fields that still hold what was written, and the names of the others. */
async function formerValues(write: RecordedWrite, row: Row, context: ToolContext) {
  const known = await context.entities.facts(findEntity(write.entity), context.signal);
  const { body = {}, former } = write;
  const udfs = z
    .array(z.looseObject({ name: z.string() }))
    .catch([])
    .parse(body?.userDefinedFields);
  const names = [
    ...Object.keys(body ?? {}).filter((name) => name !== 'id' && name !== 'userDefinedFields'),
    ...udfs.map(({ name }) => name),
  ];
  const data: Record<string, unknown> = {};
  const kept: string[] = [];
  for (const name of names) {
    const field = await known.find(name, context.signal);
    const isCut = write.cut.includes(field?.udf ? 'userDefinedFields' : name);
    if (field === undefined || former === null || isCut)
      kept.push(`${name} (its former value is not recorded)`);
    else if (!sameValue(fieldValue(body ?? {}, field), fieldValue(row, field), field))
      kept.push(`${name} (has another value by now)`);
    else data[name] = fieldValue(former, field) ?? null;
  }
  return { data, kept };
}

/** The reverse of a write that was made. */
async function reversed(write: RecordedWrite, context: ToolContext): Promise<Outcome> {
  const { entity: name, action, id, former, cut } = write;
  if (write.state !== 'done')
    return {
      skip: write.state === 'unknown' ? 'nobody knows whether it was made: resume finds out' : 'was not made',
    };
  if (id === null) return { skip: 'has no id' };
  const entity = findEntity(name);
  const { writes, reads } = context.entities.tenant();
  const parent = parentOf(write);
  if (action === 'create') {
    if (routes(entity, 'delete').length > 0)
      return { plan: await writes.planDelete({ entity: name, id, ...parent }, context) };
    const known = await context.entities.facts(entity, context.signal);
    const instead =
      known.field('isActive') === undefined
        ? name === 'Tickets'
          ? { status: 5 }
          : null
        : { isActive: false };
    if (instead === null) return { skip: 'cannot be undone: Autotask deletes no such record' };
    const notes = [
      `Autotask deletes no ${name}: undone by ${name === 'Tickets' ? 'status Complete' : 'isActive false'}`,
    ];
    return { plan: await writes.planUpdate({ entity: name, id, data: instead, ...parent, notes }, context) };
  }
  if (action === 'delete') {
    if (former === null || cut.length > 0)
      return { skip: `cannot be undone: ${cut.join(', ') || 'the record'} is not recorded whole` };
    const known = await context.entities.facts(entity, context.signal);
    const data = Object.fromEntries(
      Object.entries(former).filter(([field, value]) => {
        const facts = known.field(field);
        const settable =
          facts === undefined
            ? field === 'userDefinedFields'
            : facts.isReadOnly !== true || facts.isRequired === true;
        return settable && field !== 'id' && value !== null && value !== '';
      }),
    );
    const notes = ['a record that was deleted comes back under a new id, without what stood below it'];
    return { plan: await writes.planCreate({ entity: name, data, ...parent, notes }, context) };
  }
  const row = await reads.row(entity, id, parent.parentId, context);
  if (row === null) return { skip: 'is not there any more' };
  const { data, kept } = await formerValues(write, row, context);
  if (Object.keys(data).length === 0)
    return { skip: `cannot be undone: ${kept.join(', ') || 'what was written is not recorded'}` };
  const notes = kept.length === 0 ? [] : [`not set back: ${kept.join(', ')}`];
  return { plan: await writes.planUpdate({ entity: name, id, data, ...parent, notes }, context) };
}

export const writeReceipt = defineWriteTool({
  name: 'write-receipt',
  title: 'Status, resume, undo of writes',
  description:
    'About an earlier write, by the receipt that its answer names: what was done, resume what is left, or undo it.',
  input: {
    receipt: z.string(),
    action: z.enum(['status', 'resume', 'undo']),
  },
  destructive: true,
  idempotent: true,
  plan: async ({ receipt: name, action }, context) => {
    if (context.receipt === undefined)
      throw new InvalidInput('Nothing was written.', [{ field: 'receipt', problem: 'is not known here' }]);
    const receipt = await context.receipt(name);
    if (action === 'status') return status(receipt);
    const made = new Set(
      receipt.writes.flatMap(({ state, id }) => (state === 'done' && id !== null ? [id] : [])),
    );
    const steps: WritePlan[] = [];
    const indexes: number[] = [];
    const skipped: SkippedRecord[] = [];
    const wanted = action === 'undo' ? [...receipt.writes].reverse() : receipt.writes;
    for (const write of wanted) {
      try {
        const { plan, skip } =
          action === 'undo' ? await reversed(write, context) : await left(write, made, context);
        if (skip !== undefined) skipped.push({ called: write.called, reason: skip });
        if (plan === undefined) continue;
        steps.push(plan);
        indexes.push(write.step);
      } catch (error) {
        if (
          !(error instanceof AutotaskError) ||
          !['invalid', 'notFound', 'notAllowed', 'conflict'].includes(error.kind)
        )
          throw error;
        skipped.push({ called: write.called, reason: reasonOf(error) });
      }
    }
    const cannot = skipped.filter(({ reason }) => reason.startsWith('cannot')).length;
    const notes =
      action === 'undo' && cannot > 0
        ? [`${cannot} of ${receipt.writes.length} cannot be undone, see the reasons below`]
        : [];
    const common = { steps, skipped, onError: 'continue' as const, notes, byQuery: false, chosen: [] };
    return action === 'undo' ? common : { ...common, resumes: { receipt: receipt.id, indexes } };
  },
});
