import * as z from 'zod';
import type { AutotaskWriter, CallOptions, Row } from '../../client/types.js';
import type { Entity } from '../../model.js';
import { canonical } from '../../text.js';
import type { Cell } from '../display/display.js';
import { withoutMark } from './idempotency-mark.js';
import type { FoundOutcome } from './outcomes/outcome.js';
import type { OutcomeQuery } from './outcomes/outcome-query.js';
import type { RecordedWrite } from './outcomes/receipt.js';
import type { Audience } from './visibility.js';

export interface Change {
  readonly field: string;
  readonly before: Cell | null;
  readonly after: Cell;
}

/** What happened, as Autotask's database tells it afterwards. */
export interface WriteResult {
  readonly action: WritePlan['action'];
  readonly entity: Entity;
  readonly id: number;
  /** Opens the record in Autotask's web interface; null when not known how. */
  readonly link: string | null;
  /** The record by number and name, then those that it belongs to, a line each. */
  readonly called: readonly string[];
  readonly changes: readonly Change[];
  /** Every field that was sent and stored so, `name: value`. */
  readonly stored: readonly string[];
  /** Fields that were not sent and changed, `name: before -> after`. */
  readonly moved: readonly string[];
  /** Fields whose stored value is not the one that was sent. */
  readonly differences: readonly string[];
  readonly notes: readonly string[];
}

/**
 * A write that was checked and routed but not made. Only `send` writes, and it needs a writer, which
 * the dispatcher hands out after the gate.
 */
export interface WritePlan {
  readonly action: 'create' | 'update' | 'delete';
  readonly entity: Entity;
  readonly id: number | null;
  readonly path: string;
  /** Exactly what is sent; null for a delete. */
  readonly body: Row | null;
  /** The field with the mark of this attempt, which another plan of the same write has otherwise; null without. */
  readonly mark: string | null;
  /** The record as it was when the plan was made; null for a create. */
  readonly stored: Row | null;
  /** The records that a new one belongs to, as they were when the plan was made. */
  readonly basis: readonly unknown[];
  /** The record by number and name, then those that it belongs to, a line each. */
  readonly called: readonly string[];
  readonly audience: Audience;
  readonly changes: readonly Change[];
  readonly notes: readonly string[];
  /** What should make whoever confirms look twice: read for a preview, empty where it may not be read. */
  readonly warnings: () => Promise<readonly string[]>;
  /** The record that a new one equals, in words, where one was made a short time ago. */
  readonly duplicate?: string;
  /** Steps of the same call that must be made before this one. */
  readonly needs?: readonly WritePlan[];
  /** A new record below one that an earlier step creates: until `bind`, path and body lack its id. */
  readonly uses?: LaterId;
  /** Lines about what else the write concerns, for a preview: read when one is shown. Never rejects. */
  readonly childCounts?: () => Promise<readonly string[]>;
  /** Finds out whether the write happened, when its answer was lost: for who calls. */
  readonly outcomeQuery: OutcomeQuery;
  /** The same for this server. `others` are new records of this entity that are not this one. */
  outcome(others: ReadonlySet<number>): Promise<FoundOutcome>;
  /** Makes the write, once, and answers the record's id. */
  send(writer: AutotaskWriter, options?: CallOptions): Promise<number>;
  /** Reads back what is stored now. `stored` is the record where it was read already, null where it is gone. */
  readBack(id: number, stored?: Row | null): Promise<WriteResult>;
}

/** An id that a step gets, and the field of another step that takes it. */
export interface LaterId {
  readonly step: WritePlan;
  readonly field: string;
  bind(id: number): WritePlan;
}

/** A record of a call that concerns several and is not written, with the reason. */
export interface SkippedRecord {
  /** `Ticket 101959: T20261109.0005 VPN issue` */
  readonly called: string;
  readonly reason: string;
}

/** Its receipt, what was recorded of it, and the number in it of each step that concerns it. */
export interface EarlierCall {
  readonly receipt: string;
  readonly writes: readonly RecordedWrite[];
  readonly numbers: ReadonlyMap<WritePlan, number>;
}

