import { day, hour } from '../../seed/seed.js';
import { changed, numberIn, type PendingRecord, referred } from '../write/pending-record.js';
import { holdsRole, refuseApiUser } from './organisation.js';
import type { Rules } from './rule.js';

const workTypes = 1;
const internalTypes = 3;

function prepare(pending: PendingRecord): void {
  const { values, before, given } = pending;
  // The kind of an entry follows from what it is booked on: 2 ticket, 6 task, 5 neither.
  values.timeEntryType = filled(pending, 'ticketID') ? 2 : filled(pending, 'taskID') ? 6 : 5;
  const start = numberIn(pending, 'startDateTime');
  const end = numberIn(pending, 'endDateTime');
  if (start !== undefined && end !== undefined) {
    // Start and stop decide; hours alone do not move them and are not stored.
    values.hoursWorked = Math.round(((end - start) / hour) * 10_000) / 10_000;
    if (!given.has('dateWorked') || before === undefined) values.dateWorked = start - (start % day);
  }
  const date = numberIn(pending, 'dateWorked');
  if (date !== undefined) values.dateWorked = date - (date % day);
  if (pending.mode === 'create') {
    values.isNonBillable ??= false;
    values.showOnInvoice ??= true;
    values.offsetHours ??= 0;
  }
  const hours = numberIn(pending, 'hoursWorked');
  values.hoursToBill = hours === undefined ? null : hours + (numberIn(pending, 'offsetHours') ?? 0);
}

function filled(pending: PendingRecord, field: string): boolean {
  return (pending.values[field] ?? null) !== null;
}

async function check(pending: PendingRecord): Promise<void> {
  await refuseApiUser(pending, 'resourceID');
  target(pending);
  times(pending);
  if (filled(pending, 'ticketID')) await onTicket(pending);
  if (filled(pending, 'taskID')) await onTask(pending);
  await billingCodes(pending);
  if (pending.before === undefined) return;
  if (typeof pending.before.billingApprovalDateTime === 'number') {
    pending.errors.push('You cannot edit time entries that have been posted.');
  }
  if (pending.impersonator !== null && filled(pending, 'ticketID')) {
    pending.errors.push('User not authorized to change Show On Invoice values for Ticket time entries');
  }
}

function target(pending: PendingRecord): void {
  const targets = ['ticketID', 'taskID', 'internalBillingCodeID'].filter((field) => filled(pending, field));
  if (targets.length > 1) {
    pending.errors.push('Only one of ticketID,taskID and InternallAllocationCodeID can be used at once');
  }
  if (targets.length === 0) {
    pending.errors.push('One of ticketID,taskID and InternallAllocationCodeID must be used');
  }
  const moved = ['ticketID', 'taskID'].some(
    (field) =>
      pending.before !== undefined &&
      changed(pending, field) &&
      pending.before.timeEntryType !== pending.values.timeEntryType,
  );
  if (moved) pending.errors.push('A time entry cannot be moved between a Ticket and a Task.');
}

function times(pending: PendingRecord): void {
  const { errors } = pending;
  const start = numberIn(pending, 'startDateTime');
  const end = numberIn(pending, 'endDateTime');
  const hours = numberIn(pending, 'hoursWorked');
  if (hours === undefined && (start === undefined || end === undefined)) {
    errors.push('Must have at least one of hoursWorked or startDateTime/endDateTime');
  }
  if (start === undefined && !filled(pending, 'dateWorked')) {
    errors.push('dateWorked is required when no value is supplied for startDateTime');
  }
  if (hours !== undefined && (hours <= 0 || hours > 24)) {
    errors.push('hoursWorked greater than 24 hours or less than zero hours');
  }
}

async function onTicket(pending: PendingRecord): Promise<void> {
  const { errors, tenant } = pending;
  const role = numberIn(pending, 'roleID');
  if (role === undefined) errors.push('TimeEntries for Tickets must have a roleID');
  else if (!(await holdsRole(tenant, numberIn(pending, 'resourceID') ?? -1, role))) {
    errors.push('This roleID is not valid for this Ticket and Resource');
  }
  const ticket = await referred(pending, 'ticketID');
  const contractID = ticket?.contractID;
  const contract =
    typeof contractID === 'number' ? (await tenant.table('Contracts')).get(contractID) : undefined;
  const demanded =
    pending.behaviour.timeEntryTimes === 'start and stop' ||
    contract?.timeReportingRequiresStartAndStopTimes === 1;
  if (demanded && !(filled(pending, 'startDateTime') && filled(pending, 'endDateTime'))) {
    errors.push('TimeEntries for Service tickets require a start and stop time.');
  }
}

async function onTask(pending: PendingRecord): Promise<void> {
  const { errors, tenant } = pending;
  const task = await referred(pending, 'taskID');
  if (task === undefined) {
    errors.splice(
      0,
      errors.length,
      ...errors.filter((text) => !text.startsWith('Reference value on field: taskID')),
    );
    errors.push('This taskID does not reference a valid Task');
    return;
  }
  const resource = numberIn(pending, 'resourceID');
  const role = numberIn(pending, 'roleID');
  const primary = task.assignedResourceID === resource && task.assignedResourceRoleID === role;
  const secondary = (await tenant.table('TaskSecondaryResources')).rows.some(
    (row) => row.taskID === task.id && row.resourceID === resource && row.roleID === role,
  );
  if (!primary && !secondary) errors.push('This roleID is not valid for this Task and Resource');
}

async function billingCodes(pending: PendingRecord): Promise<void> {
  const work = await referred(pending, 'billingCodeID');
  if (work !== undefined && (work.useType !== workTypes || work.isActive !== true)) {
    pending.errors.push('The given allocation code is not an active general allocation code');
  }
  const internal = await referred(pending, 'internalBillingCodeID');
  if (internal !== undefined && (internal.useType !== internalTypes || internal.isActive !== true)) {
    pending.errors.push('The given allocation code is not an active internal allocation code');
  }
}

export const timeEntries: Rules = { prepare, check };
