import type { SkippedRecord, WritePlan } from '../../entities/write/plan.js';
import { oneLine, shorten } from '../../text.js';
import { type StoredRecord, storedLines } from './stored-values.js';
import { notes, tenantData } from './untrusted-text.js';

export type StepState = 'done' | 'skipped' | 'refused' | 'unknown' | 'not reached';

/** What became of one record of a call that wrote several. */
export interface StepOutcome {
  readonly called: string;
  readonly state: StepState;
  /** Null for a new record that is not there. */
  readonly id: number | null;
  readonly why?: string;
}

/** Records that an answer names one by one; the rest is counted. */
const mostNamed = 20;
const mostOfName = 120;
const mostOfReason = 300;

/** What a preview says would be done. */
export const would = { create: 'create', update: 'update', delete: 'delete for good' } as const;

const did = { create: 'Created', update: 'Updated', delete: 'Deleted' } as const;

/** `3 Tickets`, by entity. */
export function countsOf(steps: readonly WritePlan[]): string {
  const counts = new Map<string, number>();
  for (const { entity } of steps) counts.set(entity.name, (counts.get(entity.name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ') || 'nothing';
}

/** `Created 1 TimeEntries; updated 3 Tickets`, in the words given for each action. */
export function actionCounts(
  steps: readonly WritePlan[],
  words: Record<WritePlan['action'], string>,
): string {
  const actions = [...new Set(steps.map(({ action }) => action))];
  return actions
    .map((action) => `${words[action]} ${countsOf(steps.filter((step) => step.action === action))}`)
    .join('; ');
}

/** Equal texts once, with how many there are of each. */
export function grouped(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const only = counts.size === 1;
  return [...counts].map(([text, count]) => (only ? text : `${count} of them: ${text}`));
}

export interface StepsAnswer {
  readonly steps: readonly WritePlan[];
  readonly outcomes: readonly StepOutcome[];
  readonly skipped: readonly SkippedRecord[];
  readonly stopped: string | null;
  readonly differences: readonly string[];
  readonly stored: readonly StoredRecord[];
  readonly notes: readonly string[];
}

const some = (lines: readonly string[], what: string): string[] =>
  lines.length <= mostNamed
    ? [...lines]
    : [...lines.slice(0, mostNamed), `${lines.length - mostNamed} more ${what}`];

const cell = (text: string, most: number) => shorten(oneLine(text), most);

/** What was done and what was not, small however many records there are: counts, then every one that is not done. */
export function stepsText(answer: StepsAnswer): string {
  const { steps, outcomes, skipped, stopped, differences } = answer;
  const all: StepOutcome[] = [
    ...outcomes,
    ...skipped.map(({ called, reason }) => ({ called, state: 'skipped' as const, id: null, why: reason })),
  ];
  const of = (state: StepState) => all.filter((outcome) => outcome.state === state);
  const counts = (['done', 'skipped', 'refused', 'unknown', 'not reached'] as const).map(
    (state) => `${state} ${of(state).length}`,
  );
  const made = steps.filter((_, at) => outcomes[at]?.state === 'done');
  const head = made.length === 0 ? 'Nothing was written' : actionCounts(made, did);
  const created = steps.flatMap(({ action, entity }, at) =>
    action === 'create' && outcomes[at]?.state === 'done' ? [`${entity.name} ${outcomes[at]?.id}`] : [],
  );
  const named = (['refused', 'unknown', 'skipped', 'not reached'] as const).flatMap((state) =>
    some(
      of(state).map(({ called, why }) =>
        [state, cell(called, mostOfName), ...(why === undefined ? [] : [cell(why, mostOfReason)])].join('\t'),
      ),
      state,
    ),
  );
  const found = of('done').flatMap(({ called, why }) =>
    why === undefined ? [] : [`done\t${called}\t${why}`],
  );
  const otherwise = some(
    differences.map((line) => `Stored otherwise than sent: ${cell(line, mostOfReason)}`),
    'stored otherwise than sent',
  );
  const lines = [...notes(answer.notes), ...found, ...named, ...otherwise, ...storedLines(answer.stored)];
  const isAllRead = answer.stored.length > 0 && answer.stored.length === made.length;
  return [
    `${head}: ${counts.join(', ')}.`,
    ...(stopped === null ? [] : ['It was stopped before its end:', ...tenantData([stopped])]),
    ...(created.length === 0 ? [] : [`New: ${byEntity(created)}`]),
    ...(isAllRead && differences.length === 0 ? ['Read back: every field is stored as sent.'] : []),
    ...(lines.length === 0 ? [] : tenantData(lines)),
  ].join('\n');
}

/** `Tickets 1, 2, 3; TicketNotes 4` */
function byEntity(created: readonly string[]): string {
  const ids = new Map<string, string[]>();
  for (const one of created) {
    const [name = '', id = ''] = one.split(' ');
    ids.set(name, [...(ids.get(name) ?? []), id]);
  }
  return [...ids].map(([name, list]) => `${name} ${list.join(', ')}`).join('; ');
}
