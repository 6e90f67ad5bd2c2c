import type { Log } from '../log.js';

/** Where the engine is, as AUTOTASK_STATE_URL names it. */
export interface EngineAddress {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** A Unix socket instead. */
  readonly path: string | null;
  readonly user: string | null;
  readonly password: string | null;
  readonly database: number;
  readonly tls: boolean;
  /**
   * Whether the nodes are the engine itself, members of a cluster, or sentinels that know it by this name, which are
   * asked as a user of their own where they want one.
   */
  readonly via:
    | 'direct'
    | 'cluster'
    | { readonly sentinel: string; readonly user: string | null; readonly password: string | null };
}

export interface SharedStateSettings {
  readonly address: EngineAddress;
  /** Fraction of the limits that this replica keeps to while the engine cannot be asked; 0: it sends nothing then. */
  readonly share: number;
  readonly log: Log;
}

/** Milliseconds. */
export interface Times {
  /** What a replica holds is free again so long after it was heard from last. */
  readonly leaseMs: number;
  /** The engine is asked whether it is there so often. */
  readonly pulseMs: number;
  /** A turn that may have been given longer ago is asked for again before anything is sent: longer than an answer may take. */
  readonly turnMs: number;
  /** So long what others were let in for may still run when the engine is lost; then this replica goes on alone. */
  readonly drainMs: number;
  /** This replica goes on alone only while the engine failed to answer it so short a time ago: less than `settleMs`. */
  readonly aloneMs: number;
  /** So long the engine must have been back before this replica trusts that all others have noticed it too. */
  readonly settleMs: number;
}

export const times: Times = {
  leaseMs: 9_000,
  pulseMs: 500,
  turnMs: 1_200,
  drainMs: 2_000,
  aloneMs: 1_900,
  settleMs: 2_000,
};
