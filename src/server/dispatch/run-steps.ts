import type { Row } from '../../client/types.js';
import type { FoundOutcome } from '../../entities/write/outcomes/outcome.js';
import { neededBy, stepName, type WritePlan, type WriteSteps } from '../../entities/write/plan.js';
import { AutotaskError, InvalidInput } from '../../errors.js';
import { canonical } from '../../text.js';
import type { ToolContext } from '../../tools/define/define-tool.js';
import type { StepOutcome } from '../output/render-steps.js';
import type { StoredRecord } from '../output/stored-values.js';
import type { AuditedWriter } from './audited-writer.js';

/** Records are compared with their preview so many at a time. */
const mostTogether = 50;

/** They are read back so many at a time: a page of Autotask. */
const mostReadBack = 500;

/** Ids of records that could not be read back, as far as they are listed. */
const mostMissed = 20;

/** Errors about one record, after which the next one may do. All others would meet it as well: they end a run. */
const ofOneRecord: ReadonlySet<string> = new Set([
  'invalid',
  'notFound',
  'notAllowed',
  'conflict',
  'permission',
  'unexpected',
]);

export interface Run {
  readonly outcomes: readonly StepOutcome[];
  /** What ended it before its end. */
  readonly stopped: string | null;
  /** Differences that reading back found, by record. */
  readonly differences: readonly string[];
  /** What is stored now, of each record that was read back. */
  readonly stored: readonly StoredRecord[];
  readonly notes: readonly string[];
}

const reasonOf = (error: AutotaskError): string =>
  [error instanceof InvalidInput ? error.lines.join(' ') : error.message, ...error.upstream]
    .filter((text, at, all) => all.indexOf(text) === at)
    .join(' ');

const afterLost = (found: FoundOutcome | null): string => {
  if (found === null) return 'its answer was lost, and Autotask could not be asked whether it was made';
  return found.made === false
    ? 'its answer was lost, and a moment later nothing of it was there'
    : 'its answer was lost, and the tenant does not tell whether it was made';
};

/**
 * Makes the writes of a plan, one after the other. `prepare` gets a step and, with the ids that it takes from earlier
 * ones, its plan; it counts and records each and hands out the one writer that can make it. Never rejects because of a write: what became of each is in the answer.
 */
