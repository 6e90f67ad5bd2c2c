export type { AuditEvent } from './chains/chain.js';
export { chainOf, replicaName } from './chains/chain-set.js';
export { checkpointPath } from './chains/checkpoint.js';
export { mergeByTime } from './chains/merge.js';
export { verify } from './chains/verify.js';
export { type SetVerification, verifyAll } from './chains/verify-set.js';
export type { LineCopy } from './copies/line-copy.js';
export { createStreamCopy } from './copies/stream.js';
export { createSyslogCopy } from './copies/syslog.js';
export { createAuditFile } from './file.js';
export type { Lease } from './lease.js';
export { HeldElsewhere } from './lock.js';
export {
  type Attempt,
  type AuditLog,
  createAuditLog,
  type Outcome,
  outweighs,
  type PlannedWrite,
  type PreparedAttempt,
} from './log.js';
export { cleanBody, cleanValue } from './logged-values.js';
export { createMemoryLog } from './memory.js';
