import type { FieldFile, Model, ModelEntity } from '../model.js';
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

function property(field: FieldFile, nullable: boolean): Record<string, unknown> {
  const { type, ...rest } = scalars[field.dataType].openapi;
  return {
    type: nullable ? [type, 'null'] : type,
    ...rest,
    ...(field.length === null ? {} : { maxLength: field.length }),
    description: describeField(field),
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

function schemasOf(entity: ModelEntity): Record<string, Schema> {
  const udf = entity.userDefinedFields ? { userDefinedFields } : {};
  const creatable = entity.fields.filter((field) => onCreate(field) !== 'refused');
  const changeable = entity.fields.filter((field) =>
    ['identifies', 'keeps', 'clears'].includes(onUpdate(field)),
  );
  const properties = (fields: readonly FieldFile[], nullable: (field: FieldFile) => boolean) => ({
    ...Object.fromEntries(fields.map((field) => [field.name, property(field, nullable(field))])),
    ...udf,
  });
  return {
    [entity.singular]: {
      type: 'object',
      description: `A record of ${entity.name} as Autotask returns it; fields that were not asked for are absent.`,
      properties: properties(entity.fields, (field) => field.name !== 'id'),
    },
    [`${entity.singular}Create`]: {
      type: 'object',
      description: `A new record of ${entity.name}.`,
      properties: properties(creatable, (field) => onCreate(field) === 'optional'),
      required: creatable.filter((field) => onCreate(field) === 'required').map((field) => field.name),
      additionalProperties: false,
    },
    [`${entity.singular}Update`]: {
      type: 'object',
      description: `Changes to a record of ${entity.name}: absent fields keep their value, null empties one.`,
      properties: properties(changeable, (field) => onUpdate(field) === 'clears'),
      required: changeable.filter((field) => onUpdate(field) === 'identifies').map((field) => field.name),
      additionalProperties: false,
    },
  };
}

/** The components of the API document; OpenAPI 3.1 is what openapi-typescript reads. */
export function openapiComponents(model: Model) {
  return {
    openapi: '3.1.0',
    info: { title: 'Autotask PSA REST API entities', version: '1.0' },
    paths: {},
    components: { schemas: Object.assign({}, ...model.entities.map(schemasOf)) },
  };
}
