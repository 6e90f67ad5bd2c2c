import { randomBytes } from 'node:crypto';
import { type AnyPlan, isSteps } from '../../entities/write/plan.js';
import { AutotaskError } from '../../errors.js';
import type { GateSettings } from '../settings.js';
import { pendingInFolder, pendingInMemory } from './pending-tokens.js';
import { createPreviewTokens, type Subject, type TokenVerdict } from './preview-token.js';

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
  readonly subject: Subject;
  readonly confirm: string | undefined;
  readonly plan: AnyPlan;
  /** Makes the plan of several records anew, as they are now, for another preview. */
  readonly replan: () => Promise<AnyPlan>;
  /** The preview as a human reads it. */
  readonly describe: (plan: AnyPlan) => Promise<string>;
  readonly person: PersonAsked | undefined;
}

/**
 * Open: `gate` says for the audit log what opened it. Held: the preview with the token that would. A question:
 * a person has to be asked first.
 */
export type Decision =
  | { readonly open: false; readonly question: Question }
  | Held
  | { readonly open: true; readonly gate: string; readonly plan: AnyPlan };

export interface Held {
  readonly open: false;
  readonly question?: undefined;
  readonly problem: string | null;
  readonly token: string;
  readonly plan: AnyPlan;
}

const problems: Readonly<Record<Exclude<TokenVerdict, 'good'>, string>> = {
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
  other: 'The answer belongs to the question of another call: tool, arguments and caller must be the same.',
  changed: 'The record, or what would be written, changed while the user was asked.',
  used: 'This answer was used already, or its question was asked by another process; one answer confirms one write.',
};

/** Decides whether a planned write may be made. Every write of every tool passes here. */
export function createGate({ mode, key, seconds, dir }: GateSettings) {
  const lifeMs = seconds * 1000;
  const pending = dir === null ? pendingInMemory() : pendingInFolder(dir);
  const tokens = createPreviewTokens(key ?? randomBytes(32).toString('hex'), lifeMs, pending);

  async function byPreview({ subject, confirm, plan, replan }: ConfirmationRequest): Promise<Decision> {
    if (confirm !== undefined) {
      const verdict = await tokens.check(confirm, subject, plan);
      if (verdict === 'good') return { open: true, gate: 'preview', plan };
      // What was left out because it changed since a preview is in the next one, as it is now.
      const next = isSteps(plan) ? await replan() : plan;
      return {
        open: false,
        problem: problems[verdict],
        token: await tokens.issue(subject, next),
        plan: next,
      };
    }
    return { open: false, problem: null, token: await tokens.issue(subject, plan), plan };
  }

  function byToken({
    subject,
    confirm,
    plan,
  }: ConfirmationRequest): Exclude<Decision, { question: Question }> {
    if (confirm === subject.word) return { open: true, gate: 'token', plan };
    const problem = confirm === undefined ? null : `confirm was not ${subject.word}.`;
    return { open: false, problem, token: subject.word, plan };
  }

  /** The state of a question is the token of its preview: bound to the call, the plan and the record, used once. */
  async function byPerson(passage: ConfirmationRequest, { answer }: PersonAsked): Promise<Decision> {
    const wanted = byToken(passage);
    if (!wanted.open) return wanted;
    const { subject, plan, describe } = passage;
    if (answer === null) {
      return {
        open: false,
        question: { message: await describe(plan), state: await tokens.issue(subject, plan) },
      };
    }
    const verdict = await tokens.check(answer.state, subject, plan);
    if (verdict !== 'good') {
      throw new AutotaskError('conflict', `${unconfirmed[verdict]} Nothing was written.`, {
        next: 'Call again without the earlier answer: the user is asked again.',
      });
    }
    if (!answer.confirmed) {
      throw new AutotaskError('notAllowed', 'The user did not confirm. Nothing was written.', {
        next: 'Ask the user what should be different.',
      });
    }
    return { open: true, gate: 'human', plan };
  }

  return {
    mode,
    lifeMs,
    pass: async (passage: ConfirmationRequest): Promise<Decision> => {
      if (mode === 'token') return byToken(passage);
      if (mode === 'elicit' && passage.person !== undefined) return byPerson(passage, passage.person);
      return byPreview(passage);
    },
  };
}

export type Gate = ReturnType<typeof createGate>;
