import { createHash } from 'node:crypto';
import type { Row } from '../../../client/types.js';
import { canonical } from '../../../text.js';

/** A write of an earlier call, as it was recorded. */
export interface RecordedWrite {
  readonly step: number;
  readonly entity: string;
  readonly action: 'create' | 'update' | 'delete';
  /** Relative to `V1.0`: `Tickets`, `Tickets/42/Notes`. */
  readonly route: string;
  readonly id: number | null;
  readonly body: Row | null;
  /** The fields as they were; null where that is not recorded, or for a new record. */
  readonly former: Row | null;
  /** Fields that were not recorded as they are. */
  readonly cut: readonly string[];
  /** The record as it was; absent where only the write itself was recorded. */
  readonly version?: string | undefined;
  readonly called: string;
  /** `open`: never sent, or stopped by a limit. `unknown`: sent, and nobody knows how it ended. */
  readonly state: 'open' | 'done' | 'refused' | 'unknown';
  /** When it was sent last, and what that attempt is called. */
  readonly at: string | null;
  readonly attempt: string | null;
  /** False for one that was sent by a process that did not live to tell what came of it. */
  readonly ended: boolean;
  /** Writes of the call, by number, that must be made before this one. */
  readonly needs?: readonly number[] | undefined;
  /** The write whose new id a field of this one takes. */
  readonly uses?: { readonly step: number; readonly field: string } | undefined;
  /** The write of another receipt that this one sets back. */
  readonly undoes?: { readonly receipt: string; readonly step: number } | undefined;
  /** The receipt by which this one was set back, or is about to be. */
  readonly undoneBy?: string | undefined;
}

/** What one call wrote, or was about to write. */
export interface Receipt {
  readonly id: string;
  readonly where: string;
  readonly writes: readonly RecordedWrite[];
}

/** What stands for a record as it is, to see whether it changed. */
export const recordVersion = (stored: Row | null): string =>
  createHash('sha256').update(canonical(stored)).digest('base64url');
