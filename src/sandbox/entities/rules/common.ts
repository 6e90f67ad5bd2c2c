import type { Draft } from '../write/draft.js';
import { numberIn } from '../write/draft.js';

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
export async function checkCommon(draft: Draft): Promise<void> {
  checkSpans(draft);
  await checkUnique(draft);
  await checkMost(draft);
  if (/Charges$/.test(draft.entity.name) && draft.before?.isBilled === true) {
    draft.errors.push('A billed charge cannot be changed.');
  }
  const noteWithoutKind =
    draft.mode === 'patch' && ['noteType', 'publish'].some((field) => !draft.given.has(field));
  if (
    /^(Ticket|Task|Project)Notes$/.test(draft.entity.name) &&
    draft.behaviour.notePatch === 'strict' &&
    noteWithoutKind
  ) {
    draft.errors.push('Value does not exist for the required field noteType');
  }
}

function checkSpans(draft: Draft): void {
  for (const [from, to] of spans) {
    const start = numberIn(draft, from);
    const end = numberIn(draft, to);
    if (start === undefined || end === undefined || end >= start) continue;
    const { singular } = draft.entity;
    draft.errors.push(
      singular === 'Contract'
        ? 'Contract EndDate must be after StartDate.'
        : `${singular} ${to} must be after ${from}.`,
    );
  }
}

async function checkUnique(draft: Draft): Promise<void> {
  const field = unique[draft.entity.name];
  const name = field === undefined ? undefined : draft.values[field];
  if (field === undefined || typeof name !== 'string') return;
  const { rows } = await draft.tenant.table(draft.entity.name);
  const taken = rows.some(
    (row) => row.id !== draft.before?.id && String(row[field]).toLowerCase() === name.toLowerCase(),
  );
  if (!taken) return;
  const { singular } = draft.entity;
  draft.errors.push(`A ${singular} already exists with Name [${name}]. ${singular} names must be unique.`);
}

async function checkMost(draft: Draft): Promise<void> {
  const [field, limit] = most[draft.entity.name] ?? [];
  if (field === undefined || limit === undefined || draft.mode !== 'create') return;
  const { rows } = await draft.tenant.table(draft.entity.name);
  const siblings = rows.filter((row) => row[field] === draft.values[field]).length;
  if (siblings >= limit) draft.errors.push(`No more than ${limit} ${draft.entity.name} are allowed.`);
}
