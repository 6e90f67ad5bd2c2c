import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { stateOf, type WritingPlan } from '../../entities/write/plan.js';
import { canonical } from '../../text.js';
import type { PendingTokens } from './pending-tokens.js';

/** What a token stands for: this tool, these arguments, this caller. */
export interface ConfirmedCall {
  /** The tool's own token, e.g. `CREATE_TICKET`; tokens of previews begin with it. */
  readonly toolToken: string;
  readonly args: unknown;
  readonly caller: string;
}

export type TokenStatus = 'good' | 'malformed' | 'expired' | 'other' | 'changed' | 'used';

const macBytes = 12;

/**
 * Tokens `WORD.expiry.nonce.call.state`: two keyed hashes, one over the call and one over what it would do to
 * the record as it was. Every replica with the key can read them; that each is used once is up to the memory of
 * those that are pending.
 */
export function createPreviewTokens(key: string, lifetimeMs: number, pending: PendingTokens) {
  const mac = (...parts: readonly string[]) =>
    createHmac('sha256', key).update(canonical(parts)).digest().subarray(0, macBytes).toString('base64url');
  const callHash = ({ toolToken, args, caller }: ConfirmedCall, expiry: string, nonce: string) =>
    mac('call', toolToken, canonical(args), caller, expiry, nonce);
  const stateHash = (plan: WritingPlan, call: string) => mac('state', canonical(stateOf(plan)), call);
  const equal = (a: string, b: string) =>
    a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

  return {
    async issue(subject: ConfirmedCall, plan: WritingPlan): Promise<string> {
      const seconds = Math.floor((Date.now() + lifetimeMs) / 1000);
      const expiry = seconds.toString(36);
      const nonce = randomBytes(8).toString('hex');
      const call = callHash(subject, expiry, nonce);
      await pending.add(nonce, lifetimeMs);
      return [subject.toolToken, expiry, nonce, call, stateHash(plan, call)].join('.');
    },
    /** Uses the token up when it is good. Whether its time is over is for `pending` to say. */
    async check(token: string, subject: ConfirmedCall, plan: WritingPlan): Promise<TokenStatus> {
      const [toolToken, expiry = '', nonce = '', call = '', state = '', ...rest] = token.trim().split('.');
      const wellFormed = /^[0-9a-z]{1,9}$/.test(expiry) && /^[0-9a-f]{16}$/.test(nonce);
      if (toolToken !== subject.toolToken || !wellFormed || rest.length > 0) return 'malformed';
      if (!equal(call, callHash(subject, expiry, nonce))) return 'other';
      if (!equal(state, stateHash(plan, call))) return 'changed';
      if (await pending.take(nonce)) return 'good';
      // The clock of whoever gave it out may differ: this only chooses the words.
      return Number.parseInt(expiry, 36) * 1000 < Date.now() ? 'expired' : 'used';
    },
  };
}
