const askAgainMs = 5_000;
const mostTries = 3;
const lookAgainMs = 250;

/**
 * Where a share of the hour is to be kept, nothing is sent before Autotask has said how much of it is used. It is asked
 * three times in 15 seconds at most; when it does not tell, work goes on without knowing.
 */
export class FirstThresholdCheck {
  #askedAt = Number.NEGATIVE_INFINITY;
  #tries = 0;
  #answered = false;

  answer(): void {
    this.#answered = true;
  }

  /** What was known no longer holds. */
  reset(): void {
    this.#answered = false;
    this.#askedAt = Number.NEGATIVE_INFINITY;
    this.#tries = 0;
  }

  /** How long to wait before looking again, and whether to ask now; null when nobody has to wait. Milliseconds. */
  wait(now: number): { readonly ms: number; readonly askThreshold: boolean } | null {
    if (this.#answered) return null;
    if (now - this.#askedAt < askAgainMs) return { ms: lookAgainMs, askThreshold: false };
    if (this.#tries >= mostTries) return null;
    this.#askedAt = now;
    this.#tries += 1;
    return { ms: lookAgainMs, askThreshold: true };
  }
}
