import {
  type AuditLog,
  HeldElsewhere,
  type Lease,
  type PlannedWrite,
  type PreparedAttempt,
} from '../../audit/index.js';
import type { Receipt, RecordedWrite } from '../../entities/write/outcomes/receipt.js';
import { recordVersion } from '../../entities/write/outcomes/receipt.js';
import type { WritePlan } from '../../entities/write/plan.js';
import { AutotaskError } from '../../errors.js';
import { canonical } from '../../text.js';
import type { ReceiptBook } from '../../tools/define/define-tool.js';
import { findReceipt } from './receipts.js';

/** What must be on disk before anything is sent. */
export async function kept<T>(work: () => Promise<T>, onFailure: (error: unknown) => void): Promise<T> {
  try {
    return await work();
  } catch (error) {
    onFailure(error);
    if (error instanceof HeldElsewhere) {
      const { retryAfter } = error;
      throw new AutotaskError(
        'unavailable',
        'Another process of this server holds the audit log. Nothing was written.',
        { actor: 'server', retryAfter, cause: error },
      );
    }
    throw new AutotaskError('configuration', 'The audit log cannot be written. Nothing was written.', {
      next: 'Ask the operator to check AUTOTASK_AUDIT_LOG.',
      cause: error,
    });
  }
}

/** A step as it is recorded before the first one is sent; `numbers` are those of all steps of the call. */
export function plannedWrite(
  { entity, action, route, id, body, called, cut, step, undoes }: PreparedAttempt,
  plan: WritePlan,
  numbers: ReadonlyMap<WritePlan, number>,
): PlannedWrite {
  const { needs = [], uses, stored } = plan;
  const used = uses === undefined ? undefined : numbers.get(uses.step);
  return {
    entity,
    action,
    route,
    id,
    body,
    called,
    cut,
    step,
    version: recordVersion(stored),
    ...(undoes === undefined ? {} : { undoes }),
    ...(needs.length === 0 ? {} : { needs: needs.flatMap((needed) => numbers.get(needed) ?? []) }),
    ...(uses === undefined || used === undefined ? {} : { uses: { step: used, field: uses.field } }),
  };
}

/** Takes receipts for one call; `since`: when it was confirmed. Rejects while somebody else works on one of them. */
export async function acquireLeases(
  audit: AuditLog,
  names: readonly string[],
  since: number,
  onFailure: (error: unknown) => void,
): Promise<{ requireHeld(): Promise<void>; release(): Promise<void> }> {
  const leases = new Map<string, Lease>();
  const release = async () => {
    for (const lease of leases.values()) await lease.release();
  };
  try {
    for (const name of names) {
      const lease = await kept(() => audit.acquire(name, since), onFailure);
      if (lease === null) {
        throw new AutotaskError(
          'conflict',
          `Somebody works on the receipt ${name} right now. Nothing was written.`,
          { next: 'Ask for its status; what is left then can be resumed.' },
        );
      }
      leases.set(name, lease);
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {
    release,
    async requireHeld() {
      for (const [name, lease] of leases) {
        if (await lease.held()) continue;
        throw new AutotaskError(
          'unavailable',
          `This server was kept from running for so long that somebody else may have gone on with the receipt ${name}. Nothing was written.`,
          { actor: 'server', next: 'Ask write-receipt for its status before anything is written again.' },
        );
      }
    },
  };
}

/** Between the plan and the lease another process may have gone on with the same receipt. */
export function requireStillLeft(
  { writes }: Receipt,
  planned: readonly RecordedWrite[],
  numbers: Iterable<number>,
): void {
  const wanted = new Set(numbers);
  const stateOf = (of: readonly RecordedWrite[]) =>
    canonical(
      of
        .filter(({ step }) => wanted.has(step))
        .map(({ step, state, attempt, undoneBy }) => [step, state, attempt, undoneBy ?? null]),
    );
  if (stateOf(writes) === stateOf(planned)) return;
  throw new AutotaskError(
    'conflict',
    'Somebody else went on with this receipt meanwhile. Nothing was written.',
    { next: 'Call again: the plan is made anew.' },
  );
}

/** Receipts as a tool sees them: those of the caller, with the names that may be read now. */
export const receiptsOf = (
  audit: AuditLog,
  caller: string,
  onFailure: (error: unknown) => void,
  asReadable: (receipt: Receipt) => Promise<Receipt>,
): ReceiptBook => ({
  find: async (name) => asReadable(await findReceipt(audit, name, caller)),
  recordMade: ({ id: receipt }: Receipt, { attempt }: RecordedWrite, id: number) =>
    kept(async () => {
      if (attempt !== null) await audit.outcome(receipt, attempt, { outcome: 'done', id });
    }, onFailure),
});
