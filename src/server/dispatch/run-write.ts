import { type AuditLog, createMemoryLog } from '../../audit/index.js';
import type { AutotaskWriter } from '../../client/types.js';
import type { OutcomeQuery } from '../../entities/write/outcomes/outcome-query.js';
import {
  type AnyPlan,
  isAnswer,
  isSteps,
  type WritePlan,
  type WriteSteps,
  type WritingPlan,
} from '../../entities/write/plan.js';
import { AutotaskError } from '../../errors.js';
import { actingPerson } from '../../identity/acting-person.js';
import type { GuardedWriter } from '../../policy/guards/guard-writer.js';
import type { Policy } from '../../policy/index.js';
import type { Redact } from '../../redact.js';
import type { ToolContext, WriteTool } from '../../tools/define/define-tool.js';
import type { ConfirmationRequest, Gate, Held, PersonAsked, Question } from '../confirmation/gate.js';
import { attributionLines, previewText, questionText } from '../confirmation/preview.js';
import { createPreviewedRecords, type Previewed } from '../confirmation/previewed-records.js';
import { stepsPreview, stepsPreviewText, stepsQuestion } from '../confirmation/steps-preview.js';
import { resultText } from '../output/render.js';
import { stepsText } from '../output/render-steps.js';
import { type AttributionRules, attributionOf } from './attribution.js';
import { attemptOf } from './audit-entry.js';
import { type AuditedWriter, createAuditedWriter } from './audited-writer.js';
import { checkedPlan, stepsOutside } from './check-plan.js';
import { acquireLeases, kept, plannedWrite, receiptsOf, requireStillLeft } from './journal.js';
import { asReadableNow } from './receipt-names.js';
import { findReceipt, newReceipt } from './receipts.js';
import { type Run, runSteps } from './run-steps.js';

export interface WriteRules extends AttributionRules {
  /** Null in read-only mode: then there is nothing that could write. */
  readonly writer: GuardedWriter | null;
  readonly gate: Gate;
  readonly policy: Policy;
  readonly audit: AuditLog | null;
  readonly tenant?: string;
  /** Takes the secrets of this server out of a text. */
  readonly redact: Redact;
  readonly log: (level: 'warning' | 'error', message: string) => void;
}

/** Who calls, and how the human behind the call can be asked. */
export interface CallerContext {
  readonly caller?: string;
  readonly person?: PersonAsked;
  /** Whether the client shows views. */
  readonly views?: boolean;
  /** Whether the client never said what it can do. */
  readonly unknownClient?: boolean;
  /** What a person's consent in a view came with. */
  readonly consent?: string;
}

/** What a call that writes answers; `held` is the preview, where nothing was written, `nothing` what leaves nothing to write. */
export interface WriteAnswer {
  readonly text: string;
  readonly nothing?: WriteSteps;
  readonly held?: Held & {
    /** In whose name, what else it concerns, what it takes. */
    readonly facts: readonly string[];
    /** Arguments with which the preview is confirmed, besides those of the call. */
    readonly adds?: Readonly<Record<string, unknown>>;
  };
}

export interface PlannedCall {
  readonly tool: WriteTool;
  readonly confirm: string | undefined;
  /** Arguments as they were given, without `confirm`. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly plan: (context: ToolContext) => Promise<AnyPlan>;
  /** Whether a record is wanted although an equal one was made a short time ago. */
  readonly again: boolean;
}

const probeText = ({ tool, args }: OutcomeQuery) =>
  `Do not repeat the write before you know. To find out, call ${tool} with ${JSON.stringify(args)}`;

/** What a caller learns when a write got through and something after it failed, or nobody knows. */
function explainFailure(error: unknown, plan: WritePlan, id: number | null, named: string): unknown {
  if (id !== null && error instanceof AutotaskError) {
    return new AutotaskError(
      error.kind,
      `The write was made (${plan.entity.singular} ${id}), but what came after it failed: ${error.message}`,
      {
        upstream: error.upstream,
        actor: error.actor,
        next: `Do not write again: read ${plan.entity.name} ${id} to see it. ${named}`,
        cause: error,
      },
    );
  }
  if (!(error instanceof AutotaskError) || error.kind !== 'outcomeUnknown') return error;
  const { upstream, status, cause } = error;
  return new AutotaskError('outcomeUnknown', error.message, {
    upstream,
    ...(status === undefined ? {} : { status }),
    next: probeText(plan.outcomeQuery),
    cause,
  });
}

