import type { DataType } from '../../src/model.js';
import type { EntityFile, FieldFile } from '../model.js';
import { onCreate, onUpdate } from '../rules.js';

/** Types whose values all fit into another: a caller that can handle the wider one has nothing to change. */
const widens: Readonly<Partial<Record<DataType, readonly DataType[]>>> = {
  short: ['integer', 'long'],
  integer: ['long'],
  decimal: ['double'],
  double: ['decimal'],
};

/** Whether some route takes this operation. */
function allows(entity: EntityFile, ...wanted: readonly ('create' | 'update' | 'patch')[]): boolean {
  return wanted.some(
    (operation) =>
      entity.operations[operation] !== false ||
      entity.parents.some((parent) => parent.operations.includes(operation)),
  );
}

/** How much each rule accepts; losing any of it breaks a caller that relied on it. */
const acceptedOnCreate = { refused: 0, required: 1, optional: 2 } as const;
const acceptedOnUpdate = { refused: 0, fixed: 0, identifies: 1, keeps: 1, clears: 2 } as const;

/**
 * Why a caller breaks when a field changes from `before` (undefined: it is new) to `after`; undefined when
 * nobody breaks. A caller filters by fields, reads them, and sends them in new and changed records.
 */
export function breaksField(
  entity: EntityFile,
  before: FieldFile | undefined,
  after: FieldFile,
): string | undefined {
  const creates = allows(entity, 'create');
  const changes = allows(entity, 'update', 'patch');
  if (before === undefined) {
    return creates && onCreate(after) === 'required' ? 'a new record must now give it' : undefined;
  }
  if (before.dataType !== after.dataType && !widens[before.dataType]?.includes(after.dataType)) {
    return 'values of the old type no longer fit';
  }
  if (before.isQueryable !== false && after.isQueryable === false) return 'it can no longer be filtered by';
  const created = [onCreate(before), onCreate(after)] as const;
  if (creates && created[0] !== 'required' && created[1] === 'required')
    return 'a new record must now give it';
  if (creates && acceptedOnCreate[created[1]] < acceptedOnCreate[created[0]]) {
    return 'a new record can no longer give it';
  }
  const updated = [onUpdate(before), onUpdate(after)] as const;
  if (changes && acceptedOnUpdate[updated[1]] < acceptedOnUpdate[updated[0]]) {
    return updated[1] === 'keeps' ? 'it can no longer be emptied' : 'it can no longer be changed';
  }
  const shorter = after.length !== null && (before.length === null || after.length < before.length);
  if ((creates || changes) && shorter && onCreate(after) !== 'refused') return 'longer text is now refused';
  return undefined;
}
