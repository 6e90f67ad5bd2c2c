export { checkpointPath } from './checkpoint.js';
export { cleanBody, cleanValue } from './clean.js';
export { createAuditFile } from './file.js';
export { type Attempt, type AuditLog, createAuditLog, type Outcome } from './log.js';
export { verify } from './verify.js';
