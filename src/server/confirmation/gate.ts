import { randomBytes } from 'node:crypto';
import { type AnyPlan, isSteps, stateOf } from '../../entities/write/plan.js';
import { AutotaskError } from '../../errors.js';
import { canonical } from '../../text.js';
import type { GateSettings } from '../settings.js';
import { pendingInFolder, pendingInMemory } from './pending-tokens.js';
import { createPreviewTokens, type Subject, type TokenVerdict } from './preview-token.js';

/** Asks the human at the client; absent where the client cannot. Only `true` is a yes. */
export type Ask = (message: string) => Promise<boolean>;

export interface ConfirmationRequest {
  readonly subject: Subject;
  readonly confirm: string | undefined;
  readonly plan: AnyPlan;
  /** Makes the plan anew, for the moment after a human took time to answer and for another preview. */
  readonly replan: () => Promise<AnyPlan>;
  /** The preview as a human reads it. */
  readonly describe: (plan: AnyPlan) => Promise<string>;
  readonly ask: Ask | undefined;
}

/** Open: `gate` says for the audit log what opened it. Held: the preview with the token that would. */
export type Decision =
  | { readonly open: true; readonly gate: string; readonly plan: AnyPlan }
  | {
      readonly open: false;
      readonly problem: string | null;
      readonly token: string;
      readonly plan: AnyPlan;
    };

const problems: Readonly<Record<Exclude<TokenVerdict, 'good'>, string>> = {
  malformed: 'confirm was not the token of a preview.',
  expired: 'The preview has expired.',
  other: 'confirm belongs to the preview of another call: tool, arguments and caller must be the same.',
  changed: 'The record, or what would be written, has changed since the preview.',
  used: 'This token was used already, or its preview was made by another process; one preview confirms one write.',
};

const sameWrite = (a: AnyPlan, b: AnyPlan) => canonical(stateOf(a)) === canonical(stateOf(b));

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

  function byToken({ subject, confirm, plan }: ConfirmationRequest): Decision {
    if (confirm === subject.word) return { open: true, gate: 'token', plan };
    const problem = confirm === undefined ? null : `confirm was not ${subject.word}.`;
    return { open: false, problem, token: subject.word, plan };
  }

  async function byHuman(passage: ConfirmationRequest, ask: Ask): Promise<Decision> {
    const wanted = byToken(passage);
    if (!wanted.open) return wanted;
    const { plan, replan, describe } = passage;
    if (!(await ask(await describe(plan)))) {
      throw new AutotaskError('notAllowed', 'The user did not confirm. Nothing was written.', {
        next: 'Ask the user what should be different.',
      });
    }
    const now = await replan();
    if (sameWrite(plan, now)) return { open: true, gate: 'human', plan: now };
    throw new AutotaskError(
      'conflict',
      'The record, or what would be written, changed while the user was asked. Nothing was written.',
      { next: 'Call again: the user is asked again.' },
    );
  }

  return {
    mode,
    lifeMs,
    pass: async (passage: ConfirmationRequest): Promise<Decision> => {
      if (mode === 'token') return byToken(passage);
      if (mode === 'elicit' && passage.ask !== undefined) return byHuman(passage, passage.ask);
      return byPreview(passage);
    },
  };
}

export type Gate = ReturnType<typeof createGate>;
