import { isMark } from '../../entities/write/idempotency-mark.js';
import type { Change, WritePlan, WriteSteps, WritingPlan } from '../../entities/write/plan.js';
import { isSteps, stepName } from '../../entities/write/plan.js';
import { wholeEnd } from '../../text.js';
import type { ChangeView, PreviewView, StepView, Value } from '../../view-data.js';
import { actionCounts, grouped, would } from '../output/render-steps.js';
import { fieldViewValue } from './value.js';

/**
 * Characters of all values together that a view is given. The longest single write has less; of a plan of many records
 * that would have more each value is cut alike, and says how much of it is missing.
 */
const mostCharacters = 400_000;
const leastOfValue = 200;

/** Values as a view gets them, which need so many characters whole, in so many texts. */
function valuesWithin(characters: number, texts: number): (field: string, cell: Change['after']) => Value {
  const most =
    characters <= mostCharacters ? Number.POSITIVE_INFINITY : Math.max(leastOfValue, mostCharacters / texts);
  return (field, cell) => {
    const value = fieldViewValue(field, cell);
    const { text } = value;
    if (text.length <= most) return value;
    const shown = text.slice(0, wholeEnd(text, Math.floor(most)));
    return { text: shown, hidden: text.length - shown.length };
  };
}

/** Changes as they are shown: not the mark of an attempt, and not the emptiness after a delete. */
const shownChanges = ({ action, changes, mark }: WritePlan) =>
  changes
    .filter(({ field }) => !isMark(mark, field))
    .map(({ field, before, after }) => ({ field, before, after: action === 'delete' ? null : after }));

type ShownChange = ReturnType<typeof shownChanges>[number];

/** What every one of several records gets alike. */
function sameInEach([first = [], ...others]: readonly (readonly ShownChange[])[]) {
  if (others.length === 0) return new Map<string, Change['after']>();
  const same = first.flatMap(({ field, after }) =>
    after !== null &&
    others.every((changes) =>
      changes.some((change) => change.field === field && change.after?.text === after.text),
    )
      ? [[field, after] as const]
      : [],
  );
  return new Map(same);
}

async function stepView(step: WritePlan, isOnly: boolean, changes: readonly ChangeView[]): Promise<StepView> {
  return {
    action: step.action,
    called: isOnly ? step.called : [stepName(step)],
    changes,
    warnings: await step.warnings(),
    audience: { seenBy: step.audience.seenBy, text: step.audience.text },
  };
}

/** What a plan would do: `update Ticket 101730`, `create 1 TimeEntries; update 1 Tickets`. */
const actionOf = (plan: WritingPlan): string =>
  isSteps(plan)
    ? actionCounts(plan.steps, would)
    : `${would[plan.action]} ${plan.entity.singular}${plan.id === null ? '' : ` ${plan.id}`}`;

/** What is easily overlooked: of several records also how they were chosen, and what is said of each. */
const notesOf = (plan: WritingPlan): string[] =>
  isSteps(plan)
    ? [
        ...(plan.understood ?? []).map((meaning) => `Query: ${meaning}`),
        ...plan.notes,
        ...grouped(plan.steps.flatMap((step) => step.notes)),
        ...(plan.onError === 'stop' ? ['When one is refused, the rest is not written.'] : []),
      ]
    : [...plan.notes];

/** A plan that leaves nothing to write, with what was left out and why. */
export const nothingView = ({ notes, skipped }: WriteSteps): PreviewView => ({
  view: 'preview',
  problem: null,
  title: '',
  each: [],
  steps: [],
  facts: [],
  confirm: null,
  notes,
  skipped,
});

/** A planned write as a person looks at it before it is confirmed. */
export async function previewView(
  plan: WritingPlan,
  told: Pick<PreviewView, 'problem' | 'confirm' | 'facts'>,
): Promise<PreviewView> {
  const steps = isSteps(plan) ? plan.steps : [plan];
  const changes = steps.map(shownChanges);
  const each = sameInEach(changes);
  const cells = [
    ...each.values(),
    ...changes.flat().flatMap(({ field, before, after }) => [before, each.has(field) ? null : after]),
  ].flatMap((cell) => cell ?? []);
  const shown = valuesWithin(
    cells.reduce((sum, { text }) => sum + text.length, 0),
    cells.length,
  );
  const orNull = (field: string, cell: Change['before']) => (cell === null ? null : shown(field, cell));
  return {
    view: 'preview',
    ...told,
    title: actionOf(plan),
    each: [...each].map(([field, after]) => ({ field, after: shown(field, after) })),
    steps: await Promise.all(
      steps.map((step, at) =>
        stepView(
          step,
          !isSteps(plan),
          (changes[at] ?? []).map(({ field, before, after }) => ({
            field,
            before: orNull(field, before),
            after: each.has(field) ? null : orNull(field, after),
          })),
        ),
      ),
    ),
    notes: notesOf(plan),
    skipped: isSteps(plan) ? plan.skipped : [],
  };
}
