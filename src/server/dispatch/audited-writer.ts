import type { AuditLog, Outcome, PreparedAttempt } from '../../audit/index.js';
import type { AutotaskWriter } from '../../client/types.js';
import type { WritePlan } from '../../entities/write/plan.js';
import { AutotaskError } from '../../errors.js';
import type { HourlyWriteLimit } from '../../policy/index.js';
import { kept } from './journal.js';

export interface AuditedWriterSettings {
  readonly writer: AutotaskWriter;
  readonly plan: WritePlan;
  readonly writeLimit: HourlyWriteLimit;
  readonly audit: AuditLog;
  readonly attempt: PreparedAttempt;
  /** Asked last before it is sent; see WriteOptions. */
  readonly beforeSending: () => Promise<void>;
  readonly onAuditFailure: (error: unknown) => void;
}

/** How far the write got. */
export interface Progress {
  /** Autotask accepted it under this id. */
  id: number | null;
  /** It was sent and is not in the log with its outcome. */
  unlogged: boolean;
}

const method = { create: 'POST', update: 'PATCH', delete: 'DELETE' } as const;

export interface AuditedWriter {
  readonly writer: AutotaskWriter;
  readonly progress: Readonly<Progress>;
  /** Records that a write whose answer was lost was made after all. */
  found(id: number): Promise<void>;
}

/** A mistake of our own may come before the write was sent or after: nobody knows whether it was made. */
function failureOf(error: unknown): AutotaskError {
  if (error instanceof AutotaskError && error.kind !== 'defect') return error;
  return new AutotaskError(
    'outcomeUnknown',
    'This server failed while it wrote: the write may have been made or not.',
    { actor: 'operator', cause: error },
  );
}

/**
 * A writer that makes the one write that was planned and nothing else. Before it is sent it is counted and
 * stands in the audit log; its outcome stands there before anybody is told.
 */
export function createAuditedWriter(settings: AuditedWriterSettings): AuditedWriter {
  const { writer, plan, writeLimit, audit, attempt, beforeSending, onAuditFailure } = settings;
  const progress: Progress = { id: null, unlogged: false };
  let used = false;
  let record: (outcome: Outcome) => Promise<void> = async () => {};

  async function sendOnce(
    action: WritePlan['action'],
    path: string,
    body: unknown,
    send: () => Promise<number>,
  ): Promise<number> {
    if (used || action !== plan.action || path !== plan.path || body !== plan.body) {
      throw new Error(`${method[action]} ${path} is not the write that was planned`);
    }
    used = true;
    await writeLimit.take();
    const logOutcome = await kept(
      () => audit.attempt({ ...attempt, sentAt: writer.now().toISOString() }),
      onAuditFailure,
    );
    const finish = async (outcome: Outcome) => {
      try {
        await logOutcome(outcome);
      } catch (error) {
        progress.unlogged = true;
        onAuditFailure(error);
      }
    };
    record = finish;
    try {
      progress.id = await send();
    } catch (error) {
      const failure = failureOf(error);
      const { kind } = failure;
      await finish({ outcome: kind === 'outcomeUnknown' ? 'unknown' : 'refused', error: kind });
      throw failure;
    }
    await finish({ outcome: 'done', id: progress.id });
    return progress.id;
  }

  return {
    progress,
    found: (id) => record({ outcome: 'done', id }),
    writer: {
      ...writer,
      create: (path, body, options) =>
        sendOnce('create', path, body, () => writer.create(path, body, { ...options, beforeSending })),
      patch: (path, body, options) =>
        sendOnce('update', path, body, () => writer.patch(path, body, { ...options, beforeSending })),
      remove: (path, options) =>
        sendOnce('delete', path, null, () => writer.remove(path, { ...options, beforeSending })),
    },
  };
}
