import { orNull } from '../../entities/read/optional-read.js';
import { isMark } from '../../entities/write/idempotency-mark.js';
import type { SkippedRecord, WritePlan, WriteSteps } from '../../entities/write/plan.js';
import { stepName } from '../../entities/write/plan.js';
import { formerValue, oneLine, shorten } from '../../text.js';
import type { ToolContext } from '../../tools/define/define-tool.js';
import { actionCounts, grouped, would } from '../output/render-steps.js';
import { fence, neutralize } from '../output/untrusted-text.js';
import type { Held } from './gate.js';
import { type Attribution, attributionLines, confirmLine, linesForDialog, orEmpty } from './preview.js';

/** Characters of one value in the table; a value that all records get is shown whole, above it. */
const mostOfValue = 160;
const mostOfName = 120;
/** Records that are left out for the same reason. */
const mostLeftOut = 20;
/** What is shown of a record that would be deleted. */
const mostFields = 5;

const cell = (text = '') => shorten(oneLine(neutralize(orEmpty(text))), mostOfValue);

const former = (text: string) => formerValue(shorten(oneLine(neutralize(text)), mostOfValue));

/** Steps that do the same to records of one entity. */
interface Kind {
  readonly name: string;
  readonly entity: string;
  readonly steps: readonly WritePlan[];
  /** Fields that all of them get, with the one value. */
  readonly told: ReadonlyMap<string, string>;
  /** What is said of who sees each of them. */
  readonly audiences: readonly string[];
}

function kindsOf(steps: readonly WritePlan[]): Kind[] {
  const kinds = new Map<string, WritePlan[]>();
  for (const step of steps) {
    const name = `${step.action === 'create' ? 'new ' : ''}${step.entity.singular}`;
    const known = kinds.get(name);
    if (known === undefined) kinds.set(name, [step]);
    else known.push(step);
  }
  return [...kinds].map(([name, of]) => ({
    name,
    entity: of[0]?.entity.name ?? '',
    steps: of,
    told: common(of),
    audiences: [...new Set(of.map(({ audience }) => audience.text))],
  }));
}

/** Fields that every record gets, with the one value: told once. */
function common(steps: readonly WritePlan[]): ReadonlyMap<string, string> {
  const [first, ...others] = steps;
  if (first === undefined || others.length === 0 || first.action === 'delete') return new Map();
  const same = first.changes.filter(
    (change) =>
      !isMark(first.mark, change.field) &&
      others.every(({ changes }) =>
        changes.some(({ field, after }) => field === change.field && after.text === change.after.text),
      ),
  );
  return new Map(same.map(({ field, after }) => [field, after.text]));
}

function changesOf(step: WritePlan, told: ReadonlyMap<string, string>): string[] {
  if (step.action === 'delete') {
    const summary = step.changes.filter(
      ({ field, before }) =>
        step.entity.summaryFields.includes(field) && before?.text !== '' && field !== 'id',
    );
    return summary.slice(0, mostFields).map(({ field, before }) => `${field}: ${cell(before?.text)}`);
  }
  return step.changes.flatMap(({ field, before, after }) => {
    if (isMark(step.mark, field)) return [];
    const is = told.has(field) ? '' : ` -> ${cell(after.text)}`;
    if (step.action === 'update') {
      return [`${neutralize(field)}: ${former(before?.text ?? '')}${is}`];
    }
    return told.has(field) ? [] : [`${neutralize(field)}: ${cell(after.text)}`];
  });
}

/** Requests that carrying it out takes: each write, and the reads before and after. */
const requestsOf = (count: number) => count + Math.ceil(count / 50) + Math.ceil(count / 500) + 1;

async function roomLine(count: number, left: number, context: ToolContext): Promise<string> {
  const requests = `It takes about ${requestsOf(count)} requests`;
  const found = await orNull(() =>
    context.entities.tenant().reader.threshold(context.signal ? { signal: context.signal } : {}),
  );
  const policy =
    left < count
      ? ` The policy of this server has room for ${left} more writes this hour: the rest waits.`
      : '';
  if (found === null) return `${requests}; how much of the hour's threshold is used is not known.${policy}`;
  const { currentTimeframeRequestCount: used, externalRequestThreshold: most } = found;
  const room = used + requestsOf(count) <= most ? 'there is room' : 'there is NOT room for all of it';
  return `${requests}; ${used} of the hour's ${most} are used: ${room}.${policy}`;
}

export interface StepsPreview {
  /** What would happen, in words of this server. */
  readonly head: string;
  /** What else it concerns. */
  readonly concerned: readonly string[];
  /** Who sees it. */
  readonly audience: readonly string[];
  /** In whose name, what it takes. */
  readonly facts: readonly string[];
  /** The table, with text of the tenant and of the caller. */
  readonly data: readonly string[];
}