/** Runs a tool that writes: plan, policy, gate, then each write with its two lines in the audit log. */
export function createWriteRunner(rules: WriteRules) {
  const { writer, gate, policy, tenant, redact, log } = rules;
  const audit = rules.audit ?? createMemoryLog();
  const previews = createPreviewedRecords(gate.lifeMs);

  function allowedWriter(): AutotaskWriter {
    if (writer !== null) return writer;
    throw new AutotaskError('notAllowed', 'This server is read-only. Nothing was written.');
  }

  const onAuditFailure = (error: unknown) =>
    log('error', `The audit log cannot be written: ${String(error)}`);

  return async function write(
    call: PlannedCall,
    context: ToolContext,
    callerContext: CallerContext,
  ): Promise<WriteAnswer | Question> {
    const { tool, confirm, args, again } = call;
    const callerName = callerContext.caller ?? 'unknown';
    const caller = tenant === undefined ? callerName : `${callerName} of tenant ${tenant}`;
    const acting = actingPerson();
    const asking = acting === undefined ? null : await acting.resource();
    const attributed = (step: WritePlan) => attributionOf(step, asking, rules);
    const subject = { toolToken: tool.confirmToken, args, caller };
    const previewed = confirm === undefined ? undefined : previews.get(subject);
    const receipts = receiptsOf(audit, redact(caller), onAuditFailure, (receipt) =>
      asReadableNow(receipt, policy, writer),
    );
    const own = { ...context, receipts };
    const checked = async (plan: WritingPlan, as: Previewed | undefined) => {
      const outside = await stepsOutside(plan, writer);
      return checkedPlan(plan, { policy, attributed, again, outside, as });
    };
    const planned = async (as: Previewed | undefined): Promise<WritingPlan> => {
      const plan = await call.plan(as === undefined ? own : { ...own, previewed: as.ids });
      if (isAnswer(plan)) throw new Error('what was a write is none');
      return checked(plan, as);
    };
    const first = await call.plan(previewed === undefined ? own : { ...own, previewed: previewed.ids });
    if (isAnswer(first)) return { text: resultText({ kind: 'facts', ...first.answer, json: null }, 'text') };
    const plan = await checked(first, previewed);
    const described = async (steps: WriteSteps) =>
      stepsPreview(steps, attributed, await policy.writeLimit.remaining(), context);
    if (isSteps(plan) && plan.steps.length === 0) {
      return { text: stepsPreviewText(await described(plan), null, null), nothing: plan };
    }
    const factsOf = async (now: WritePlan) => [
      ...((await now.childCounts?.()) ?? []),
      ...attributionLines(now, attributed(now)),
    ];
    const views = callerContext.views === true;
    // In the other mode the token itself is the proof that exactly these records were shown.
    const unseen = isSteps(plan) && plan.byQuery && previewed === undefined && !tokenProves.has(gate.mode);
    const request: ConfirmationRequest = {
      subject,
      confirm: unseen ? undefined : confirm,
      plan,
      replan: () => planned(undefined),
      describe: async (now) =>
        isSteps(now) ? stepsQuestion(await described(now)) : questionText(now, attributed(now)),
      person: callerContext.person,
      views,
      unknownClient: callerContext.unknownClient === true,
      consent: callerContext.consent,
    };
    if (!isSteps(plan) && plan.duplicate !== undefined && !again) {
      const happened = sentence(plan.duplicate);
      const problem = `${happened} If another one is wanted, call again with again: true.`;
      const text = await previewText({ plan, problem, token: null }, attributed(plan));
      if (!views) return { text };
      // Whoever sees in a view what is there already can want another one.
      const adds = { again: true };
      const offer = await gate.decide({
        ...request,
        subject: { ...subject, args: { ...args, ...adds } },
        confirm: undefined,
        consent: undefined,
      });
      if (offer.confirmed || offer.question !== undefined) return { text };
      const inView = `${happened} Confirm only where another one is wanted.`;
      return { text, held: { ...offer, problem: inView, facts: await factsOf(plan), adds } };
    }
    const since = performance.now();
    const decision = await gate.decide(request);
    if (decision.confirmed === false && decision.question !== undefined) {
      // The answer comes with another call, which writes what this question showed.
      if (isSteps(plan)) previews.add(subject, plan);
      return decision.question;
    }
    if (!decision.confirmed) {
      const { plan: now } = decision;
      if (!isSteps(now)) {
        const attribution = attributed(now);
        return {
          text: await previewText({ ...decision, plan: now }, attribution),
          held: { ...decision, facts: await factsOf(now) },
        };
      }
      previews.add(subject, now);
      const problem = unseen && confirm !== undefined ? notPreviewed : decision.problem;
      const shown = await described(now);
      const facts = [...shown.concerned, ...shown.facts];
      return { text: stepsPreviewText(shown, problem, decision), held: { ...decision, problem, facts } };
    }
    previews.remove(subject);
    const accepted = decision.plan;
    const { resumes: resumed, undoes: undone } = isSteps(accepted) ? accepted : {};
    const name = resumed?.receipt ?? newReceipt();
    const numbers =
      resumed?.numbers ??
      new Map(isSteps(accepted) ? accepted.steps.map((step, number) => [step, number]) : []);
    const facts = { tool: tool.name, caller, gate: decision.method, receipt: name, person: acting?.person };
    /** Attempts of an earlier call that are made again, by number of the write. */
    const repeats = new Map<number, string>();
    const attemptAt = (step: WritePlan, made: WritePlan, actAs: number | null) => {
      const number = numbers.get(step) ?? 0;
      const reversed = undone?.numbers.get(step);
      const undoes =
        undone === undefined || reversed === undefined
          ? undefined
          : { receipt: undone.receipt, step: reversed };
      const earlier = { repeats: repeats.get(number), undoes };
      return attemptOf(made, { ...facts, actAs, step: number, ...earlier }, keeping);
    };
    const keeping = { policy, redact, keepsOriginalValues: audit.keepsOriginalValues };
    const named = `Receipt: ${name} (kept in ${audit.where})`;
    allowedWriter();
    const taken = [...(undone === undefined ? [] : [undone.receipt]), name];
    const lease = await acquireLeases(audit, taken, since, onAuditFailure);
    const prepare = (step: WritePlan, made: WritePlan) => {
      const attribution = attributed(step);
      const actAs = typeof attribution === 'object' ? attribution.id : null;
      return createAuditedWriter({
        writer: allowedWriter(),
        plan: made,
        writeLimit: policy.writeLimit,
        audit,
        attempt: attemptAt(step, made, actAs),
        beforeSending: lease.requireHeld,
        onAuditFailure,
      });
    };
    try {
      if (!isSteps(accepted)) return { text: await writeOne(accepted, prepare(accepted, accepted), named) };
      if (undone !== undefined) {
        const now = await findReceipt(audit, undone.receipt, redact(caller));
        requireStillLeft(now, undone.writes, undone.numbers.values());
      }
      if (resumed === undefined) {
        const writes = accepted.steps.map((step) => plannedWrite(attemptAt(step, step, null), step, numbers));
        await kept(() => audit.plan(name, redact(caller), tool.name, writes), onAuditFailure);
      } else {
        const left = accepted.steps.flatMap((step) => numbers.get(step) ?? []);
        const now = await findReceipt(audit, name, redact(caller));
        requireStillLeft(now, resumed.writes, left);
        for (const { step, attempt } of now.writes) if (attempt !== null) repeats.set(step, attempt);
      }
      const run = await runSteps(accepted, prepare, context);
      return { text: [stepsText({ ...accepted, ...run }), named, ...goingOn(run)].join('\n') };
    } finally {
      await lease.release();
    }
  };
}

const sentence = (text: string) => `${text[0]?.toUpperCase()}${text.slice(1)}.`;

/** What to do about a run that ended before its end; a refusal, and what needs what was refused, stay as they are. */
const goingOn = ({ stopped, outcomes }: Run): string[] =>
  stopped !== null && outcomes.some(({ state }) => state === 'not reached' || state === 'unknown')
    ? ['To go on with what is left: write-receipt with this receipt and action resume.']
    : [];

/** Where a preview's token is bound to the very records that were shown. */
const tokenProves: ReadonlySet<Gate['mode']> = new Set(['preview', 'person']);

const notPreviewed =
  'A query writes the records that its preview showed, and there is none in this session: this is it.';

/** The one write of a call, and what its record holds afterwards. */
async function writeOne(plan: WritePlan, audited: AuditedWriter, named: string): Promise<string> {
  try {
    const text = resultText(
      { kind: 'write', write: await plan.readBack(await plan.send(audited.writer)) },
      'text',
    );
    const unlogged = 'Note: the outcome of this write could not be written to the audit log.';
    return [text, ...(audited.progress.unlogged ? [unlogged] : []), named].join('\n');
  } catch (error) {
    throw explainFailure(error, plan, audited.progress.id, named);
  }
}
