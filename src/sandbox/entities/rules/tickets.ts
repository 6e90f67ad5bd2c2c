import { changed, type Draft, numberIn, referred } from '../write/draft.js';
import { companyAndParent, hasPair, holdsRole, refuseApiUser } from './people.js';
import type { Rules } from './rule.js';

const complete = 5;

/** Ticket categories of the tenant whose form demands more than the field table. */
const requiredByCategory: Readonly<Record<number, readonly string[]>> = {
  2: ['queueID', 'dueDateTime', 'billingCodeID'],
};

async function prepare(draft: Draft): Promise<void> {
  const { values, before, now } = draft;
  if (draft.mode === 'create') {
    values.ticketType ??= 1;
    values.ticketCategory ??= 1;
    values.ticketNumber = await nextNumber(draft);
    values.creatorType = 1;
  }
  values.lastActivityPersonType = 1;
  // Moving to another company with an empty contract is accepted and leaves the contract as it was.
  if (before !== undefined && changed(draft, 'companyID') && values.contractID === null) {
    values.contractID = before.contractID ?? null;
  }
  if (!changed(draft, 'status')) return;
  const done = values.status === complete;
  values.completedDate = done ? now : null;
  values.completedByResourceID = done ? draft.actor : null;
  values.resolvedDateTime = done ? now : null;
  const due = numberIn(draft, 'resolvedDueDateTime');
  values.serviceLevelAgreementHasBeenMet = done && due !== undefined ? now <= due : null;
}

/** `T20261120.0042`: the day and a number within it. */
async function nextNumber(draft: Draft): Promise<string> {
  const prefix = `T${new Date(draft.now).toISOString().slice(0, 10).replaceAll('-', '')}.`;
  const { rows } = await draft.tenant.table('Tickets');
  let last = 0;
  for (let i = rows.length - 1; i >= 0 && i > rows.length - 2000; i--) {
    const number = rows[i]?.ticketNumber;
    if (typeof number === 'string' && number.startsWith(prefix))
      last = Math.max(last, Number(number.slice(prefix.length)));
  }
  return `${prefix}${String(last + 1).padStart(4, '0')}`;
}

async function check(draft: Draft): Promise<void> {
  for (const field of requiredByCategory[numberIn(draft, 'ticketCategory') ?? 0] ?? []) {
    if ((draft.values[field] ?? null) === null) draft.errors.push(`${field} is required`);
  }
  await assignment(draft);
  await associations(draft);
}

async function assignment(draft: Draft): Promise<void> {
  await refuseApiUser(draft, 'assignedResourceID');
  if (!hasPair(draft)) return;
  const resource = numberIn(draft, 'assignedResourceID') ?? -1;
  if (!(await holdsRole(draft.tenant, resource, numberIn(draft, 'assignedResourceRoleID') ?? -1))) {
    draft.errors.push(
      'The specified AssignedResourceID and AssignedRoleID combination is not currently defined',
    );
  }
  if (draft.before === undefined || !changed(draft, 'assignedResourceID')) return;
  const helpers = (await draft.tenant.table('TicketSecondaryResources')).rows;
  if (helpers.some((row) => row.ticketID === draft.before?.id && row.resourceID === resource)) {
    draft.errors.push('Data violation: The primary resource cannot also be a secondary resource.');
  }
}

/** Contact, contract and location belong to the ticket's company, or the first two to its parent. */
async function associations(draft: Draft): Promise<void> {
  const companyID = numberIn(draft, 'companyID');
  if (companyID === undefined) return;
  const family = await companyAndParent(draft.tenant, companyID);
  const contact = await referred(draft, 'contactID');
  if (contact !== undefined && !family.includes(Number(contact.companyID))) {
    draft.errors.push('Data violation: contactID is not associated to the companyID or its Parent Company..');
  }
  const contract = await referred(draft, 'contractID');
  const keptContract =
    changed(draft, 'companyID') && !changed(draft, 'contractID') && draft.given.has('contractID');
  if (contract !== undefined && !keptContract && !family.includes(Number(contract.companyID))) {
    draft.errors.push(
      `contractID [${contract.id}] is not associated to companyID [${companyID}] or its parent.`,
    );
  }
  const location = await referred(draft, 'companyLocationID');
  const device = await referred(draft, 'configurationItemID');
  const homes = [companyID, device?.companyID, contact?.companyID];
  if (location !== undefined && !homes.includes(location.companyID)) {
    draft.errors.push(
      `The companyLocationID[${location.id}] cannot be associated with the Ticket. The CompanyLocation must belong to the Ticket's, ConfigurationItem's, or the Contact's Company.`,
    );
  }
}

/** What changed goes into the ticket's history. */
async function after(draft: Draft, row: { readonly id: number }): Promise<void> {
  const history = await draft.tenant.table('TicketHistory');
  const { definition, before, given } = draft;
  history.insert({
    id: history.nextId(),
    ticketID: row.id,
    resourceID: draft.actor,
    date: draft.now,
    action: draft.mode === 'create' ? 'Created' : 'Updated',
    detail:
      before === undefined
        ? 'Ticket created through the API'
        : definition.fields
            .filter((field) => given.has(field.key))
            .map((field) => field.name)
            .join(', '),
  });
}

export const tickets: Rules = { prepare, check, after };
