import type { Config } from '../../config/index.js';
import { type createBudgets, createPolicy, intersect, type Policy } from '../../policy/index.js';
import { visibleTools } from '../../server/index.js';

/**
 * What the holder of a token may do in one tenant: what everybody may, less what the holder's own policy
 * takes away. `tenant` names whose writes are counted together.
 */
export function policyOf(
  { policy: { settings }, tokenPolicies }: Config,
  budgetOf: ReturnType<typeof createBudgets>,
  tenant: string,
  holder: string,
): Policy {
  const all = createPolicy(settings, budgetOf(tenant, settings.maxWritesPerHour ?? null));
  const ownPolicy = tokenPolicies.get(holder);
  if (ownPolicy === undefined) return all;
  const budget = budgetOf(JSON.stringify([tenant, holder]), ownPolicy.maxWritesPerHour ?? null);
  // What it does not mention is as for everybody.
  return intersect(all, createPolicy({ customerVisibleNotes: true, ...ownPolicy }, budget));
}

/** Throws when a policy names a tool that does not exist, before anybody calls. */
export function checkTools({ policy, tokenPolicies, readOnly }: Config): void {
  visibleTools(policy, readOnly);
  for (const [name, ownPolicy] of tokenPolicies) {
    const field = `disabledTools in policy of ${name} in AUTOTASK_HTTP_TOKENS`;
    visibleTools(createPolicy(ownPolicy), readOnly, { field });
  }
}
