import { entities } from '../../../generated/table.js';
import type { Entity, Operation } from '../../model.js';
import { definition, entityNamed, type FieldDefinition } from '../entities/metadata/definition.js';
import type { UdfDefinition } from '../entities/metadata/udf.js';
import { json, type Reply } from '../http/reply.js';
import { pascalFields } from '../http/reshape.js';
import type { Call } from './request-context.js';

function allows(entity: Entity, operation: Operation): boolean {
  return (
    entity.operations.includes(operation) ||
    entity.parents.some((parent) => parent.operations.includes(operation))
  );
}

const webhookEntities = new Set(['Companies', 'Contacts', 'ConfigurationItems', 'Tickets', 'TicketNotes']);

function info(call: Call, entity: Entity) {
  const may = {
    Create: allows(entity, 'create') && !call.tenant.denies(entity.name, 'create'),
    Delete: allows(entity, 'delete') && !call.tenant.denies(entity.name, 'delete'),
    Query: allows(entity, 'query') && !call.tenant.denies(entity.name, 'query'),
    Update: allows(entity, 'update') && !call.tenant.denies(entity.name, 'update'),
  };
  const words = call.behaviour.accessFor === 'words';
  const access = (allowed: boolean) => (words ? (allowed ? 'All' : 'None') : allowed ? 1 : 0);
  return {
    info: {
      name: entity.singular,
      canCreate: may.Create,
      canDelete: may.Delete,
      canQuery: may.Query,
      canUpdate: may.Update,
      userAccessForCreate: access(may.Create),
      userAccessForDelete: access(may.Delete),
      userAccessForQuery: access(may.Query),
      userAccessForUpdate: access(may.Update),
      hasUserDefinedFields: entity.userDefinedFields,
      supportsWebhookCallouts: webhookEntities.has(entity.name),
    },
  };
}

export function entityInformation(call: Call, entity: string): Reply {
  return json(info(call, entityNamed(entity)));
}

export function allEntityInformation(call: Call): Reply {
  return json({ entityDescriptions: entities.map((entity) => info(call, entity)) });
}

async function common(call: Call, entity: string, field: FieldDefinition) {
  return {
    length: field.length,
    isRequired: field.isRequired,
    isReadOnly: field.isReadOnly,
    isQueryable: field.isQueryable,
    isReference: field.isReference,
    isPickList: field.isPickList,
    picklistValues: field.isPickList ? await call.tenant.picklist(entity, field) : null,
  };
}

/** Built-in fields write `""` where there is nothing; `length` is 0 for everything but text. */
export async function fields(call: Call, entity: string): Promise<Reply> {
  const shape = await definition(entity);
  const supportsWebhooks = webhookEntities.has(entity);
  const rows = shape.fields.map(async (field) => ({
    name: field.name,
    dataType: field.dataType === 'byte[]' ? 'byte' : field.dataType,
    ...(await common(call, entity, field)),
    // Real tenants do not flag every reference that is one; corrections of the schema know the others.
    referenceEntityType: field.isReference ? (field.reference?.singular ?? '') : '',
    picklistParentValueField: field.picklistParent,
    isSupportedWebhookField: supportsWebhooks && field.name !== 'id',
  }));
  const found = await Promise.all(rows);
  return json(call.behaviour.metadataCasing === 'pascal' ? pascalFields(found) : { fields: found });
}

/** User-defined fields call the type `type` and write null where there is nothing. */
export async function userDefinedFields(call: Call, entity: string): Promise<Reply> {
  const row = async (udf: UdfDefinition) => ({
    name: udf.name,
    label: udf.label,
    type: udf.dataType,
    description: udf.description,
    ...(await common(call, entity, udf)),
    referenceEntityType: null,
    picklistParentValueField: null,
    defaultValue: udf.defaultValue,
    isSupportedWebhookField: webhookEntities.has(entity),
  });
  return json({ fields: await Promise.all((await call.tenant.udfs(entity)).map(row)) });
}
