import type { WriteBudget } from './budget.js';
import type { Policy } from './policy.js';

function bothBudgets(a: WriteBudget, b: WriteBudget): WriteBudget {
  const check = () => {
    a.check();
    b.check();
  };
  const limits = [a.most, b.most].filter((most) => most !== null);
  return {
    most: limits.length === 0 ? null : Math.min(...limits),
    left: () => Math.min(a.left(), b.left()),
    check,
    take() {
      // A write that one of them refuses counts for neither.
      check();
      a.take();
      b.take();
    },
  };
}

/**
 * What both policies allow: whatever one of them denies, hides or limits stays so. The settings are those of
 * the second.
 */
export function intersect(a: Policy, b: Policy): Policy {
  const both = [a, b] as const;
  return {
    settings: b.settings,
    may: (...asked) => both.every((policy) => policy.may(...asked)),
    require: (...asked) => {
      for (const policy of both) policy.require(...asked);
    },
    masks: (...asked) => both.some((policy) => policy.masks(...asked)),
    requireUdfs: (...asked) => {
      for (const policy of both) policy.requireUdfs(...asked);
    },
    mentionsMasked: (...asked) => both.some((policy) => policy.mentionsMasked(...asked)),
    masksAny: (...asked) => both.some((policy) => policy.masksAny(...asked)),
    offersTool: (...asked) => both.every((policy) => policy.offersTool(...asked)),
    strayTools: (...asked) => both.flatMap((policy) => policy.strayTools(...asked)),
    customerVisibleNotes: a.customerVisibleNotes && b.customerVisibleNotes,
    budget: bothBudgets(a.budget, b.budget),
    maxRecordsPerCall: Math.min(a.maxRecordsPerCall, b.maxRecordsPerCall),
  };
}
