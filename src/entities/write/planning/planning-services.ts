import type { AutotaskReader, Row } from '../../../client/types.js';
import { InvalidInput, type Problem } from '../../../errors.js';
import type { Entity } from '../../../model.js';
import type { Policy } from '../../../policy/index.js';
import { display } from '../../display/display.js';
import { linkTo } from '../../display/link.js';
import type { EntityMetadata, FieldMetadata } from '../../metadata/entity-metadata.js';
import type { MetadataStore } from '../../metadata/metadata-store.js';
import type { Reads } from '../../read/read.js';
import { withoutRows } from '../../read/record.js';
import { createExactMatcher } from '../../references/exact-match.js';
import type { References } from '../../references/references.js';
import type { CallContext } from '../../result.js';
import type { MarkFields } from '../idempotency-mark.js';
import { createOutcomes } from '../outcomes/outcome.js';
import { createParentRecords, type ParentRecord } from '../parent-record.js';
import type { WritePlan, WriteResult } from '../plan.js';
import { createReadBack, type WrittenRecord } from '../read-back.js';
import { parentLines } from '../record-lines.js';
import type { UploadLimit } from '../upload-limit.js';
import { createWarningLookups, lookupsOf, type WriteContext, warningsOf } from '../warnings.js';
import { createDuplicateDetector } from './duplicates.js';

/** What is about to be stored is shown whole: Autotask's longest text has 32,000 characters. */
export const wholeText = 40_000;

export interface WriteSettings {
  readonly reader: AutotaskReader;
  readonly facts: MetadataStore;
  readonly references: References;
  readonly reads: Reads;
  readonly policy: Policy;
  readonly marks: MarkFields;
  readonly uploads: UploadLimit;
}

/** Throws when a write cannot be made as it is, with everything that is not right. */
export function refuse(problems: readonly Problem[], entity: Entity): void {
  if (problems.length === 0) return;
  throw new InvalidInput(
    `Nothing was written: ${problems.length === 1 ? 'one field is' : `${problems.length} fields are`} not right.`,
    problems,
    `describe-entity-fields lists the fields of ${entity.name} and their values.`,
  );
}

/** What plans of all three kinds need of one tenant. */
export function createPlanningServices(settings: WriteSettings) {
  const { reader, facts, references, reads } = settings;
  const options = (context: CallContext) => (context.signal ? { signal: context.signal } : {});
  const show = (row: Row, fields: readonly FieldMetadata[], context: CallContext, mostText = 500) =>
    display([row], fields, {
      references,
      timeZone: context.timeZone,
      mostText,
      single: true,
      ...options(context),
    }).then(([cells = []]) => cells);

  const identify = createExactMatcher(reader, references);
  const readBack = createReadBack(reads, references);

  /** Looked up once a plan, and only when somebody is shown a preview. */
  function warning(write: WriteContext, context: CallContext, also?: string): WritePlan['warnings'] {
    let found: Promise<string[]> | undefined;
    return async () => {
      const lookups = lookupsOf(context, () => createWarningLookups(reads, references, facts, context));
      found ??= warningsOf(write, lookups, context.timeZone);
      return [...(also === undefined ? [] : [also]), ...(await found)];
    };
  }

  /** How values of a write are read: records by their whole name only. */
  const conversion = (context: CallContext) => ({ ...reads.conversion(context), identify });

  /** What a create or an update answers. */
  async function result(
    action: 'create' | 'update',
    metadata: EntityMetadata,
    written: WrittenRecord,
    plan: Pick<WritePlan, 'changes' | 'notes'> & { readonly on: readonly ParentRecord[] },
    context: CallContext,
  ): Promise<WriteResult> {
    const { entity } = metadata;
    const { called, notes, row: _, ...back } = await readBack(metadata, written, withoutRows(context));
    const link = await linkTo(reader, entity, written.id, options(context));
    return {
      action,
      entity,
      id: written.id,
      link,
      called: [called, ...parentLines(plan.on)],
      changes: plan.changes,
      ...back,
      notes: [...plan.notes, ...notes],
    };
  }

  return {
    ...settings,
    parentRecords: createParentRecords(reads, references, identify),
    outcomes: createOutcomes(reads),
    duplicates: createDuplicateDetector(),
    options,
    show,
    warning,
    conversion,
    result,
  };
}

export type PlanningServices = ReturnType<typeof createPlanningServices>;
