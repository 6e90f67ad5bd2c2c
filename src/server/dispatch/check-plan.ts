import {
  isSteps,
  stepName,
  type WritePlan,
  type WriteSteps,
  type WritingPlan,
  withoutOrphans,
} from '../../entities/write/plan.js';
import type { Audience } from '../../entities/write/visibility.js';
import { AutotaskError, InvalidInput } from '../../errors.js';
import type { GuardedWriter } from '../../policy/guards/guard-writer.js';
import { type Policy, writeActions } from '../../policy/index.js';
import { canonical } from '../../text.js';
import { asPreviewed, type Previewed } from '../confirmation/previewed-records.js';

/** What the policy would allow instead of something that the customer sees. */
function internalAlternative({ label, inside }: Audience): string {
  if (inside.length > 0) return `Choose an internal value of publish (${inside.join('; ')})`;
  return label === null ? 'Leave the record inside' : 'No value of publish is internal here: leave it out';
}

function checkWrite({ action, entity, audience }: WritePlan, policy: Policy): void {
  policy.require(action, entity);
  if (action === 'delete' || !audience.published || policy.customerVisibleNotes) return;
  throw new AutotaskError(
    'notAllowed',
    `The policy of this server does not allow writing what the customer sees. ${audience.text} Nothing was written.`,
    {
      next: `${internalAlternative(audience)}, or ask the operator to allow it (AUTOTASK_CUSTOMER_VISIBLE_NOTES).`,
    },
  );
}

function requireInside(step: WritePlan, outside: PlanCheck['outside']): void {
  const refusal = outside.get(step);
  if (refusal !== undefined) throw refusal;
}

/** The steps that a writer would refuse because of the companies that they concern, each with its reason. */
export async function stepsOutside(
  plan: WritingPlan,
  writer: GuardedWriter | null,
): Promise<PlanCheck['outside']> {
  const steps = isSteps(plan) ? plan.steps : [plan];
  const writes = steps.map((step) => ({ ...step, belowNew: step.uses !== undefined }));
  const refused = (await writer?.outsideCompanies(writes)) ?? [];
  return new Map(
    steps.flatMap((step, index) => {
      const refusal = refused[index] ?? null;
      return refusal === null ? [] : [[step, refusal]];
    }),
  );
}

/** A call counts each record that it would write, whatever it is asked by. */
function checkNumber(steps: readonly WritePlan[], policy: Policy): void {
  for (const action of writeActions) {
    const count = steps.filter((step) => step.action === action).length;
    const most = policy.maxRecordsPerCall(action);
    if (count <= most) continue;
    throw new InvalidInput('Nothing was written.', [
      { field: 'records', problem: `${count} would be written (${action}); one call writes at most ${most}` },
    ]);
  }
}

/** What equal new records of one call have in common; null for what is no new record of its own. */
const contentOf = ({ action, path, body, called, uses, mark }: WritePlan) =>
  action === 'create' && uses === undefined && mark === null ? canonical([path, body, called]) : null;

/** What stands in the way of a new record that is there already; undefined when nothing does. */
function duplicateProblem(step: WritePlan, seen: Map<string, WritePlan>): string | undefined {
  if (step.duplicate !== undefined) return `${step.duplicate}; again: true makes another one`;
  const content = contentOf(step);
  if (content === null) return undefined;
  if (seen.has(content)) return 'is in this call twice; again: true makes both';
  seen.set(content, step);
  return undefined;
}

export interface PlanCheck {
  readonly policy: Policy;
  /** Throws for what may not be written in the name of whoever asks. */
  readonly attributed: (step: WritePlan) => unknown;
  /** Whether records are wanted of which equal ones were made a short time ago. */
  readonly again: boolean;
  /** Why steps are refused that concern a company outside the limits of the policy. */
  readonly outside: ReadonlyMap<WritePlan, AutotaskError>;
  /** The preview that is confirmed. */
  readonly as: Previewed | undefined;
}

/** Each step under policy and attribution; those that may not be made are left out and named. */
function checkSteps(plan: WriteSteps, { policy, attributed, again, outside }: PlanCheck): WriteSteps {
  const skipped = [...plan.skipped];
  const refused: AutotaskError[] = [];
  const seen = new Map<string, WritePlan>();
  const steps = plan.steps.filter((step) => {
    try {
      checkWrite(step, policy);
      requireInside(step, outside);
      attributed(step);
    } catch (error) {
      if (!(error instanceof AutotaskError)) throw error;
      refused.push(error);
      skipped.push({ called: stepName(step), reason: error.message });
      return false;
    }
    const problem = again ? undefined : duplicateProblem(step, seen);
    if (problem !== undefined) skipped.push({ called: stepName(step), reason: problem });
    return problem === undefined;
  });
  const [first] = refused;
  if (first !== undefined && (steps.length === 0 || plan.together)) throw first;
  checkNumber(steps, policy);
  return withoutOrphans({ ...plan, steps, skipped });
}

/** The plan as far as it may be made. Throws `notAllowed` where nothing of it may. */
export function checkedPlan(plan: WritingPlan, check: PlanCheck): WritingPlan {
  if (isSteps(plan)) {
    const steps = checkSteps(plan, check);
    return check.as === undefined ? steps : withoutOrphans(asPreviewed(steps, check.as));
  }
  checkWrite(plan, check.policy);
  requireInside(plan, check.outside);
  check.attributed(plan);
  return plan;
}
