import type { LineCopy } from '../../audit/index.js';
import type { Config } from '../../config/index.js';
import type { Log } from '../../log.js';

export interface AuditCopy {
  /** Null where lines go nowhere else. */
  readonly send: LineCopy['send'] | null;
  readonly close: LineCopy['close'];
}

/** Says at the start what would otherwise be met by the first write. */
export async function warnOfAuditPath(config: Config, log: Log): Promise<void> {
  if (config.writes.audit === null || config.readOnly) return;
  const { auditPathProblem } = await import('../folder-problem.js');
  const problem = await auditPathProblem(config);
  if (problem !== null)
    log('warning', `AUTOTASK_AUDIT_LOG: ${problem}. Writes are refused as long as they cannot be recorded.`);
}

/** Where the lines of the audit log go besides their files, as they are in them. */
export async function auditCopyOf({ writes: { audit } }: Config, log: Log): Promise<AuditCopy> {
  const to = audit?.copy ?? null;
  if (to === null) return { send: null, close: async () => {} };
  const { createStreamCopy, createSyslogCopy } = await import('../../audit/index.js');
  return to === 'stdout' ? createStreamCopy(process.stdout, 'stdout', log) : createSyslogCopy({ ...to, log });
}
