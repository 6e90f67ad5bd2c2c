// Read at every start. What needs the whole entity table, guard.ts and table.ts, is imported by itself, and so is
// what few starts need: claim-rules.ts.

export type { ClaimRule } from './claim-rules.js';
export { entityNames } from './entity-names.js';
export {
  createHourlyWriteLimits,
  type HourlyWriteLimit,
  type HourlyWriteLimits,
} from './hourly-write-limit.js';
export { takesImpersonation } from './impersonation-entities.js';
export { intersect } from './intersect.js';
export { fieldProblem } from './masking/check-field.js';
export { type Action, actions, createPolicy, type Policy, type WriteAction, writeActions } from './policy.js';
export { readPolicySettings } from './read-settings.js';
export type { PolicySettings } from './settings.js';
export { policyVariables } from './variables.js';
