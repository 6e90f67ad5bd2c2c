import type { Receipt, RecordedWrite } from '../../entities/write/outcomes/receipt.js';
import { recordVersion } from '../../entities/write/outcomes/receipt.js';
import { isDone, type LaterId, type WritePlan } from '../../entities/write/plan.js';
import { AutotaskError } from '../../errors.js';
import type { ToolContext } from '../define/define-tool.js';
import { parentOf, type ReceiptStep } from './receipt-step.js';

/** How far the writes of a receipt are, while what is left of it is planned in order. */
interface Progress {
  /** Ids of what was made, by number of the write. */
  readonly made: Map<number, number>;
  readonly plans: Map<number, WritePlan>;
}

type Needed =
  | {
      readonly data: Readonly<Record<string, number>>;
      readonly later?: Omit<LaterId, 'bind'>;
      readonly needs: readonly WritePlan[];
    }
  | { readonly missing: number };

/** What a write takes from others of its call: ids that are known by now, or steps that come before it. */
function needed({ needs = [], uses }: RecordedWrite, { made, plans }: Progress): Needed {
  const missing = [...needs, ...(uses === undefined ? [] : [uses.step])].find(
    (step) => !made.has(step) && !plans.has(step),
  );
  if (missing !== undefined) return { missing };
  const before = needs.flatMap((step) => plans.get(step) ?? []);
  if (uses === undefined) return { data: {}, needs: before };
  const { step, field } = uses;
  const id = made.get(step);
  const plan = plans.get(step);
  if (id !== undefined) return { data: { [field]: id }, needs: before };
  return plan === undefined ? { missing: step } : { data: {}, later: { step: plan, field }, needs: before };
}

const withNeeds = (plan: WritePlan, needs: readonly WritePlan[]): WritePlan =>
  needs.length === 0 ? plan : { ...plan, needs };

/** One write of an earlier call: never made again; whether it was made is read where that is not known. */
async function stepOf(
  write: RecordedWrite,
  receipt: Receipt,
  progress: Progress,
  context: ToolContext,
): Promise<ReceiptStep> {
  const { entity, action, id, body, cut, at, version } = write;
  if (write.state === 'done') return { skip: 'done already' };
  if (write.state === 'refused') return { skip: 'was refused' };
  const lost = cut.filter((name) => name in (body ?? {}));
  if (lost.length > 0 || (body === null && action !== 'delete')) {
    return {
      skip: `${lost.join(', ') || 'its content'} is not kept whole in the audit log: write it by another call`,
    };
  }
  const takes = needed(write, progress);
  if ('missing' in takes) {
    const other = receipt.writes.find(({ step }) => step === takes.missing);
    return { skip: `needs ${other?.called ?? 'another write'}, which was not made` };
  }
  const found = async (recordId: number, what: string): Promise<ReceiptStep> => {
    progress.made.set(write.step, recordId);
    if (write.state === 'unknown') await context.receipts?.recordMade(receipt, write, recordId);
    return { skip: what };
  };
  const { writes } = context.entities.tenant();
  const parent = parentOf(write);
  if (action === 'create') {
    const { later } = takes;
    const args = { entity, data: { ...body, ...takes.data }, ...parent, again: true };
    const since = at === null ? {} : { since: new Date(at) };
    const plan = await writes.planCreate(
      { ...args, ...since, ...(later === undefined ? {} : { later }) },
      context,
    );
    if (write.state === 'open') return { plan: withNeeds(plan, takes.needs) };
    // Records of two entities may have the same id.
    const alike = receipt.writes.filter((other) => other.entity === write.entity);
    const outcome = await plan.outcome(new Set(alike.flatMap(({ step }) => progress.made.get(step) ?? [])));
    if (outcome.made === true) return found(outcome.id, `done: the tenant has it (id ${outcome.id})`);
    // Its sender was killed, or is at it: what is not there yet may still come.
    const left = write.ended || at === null ? 0 : writes.mayArriveFor(new Date(at));
    if (outcome.made === false && left > 0)
      return { skip: `unknown: it may still be on its way; look again in ${left} seconds` };
    return outcome.made === false
      ? { plan: withNeeds(plan, takes.needs) }
      : { skip: 'unknown: several records could be it' };
  }
  if (id === null) return { skip: 'has no id' };
  try {
    const plan =
      action === 'delete'
        ? await writes.planDelete({ entity, id, ...parent }, context)
        : await writes.planUpdate({ entity, id, data: body ?? {}, ...parent }, context);
    if (isDone(plan)) return found(id, 'done: the record is as it should be');
    const changed = version !== undefined && version !== recordVersion(plan.stored);
    return changed ? { skip: 'changed since the preview' } : { plan: withNeeds(plan, takes.needs) };
  } catch (error) {
    if (action === 'delete' && error instanceof AutotaskError && error.kind === 'notFound')
      return found(id, 'done: it is gone');
    throw error;
  }
}

/** Plans what is left of a call, a write at a time and in order. */
export function resumption(receipt: Receipt, context: ToolContext) {
  const progress: Progress = { made: new Map(), plans: new Map() };
  for (const { step, state, id } of receipt.writes) {
    if (state === 'done' && id !== null) progress.made.set(step, id);
  }
  return async (write: RecordedWrite): Promise<ReceiptStep> => {
    const step = await stepOf(write, receipt, progress, context);
    if ('plan' in step) progress.plans.set(write.step, step.plan);
    return step;
  };
}
