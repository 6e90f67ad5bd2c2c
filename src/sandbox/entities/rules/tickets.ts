import { changed, numberIn, type PendingRecord, referred } from '../write/pending-record.js';
import { companyAndParent, hasPair, holdsRole, refuseApiUser } from './organisation.js';
import type { Rules } from './rule.js';

const complete = 5;

/** Ticket categories of the tenant whose form demands more than the field table. */
const requiredByCategory: Readonly<Record<number, readonly string[]>> = {
  2: ['queueID', 'dueDateTime', 'billingCodeID'],
};

async function prepare(pending: PendingRecord): Promise<void> {
  const { values, before, now } = pending;
  if (pending.mode === 'create') {
    values.ticketType ??= 1;
    values.ticketCategory ??= 1;
    values.ticketNumber = await nextNumber(pending);
    values.creatorType = 1;
  }
  values.lastActivityPersonType = 1;
  // Moving to another company with an empty contract is accepted and leaves the contract as it was.
  if (before !== undefined && changed(pending, 'companyID') && values.contractID === null) {
    values.contractID = before.contractID ?? null;
  }
  if (!changed(pending, 'status')) return;
  const done = values.status === complete;
  values.completedDate = done ? now : null;
  values.completedByResourceID = done ? pending.actor : null;
  values.resolvedDateTime = done ? now : null;
  const due = numberIn(pending, 'resolvedDueDateTime');
  values.serviceLevelAgreementHasBeenMet = done && due !== undefined ? now <= due : null;
}

/** `T20261120.0042`: the day and a number within it. */
async function nextNumber(pending: PendingRecord): Promise<string> {
  const prefix = `T${new Date(pending.now).toISOString().slice(0, 10).replaceAll('-', '')}.`;
  const { rows } = await pending.tenant.table('Tickets');
  let last = 0;
  for (let i = rows.length - 1; i >= 0 && i > rows.length - 2000; i--) {
    const number = rows[i]?.ticketNumber;
    if (typeof number === 'string' && number.startsWith(prefix))
      last = Math.max(last, Number(number.slice(prefix.length)));
  }
  return `${prefix}${String(last + 1).padStart(4, '0')}`;
}

async function check(pending: PendingRecord): Promise<void> {
  for (const field of requiredByCategory[numberIn(pending, 'ticketCategory') ?? 0] ?? []) {
    if ((pending.values[field] ?? null) === null) pending.errors.push(`${field} is required`);
  }
  await assignment(pending);
  await associations(pending);
}

async function assignment(pending: PendingRecord): Promise<void> {
  await refuseApiUser(pending, 'assignedResourceID');
  if (!hasPair(pending)) return;
  const resource = numberIn(pending, 'assignedResourceID') ?? -1;
  if (!(await holdsRole(pending.tenant, resource, numberIn(pending, 'assignedResourceRoleID') ?? -1))) {
    pending.errors.push(
      'The specified AssignedResourceID and AssignedRoleID combination is not currently defined',
    );
  }
  if (pending.before === undefined || !changed(pending, 'assignedResourceID')) return;
  const helpers = (await pending.tenant.table('TicketSecondaryResources')).rows;
  if (helpers.some((row) => row.ticketID === pending.before?.id && row.resourceID === resource)) {
    pending.errors.push('Data violation: The primary resource cannot also be a secondary resource.');
  }
}

/** Contact, contract and location belong to the ticket's company, or the first two to its parent. */
async function associations(pending: PendingRecord): Promise<void> {
  const companyID = numberIn(pending, 'companyID');
  if (companyID === undefined) return;
  const family = await companyAndParent(pending.tenant, companyID);
  const contact = await referred(pending, 'contactID');
  if (contact !== undefined && !family.includes(Number(contact.companyID))) {
    pending.errors.push(
      'Data violation: contactID is not associated to the companyID or its Parent Company..',
    );
  }
  const contract = await referred(pending, 'contractID');
  const keptContract =
    changed(pending, 'companyID') && !changed(pending, 'contractID') && pending.given.has('contractID');
  if (contract !== undefined && !keptContract && !family.includes(Number(contract.companyID))) {
    pending.errors.push(
      `contractID [${contract.id}] is not associated to companyID [${companyID}] or its parent.`,
    );
  }
  const location = await referred(pending, 'companyLocationID');
  const device = await referred(pending, 'configurationItemID');
  const homes = [companyID, device?.companyID, contact?.companyID];
  if (location !== undefined && !homes.includes(location.companyID)) {
    pending.errors.push(
      `The companyLocationID[${location.id}] cannot be associated with the Ticket. The CompanyLocation must belong to the Ticket's, ConfigurationItem's, or the Contact's Company.`,
    );
  }
}

/** What changed goes into the ticket's history. */
async function after(pending: PendingRecord, row: { readonly id: number }): Promise<void> {
  const history = await pending.tenant.table('TicketHistory');
  const { definition, before, given } = pending;
  history.insert({
    id: history.nextId(),
    ticketID: row.id,
    resourceID: pending.actor,
    date: pending.now,
    action: pending.mode === 'create' ? 'Created' : 'Updated',
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

export const ticketSecondaryResources: Rules = {
  check: async (pending) => {
    const ticket = await referred(pending, 'ticketID');
    const resource = numberIn(pending, 'resourceID');
    if (ticket !== undefined && ticket.assignedResourceID === resource) {
      pending.errors.push('Data violation: The primary resource cannot also be a secondary resource.');
    }
    if (!(await holdsRole(pending.tenant, resource ?? -1, numberIn(pending, 'roleID') ?? -1))) {
      pending.errors.push('The specified ResourceID and RoleID combination is not currently defined');
    }
  },
};
