/** `warning` does not keep the server from working, `problem` does; `skipped` could not be looked at. */
export type Status = 'ok' | 'warning' | 'problem' | 'skipped';

/** What one check found. */
export interface Finding {
  readonly check: string;
  readonly status: Status;
  readonly detail: string;
  /** What the operator can do about it. */
  readonly next?: string;
}

/** `policy` and `read-only` are limits of this server, `no` is Autotask's; `-` does not exist, `?` is unknown. */
export type Right = 'yes' | 'no' | 'policy' | 'read-only' | '-' | '?';

export interface EntityRights {
  readonly entity: string;
  readonly read: Right;
  readonly create: Right;
  readonly update: Right;
  readonly delete: Right;
}
