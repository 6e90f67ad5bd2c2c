import type { Row } from '../../store/value.js';
import { minute, numberOf, type Seed } from '../seed.js';

export interface SeededRow {
  readonly row: Row;
  /** What a file holds. */
  readonly content?: Buffer;
}

/** Makes the rows of one entity; `ids` answers the next free id of one. */
export type RowMaker = (
  ticket: Row,
  seed: Seed,
  ids: (entity: string) => Promise<number>,
) => Promise<SeededRow[]>;

/** So many minutes after the ticket was created. */
export const at = (ticket: Row, minutes: number): number => numberOf(ticket, 'createDate') + minutes * minute;