/** What is left out, by name; where one reason leaves out many, some of them, and how many more. */
function leftOutLines(skipped: readonly SkippedRecord[]): string[] {
  const counts = new Map<string, number>();
  const lines = skipped.flatMap(({ called, reason }) => {
    const count = (counts.get(reason) ?? 0) + 1;
    counts.set(reason, count);
    const name = shorten(oneLine(neutralize(called)), mostOfName);
    return count > mostLeftOut ? [] : [`Skipped: ${name}: ${oneLine(neutralize(reason))}`];
  });
  const more = [...counts].filter(([, count]) => count > mostLeftOut);
  return [
    ...lines,
    ...more.map(([reason, count]) => `Skipped: ${count - mostLeftOut} more: ${oneLine(neutralize(reason))}`),
  ];
}

/** One table: each record by number and title, before and after, warnings, and those left out with the reason. */
export async function stepsPreview(
  { steps, skipped, skippedFirst, understood = [], notes, onError }: WriteSteps,
  attribution: (plan: WritePlan) => Attribution,
  left: number,
  context: ToolContext,
): Promise<StepsPreview> {
  const kinds = kindsOf(steps);
  const kindOf = new Map(kinds.flatMap((kind) => kind.steps.map((step) => [step, kind])));
  const audiences = new Set(kinds.flatMap((kind) => kind.audiences));
  const rows: string[] = [];
  const below: string[] = [];
  for (const step of steps) {
    const warnings = await step.warnings();
    const kind = kindOf.get(step);
    below.push(...((await step.childCounts?.()) ?? []).filter((line) => !line.startsWith('Nothing')));
    rows.push(
      [
        shorten(oneLine(neutralize(stepName(step))), mostOfName),
        ...changesOf(step, kind?.told ?? new Map()),
        ...((kind?.audiences.length ?? 0) > 1 ? [`Who sees it: ${step.audience.text}`] : []),
        ...warnings.map((warning) => `Warning: ${oneLine(neutralize(warning))}`),
      ].join('\t'),
    );
  }
  const paths = [
    ...new Set(steps.map(({ path, action }) => (action === 'delete' ? path.replace(/\/\d+$/, '') : path))),
  ];
  const said = grouped(steps.flatMap((step) => step.notes));
  const leftOut = leftOutLines(skipped);
  return {
    head:
      steps.length === 0
        ? `There is nothing to write: ${skipped.length} skipped.`
        : `This would ${actionCounts(steps, would)} (${paths.length > 3 ? `${paths.length} paths` : paths.join(', ')})${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}${onError === 'stop' ? ', and stop when one is refused' : ''}:`,
    concerned: grouped(below),
    audience:
      audiences.size === 1
        ? [...audiences].map((text) => `Who sees it: ${text}`)
        : kinds.flatMap(({ entity, audiences: texts, steps: of }) =>
            texts.length === 1
              ? texts.map((text) => `${entity}: Who sees it: ${text}`)
              : grouped(of.map(({ audience }) => `Who sees it: ${audience.text}`)),
          ),
    facts:
      steps.length === 0
        ? []
        : [
            ...new Set(steps.flatMap((step) => attributionLines(step, attribution(step)))),
            await roomLine(steps.length, left, context),
          ],
    data: [
      ...understood.map((meaning) => `Query: ${neutralize(meaning)}`),
      ...notes.map((note) => `Note: ${neutralize(note)}`),
      ...(skippedFirst ? leftOut : []),
      ...said.map((note) => `Note: ${neutralize(note)}`),
      ...kinds.flatMap(({ name, told }) =>
        [...told].map(
          ([field, text]) =>
            `Each${kinds.length > 1 ? ` ${name}` : ''}: ${neutralize(field)} -> ${orEmpty(text)}`,
        ),
      ),
      ...rows,
      ...(skippedFirst ? [] : leftOut),
    ],
  };
}

export const stepsPreviewText = (
  { head, concerned, audience, facts, data }: StepsPreview,
  problem: string | null,
  held: Pick<Held, 'token' | 'forView'> | null,
) =>
  [
    `PREVIEW, nothing was written.${problem === null ? '' : ` ${problem}`} ${head}`,
    ...(data.length === 0 ? [] : fence(data)),
    ...concerned,
    ...audience,
    ...facts,
    ...(held === null ? [] : [confirmLine(held)]),
  ].join('\n');

/** A person reads a dialog: the facts first, what is not shown, then as many rows as fit. */
export const stepsQuestion = ({ head, concerned, audience, facts, data }: StepsPreview): string => {
  const { shown, cut } = linesForDialog(data.map((line) => oneLine(line)));
  return [head, ...concerned, ...audience, ...cut, ...facts, ...fence(shown)].join('\n');
};
