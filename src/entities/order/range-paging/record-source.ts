import type { FilterNode, Row } from '../../../client/types.js';
import { idOf } from '../../display/row-id.js';

/** The records that match the caller's filter. */
export interface RecordSource {
  /** One page of those that meet the conditions too; all of them unless `more`. */
  read(conditions: readonly FilterNode[]): Promise<{ readonly rows: readonly Row[]; readonly more: boolean }>;
  /** Null when Autotask does not tell. */
  count(conditions: readonly FilterNode[]): Promise<number | null>;
}

/**
 * Up to where records are known: all at smaller positions and, with an `id`, those at this position that
 * come no later than the record of that id.
 */
export interface Watermark {
  readonly position: number;
  readonly id: number | null;
}

export interface RecordBatch {
  /** Records that follow those of the batches before, in no order. */
  readonly rows: readonly Row[];
  /** Up to where everything was given now; null while nothing is known. */
  readonly watermark: Watermark | null;
}

/** By ascending id, as Autotask gives them: every page goes on where the one before ended. */
export async function* readById(
  source: RecordSource,
  afterId: number | null,
  watermarkAt: (id: number) => Watermark,
): AsyncGenerator<RecordBatch, void, undefined> {
  let last = afterId;
  for (;;) {
    const { rows, more } = await source.read(last === null ? [] : [{ op: 'gt', field: 'id', value: last }]);
    last = idOf(rows.at(-1)) ?? last;
    yield { rows, watermark: last === null ? null : watermarkAt(last) };
    if (!more) return;
  }
}
