import { isUnknownFieldRefusal } from '../../filter/named-fields.js';
import { resultNotes } from '../../filter/result-notes.js';
import { entityMeaning } from '../../metadata/entity-names.js';
import type { References } from '../../references/references.js';
import type { CallContext } from '../../result.js';
import type { QueryPreparation } from './prepare-query.js';
import { type QueryArguments, requireConditionsOnly } from './query-arguments.js';
import type { Scans } from './scan.js';

export function createCount(
  references: References,
  { prepare }: QueryPreparation,
  { countOf }: Pick<Scans, 'countOf'>,
) {
  /** How many match; again with the tenant's metadata where it refuses a field that the snapshot knows. */
  async function counted(args: QueryArguments, context: CallContext) {
    const prepared = await prepare(args, context);
    requireConditionsOnly(prepared.raw, 'all records that match are counted');
    try {
      return { ...prepared, count: await countOf(prepared.entity.path, prepared.filter, context) };
    } catch (error) {
      if (prepared.known.live || !isUnknownFieldRefusal(error)) throw error;
      const again = await prepare(args, context, true);
      return { ...again, count: await countOf(again.entity.path, again.filter, context) };
    }
  }

  return async function count(args: QueryArguments, context: CallContext) {
    const { entity, filter, known: metadata, count } = await counted(args, context);
    const resultRemarks = await resultNotes(filter, metadata, references, count > 0, context);
    const understood = [...entityMeaning(args.entity, entity), ...filter.interpretation.understood];
    return { entity: entity.name, count, understood, notes: [...filter.notes, ...resultRemarks] };
  };
}
