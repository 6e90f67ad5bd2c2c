import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import type { RecordedWrite } from '../../entities/write/outcomes/receipt.js';
import type { WritePlan } from '../../entities/write/plan.js';
import type { ToolContext } from '../define/define-tool.js';

/** What is to be done about a write of an earlier call: a write, or nothing and why. */
export type ReceiptStep = { readonly plan: WritePlan } | { readonly skip: string };

/** The record below which a write was made, where its route names one. */
export const parentOf = ({ route }: RecordedWrite): { readonly parentId?: number } => {
  const [, parentId] = /^[A-Za-z]+\/(\d+)\/[A-Za-z]/.exec(route) ?? [];
  return parentId === undefined ? {} : { parentId: Number(parentId) };
};

/** The records of writes, and those that they belong to, read a page at a time: for planning alone. */
export async function withRecordsOf(
  writes: readonly RecordedWrite[],
  context: ToolContext,
): Promise<ToolContext> {
  let own = context;
  for (const entity of new Set(writes.map((write) => write.entity))) {
    const of = writes.filter((write) => write.entity === entity);
    const ids = [...new Set(of.flatMap(({ id }) => id ?? []))];
    const bodies = of.flatMap(({ id, body, former }): Row[] => {
      const row = id === null ? body : former;
      return row === null ? [] : [row];
    });
    own = {
      ...own,
      ...(await own.entities.tenant().writes.prefetch(findEntity(entity), ids, own, { bodies })),
    };
  }
  return own;
}
