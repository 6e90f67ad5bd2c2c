export type { AuditEvent } from './chain.js';
export { checkpointPath } from './checkpoint.js';
export { createAuditFile } from './file.js';
export {
  type Attempt,
  type AuditLog,
  createAuditLog,
  type Outcome,
  type PlannedWrite,
} from './log.js';
export { cleanBody, cleanValue } from './logged-values.js';
export { createMemoryLog } from './memory.js';
export { verify } from './verify.js';