/** Several writes that are confirmed at once and made one after the other, each like any other. */
export interface WriteSteps {
  readonly steps: readonly WritePlan[];
  readonly skipped: readonly SkippedRecord[];
  /** Whether the rest is written after Autotask refused a record. */
  readonly onError: 'continue' | 'stop';
  /** How the query that chose the records was understood. */
  readonly understood?: readonly string[];
  /** Said before everything else. */
  readonly notes: readonly string[];
  /** The steps make sense only together: none is made where one may not be. */
  readonly together?: true;
  /** What is left out is said before what would be written. */
  readonly skippedFirst?: true;
  /** The records were chosen by a query: only those of a preview are written. */
  readonly byQuery: boolean;
  /** Ids of all records that were chosen, skipped ones included. */
  readonly chosen: readonly number[];
  /** An earlier call that these steps go on with, or set back. */
  readonly resumes?: EarlierCall;
  readonly undoes?: EarlierCall;
  /** What a preview showed, where that is not the steps as they are now; see `stateOf`. */
  readonly previewed?: unknown;
}

/** A call that asked about writes and makes none. */
export interface AboutWrites {
  readonly answer: { readonly lines: readonly string[]; readonly labels: readonly string[] };
}

export type AnyPlan = WritePlan | WriteSteps | AboutWrites;

/** A plan that writes. */
export type WritingPlan = WritePlan | WriteSteps;

export const isAnswer = (plan: AnyPlan): plan is AboutWrites => 'answer' in plan;

export const isSteps = (plan: AnyPlan): plan is WriteSteps => 'steps' in plan;

/** What a step writes, by name: `Ticket 101959: T20261109.0005 VPN issue`, `TicketNote "Called back" on Ticket …`. */
export function stepName({ action, entity, called, changes }: WritePlan): string {
  if (action !== 'create') return called.join(' ');
  const names = entity.nameFields.length > 0 ? entity.nameFields : ['title'];
  const title = changes.find(({ field, after }) => names.includes(field) && after.text !== '')?.after.text;
  return [entity.singular, ...(title === undefined ? [] : [JSON.stringify(title)]), ...called].join(' ');
}

/** The steps without which one cannot be made. */
export const neededBy = ({ needs = [], uses }: WritePlan): readonly WritePlan[] =>
  uses === undefined ? needs : [...needs, uses.step];

/** The plan without steps that need one that was left out; each is named. */
export function withoutOrphans(plan: WriteSteps): WriteSteps {
  const kept = new Set<WritePlan>();
  const skipped = [...plan.skipped];
  for (const step of plan.steps) {
    const missing = neededBy(step).find((needed) => !kept.has(needed));
    if (missing === undefined) kept.add(step);
    else skipped.push({ called: stepName(step), reason: `needs ${stepName(missing)}, which is left out` });
  }
  return { ...plan, steps: [...kept], skipped };
}

/** What a plan would write and over what, without what differs at each attempt: equal texts are the same write. */
export const stateOf = (plan: WritingPlan): unknown =>
  isSteps(plan)
    ? (plan.previewed ?? plan.steps.map((step) => stateOf(step)))
    : [plan.action, plan.path, withoutMark(plan.body, plan.mark), plan.stored];

/** An update of nothing: every field holds already what it should. */
export function isDone({ action, body, stored }: WritePlan): boolean {
  if (action !== 'update' || body === null || stored === null) return false;
  const udfs = z.array(z.object({ name: z.string(), value: z.unknown() }));
  const same = (name: string, value: unknown) => {
    if (name !== 'userDefinedFields') return canonical(value) === canonical(stored[name] ?? null);
    const held = new Map((udfs.safeParse(stored[name]).data ?? []).map((udf) => [udf.name, udf.value]));
    return (udfs.safeParse(value).data ?? []).every(
      (udf) => canonical(udf.value) === canonical(held.get(udf.name) ?? null),
    );
  };
  return Object.entries(body).every(([name, value]) => name === 'id' || same(name, value));
}
