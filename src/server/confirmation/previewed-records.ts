import { createHash } from 'node:crypto';
import { stateOf, stepName, type WritePlan, type WriteSteps } from '../../entities/write/plan.js';
import { canonical } from '../../text.js';
import type { ConfirmedCall } from './preview-token.js';

/** The records of a preview, each as it was shown. */
export interface Previewed {
  /** Of existing records, in the order of the preview. */
  readonly ids: readonly number[];
  readonly state: unknown;
  readonly versions: ReadonlyMap<string, string>;
}

const mostKept = 200;

const hash = (value: unknown) => createHash('sha256').update(canonical(value)).digest('base64url');

/** The record that a step writes, or exactly what it creates. */
const keyOf = ({ action, path, id, ...plan }: WritePlan) =>
  `${action} ${path} ${id ?? hash(stateOf({ action, path, id, ...plan }))}`;

/**
 * Remembers which records a preview showed and how they were, so that its confirmation writes those and no others:
 * in this process, for the caller who saw it and as long as a preview counts.
 */
export function createPreviewedRecords(lifeMs: number, now: () => number = Date.now) {
  const kept = new Map<string, Previewed & { readonly until: number }>();
  const nameOf = ({ toolToken: word, args, caller }: ConfirmedCall) => hash([word, args, caller]);

  return {
    add(subject: ConfirmedCall, { steps, chosen }: WriteSteps): void {
      const name = nameOf(subject);
      kept.delete(name);
      for (const [known, { until }] of kept) {
        if (until > now() && kept.size < mostKept) break;
        kept.delete(known);
      }
      kept.set(name, {
        ids: chosen,
        state: steps.map(stateOf),
        versions: new Map(steps.map((step) => [keyOf(step), hash(versionOf(step))])),
        until: now() + lifeMs,
      });
    },
    get(subject: ConfirmedCall): Previewed | undefined {
      const found = kept.get(nameOf(subject));
      return found === undefined || found.until < now() ? undefined : found;
    },
    /** What was confirmed once is not confirmed again by the same preview. */
    remove(subject: ConfirmedCall): void {
      kept.delete(nameOf(subject));
    },
  };
}

const versionOf = (step: WritePlan) => [stateOf(step), step.basis];

/** The plan without the records that the preview did not show as they are now; each of them is named. */
export function asPreviewed(plan: WriteSteps, { state, versions }: Previewed): WriteSteps {
  const steps: WritePlan[] = [];
  const skipped = [...plan.skipped];
  for (const step of plan.steps) {
    const version = versions.get(keyOf(step));
    if (version === hash(versionOf(step))) steps.push(step);
    else {
      const reason = version === undefined ? 'was not in the preview' : 'changed since the preview';
      skipped.push({ called: stepName(step), reason });
    }
  }
  return { ...plan, steps, skipped, previewed: state };
}
