import { actingPerson } from '../../acting-person.js';
import { type AuditLog, cleanBody, cleanValue } from '../../audit/index.js';
import type { AutotaskWriter } from '../../client/types.js';
import type { OutcomeQuery } from '../../entities/write/outcome-query.js';
import type { WritePlan } from '../../entities/write/plan.js';
import type { Audience } from '../../entities/write/visibility.js';
import { AutotaskError } from '../../errors.js';
import type { Redact } from '../../log.js';
import { type Policy, takesAttribution } from '../../policy/index.js';
import type { ToolContext, WriteTool } from '../../tools/define/define-tool.js';
import type { Gate, PersonAsked, Question } from '../confirmation/gate.js';
import { type Attribution, previewText, questionText } from '../confirmation/preview.js';
import { resultText } from '../output/render.js';
import { createSingleWrite } from './single-write.js';

export interface WriteRules {
  /** Null in read-only mode: then there is nothing that could write. */
  readonly writer: AutotaskWriter | null;
  readonly gate: Gate;
  readonly policy: Policy;
  readonly audit: AuditLog | null;
  /** The resource in whose name is written. */
  readonly actAs: number | null;
  /** Whether the API user may write for a person where Autotask does not record in whose name. */
  readonly unattributed: 'refuse' | 'api-user';
  readonly tenant?: string;
  /** Takes the secrets of this server out of a text. */
  readonly redact: Redact;
  readonly log: (level: 'warning' | 'error', message: string) => void;
}

/** Who calls, and how the human behind the call can be asked. */
export interface Calling {
  readonly caller?: string;
  readonly person?: PersonAsked;
}

