export { takesAttribution } from './attribution.js';
export { createBudgets, type WriteBudget } from './budget.js';
export { guardReader, guardWriter } from './guard.js';
export { intersect } from './intersect.js';
export { fieldProblem } from './masks.js';
export { type Action, actions, createPolicy, type Policy } from './policy.js';
export { readPolicySettings } from './read-settings.js';
export { type PolicySettings, policyVariables } from './settings.js';
export { entityTable, maskLines, rightsOf } from './table.js';
