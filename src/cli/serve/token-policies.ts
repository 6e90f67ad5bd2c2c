import type { Config } from '../../config/index.js';
import { actingPerson } from '../../identity/acting-person.js';
import {
  type ClaimRule,
  createPolicy,
  type HourlyWriteLimits,
  intersect,
  type Policy,
} from '../../policy/index.js';
import { visibleTools } from '../../server/index.js';

/**
 * What the holder of a token may do in one tenant: what everybody may, less what the holder's own policy
 * takes away. `tenant` names whose writes are counted together.
 */
export function policyOf(
  { policy: { settings }, tokenPolicies }: Config,
  writeLimits: HourlyWriteLimits,
  tenant: string,
  holder: string,
): Policy {
  const all = createPolicy(settings, writeLimits.of(tenant, settings.maxWritesPerHour ?? null));
  const ownPolicy = tokenPolicies.get(holder);
  if (ownPolicy === undefined) return all;
  const writeLimit = writeLimits.of(tenant, ownPolicy.maxWritesPerHour ?? null, () => holder);
  // What it does not mention is as for everybody.
  return intersect(all, createPolicy({ customerVisibleNotes: true, ...ownPolicy }, writeLimit));
}

/** Each person's writes are counted alone. */
const actingWho = (): string => {
  const { issuer, subject } = actingPerson()?.person ?? {};
  return JSON.stringify([issuer, subject]);
};

/** The same for whoever signed in and is let in by the rule; null: there are no rules. */
export function policyOfRule(
  { policy: { settings } }: Config,
  writeLimits: HourlyWriteLimits,
  tenant: string,
  rule: ClaimRule | null,
): Policy {
  const all = createPolicy(settings, writeLimits.of(tenant, settings.maxWritesPerHour ?? null));
  if (rule === null) return all;
  const writeLimit = writeLimits.of(tenant, rule.policy.maxWritesPerHour ?? null, actingWho);
  return intersect(all, createPolicy({ customerVisibleNotes: true, ...rule.policy }, writeLimit));
}

/** Throws when a policy names a tool that does not exist, before anybody calls. */
export function checkTools({ policy, tokenPolicies, claimRules, readOnly }: Config): void {
  visibleTools(policy, readOnly);
  for (const [name, ownPolicy] of tokenPolicies) {
    const field = `disabledTools in policy of ${name} in AUTOTASK_HTTP_TOKENS`;
    visibleTools(createPolicy(ownPolicy), readOnly, { field });
  }
  for (const [index, { policy: own }] of (claimRules ?? []).entries()) {
    const field = `disabledTools in rule ${index + 1} of AUTOTASK_OAUTH_POLICY_FILE`;
    visibleTools(createPolicy(own), readOnly, { field });
  }
}
