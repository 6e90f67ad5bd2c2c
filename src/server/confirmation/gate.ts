import { randomBytes } from 'node:crypto';
import { isSteps, type WritingPlan } from '../../entities/write/plan.js';
import { AutotaskError } from '../../errors.js';
import type { GateSettings } from '../settings.js';
import { pendingInMemory } from './pending-tokens.js';
import { type ConfirmedCall, createPreviewTokens, type TokenStatus } from './preview-token.js';

/** A person at the client who can be asked. `answer` is null until there is one; then `state` says to which question. */
export interface PersonAsked {
  readonly answer: { readonly state: string; readonly confirmed: boolean } | null;
}

/** What a person is asked, and the opaque state that the answer has to come with. */
export interface Question {
  readonly message: string;
  readonly state: string;
}

export interface ConfirmationRequest {
  readonly subject: ConfirmedCall;
  readonly confirm: string | undefined;
  readonly plan: WritingPlan;
  /** Makes the plan of several records anew, as they are now, for another preview. */
  readonly replan: () => Promise<WritingPlan>;
  /** The preview as a human reads it. */
  readonly describe: (plan: WritingPlan) => Promise<string>;
  readonly person: PersonAsked | undefined;
  /** Whether the client shows a view in which a person can decide. */
  readonly views: boolean;
  /** Whether the client did not say what it can do: over HTTP without sessions those of 2025 have no way to. */
  readonly unknownClient: boolean;
  /** What came from such a view: the token that no model was shown. */
  readonly consent: string | undefined;
}

/**
 * Open: `gate` says for the audit log what opened it. Held: the preview with the token that would. A question:
 * a person has to be asked first.
 */
export type Decision =
  | { readonly confirmed: false; readonly question: Question }
  | Held
  | { readonly confirmed: true; readonly method: string; readonly plan: WritingPlan };

export interface Held {
  readonly confirmed: false;
  readonly question?: undefined;
  readonly problem: string | null;
  readonly token: string;
  /** The token is for the eyes of a view alone. */
  readonly forView?: true;
  readonly plan: WritingPlan;
}

const problems: Readonly<Record<Exclude<TokenStatus, 'good'>, string>> = {
  malformed: 'confirm was not the token of a preview.',
  expired: 'The preview has expired.',
  other: 'confirm belongs to the preview of another call: tool, arguments and caller must be the same.',
  changed: 'The record, or what would be written, has changed since the preview.',
  used: 'This token was used already, or its preview was made by another process; one preview confirms one write.',
};

/** The same about the answer of a person. */
const unconfirmed: typeof problems = {
  malformed: 'The state of the answer is not one that this server gave out.',
  expired: 'The question has expired.',
  other:
    'The answer belongs to the question of another call, or of a server with another key: tool, arguments and caller must be the same.',
  changed: 'The record, or what would be written, changed while the user was asked.',
  used: 'This answer was used already, or its question was asked by another process; one answer confirms one write.',
};

/** Decides whether a planned write may be made. Every write of every tool is decided here. */
export function createGate({ mode, key, seconds, pending = pendingInMemory() }: GateSettings) {
  const lifetimeMs = seconds * 1000;
  const tokens = createPreviewTokens(key ?? randomBytes(32).toString('hex'), lifetimeMs, pending);

  async function byPreview(
    { subject, plan, replan }: ConfirmationRequest,
    confirm: string | undefined,
    method: 'preview' | 'person',
  ): Promise<Exclude<Decision, { question: Question }>> {
    if (confirm !== undefined) {
      const status = await tokens.check(confirm, subject, plan);
      if (status === 'good') return { confirmed: true, method, plan };
      // What was left out because it changed since a preview is in the next one, as it is now.
      const next = isSteps(plan) ? await replan() : plan;
      return {
        confirmed: false,
        problem: problems[status],
        token: await tokens.issue(subject, next),
        plan: next,
      };
    }
    return { confirmed: false, problem: null, token: await tokens.issue(subject, plan), plan };
  }

  function byToken({
    subject,
    confirm,
    plan,
  }: ConfirmationRequest): Exclude<Decision, { question: Question }> {
    if (confirm === subject.toolToken) return { confirmed: true, method: 'token', plan };
    const problem = confirm === undefined ? null : `confirm was not ${subject.toolToken}.`;
    return { confirmed: false, problem, token: subject.toolToken, plan };
  }

  /** The state of a question is the token of its preview: bound to the call, the plan and the record, used once. */
  async function byPerson(request: ConfirmationRequest, { answer }: PersonAsked): Promise<Decision> {
    const { subject, plan, describe } = request;
    if (answer === null) {
      return {
        confirmed: false,
        question: { message: await describe(plan), state: await tokens.issue(subject, plan) },
      };
    }
    const status = await tokens.check(answer.state, subject, plan);
    if (status !== 'good') {
      throw new AutotaskError('conflict', `${unconfirmed[status]} Nothing was written.`, {
        next: 'Call again without the earlier answer: the user is asked again.',
      });
    }
    if (!answer.confirmed) {
      throw new AutotaskError('notAllowed', 'The user did not confirm. Nothing was written.', {
        next: 'Ask the user what should be different.',
      });
    }
    return { confirmed: true, method: 'human', plan };
  }

  /** A person decides: in a view, or asked by the client. What a model says confirms nothing. */
  async function byPersonAlone(request: ConfirmationRequest): Promise<Decision> {
    const { views, consent, confirm, person, unknownClient } = request;
    if (views || consent !== undefined) {
      const decision = await byPreview(request, consent, 'person');
      if (decision.confirmed) return decision;
      const refused = confirm === undefined ? null : 'confirm is not taken: the user decides.';
      return { ...decision, problem: decision.problem ?? refused, forView: true };
    }
    if (person !== undefined) return byPerson(request, person);
    if (unknownClient) {
      throw new AutotaskError(
        'notAllowed',
        'Writes need a person who confirms them (AUTOTASK_CONFIRM_MODE=person), and whether this client can show a view or ask its user is not known: over HTTP without sessions clients of 2025 cannot say it. Nothing was written.',
        {
          actor: 'operator',
          next: 'Ask the operator to set AUTOTASK_HTTP_SESSIONS=true, or use a client of 2026-07-28.',
        },
      );
    }
    throw new AutotaskError(
      'notAllowed',
      'Writes need a person who confirms them (AUTOTASK_CONFIRM_MODE=person), and this client can neither show a view nor ask its user. Nothing was written.',
      {
        actor: 'operator',
        next: 'Use a client with MCP Apps or elicitation, or ask the operator to set AUTOTASK_CONFIRM_MODE=preview.',
      },
    );
  }

  async function decide(request: ConfirmationRequest): Promise<Decision> {
    if (mode === 'token') return byToken(request);
    if (mode === 'person') return byPersonAlone(request);
    if (mode === 'elicit' && request.person !== undefined) {
      const decision = byToken(request);
      return decision.confirmed ? byPerson(request, request.person) : decision;
    }
    return byPreview(request, request.confirm, 'preview');
  }

  return { mode, lifeMs: lifetimeMs, decide };
}

export type Gate = ReturnType<typeof createGate>;
