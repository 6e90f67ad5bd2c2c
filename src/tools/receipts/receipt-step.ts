import type { RecordedWrite } from '../../entities/write/outcomes/receipt.js';
import type { WritePlan } from '../../entities/write/plan.js';

/** What is to be done about a write of an earlier call: a write, or nothing and why. */
export type ReceiptStep = { readonly plan: WritePlan } | { readonly skip: string };

/** The record below which a write was made, where its route names one. */
export const parentOf = ({ route }: RecordedWrite): { readonly parentId?: number } => {
  const [, parentId] = /^[A-Za-z]+\/(\d+)\/[A-Za-z]/.exec(route) ?? [];
  return parentId === undefined ? {} : { parentId: Number(parentId) };
};
