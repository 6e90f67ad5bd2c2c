import type { Evidence } from './evidence.js';

/** What a run needs of the world around it. */
export interface Io {
  /** The folder that holds schema/ and generated/. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether `err` is a terminal, where a progress line can be redrawn. */
  readonly terminal: boolean;
  readonly signal: AbortSignal;
}

/** What a source told. */
export interface SourceRead {
  /** Weakest first. */
  readonly evidence: readonly Evidence[];
  /** How the report names the source. */
  readonly name: string;
}
