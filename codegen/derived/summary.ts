import type { EntityFile, FieldFile } from '../model.js';

/**
 * Which fields name a record, and which a list shows by default. Rules over field names, because
 * hand-kept lists would go stale; where a rule is wrong, overrides.json says so with a reason.
 */

const camel = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

export function nameFields(entity: EntityFile): string[] {
  const has = (name: string) =>
    entity.fields.some((field) => field.name === name && field.dataType === 'string');
  if (has('firstName') && has('lastName')) return ['firstName', 'lastName'];
  const own = camel(entity.singular);
  // A number that the system gives beside a plain title names the record; beside a name of its own it does not.
  const number = [`${own}Number`].filter((name) => has(name) && !has(`${own}Name`));
  const name = [
    `${own}Name`,
    'name',
    'title',
    'referenceTitle',
    'itemName',
    'subject',
    'displayName',
    'label',
  ]
    .filter(has)
    .slice(0, 1);
  if (name.length > 0) return [...number, ...name];
  if (number.length > 0) return number;
  return ['tagLabel', 'alias', 'description', 'fullPath'].filter(has).slice(0, 1);
}

/** Most telling first; a field takes the rank of the first pattern that it matches. */
const telling: readonly RegExp[] = [
  /^(status|stage)$/,
  /^(priority|queueID|publish|isActive|active)$/,
  /^(attachDate|companyID)$/,
  /^(assignedResourceID|assignedToResourceID|resourceID|ownerResourceID|projectLeadResourceID|submitterID)$/,
  /^(contactID|ticketID|projectID|taskID|contractID|quoteID|opportunityID|productID|parentID)$/,
  /^(\w+Type|category\w*|actionType|\w+CategoryID|periodType|useType)$/,
  /^(dueDateTime|dueDate|endDateTime|endDate|expirationDate|dateWorked|datePurchased|invoiceDate|startDateTime|startDate)$/,
  /^(hoursWorked|quantity|unitQuantity|amount|unitPrice|price|totalCost|rate)$/,
  /^(emailAddress|phone|referenceNumber|externalID|serialNumber|number)$/,
];

/** Says who or what made or changed the record, and when. */
const stamp = /^(creat|impersonator|lastModified|lastActivity|update)/;
const created = /^(createDate|createDateTime|createdDateTime|lastActivityDate|lastActivityDateTime)$/;

/** Says how something looks, repeats an amount in another currency, or is nobody's to read in a list. */
const unfit =
  /^(impersonator|soapParent|internalCurrency|show|display)|(Format|Color|ColorRGB|Label|Guid|GUID|Path)$|secret|password/i;

/** What a record is about where no name tells it: what it cannot be without, then its figures, days and answers. */
function factRank({ name, dataType, isRequired, isReference }: FieldFile): number {
  const refers = isReference === true || /(ID|Id)$/.test(name);
  if (created.test(name)) return 3;
  if (stamp.test(name)) return refers ? 5 : -1;
  if (isRequired && dataType !== 'boolean') return 0;
  if (refers) return 4;
  return dataType === 'string' ? -1 : dataType === 'boolean' ? 2 : 1;
}

const mostFields = 10;

export function summaryFields(entity: EntityFile, names: readonly string[]): string[] {
  const rank = (field: FieldFile) => {
    const known = telling.findIndex((pattern) => pattern.test(field.name));
    if (known >= 0) return known;
    const fact = factRank(field);
    return fact < 0 ? -1 : telling.length + fact;
  };
  const ranked = entity.fields
    .filter((field) => field.name !== 'id' && !names.includes(field.name) && rank(field) >= 0)
    .filter((field) => !unfit.test(field.name) && field.dataType !== 'byte[]')
    .map((field, index) => ({ field, rank: rank(field), index }))
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .map(({ field }) => field.name);
  const id = entity.fields.filter((field) => field.name === 'id').map((field) => field.name);
  const plain = entity.fields.map((field) => field.name).filter((name) => name !== 'id');
  // A note without its text says nothing.
  const text = entity.name.endsWith('Notes') && plain.includes('description') ? ['description'] : [];
  const chosen = [...new Set([...id, ...names, ...text, ...ranked])];
  return (chosen.length > id.length ? chosen : [...id, ...plain]).slice(0, mostFields);
}

/** Attachments are listed for their owner only, by the parent's id or by the field named after the parent. */
export function queryBy(entity: EntityFile): string[] {
  if (!entity.name.endsWith('Attachments')) return [];
  const owners = entity.parents.flatMap(({ entity: parent, parentField }) => [
    parentField ?? '',
    'parentID',
    `${camel(parent.replace(/ies$/, 'y').replace(/s$/, ''))}ID`,
  ]);
  return entity.fields.map((field) => field.name).filter((name) => owners.includes(name));
}

/** Notes and files are read like mail, the newest first. Other entities say so in overrides.json. */
export function naturalDate(entity: EntityFile): string | null {
  const wanted = entity.name.endsWith('Notes')
    ? ['createDateTime', 'createdDateTime']
    : entity.name.endsWith('Attachments')
      ? ['attachDate']
      : [];
  const found = entity.fields.find(
    ({ name, dataType, isQueryable }) =>
      wanted.includes(name) && dataType === 'datetime' && isQueryable !== false,
  );
  return found?.name ?? null;
}
