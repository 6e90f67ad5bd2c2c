import type { Config } from '../../config/index.js';
import type { Log } from '../../log.js';

export interface AuditCopy {
  /** Null where lines go nowhere else. */
  readonly send: ((line: string) => void) | null;
  close(): Promise<void>;
}

/** Where the lines of the audit log go besides their files, as they are in them. */
export async function auditCopyOf({ writes: { audit } }: Config, log: Log): Promise<AuditCopy> {
  const to = audit?.copy ?? null;
  if (to === null) return { send: null, close: async () => {} };
  if (to === 'stdout') {
    // Whoever reads it may go away; the files have it all.
    process.stdout.on('error', (error) =>
      log('warning', `audit: lines do not reach stdout (${error.message})`),
    );
    return { send: (line) => process.stdout.write(`${line}\n`), close: async () => {} };
  }
  const { createSyslogCopy } = await import('../../audit/index.js');
  const { send, close } = createSyslogCopy({ ...to, log });
  return { send, close };
}
