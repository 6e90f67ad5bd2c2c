import type { PendingRecord } from '../write/pending-record.js';
import { numberIn } from '../write/pending-record.js';

/** Entities whose names are unique within the tenant, with the field that names them. */
const unique: Readonly<Record<string, string>> = {
  ActionTypes: 'name',
  ConfigurationItemTypes: 'name',
  ContactGroups: 'name',
  Departments: 'name',
  HolidaySets: 'holidaySetName',
  Roles: 'name',
  TagGroups: 'label',
  Tags: 'label',
};

/** Most children of one parent: the field that names the parent, and the number. */
const most: Readonly<Record<string, readonly [string, number]>> = {
  CompanyLocations: ['companyID', 5000],
  TicketAdditionalConfigurationItems: ['ticketID', 100],
  TicketAdditionalContacts: ['ticketID', 30],
  TicketChecklistItems: ['ticketID', 40],
  TicketSecondaryResources: ['ticketID', 50],
  TicketTagAssociations: ['ticketID', 30],
};

/** Pairs of dates of which the second may not come first. */
const spans = [
  ['startDateTime', 'endDateTime'],
  ['startDate', 'endDate'],
  ['effectiveDate', 'expirationDate'],
  ['startTime', 'endTime'],
] as const;

/** Rules that many entities share. */
export async function checkCommon(pending: PendingRecord): Promise<void> {
  checkSpans(pending);
  await checkUnique(pending);
  await checkMost(pending);
  if (/Charges$/.test(pending.entity.name) && pending.before?.isBilled === true) {
    pending.errors.push('A billed charge cannot be changed.');
  }
  const noteWithoutKind =
    pending.mode === 'patch' && ['noteType', 'publish'].some((field) => !pending.given.has(field));
  if (
    /^(Ticket|Task|Project)Notes$/.test(pending.entity.name) &&
    pending.behaviour.notePatch === 'strict' &&
    noteWithoutKind
  ) {
    pending.errors.push('Value does not exist for the required field noteType');
  }
}

function checkSpans(pending: PendingRecord): void {
  for (const [from, to] of spans) {
    const start = numberIn(pending, from);
    const end = numberIn(pending, to);
    if (start === undefined || end === undefined || end >= start) continue;
    const { singular } = pending.entity;
    pending.errors.push(
      singular === 'Contract'
        ? 'Contract EndDate must be after StartDate.'
        : `${singular} ${to} must be after ${from}.`,
    );
  }
}

async function checkUnique(pending: PendingRecord): Promise<void> {
  const field = unique[pending.entity.name];
  const name = field === undefined ? undefined : pending.values[field];
  if (field === undefined || typeof name !== 'string') return;
  const { rows } = await pending.tenant.table(pending.entity.name);
  const taken = rows.some(
    (row) => row.id !== pending.before?.id && String(row[field]).toLowerCase() === name.toLowerCase(),
  );
  if (!taken) return;
  const { singular } = pending.entity;
  pending.errors.push(`A ${singular} already exists with Name [${name}]. ${singular} names must be unique.`);
}

async function checkMost(pending: PendingRecord): Promise<void> {
  const [field, limit] = most[pending.entity.name] ?? [];
  if (field === undefined || limit === undefined || pending.mode !== 'create') return;
  const { rows } = await pending.tenant.table(pending.entity.name);
  const siblings = rows.filter((row) => row[field] === pending.values[field]).length;
  if (siblings >= limit) pending.errors.push(`No more than ${limit} ${pending.entity.name} are allowed.`);
}
