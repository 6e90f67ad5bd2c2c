import type { Tuning } from '../tuning.js';

/** Why nothing is sent for a while, and for how many milliseconds. */
export interface ActiveCooldown {
  /** `share`: what this server may use of the hourly threshold is used up. */
  readonly kind: 'limited' | 'credentials' | 'share';
  readonly ms: number;
  /** Whether it is time to ask ThresholdInformation whether that still holds. */
  readonly askThreshold?: boolean;
}

/** How a request ended, as far as the following ones are concerned. */
export type RequestResult =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'limited'; readonly retryAfterMs: number | undefined };

/**
 * Stops a tenant's requests after Autotask said "too many" (for as long as it asked, otherwise longer
 * each time), and after it refused the credentials several times in a row: repeated failures lock the user.
 */
export class Cooldown {
  readonly #tuning: Tuning;
  #kind: ActiveCooldown['kind'] = 'limited';
  #until = 0;
  #limitedInARow = 0;
  #refusedInARow = 0;

  constructor(tuning: Tuning) {
    this.#tuning = tuning;
  }

  active(now: number): ActiveCooldown | null {
    return now < this.#until ? { kind: this.#kind, ms: Math.ceil(this.#until - now) } : null;
  }

  record(result: RequestResult, now: number): void {
    switch (result.kind) {
      case 'accepted':
        this.#limitedInARow = 0;
        this.#refusedInARow = 0;
        return;
      case 'limited':
        // Answers to requests sent together are one event, not an escalation.
        if (now >= this.#until || this.#kind !== 'limited') this.#limitedInARow += 1;
        this.start('limited', now + (result.retryAfterMs ?? backoff(this.#tuning, this.#limitedInARow)));
        return;
      case 'refused':
        this.#refusedInARow += 1;
        if (this.#refusedInARow >= this.#tuning.refusalsBeforeCooldown) {
          this.start('credentials', now + this.#tuning.refusalCooldownMs);
        }
    }
  }

  /** Until then, unless it lasts longer already. */
  start(kind: ActiveCooldown['kind'], until: number): void {
    if (until <= this.#until) return;
    this.#kind = kind;
    this.#until = until;
  }
}

/** Doubles with each attempt; the random part keeps callers from coming back all at once. */
export function backoff(tuning: Tuning, attempt: number): number {
  const full = Math.min(tuning.maxBackoffMs, tuning.backoffMs * 2 ** (attempt - 1));
  return full * (0.5 + Math.random() / 2);
}
