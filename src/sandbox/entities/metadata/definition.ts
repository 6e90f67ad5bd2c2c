import { load } from '../../../../generated/load.js';
import { entities } from '../../../../generated/table.js';
import type { DataType, Entity, Field } from '../../../model.js';
import { type Kind, kindOf } from '../../store/value.js';
import { type PicklistEntry, type PicklistSource, picklistOf, picklistParent } from '../picklists/index.js';
import { type Correction, correctionOf, isStamped } from './corrections.js';

/** How a write treats a field. */
export type Access = 'writable' | 'createOnly' | 'readOnly';

export interface FieldDefinition {
  readonly name: string;
  /** Where a row holds the value: the name, or `udf:<name>`. */
  readonly key: string;
  readonly kind: Kind;
  readonly dataType: DataType;
  /** 0 when there is no limit. */
  readonly length: number;
  readonly isRequired: boolean;
  readonly access: Access;
  /** What metadata says, which is not always what a write does. */
  readonly isReadOnly: boolean;
  readonly isQueryable: boolean;
  readonly isPickList: boolean;
  readonly picklist: readonly PicklistEntry[] | PicklistSource;
  /** Name of the field whose value decides which values of this picklist fit; empty when none. */
  readonly picklistParent: string;
  /** Metadata calls a few fields references without naming a target: a resource or a contact. */
  readonly isReference: boolean;
  /** The entity a value points to; undefined when it is no reference. */
  readonly reference: Entity | undefined;
}

export interface Definition {
  readonly entity: Entity;
  readonly fields: readonly FieldDefinition[];
  /** By lower-case name. */
  readonly byName: ReadonlyMap<string, FieldDefinition>;
}

const byName = new Map(entities.map((entity) => [entity.name, entity]));
const bySingular = new Map(entities.map((entity) => [entity.singular.toLowerCase(), entity]));
const loaded = new Map<string, Promise<Definition>>();

export function entityNamed(name: string): Entity {
  const entity = byName.get(name);
  if (entity === undefined) throw new Error(`${name} is not in the entity table.`);
  return entity;
}

export function hasEntity(name: string): boolean {
  return byName.has(name);
}

/** The fields of an entity; its module is read the first time somebody asks. */
export function definition(name: string): Promise<Definition> {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const pending = read(entityNamed(name));
  loaded.set(name, pending);
  return pending;
}

async function read(entity: Entity): Promise<Definition> {
  const fields = ((await load[entity.name]?.fields()) ?? []).map((field) => define(entity, field));
  return { entity, fields, byName: new Map(fields.map((field) => [field.name.toLowerCase(), field])) };
}

function define(entity: Entity, field: Field): FieldDefinition {
  const correction = correctionOf(entity.name, field.name);
  const isPickList = field.isPickList === true;
  const flagged = correction.isReadOnly ?? field.isReadOnly ?? isStamped(field.name);
  const isRequired = correction.isRequired ?? field.isRequired === true;
  const reference =
    isPickList || field.referenceEntityType === null
      ? undefined
      : bySingular.get(field.referenceEntityType.toLowerCase());
  return {
    name: field.name,
    key: field.name,
    kind: kindOf(field.dataType),
    dataType: field.dataType,
    length: field.length ?? 0,
    isRequired,
    access: access(field, flagged, isRequired, correction),
    isReadOnly: flagged,
    isQueryable: correction.isQueryable ?? field.isQueryable !== false,
    isPickList,
    picklist: picklistOf(entity.name, field),
    picklistParent: picklistParent(entity.name, field),
    isReference: field.isReference ?? reference !== undefined,
    reference,
  };
}

function access(field: Field, flagged: boolean, isRequired: boolean, correction: Correction): Access {
  if (field.name === 'id' || correction.ignored === true) return 'readOnly';
  if (correction.fixedAfterCreate === true || correction.takenOnCreate === true) return 'createOnly';
  if (!flagged) return 'writable';
  // Required and read-only at once means: given on create, fixed from then on.
  return isRequired ? 'createOnly' : 'readOnly';
}
