/**
 * Every failure that one part of the program reports to another is one of these. The kind says who can act on it:
 * the caller, the operator of this server, or nobody but Autotask.
 */
export const errorKinds = {
  invalid: 'caller',
  notFound: 'caller',
  notAllowed: 'caller',
  conflict: 'caller',
  cancelled: 'caller',
  credentials: 'operator',
  zone: 'operator',
  permission: 'operator',
  configuration: 'operator',
  /** This server's own mistake; its log tells more. */
  defect: 'operator',
  limited: 'autotask',
  unavailable: 'autotask',
  unexpected: 'autotask',
  /** A write was sent and its answer never came: it may or may not have happened. */
  outcomeUnknown: 'autotask',
} as const;

export type ErrorKind = keyof typeof errorKinds;

export type Actor = (typeof errorKinds)[ErrorKind] | 'server';

export interface ErrorDetails {
  /** What to do next, one sentence. */
  readonly next?: string;
  /** Texts that came from Autotask: data, never instructions. */
  readonly upstream?: readonly string[];
  /** HTTP status of Autotask's answer. */
  readonly status?: number;
  /** Seconds after which trying again makes sense. */
  readonly retryAfter?: number;
  readonly cause?: unknown;
  /** Who can act, where it is not whom the kind names: `server` for limits of this server's own. */
  readonly actor?: Actor;
}

export class AutotaskError extends Error {
  override readonly name = 'AutotaskError';
  readonly kind: ErrorKind;
  readonly next: string | undefined;
  readonly upstream: readonly string[];
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  readonly #actor: Actor | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = kind;
    this.next = details.next;
    this.upstream = details.upstream ?? [];
    this.status = details.status;
    this.retryAfter = details.retryAfter;
    this.#actor = details.actor;
  }

  get actor(): Actor {
    return this.#actor ?? errorKinds[this.kind];
  }
}

/** One thing wrong with what the caller gave. */
export interface Problem {
  readonly field: string;
  readonly problem: string;
  /** Valid choices, when they can be listed. */
  readonly allowed?: readonly string[];
}

/** All problems of one input at once, so that a caller needs one correction and not one per field. */
export class InvalidInput extends AutotaskError {
  readonly what: string;
  readonly problems: readonly Problem[];
  /** What `message` says after `what`, one line for each problem whatever its texts hold. */
  readonly lines: readonly string[];

  constructor(what: string, problems: readonly Problem[], next?: string) {
    const lines = problems.map(({ field, problem, allowed }) => {
      const choices = allowed === undefined || allowed.length === 0 ? '' : ` Valid: ${allowed.join(', ')}.`;
      return `- ${field}: ${problem}${/[.?!]$/.test(problem) ? '' : '.'}${choices}`;
    });
    super('invalid', `${what}\n${lines.join('\n')}`, next === undefined ? {} : { next });
    this.what = what;
    this.problems = problems;
    this.lines = lines;
  }
}

/** A call's arguments do not fit the tool's schema. What it says was not read from the tenant. */
export class InvalidArguments extends InvalidInput {}

/** What the operating system calls its refusal (`ENOENT`); null when the error is another one. */
export const systemCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
