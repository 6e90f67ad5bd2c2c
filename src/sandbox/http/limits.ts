import { setTimeout as wait } from 'node:timers/promises';

const hour = 3_600_000;

export interface LimitOptions {
  /** Requests of a tenant in a rolling hour. */
  readonly threshold?: number;
  /** Whether requests get slower above half and three quarters of the threshold. */
  readonly latencySteps?: boolean;
  /** Requests at the same time for one integration code and endpoint. */
  readonly threads?: number;
}

/** The rolling hourly count and the thread limit of one tenant. */
export class Limits {
  readonly threshold: number;
  private readonly latencySteps: boolean;
  private readonly threads: number;
  private readonly times: number[] = [];
  private first = 0;
  private readonly running = new Map<string, number>();

  constructor(options: LimitOptions = {}) {
    this.threshold = options.threshold ?? 10_000;
    this.latencySteps = options.latencySteps ?? false;
    this.threads = options.threads ?? 3;
  }

  /** Counts a request. False when the hour's requests are used up. */
  count(now = Date.now()): boolean {
    if (this.requestsInHour(now) >= this.threshold) return false;
    this.times.push(now);
    return true;
  }

  requestsInHour(now = Date.now()): number {
    while ((this.times[this.first] ?? now) <= now - hour) this.first++;
    if (this.first > 5000) {
      this.times.splice(0, this.first);
      this.first = 0;
    }
    return this.times.length - this.first;
  }

  /** Waits as long as a busy tenant makes a request wait: not at all, half a second or a second. */
  async pause(): Promise<void> {
    if (!this.latencySteps) return;
    const share = this.requestsInHour() / this.threshold;
    if (share >= 0.5) await wait(share < 0.75 ? 500 : 1000);
  }

  /** False when the endpoint is in use as often as it may be. Every true needs a `leave`. */
  enter(endpoint: string): boolean {
    const now = this.running.get(endpoint) ?? 0;
    if (now >= this.threads) return false;
    this.running.set(endpoint, now + 1);
    return true;
  }

  leave(endpoint: string): void {
    this.running.set(endpoint, (this.running.get(endpoint) ?? 1) - 1);
  }

  get threadText(): string {
    return `The Autotask API thread threshold of ${this.threads} threads has been exceeded. (Itgenatr005)`;
  }
}