export async function runSteps(
  { steps, onError }: WriteSteps,
  prepare: (step: WritePlan, plan: WritePlan) => AuditedWriter,
  context: ToolContext,
): Promise<Run> {
  const { reads } = context.entities.tenant();
  const outcomes: StepOutcome[] = [];
  const notes = new Set<string>();
  /** Ids of what was made here, by entity: records of two entities may have the same. */
  const made = new Map<string, Set<number>>();
  const madeOf = ({ entity }: WritePlan): Set<number> => {
    const known = made.get(entity.name) ?? new Set();
    made.set(entity.name, known);
    return known;
  };
  /** Steps that were made, with their ids, and the plans of those that took an id from another. */
  const ids = new Map<WritePlan, number>();
  const bound = new Map<WritePlan, WritePlan>();
  let stopped: string | null = null;
  const { signal, progress, ...rest } = context;

  /** Rows of the next records, where Autotask hands them out together; the first are as fresh as the plan. */
  async function changedAmong(from: number): Promise<ReadonlySet<WritePlan>> {
    const next = steps.slice(from, from + mostTogether).filter(({ stored }) => stored !== null);
    const now = await rowsOf(next.map((step) => ({ step, id: step.id ?? 0 })));
    return new Set(
      next.filter((step) => {
        const row = now.get(step);
        return row !== undefined && canonical(row) !== canonical(step.stored);
      }),
    );
  }

  /** The records of steps; absent where they cannot be read together, null where they are gone. */
  async function rowsOf(wanted: readonly { readonly step: WritePlan; readonly id: number }[]) {
    const found = new Map<WritePlan, Row | null>();
    for (const entity of new Set(wanted.map(({ step }) => step.entity))) {
      const own = wanted.filter(({ step }) => step.entity === entity);
      const rows = await reads.rows(
        entity,
        own.map(({ id }) => id),
        rest,
      );
      if (rows === null) continue;
      for (const { step, id } of own) found.set(step, rows.get(`${entity.name}/${id}`) ?? null);
    }
    return found;
  }

  /** Before anything else: whether the write whose answer was lost was made. */
  async function lookUp(step: WritePlan, called: string, one: AuditedWriter): Promise<StepOutcome> {
    const found = await step.outcome(madeOf(step)).catch(() => null);
    if (found?.made !== true) return { called, state: 'unknown', id: step.id, why: afterLost(found) };
    await one.found(found.id);
    madeOf(step).add(found.id);
    return { called, state: 'done', id: found.id, why: 'its answer was lost; the tenant has it' };
  }

  async function make(step: WritePlan): Promise<StepOutcome> {
    const called = stepName(step);
    const missing = neededBy(step).find((needed) => !ids.has(needed));
    if (missing !== undefined) {
      const why = `needs ${stepName(missing)}, which was not made`;
      return { called, state: 'not reached', id: step.id, why };
    }
    const { uses } = step;
    const plan = uses === undefined ? step : uses.bind(ids.get(uses.step) ?? 0);
    bound.set(step, plan);
    const one = prepare(step, plan);
    try {
      const id = await plan.send(one.writer, {});
      madeOf(plan).add(id);
      return { called, state: 'done', id };
    } catch (error) {
      if (one.progress.id !== null) return { called, state: 'done', id: one.progress.id };
      if (!(error instanceof AutotaskError) || error.kind === 'outcomeUnknown') {
        stopped = 'the answer to a write was lost';
        return lookUp(plan, called, one);
      }
      const why = reasonOf(error);
      if (!ofOneRecord.has(error.kind)) {
        // That is true of this write alone.
        const reason = why.replace(' Nothing was written.', '');
        stopped =
          error.retryAfter === undefined ? reason : `${reason} Try again in ${error.retryAfter} seconds.`;
        return { called, state: 'not reached', id: step.id };
      }
      if (onError === 'stop') stopped = 'a record was refused';
      return { called, state: 'refused', id: step.id, why };
    } finally {
      if (one.progress.unlogged) notes.add('The outcome of a write could not be written to the audit log.');
    }
  }

  let changed: ReadonlySet<WritePlan> = new Set();
  for (const [index, step] of steps.entries()) {
    if (stopped === null && signal?.aborted === true) stopped = 'the call was cancelled';
    if (stopped === null && index > 0 && index % mostTogether === 0) {
      try {
        changed = await changedAmong(index);
      } catch (error) {
        stopped = error instanceof AutotaskError ? reasonOf(error) : 'the next records could not be read';
      }
    }
    const called = stepName(step);
    if (stopped !== null) outcomes.push({ called, state: 'not reached', id: step.id });
    else if (changed.has(step)) {
      outcomes.push({ called, state: 'skipped', id: step.id, why: 'changed since the preview' });
    } else {
      const outcome = await make(step);
      if (outcome.state === 'done' && outcome.id !== null) ids.set(step, outcome.id);
      outcomes.push(outcome);
    }
    if (stopped === null) progress?.(index + 1, steps.length, 'written');
  }
  return { outcomes, stopped, ...(await readBackAll()), notes: [...notes] };

  async function readBackAll(): Promise<Pick<Run, 'differences' | 'stored'>> {
    const done = steps.flatMap((step, at) => {
      const outcome = outcomes[at];
      return outcome?.state === 'done' && outcome.id !== null
        ? [{ step: bound.get(step) ?? step, id: outcome.id }]
        : [];
    });
    const differences: string[] = [];
    const stored: StoredRecord[] = [];
    const missed = new Map<string, number[]>();
    if (signal?.aborted === true) return { differences, stored };
    for (let from = 0; from < done.length; from += mostReadBack) {
      const part = done.slice(from, from + mostReadBack);
      try {
        const rows = await rowsOf(part);
        for (const { step, id } of part) {
          const back = await step.readBack(id, rows.get(step));
          if (back.differences.length > 0)
            differences.push(`${stepName(step)}: ${back.differences.join('; ')}`);
          const unread = back.notes.filter((note) => !step.notes.includes(note));
          for (const note of unread) missed.set(note, [...(missed.get(note) ?? []), id]);
          if (unread.length === 0 && step.action !== 'delete')
            stored.push({ called: `${step.entity.singular} ${id}`, values: back.stored, moved: back.moved });
        }
      } catch (error) {
        if (!(error instanceof AutotaskError)) throw error;
        notes.add(`Not all records could be read back (${error.message}).`);
        break;
      }
    }
    for (const [note, ids] of missed) {
      const more = ids.length > mostMissed ? ` and ${ids.length - mostMissed} more` : '';
      notes.add(`${note} (${ids.slice(0, mostMissed).join(', ')}${more})`);
    }
    return { differences, stored };
  }
}
