import type { ActiveCooldown, RequestResult } from '../rate-limiting/cooldown.js';
import type { Threshold } from '../rate-limiting/threshold.js';

/** One request that may be sent now, or after `delayMs`. Whoever has it must end it. */
export interface Turn {
  /** Milliseconds to wait before sending, so that the hourly threshold lasts. */
  readonly delayMs: number;
  /** Whether it is time to ask ThresholdInformation. */
  readonly checkThreshold: boolean;
  /** After `delayMs`, before sending: resolves when it may still be sent, rejects as `waitForTurn` does. */
  resume(): Promise<void>;
  /** Gives the slot back and records how the request ended; null when that says nothing about the next ones. */
  end(result: RequestResult | null): void;
}

/**
 * What all clients of one tenant have in common, because Autotask counts it per tenant: concurrent requests,
 * cooldowns, the hourly threshold, and cached metadata. One process keeps it in memory; several replicas put
 * Valkey or Redis behind the same interface (src/shared-state).
 */
export interface TenantState {
  /**
   * Waits until one request may be sent. `pause` is called when requests are stopped for a while: it resolves when
   * it is time to ask again, or rejects for whoever cannot wait so long.
   */
  waitForTurn(
    endpoint: string,
    signal: AbortSignal,
    pause: (stop: ActiveCooldown) => Promise<void>,
  ): Promise<Turn>;
  /** Why requests are stopped at the moment; null when they are not. */
  activeCooldown(): Promise<ActiveCooldown | null>;
  /** Records how a request ended whose turn is over. */
  record(result: RequestResult): Promise<void>;
  /** Records what ThresholdInformation answered; answers how many milliseconds each request waits from now on. */
  recordThreshold(threshold: Threshold): Promise<number>;
  /** Cached JSON; undefined when there is none or it is too old: older than that, or than the time to live. */
  load(key: string, maxAgeMs?: number): Promise<unknown>;
  /** Keeps JSON for the metadata's time to live. Never fails: a cache that cannot write is only slow. */
  save(key: string, body: unknown): Promise<void>;
}

/** The same with what its keeper asks and tells. */
export interface KeptState extends TenantState {
  /** Whether no request is running, waiting or cooling down, so that it may go. */
  isIdle(): boolean;
  /** Requests are stopped for so long, as somebody else was told. */
  pause(stop: ActiveCooldown): void;
}
