import type { Field } from '../../../model.js';
import { business } from './business.js';
import { type PicklistData, type PicklistEntry, type PicklistSource, parsePicklist } from './parse.js';
import { serviceDesk } from './service-desk.js';
import { tenantWide } from './tenant.js';

export type { PicklistEntry, PicklistSource } from './parse.js';

const data: PicklistData = { ...serviceDesk, ...business, ...tenantWide };
const none: readonly PicklistEntry[] = [];

/** Picklists whose values depend on the value of another field of the same record. */
const parents: Readonly<Record<string, string>> = {
  'Tickets.subIssueType': 'issueType',
  'TicketCategoryFieldDefaults.subIssueTypeID': 'issueTypeID',
};

/** What the picklist of a field holds: fixed values, or the entity whose records it mirrors. */
export function picklistOf(entity: string, field: Field): readonly PicklistEntry[] | PicklistSource {
  if (field.isPickList !== true) return none;
  const found = data[`${entity}.${field.name}`] ?? data[field.name];
  if (found !== undefined && typeof found !== 'string') return found;
  return parsePicklist(found ?? '', field.picklistValues ?? []);
}

export function picklistParent(entity: string, field: Field): string {
  return parents[`${entity}.${field.name}`] ?? '';
}
