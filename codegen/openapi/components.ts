import { sourcesOf } from '../merge/provenance.js';
import type { FieldFile, Model, ModelEntity, Provenance } from '../model.js';
import { onCreate, onUpdate } from '../rules.js';
import { scalars } from '../scalars.js';

/** A component of the OpenAPI document: JSON Schema 2020-12, as OpenAPI 3.1 takes it. */
export interface Schema {
  readonly type: 'object';
  readonly description: string;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
}

/** Facts about a field in one line, for the reader of a type or of the API document. */
export function describeField(field: FieldFile): string {
  const facts: string[] = [field.dataType];
  if (field.length !== null) facts.push(`at most ${field.length} characters`);
  if (field.referenceEntityType !== null) {
    facts.push(`${field.isReference === null ? 'probably ' : ''}references ${field.referenceEntityType}`);
  }
  if (field.isPickList === true) facts.push('picklist');
  if (field.isRequired === true && field.name !== 'id') facts.push('required');
  if (field.isReadOnly === true) facts.push('read-only');
  if (field.isQueryable === false) facts.push('cannot be filtered');
  return facts.join(', ');
}

/** Values that every tenant has; a tenant has more, so they are told and not enforced. */
const describeValues = ({ picklistValues }: FieldFile) =>
  picklistValues === null
    ? ''
    : `; ${picklistValues.map(({ value, label }) => `${value} ${label}`).join(', ')}`;

function property(field: FieldFile, nullable: boolean, description: string): Record<string, unknown> {
  const { type, ...rest } = scalars[field.dataType].openapi;
  return {
    type: nullable ? [type, 'null'] : type,
    ...rest,
    ...(field.length === null ? {} : { maxLength: field.length }),
    description: `${describeField(field)}${description}`,
  };
}

const userDefinedFields = {
  type: 'array',
  description: 'values of user-defined fields by their name',
  items: {
    type: 'object',
    properties: { name: { type: 'string' }, value: { type: ['string', 'null'] } },
    required: ['name', 'value'],
    additionalProperties: false,
  },
};

function schemasOf(entity: ModelEntity, provenance: Provenance): Record<string, Schema> {
  const udf = entity.userDefinedFields ? { userDefinedFields } : {};
  const sources = sourcesOf(provenance, entity.name);
  const creatable = entity.fields.filter((field) => onCreate(field) !== 'refused');
  const changeable = entity.fields.filter((field) =>
    ['identifies', 'keeps', 'clears'].includes(onUpdate(field)),
  );
  const object = (description: string, properties: Record<string, unknown>) => ({
    type: 'object' as const,
    description,
    properties: { ...properties, ...udf },
  });
  const closed = (required: readonly FieldFile[]) => ({
    ...(required.length === 0 ? {} : { required: required.map((field) => field.name) }),
    additionalProperties: false as const,
  });
  const of = (fields: readonly FieldFile[], make: (field: FieldFile) => unknown) =>
    Object.fromEntries(fields.map((field) => [field.name, make(field)]));
  return {
    [entity.singular]: object(
      `A record of ${entity.name} as Autotask returns it; fields that were not asked for are absent.`,
      of(entity.fields, (field) => ({
        ...property(field, field.name !== 'id', describeValues(field) + knownFrom(sources.get(field.name))),
        ...(field.isReadOnly === true ? { readOnly: true } : {}),
      })),
    ),
    [`${entity.singular}Create`]: {
      ...object(
        `A new record of ${entity.name}.`,
        of(creatable, (field) => property(field, onCreate(field) === 'optional', describeValues(field))),
      ),
      ...closed(creatable.filter((field) => onCreate(field) === 'required')),
    },
    [`${entity.singular}Update`]: {
      ...object(
        `Changes to a record of ${entity.name}: absent fields keep their value, null empties one.`,
        of(changeable, (field) => property(field, onUpdate(field) === 'clears', describeValues(field))),
      ),
      ...closed(changeable.filter((field) => onUpdate(field) === 'identifies')),
    },
  };
}

const knownFrom = (tags: readonly string[] | undefined) =>
  tags === undefined ? '' : `. Known from ${tags.join(', ')}.`;

/** A schema to read, to create and to update a record of each entity, by its name. */
export function entityComponents({ entities, provenance }: Model): Record<string, Schema> {
  return Object.assign({}, ...entities.map((entity) => schemasOf(entity, provenance)));
}
