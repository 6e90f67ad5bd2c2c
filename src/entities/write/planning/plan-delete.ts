import { filledFields } from '../../display/display.js';
import { titleOf } from '../../metadata/entity-metadata.js';
import { childCountLines } from '../../read/child-counts.js';
import type { ParentArguments } from '../../read/lists/list-path.js';
import { withoutRows } from '../../read/record.js';
import type { CallContext, RecordResult } from '../../result.js';
import { outcomeQueryOfRecord } from '../outcomes/outcome-query.js';
import type { WritePlan } from '../plan.js';
import { nameLine, parentLines } from '../record-lines.js';
import { audienceOf } from '../visibility.js';
import { findExistingRecord } from './existing-record.js';
import { type PlanningServices, wholeText } from './planning-services.js';

export function createPlanDelete(services: PlanningServices) {
  const { duplicates, facts, options, outcomes, parentRecords, policy, reader, reads } = services;

  return async function planDelete(
    args: ParentArguments & { readonly entity: string; readonly id: number },
    context: CallContext,
  ): Promise<WritePlan> {
    const { entity, row, route } = await findExistingRecord(services, 'delete', args, context);
    const metadata = await facts(entity, context.signal);
    const record: RecordResult = await reads.showRecord(
      row,
      metadata,
      await filledFields(row, metadata, context.signal),
      context,
      wholeText,
    );
    const nothing = { text: '', json: null };
    const called = [
      nameLine(entity, args.id, row),
      ...parentLines(await parentRecords.ofStored(metadata, row, context)),
    ];
    const changes = record.fields.map((field, index) => ({
      field: titleOf(field),
      before: record.cells[index] ?? null,
      after: nothing,
    }));
    let below: Promise<string[]> | undefined;
    return {
      action: 'delete',
      entity,
      id: args.id,
      path: `${route.path}/${args.id}`,
      body: null,
      mark: null,
      stored: row,
      basis: [],
      called,
      audience: audienceOf(metadata, row, row),
      changes,
      notes: [],
      warnings: async () => [],
      // Whoever shows the preview in several forms counts once.
      childCounts: () => {
        below ??= childCountLines(entity, args.id, reader, policy, context.signal);
        return below;
      },
      outcomeQuery: outcomeQueryOfRecord(entity.name, args.id, args.parentId ?? route.parent?.id, []),
      outcome: () => outcomes.ofDelete(metadata, args.id, args.parentId ?? route.parent?.id, context),
      send: async (writer, how = options(context)) => {
        const id = await writer.remove(`${route.path}/${args.id}`, how);
        duplicates.forget(entity.name, args.id);
        return id;
      },
      readBack: async (id, stored) => {
        const read = () => reads.row(entity, args.id, route.parent?.id, withoutRows(context));
        const left = stored === undefined ? await read().catch(() => null) : stored;
        const differences = left === null ? [] : ['the record is still there'];
        const unchanged = { stored: [], moved: [], notes: [] };
        return { action: 'delete', entity, id, link: null, called, changes, differences, ...unchanged };
      },
    };
  };
}
