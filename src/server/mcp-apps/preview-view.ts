import { isMark } from '../../entities/write/idempotency-mark.js';
import type { Change, WritePlan, WritingPlan } from '../../entities/write/plan.js';
import { isSteps, stepName } from '../../entities/write/plan.js';
import type { ChangeView, PreviewView, StepView } from '../../view-data.js';
import { countsOf } from '../output/render-steps.js';
import { viewValue } from './value.js';

/** A text of a record is shown whole up to here. */
const mostText = 4_000;

const short = (text: string): string => (text.length > mostText ? `${text.slice(0, mostText)}…` : text);

function changeView({ action, mark }: WritePlan, { field, before, after }: Change): ChangeView | null {
  if (isMark(mark, field)) return null;
  const shown = (cell: Change['before']) =>
    cell === null ? null : { ...viewValue(cell), text: short(cell.text) };
  return { field, before: shown(before), after: action === 'delete' ? null : shown(after) };
}

async function stepView(step: WritePlan, isOnly: boolean): Promise<StepView> {
  return {
    called: isOnly ? step.called : [stepName(step)],
    changes: step.changes.flatMap((change) => changeView(step, change) ?? []),
    warnings: await step.warnings(),
    audience: { seenBy: step.audience.seenBy, text: step.audience.text },
  };
}

const whatOf = (plan: WritingPlan): string =>
  isSteps(plan) ? countsOf(plan.steps) : `${plan.entity.singular}${plan.id === null ? '' : ` ${plan.id}`}`;

/** A planned write as a person looks at it before it is confirmed; null where nothing would be written. */
export async function previewView(
  plan: WritingPlan,
  { problem, confirm, facts }: Pick<PreviewView, 'problem' | 'confirm' | 'facts'>,
): Promise<PreviewView | null> {
  const steps = isSteps(plan) ? plan.steps : [plan];
  const [first] = steps;
  // Nothing would be written: then there is nothing to decide.
  if (first === undefined) return null;
  return {
    view: 'preview',
    problem,
    action: first.action,
    what: whatOf(plan),
    steps: await Promise.all(steps.map((step) => stepView(step, !isSteps(plan)))),
    facts,
    confirm,
    notes: plan.notes,
    skipped: isSteps(plan) ? plan.skipped : [],
  };
}
