import type { Row } from '../../../client/types.js';
import { AutotaskError, type Problem } from '../../../errors.js';
import { titleOf } from '../../metadata/entity-metadata.js';
import { findEntity } from '../../metadata/entity-names.js';
import type { ParentArguments } from '../../read/lists/list-path.js';
import type { CallContext } from '../../result.js';
import { checkBody } from '../check-body.js';
import { newMark, withoutMark } from '../idempotency-mark.js';
import { outcomeQueryOfCreate } from '../outcomes/outcome-query.js';
import type { ParentRecord } from '../parent-record.js';
import type { WritePlan } from '../plan.js';
import { parentLines } from '../record-lines.js';
import { findRoute } from '../route.js';
import { fileBytes, mostFileBytes } from '../upload-limit.js';
import { audienceOf } from '../visibility.js';
import { computedValues, createDuplicateDetector } from '../warnings.js';
import { invisibleNotes } from './change-notes.js';
import { type PlanningServices, refuse, wholeText } from './planning-services.js';

/** Records that a write belongs to and that are not there. */
const missing = (found: readonly ParentRecord[], { parentId }: ParentArguments): Problem[] =>
  found.flatMap(({ field, entity, id, row }) => {
    const problem = `there is no record ${id} in ${entity.name}`;
    return row === null ? [{ field: parentId === id ? 'parentId' : field, problem }] : [];
  });

export function createPlanCreate(services: PlanningServices) {
  const { facts, marks, outcomes, parentRecords, policy, uploads } = services;
  const { conversion, options, result, show, warning } = services;
  const duplicates = createDuplicateDetector();

  return async function planCreate(
    args: ParentArguments & {
      readonly entity: string;
      readonly data: Row;
      readonly notes?: readonly string[];
      /** Since when the record may have been created, where it is looked for. */
      readonly since?: Date;
    },
    context: CallContext,
  ): Promise<WritePlan> {
    const entity = findEntity(args.entity, args.parentEntity);
    policy.require('create', entity);
    // What cannot be created at all is refused before the tenant is asked anything.
    if (args.parentId !== undefined || entity.createVia === 'none')
      findRoute(entity, 'create', args.data, args);
    const metadata = await facts(entity, context.signal);
    const parentFields = entity.parents.flatMap(({ parentField }) => parentField ?? []);
    const [parentField] = parentFields;
    const { data: given, subjects: parents } = await parentRecords.find(
      metadata,
      args.parentId !== undefined && parentField !== undefined && !(parentField in args.data)
        ? { [parentField]: args.parentId, ...args.data }
        : args.data,
      context,
    );
    const mark = marks.get(entity.name) ?? null;
    const markIsGiven = Object.keys(given).some((name) => name.toLowerCase() === mark?.toLowerCase());
    const markField = markIsGiven ? null : mark;
    const dataWithMark = markField === null ? given : { ...given, [markField]: newMark() };
    const checked = await checkBody(metadata, dataWithMark, 'create', conversion(metadata, context));
    const bytes = fileBytes(checked.body);
    const tooLarge = {
      field: 'data',
      problem: `has ${bytes} bytes; Autotask takes ${mostFileBytes} in a file`,
    };
    const missingRecords = missing(parents, args).filter(
      ({ field }) => !checked.problems.some((other) => other.field === field),
    );
    const problems = [...checked.problems, ...missingRecords];
    refuse(bytes > mostFileBytes ? [...problems, tooLarge] : problems, entity);
    uploads.check(bytes);
    const duplicate = duplicates.like(metadata, withoutMark(checked.body, markField) ?? {}, context);
    const planNotes = [
      ...(args.notes ?? []),
      ...checked.interpretations,
      ...computedValues(metadata, checked.body, {}),
      ...invisibleNotes(checked.body),
    ];
    const route = findRoute(entity, 'create', checked.body, args);
    const cells = await show(checked.body, checked.fields, context, wholeText);
    const changes = checked.fields.map((field, index) => ({
      field: titleOf(field),
      before: null,
      after: cells[index] ?? { text: '', json: null },
    }));
    const ownMark = markField === null ? {} : { [markField]: dataWithMark[markField] };
    const probe = outcomeQueryOfCreate(metadata, checked.body, ownMark, args.since ?? new Date());
    return {
      action: 'create',
      entity,
      id: null,
      path: route.path,
      body: checked.body,
      mark: markField,
      stored: null,
      basis: parents.map(({ row }) => row ?? null),
      called: parentLines(parents),
      audience: audienceOf(metadata, checked.body, {}),
      changes,
      notes: planNotes,
      warnings: warning({ metadata, body: checked.body, stored: {}, subjects: parents }, context, duplicate),
      outcomeQuery: probe,
      outcome: (others) => outcomes.ofCreate(probe, checked.body, checked.fields, others, context),
      send: async (writer, how = options(context)) => {
        uploads.take(bytes);
        const remember = (id: number | null) =>
          duplicates.add(metadata, withoutMark(checked.body, markField) ?? {}, id, context);
        const id = await writer.create(route.path, checked.body, how).catch((error: unknown) => {
          if (error instanceof AutotaskError && error.kind === 'outcomeUnknown') remember(null);
          throw error;
        });
        remember(id);
        return id;
      },
      readBack: (id, stored) => {
        const { body, fields } = checked;
        const written = { id, parentId: route.parent?.id, body, fields, changes, before: null, stored };
        return result('create', metadata, written, { changes, notes: planNotes, on: parents }, context);
      },
    };
  };
}
