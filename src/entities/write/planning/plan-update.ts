import type { Row } from '../../../client/types.js';
import { InvalidInput } from '../../../errors.js';
import { titleOf } from '../../metadata/entity-metadata.js';
import type { ParentArguments } from '../../read/lists/list-path.js';
import type { CallContext } from '../../result.js';
import { checkBody } from '../check-body.js';
import { outcomeQueryOfRecord } from '../outcomes/outcome-query.js';
import type { WritePlan } from '../plan.js';
import { nameLine, parentLines } from '../record-lines.js';
import { audienceOf } from '../visibility.js';
import { computedValues } from '../warnings.js';
import { withWholeAssignment } from './assignment.js';
import { clearedNote, invisibleNotes } from './change-notes.js';
import { findExistingRecord } from './existing-record.js';
import { type PlanningServices, refuse, wholeText } from './planning-services.js';

export function createPlanUpdate(services: PlanningServices) {
  const { facts, outcomes, parentRecords } = services;
  const { conversion, options, result, show, warning } = services;

  return async function planUpdate(
    args: ParentArguments & {
      readonly entity: string;
      readonly id: number;
      readonly data: Row;
      readonly notes?: readonly string[];
    },
    context: CallContext,
  ): Promise<WritePlan> {
    const { entity, row, route } = await findExistingRecord(services, 'patch', args, context);
    const metadata = await facts(entity, context.signal);
    const data = Object.fromEntries(
      Object.entries(args.data).filter(([name]) => name.toLowerCase() !== 'id'),
    );
    const otherId = Object.entries(args.data).find(
      ([name, value]) => name.toLowerCase() === 'id' && Number(value) !== args.id,
    );
    if (otherId !== undefined) {
      throw new InvalidInput('Nothing was written.', [
        { field: 'id', problem: `is ${args.id}, but the data says ${JSON.stringify(otherId[1])}` },
      ]);
    }
    const parentField = route.parent?.field ?? undefined;
    const moved = Object.entries(data).find(
      ([name, value]) =>
        name.toLowerCase() === parentField?.toLowerCase() && Number(value) !== route.parent?.id,
    );
    if (moved !== undefined) {
      throw new InvalidInput('Nothing was written.', [
        { field: moved[0], problem: `cannot be changed: the record is written below ${route.parent?.id}` },
      ]);
    }
    const nothing = new InvalidInput('Nothing was written.', [
      { field: 'data', problem: 'names no field to change' },
    ]);
    if (Object.keys(data).length === 0) throw nothing;
    const withAssignment = withWholeAssignment(metadata, data, row);
    const checked = await checkBody(
      metadata,
      { ...withAssignment.data, id: args.id },
      'update',
      conversion(context),
      row,
    );
    refuse([...withAssignment.problems, ...checked.problems], entity);
    const fields = checked.fields.filter((field) => field.name !== 'id');
    if (fields.length === 0) throw nothing;
    const parents = await parentRecords.ofStored(metadata, row, context);
    const before = await show(row, fields, context, wholeText);
    const planNotes = [
      ...(args.notes ?? []),
      ...withAssignment.notes,
      ...checked.interpretations,
      ...computedValues(metadata, checked.body, row),
      ...clearedNote(checked.body, fields, before),
      ...invisibleNotes(checked.body),
    ];
    const after = await show(checked.body, fields, context, wholeText);
    const changes = fields.map((field, index) => ({
      field: titleOf(field),
      before: before[index] ?? null,
      after: after[index] ?? { text: '', json: null },
    }));
    return {
      action: 'update',
      entity,
      id: args.id,
      path: route.path,
      body: checked.body,
      mark: null,
      stored: row,
      basis: [],
      called: [nameLine(entity, args.id, row), ...parentLines(parents)],
      audience: audienceOf(metadata, checked.body, row),
      changes,
      notes: planNotes,
      warnings: warning({ metadata, body: checked.body, stored: row, subjects: parents }, context),
      outcomeQuery: outcomeQueryOfRecord(
        entity.name,
        args.id,
        args.parentId,
        fields.map((field) => field.name),
      ),
      outcome: () =>
        outcomes.ofUpdate(metadata, args.id, route.parent?.id, checked.body, row, fields, context),
      send: (writer, how = options(context)) => writer.patch(route.path, checked.body, how),
      readBack: (id, stored) => {
        const { body } = checked;
        const written = { id, parentId: route.parent?.id, body, fields, changes, before: row, stored };
        return result('update', metadata, written, { changes, notes: planNotes, on: parents }, context);
      },
    };
  };
}
