import type { LineCopy } from '../../audit/index.js';
import type { Config } from '../../config/index.js';
import type { Log } from '../../log.js';

export interface AuditCopy {
  /** Null where lines go nowhere else. */
  readonly send: LineCopy['send'] | null;
  readonly close: LineCopy['close'];
}

/** Where the lines of the audit log go besides their files, as they are in them. */
export async function auditCopyOf({ writes: { audit } }: Config, log: Log): Promise<AuditCopy> {
  const to = audit?.copy ?? null;
  if (to === null) return { send: null, close: async () => {} };
  const { createStreamCopy, createSyslogCopy } = await import('../../audit/index.js');
  return to === 'stdout' ? createStreamCopy(process.stdout, 'stdout', log) : createSyslogCopy({ ...to, log });
}
