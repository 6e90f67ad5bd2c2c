export interface LineCopy {
  send(line: string): void;
  /** Resolves when everything was handed to the system, or after a second. */
  close(): Promise<void>;
}

export const closeMs = 1_000;