export interface PlannedCall {
  readonly tool: WriteTool;
  readonly confirm: string | undefined;
  /** Arguments as they were given, without `confirm`. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly plan: (context: ToolContext) => Promise<WritePlan>;
}

const probeText = ({ tool, args }: OutcomeQuery) =>
  `Do not repeat the write before you know. To find out, call ${tool} with ${JSON.stringify(args)}`;

/** What a caller learns when a write got through and something after it failed, or nobody knows. */
function afterwards(error: unknown, plan: WritePlan, id: number | null): unknown {
  if (id !== null && error instanceof AutotaskError) {
    return new AutotaskError(
      error.kind,
      `The write was made (${plan.entity.singular} ${id}), but what came after it failed: ${error.message}`,
      {
        upstream: error.upstream,
        next: `Do not write again: read ${plan.entity.name} ${id} to see it.`,
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

/** Autotask says that somebody lacks a right, and not whose: with a person in between it is one of two. */
function impersonationRefused(error: unknown, resource: number | null): AutotaskError | null {
  if (resource === null || !(error instanceof AutotaskError)) return null;
  const { kind, message, upstream, status } = error;
  if (!upstream.some((text) => /permission|impersonat|authorized/i.test(text))) return null;
  return new AutotaskError(kind, message, {
    upstream,
    ...(status === undefined ? {} : { status }),
    next: `It was sent in the name of resource ${resource}, and nothing was written as the API user instead. Ask the operator to allow it in Autotask: the security level of resource ${resource} must let others impersonate for this entity (Resources/Users > Security Levels > Other > Allow impersonation), and that of the API user must let it write.`,
    cause: error,
  });
}

/** What would be let through instead of something that the customer sees. */
function insteadOf({ label, inside }: Audience): string {
  if (inside.length > 0) return `Choose an internal value of publish (${inside.join('; ')})`;
  return label === null ? 'Leave the record inside' : 'No value of publish is internal here: leave it out';
}

/** Runs a tool that writes: plan, policy, gate, then the one write with its two lines in the audit log. */
export function createWriteRunner(rules: WriteRules) {
  const { writer, gate, policy, audit, actAs, unattributed, tenant, redact, log } = rules;
  function check({ action, entity, audience }: WritePlan): void {
    policy.require(action, entity);
    if (action === 'delete' || !audience.published || policy.customerVisibleNotes) return;
    throw new AutotaskError(
      'notAllowed',
      `The policy of this server does not allow writing what the customer sees. ${audience.text} Nothing was written.`,
      {
        next: `${insteadOf(audience)}, or ask the operator to allow it (AUTOTASK_CUSTOMER_VISIBLE_NOTES).`,
      },
    );
  }

  /** In whose name is written; refuses what would silently carry another one than that of whoever asks. */
  async function attributionOf({ entity }: WritePlan): Promise<Attribution> {
    const acting = actingPerson();
    if (acting === undefined) {
      return actAs === null || !takesAttribution(entity) ? 'unsaid' : { id: actAs };
    }
    const found = await acting.resource();
    if ('problem' in found) {
      throw new AutotaskError('notAllowed', `${found.problem} Nothing was written.`, {
        next: 'Only who has exactly one active resource in Autotask can write here. Reading goes on.',
      });
    }
    if (takesAttribution(entity)) return found;
    if (unattributed === 'api-user') return 'api-user';
    throw new AutotaskError(
      'notAllowed',
      `Autotask does not record in whose name ${entity.name} are written: it would be the API user and not ${found.name}. Nothing was written.`,
      { next: 'Only the operator of this server can allow that (AUTOTASK_ME_UNSUPPORTED).' },
    );
  }

  return async function write(
    call: PlannedCall,
    context: ToolContext,
    calling: Calling,
  ): Promise<string | Question> {
    const { tool, confirm, args } = call;
    const who = calling.caller ?? 'unknown';
    const caller = tenant === undefined ? who : `${who} of tenant ${tenant}`;
    const planned = await call.plan(context);
    check(planned);
    const attribution = await attributionOf(planned);
    const decision = await gate.pass({
      subject: { word: tool.confirmToken, args, caller },
      confirm,
      plan: planned,
      describe: (plan) => questionText(plan, attribution),
      person: calling.person,
    });
    if (decision.open === false && decision.question !== undefined) return decision.question;
    if (!decision.open) return previewText(decision, attribution);
    const { plan } = decision;
    if (writer === null) {
      throw new AutotaskError('notAllowed', 'This server is read-only. Nothing was written.');
    }
    const { entity, action, path, id } = plan;
    const resource = typeof attribution === 'object' ? attribution.id : null;
    const { issuer, subject } = actingPerson()?.person ?? {};
    const contents = typeof plan.body?.data === 'string' ? plan.body.data : null;
    const how = { hides: (name: string) => policy.masks(entity, name), redact, isFile: contents !== null };
    const one = createSingleWrite({
      writer,
      plan,
      budget: policy.budget,
      audit,
      attempt: {
        tool: tool.name,
        entity: entity.name,
        action,
        route: path,
        id,
        caller: redact(caller),
        gate: decision.gate,
        body: plan.body === null ? null : cleanBody(plan.body, how),
        changes: plan.changes.map(({ field, before, after }) => ({
          field,
          before: cleanValue(field, before?.text ?? null, how),
          after:
            action === 'delete'
              ? null
              : cleanValue(field, field === 'data' && contents !== null ? contents : after.text, how),
        })),
        ...(resource === null ? {} : { actAs: resource }),
        ...(issuer === undefined ? {} : { issuer }),
        ...(subject === undefined ? {} : { subject: redact(subject) }),
      },
      onAuditFailure: (error) => log('error', `The audit log cannot be written: ${String(error)}`),
    });
    try {
      const text = resultText({ kind: 'write', write: await plan.execute(one.writer) }, 'text');
      const unlogged = 'Note: the outcome of this write could not be written to the audit log.';
      return one.progress.unlogged ? `${text}\n${unlogged}` : text;
    } catch (error) {
      throw afterwards(impersonationRefused(error, resource) ?? error, plan, one.progress.id);
    }
  };
}
