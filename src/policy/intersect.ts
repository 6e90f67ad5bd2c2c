import type { Policy } from './policy.js';

/**
 * What both policies allow: whatever one of them denies, hides or limits stays so. The settings are those of
 * the second.
 */
export function intersect(a: Policy, b: Policy): Policy {
  const both = [a, b] as const;
  return {
    settings: b.settings,
    companies: {
      read: both.flatMap(({ companies }) => companies.read),
      write: both.flatMap(({ companies }) => companies.write),
    },
    may: (...args) => both.every((policy) => policy.may(...args)),
    require: (...args) => {
      for (const policy of both) policy.require(...args);
    },
    masks: (...args) => both.some((policy) => policy.masks(...args)),
    requireUdfs: (...args) => {
      for (const policy of both) policy.requireUdfs(...args);
    },
    mentionsMasked: (...args) => both.some((policy) => policy.mentionsMasked(...args)),
    masksAny: (...args) => both.some((policy) => policy.masksAny(...args)),
    offersTool: (...args) => both.every((policy) => policy.offersTool(...args)),
    unknownTools: (...args) => both.flatMap((policy) => policy.unknownTools(...args)),
    customerVisibleNotes: a.customerVisibleNotes && b.customerVisibleNotes,
    writeLimit: a.writeLimit.with(b.writeLimit),
    maxRecordsPerCall: (action) => Math.min(...both.map((policy) => policy.maxRecordsPerCall(action))),
  };
}
