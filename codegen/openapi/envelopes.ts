/**
 * The bodies around the records: the same for every entity. Autotask's own document declares untyped values
 * in most of these places; the shapes here are those of the wire.
 */

const text = { type: 'string' } as const;
const nullableText = { type: ['string', 'null'] } as const;
const flag = { type: 'boolean' } as const;
const integerSchema = { type: 'integer', format: 'int32' } as const;
const id = { type: 'integer', format: 'int64' } as const;

export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const list = (items: object) => ({ type: 'array', items });
const object = (
  description: string,
  properties: Readonly<Record<string, object>>,
  ...required: string[]
) => ({
  type: 'object',
  description,
  properties,
  ...(required.length === 0 ? {} : { required }),
});

const fieldFlags = {
  isRequired: flag,
  isReadOnly: flag,
  isQueryable: flag,
  isReference: flag,
  referenceEntityType: nullableText,
  isPickList: flag,
  picklistValues: { type: ['array', 'null'], items: ref('PicklistValue') },
  picklistParentValueField: nullableText,
  isSupportedWebhookField: flag,
};

const access = {
  description: 'None, All or Restricted; sent as the word or as its number (0, 1, 2)',
  type: ['string', 'integer'],
};

export const envelopes = {
  Filter: object(
    'A condition (op, field, value) or a group of conditions (op `and` or `or`, items).',
    {
      op: {
        type: 'string',
        enum: [
          ...['eq', 'noteq', 'gt', 'gte', 'lt', 'lte', 'beginsWith', 'endsWith', 'contains'],
          ...['exist', 'notExist', 'in', 'notIn', 'and', 'or'],
        ],
      },
      field: text,
      value: { description: 'text, number, boolean, or a list of these for in and notIn' },
      udf: { ...flag, description: 'true for a user-defined field; one such condition in a query' },
      items: list(ref('Filter')),
    },
    'op',
  ),
  QueryRequest: object(
    'At least one condition; all records is `exist` on `id`.',
    {
      filter: { ...list(ref('Filter')), minItems: 1 },
      IncludeFields: { ...list(text), description: 'fields to return; all when absent' },
      MaxRecords: { ...integerSchema, minimum: 1, maximum: 500, description: 'records of one page' },
    },
    'filter',
  ),
  PageDetails: object('Where the other pages are; a page address is asked for as it stands.', {
    count: { ...integerSchema, description: 'records of this page' },
    requestCount: { ...integerSchema, description: 'records asked for' },
    prevPageUrl: nullableText,
    nextPageUrl: nullableText,
  }),
  CountResult: object('', { queryCount: integerSchema }, 'queryCount'),
  OperationResult: object('The record that was created, changed or deleted.', { itemId: id }, 'itemId'),
  Errors: object('Why Autotask refused.', { errors: list(text) }, 'errors'),
  VerbNotSupported: object('', { Message: text }),
  PicklistValue: object('A code of a picklist; always text here, also where records hold a number.', {
    value: text,
    label: text,
    isDefaultValue: flag,
    sortOrder: integerSchema,
    parentValue: { ...nullableText, description: 'code of the parent picklist that this one belongs to' },
    isActive: flag,
    isSystem: flag,
  }),
  EntityInformation: object('What this tenant and user allow.', {
    name: text,
    canCreate: flag,
    canDelete: flag,
    canQuery: flag,
    canUpdate: flag,
    userAccessForCreate: access,
    userAccessForDelete: access,
    userAccessForQuery: access,
    userAccessForUpdate: access,
    hasUserDefinedFields: flag,
    supportsWebhookCallouts: flag,
  }),
  EntityInformationResult: object('', { info: ref('EntityInformation') }, 'info'),
  FieldInformation: object('', {
    name: text,
    dataType: text,
    length: { ...integerSchema, description: '0 when not text' },
    ...fieldFlags,
  }),
  FieldInformationResult: object('', { fields: list(ref('FieldInformation')) }, 'fields'),
  UserDefinedFieldInformation: object('', {
    name: text,
    label: text,
    type: text,
    length: integerSchema,
    description: nullableText,
    defaultValue: nullableText,
    ...fieldFlags,
  }),
  UserDefinedFieldInformationResult: object(
    '',
    { fields: list(ref('UserDefinedFieldInformation')) },
    'fields',
  ),
  AllEntityInformationResult: object('', { entityDescriptions: list(ref('EntityInformationResult')) }),
  ThresholdResult: object('', {
    externalRequestThreshold: {
      ...integerSchema,
      description: 'requests that the database takes in the timeframe',
    },
    requestThresholdTimeframe: { ...integerSchema, description: 'minutes' },
    currentTimeframeRequestCount: integerSchema,
  }),
  ZoneResult: object('', { zoneName: text, url: text, webUrl: text, ci: integerSchema }, 'url'),
  VersionResult: object('', { majorVersion: text, minorVersion: text, build: text, customerType: text }),
  ApiVersionsResult: object('', { apiVersions: list(text) }),
  AuthenticateResult: object('', { authToken: text, expiration: { type: 'string', format: 'date-time' } }),
  ModulesResult: object('', { modules: list(object('', { key: integerSchema, value: flag })) }),
  InvoiceFile: object('', {
    id,
    contentType: text,
    fileName: text,
    fileSize: id,
    data: { type: 'string', format: 'byte' },
  }),
  InvoiceMarkup: object('', { invoiceMarkup: text }),
  InvoiceSettings: object('', {
    taxExempt: flag,
    taxRegionId: { type: ['integer', 'null'], format: 'int32' },
    taxId: nullableText,
    invoiceEmailingEnabled: flag,
    contactRecipients: { ...list(id), readOnly: true },
    resourceRecipients: { ...list(id), readOnly: true },
    otherEmails: nullableText,
  }),
  Recipients: object('Ids of contacts or resources.', { items: list(id) }, 'items'),
  ContactRecipientsResult: object('', { contactRecipients: list(id) }),
  ResourceRecipientsResult: object('', { resourceRecipients: list(id) }),
};

export type Envelope = keyof typeof envelopes;
