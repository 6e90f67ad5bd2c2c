import type { Row } from '../../../client/types.js';
import { fieldValue } from '../../display/display.js';
import { idOf } from '../../display/row-id.js';
import type { EntityMetadata, FieldMetadata } from '../../metadata/entity-metadata.js';
import type { Reads } from '../../read/read.js';
import { withoutRows } from '../../read/record.js';
import type { CallContext } from '../../result.js';
import { sameValue } from './equality.js';
import type { OutcomeQuery } from './outcome-query.js';

/** What the tenant says about a write whose answer was lost: the id of the record, or that it was not made. */
export type FoundOutcome =
  | { readonly made: true; readonly id: number }
  | { readonly made: false }
  /** Nothing tells: the record is neither as it was nor as it should be, or several could be the new one. */
  | { readonly made: null };

const mostLike = 5;

/** Finds out, by reading, how a write ended. Rejects when Autotask cannot be asked. */
export function createOutcomes(reads: Reads) {
  const holds = (row: Row, body: Row, fields: readonly FieldMetadata[]) =>
    fields.filter((field) => sameValue(fieldValue(body, field), fieldValue(row, field), field)).length;

  return {
    async ofUpdate(
      { entity }: EntityMetadata,
      id: number,
      parentId: number | undefined,
      body: Row,
      before: Row,
      fields: readonly FieldMetadata[],
      context: CallContext,
    ): Promise<FoundOutcome> {
      const row = await reads.row(entity, id, parentId, withoutRows(context));
      if (row === null) return { made: null };
      const now = holds(row, body, fields);
      if (now === fields.length) return { made: true, id };
      return now <= holds(before, body, fields) ? { made: false } : { made: null };
    },

    async ofDelete(
      { entity }: EntityMetadata,
      id: number,
      parentId: number | undefined,
      context: CallContext,
    ): Promise<FoundOutcome> {
      const row = await reads.row(entity, id, parentId, withoutRows(context));
      return row === null ? { made: true, id } : { made: false };
    },

    /** `others`: records that are known to be somebody else's, or another step's. */
    async ofCreate(
      { args }: OutcomeQuery,
      body: Row,
      fields: readonly FieldMetadata[],
      others: ReadonlySet<number>,
      context: CallContext,
    ): Promise<FoundOutcome> {
      const { entity, query } = args;
      const found = await reads.prepare({ entity: String(entity), query }, withoutRows(context));
      const { rows } = await reads.rowsOf(
        found.entity.path,
        found.filter,
        undefined,
        mostLike + others.size,
        context,
      );
      const like = rows.filter((row) => {
        const id = idOf(row);
        return id !== null && !others.has(id) && fields.every((field) => isLike(field, body, row));
      });
      const [only, ...more] = like;
      if (only === undefined) return { made: false };
      const id = idOf(only);
      return more.length > 0 || id === null ? { made: null } : { made: true, id };
    },
  };
}

/** Contents of files are not read back, and a text may be stored with other line ends. */
const isLike = (field: FieldMetadata, body: Row, row: Row) =>
  field.dataType === 'byte[]' || sameValue(fieldValue(body, field), fieldValue(row, field), field);
