// Read at every start. What needs the whole entity table, guard.ts and table.ts, is imported by itself.
export { takesAttribution } from './attribution.js';
export { createBudgets, type WriteBudget } from './budget.js';
export { type ClaimRule, readClaimRules, ruleFor } from './claim-rules.js';
export { entityNames } from './entity-names.js';
export { intersect } from './intersect.js';
export { fieldProblem } from './masking/check-field.js';
export { type Action, actions, createPolicy, type Policy } from './policy.js';
export { readPolicySettings } from './read-settings.js';
export { type PolicySettings, policyVariables } from './settings.js';
