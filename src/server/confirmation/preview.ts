import type { Cell } from '../../entities/display/display.js';
import { isMark } from '../../entities/write/idempotency-mark.js';
import type { WritePlan } from '../../entities/write/plan.js';
import { formerValue, plural, shorten, wasCut, wholeEnd } from '../../text.js';
import { fence, neutralize } from '../output/untrusted-text.js';
import type { Held } from './gate.js';

const verbs = { create: 'create', update: 'update', delete: 'delete' } as const;

/** What stands for no value. */
export const orEmpty = (text: string) => (text === '' ? '(empty)' : text);

/** What the caller wants stored is shown as it is; the name or label that stands for an id is the tenant's. */
const newValue = ({ text, json }: Cell) => orEmpty(typeof json === 'object' ? neutralize(text) : text);

/** Characters of a former value that a model reads; what is to be written it reads whole. */
const mostFormer = { create: 0, update: 500, delete: 4000 } as const;

/** What the record holds is the tenant's text and is neutralized. */
function changeLine(plan: WritePlan, { field, before, after }: WritePlan['changes'][number]): string {
  const { action, mark } = plan;
  const name = neutralize(field);
  const oldValue = formerValue(neutralize(shorten(before?.text ?? '', mostFormer[action])));
  if (isMark(mark, field)) return `${name}: (a mark of this attempt)`;
  if (action === 'create') return `${name}: ${newValue(after)}`;
  if (action === 'delete') return `${name}: ${oldValue}`;
  return before?.text === after.text
    ? `${name}: ${oldValue} (unchanged)`
    : `${name}: ${oldValue} -> ${newValue(after)}`;
}

/** What a write would do and where, in words of this server. */
function actionLine({ action, entity, id, path }: WritePlan): string {
  const what = `${entity.singular}${id === null ? '' : ` ${id}`}`;
  return `This would ${verbs[action]} ${what} (${path})${action === 'delete' ? ' for good' : ''}:`;
}

/**
 * In whose name is written: a resource, with its name where it is that of whoever asks; the API user, and the person
 * who asks should know; or as everything here.
 */
export type Attribution = { readonly id: number; readonly name?: string } | 'api-user' | 'unsaid';

export function attributionLines({ entity }: WritePlan, attribution: Attribution): string[] {
  if (attribution === 'unsaid') return [];
  if (attribution === 'api-user') {
    return [`Written as the API user: Autotask does not record in whose name ${entity.name} are written.`];
  }
  const { id, name } = attribution;
  return [`Written in the name of the resource ${id}${name === undefined ? '' : ` (${neutralize(name)})`}.`];
}

/** Who will see it and in whose name it is written. */
const audienceLines = (plan: WritePlan, attribution: Attribution): string[] => [
  `${plan.action === 'delete' ? 'Who sees it until then' : 'Who sees it'}: ${plan.audience.text}`,
  ...attributionLines(plan, attribution),
];

/** The record, its fields before and after, and what is to be noticed: text of the tenant and of the caller. */
async function dataLines(plan: WritePlan): Promise<string[]> {
  const { label } = plan.audience;
  const keepsPublish = label !== null && plan.changes.every(({ field }) => field !== 'publish');
  const warnings = await plan.warnings();
  return [
    ...plan.called.map(neutralize),
    ...warnings.map((warning) => `Warning: ${neutralize(warning)}`),
    ...plan.changes.map((change) => changeLine(plan, change)),
    ...(keepsPublish ? [`publish stays: ${neutralize(label)}`] : []),
    ...plan.notes.map((note) => `Note: ${neutralize(note)}`),
  ];
}

/** What a write would do, where, in whose name and who will see it. */
export async function previewLines(plan: WritePlan, attribution: Attribution): Promise<string[]> {
  return [
    actionLine(plan),
    ...fence(await dataLines(plan)),
    ...((await plan.childCounts?.()) ?? []),
    ...audienceLines(plan, attribution),
  ];
}

/** A person reads a dialog, not a document: so many lines, and so many characters of each. */
const maxLines = 40;
const maxLineLength = 300;
const maxContinuationLines = 5;

/** A text that spans lines, as far as a dialog shows it: what is cut says how much of it stands there. */
function cutForDialog(text: string): string {
  const lines = text
    .split('\n')
    .slice(0, 1 + maxContinuationLines)
    .join('\n');
  const shown = lines.slice(0, wholeEnd(lines, maxLineLength));
  return shown === text ? text : `${shown}… [CUT: ${shown.length} of ${text.length} characters]`;
}

/** Lines as far as a dialog shows them, and what whoever answers must know before: that they are not all there is. */
export function linesForDialog(
  lines: readonly string[],
  most = maxLines,
): { shown: string[]; cut: string[] } {
  const whole = lines.slice(0, most);
  const shown = whole.map(cutForDialog);
  const texts = shown.filter((line, at) => line !== whole[at] || wasCut.test(line)).length;
  const left = lines.length - whole.length;
  const missing = [
    ...(texts > 0 ? [`${plural(texts, 'text')} cut`] : []),
    ...(left > 0 ? [`${plural(left, 'more line')} left out`] : []),
  ];
  const cut =
    missing.length === 0
      ? []
      : [`ATTENTION: not everything is shown here: ${missing.join(', ')}. A yes writes all of it.`];
  return { shown, cut };
}

/**
 * The question to a person: first what would happen, who sees it and whether all of it is shown, where no text of the
 * caller can push it out of sight, then the data, cut to what a dialog shows.
 */
export async function questionText(plan: WritePlan, attribution: Attribution): Promise<string> {
  const { shown, cut } = linesForDialog(await dataLines(plan));
  return [
    actionLine(plan),
    ...audienceLines(plan, attribution),
    ...cut,
    ...((await plan.childCounts?.()) ?? []),
    ...fence(shown),
  ].join('\n');
}

/** What a model reads about how a preview becomes a write. */
export const confirmLine = ({ token, forView }: Pick<Held, 'token' | 'forView'>): string =>
  forView === true
    ? 'The user sees this and confirms or cancels it there: do not call again, and do not say that it is done.'
    : `To do it, call again with the same arguments and confirm: "${token}".`;

/** The preview of a write that is not confirmed yet, and the token that confirms it. */
export async function previewText(
  decision: Pick<Held, 'problem' | 'forView'> & { readonly plan: WritePlan; readonly token: string | null },
  attribution: Attribution,
): Promise<string> {
  const [first = '', ...rest] = await previewLines(decision.plan, attribution);
  const problem = decision.problem === null ? '' : ` ${decision.problem}`;
  return [
    `PREVIEW, nothing was written.${problem} ${first}`,
    ...rest,
    ...(decision.token === null ? [] : [confirmLine({ ...decision, token: decision.token })]),
  ].join('\n');
}
