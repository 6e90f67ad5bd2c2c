import { day, hour } from '../../seed/seed.js';
import { changed, type Draft, numberIn, referred } from '../write/draft.js';
import { holdsRole, refuseApiUser } from './people.js';
import type { Rules } from './rule.js';

const workTypes = 1;
const internalTypes = 3;

function prepare(draft: Draft): void {
  const { values, before, given } = draft;
  // The kind of an entry follows from what it is booked on: 2 ticket, 6 task, 5 neither.
  values.timeEntryType = filled(draft, 'ticketID') ? 2 : filled(draft, 'taskID') ? 6 : 5;
  const start = numberIn(draft, 'startDateTime');
  const end = numberIn(draft, 'endDateTime');
  if (start !== undefined && end !== undefined) {
    // Start and stop decide; hours alone do not move them and are not stored.
    values.hoursWorked = Math.round(((end - start) / hour) * 10_000) / 10_000;
    if (!given.has('dateWorked') || before === undefined) values.dateWorked = start - (start % day);
  }
  const date = numberIn(draft, 'dateWorked');
  if (date !== undefined) values.dateWorked = date - (date % day);
  if (draft.mode === 'create') {
    values.isNonBillable ??= false;
    values.showOnInvoice ??= true;
    values.offsetHours ??= 0;
  }
  const hours = numberIn(draft, 'hoursWorked');
  values.hoursToBill = hours === undefined ? null : hours + (numberIn(draft, 'offsetHours') ?? 0);
}

function filled(draft: Draft, field: string): boolean {
  return (draft.values[field] ?? null) !== null;
}

async function check(draft: Draft): Promise<void> {
  await refuseApiUser(draft, 'resourceID');
  target(draft);
  times(draft);
  if (filled(draft, 'ticketID')) await onTicket(draft);
  if (filled(draft, 'taskID')) await onTask(draft);
  await billingCodes(draft);
  if (draft.before === undefined) return;
  if (typeof draft.before.billingApprovalDateTime === 'number') {
    draft.errors.push('You cannot edit time entries that have been posted.');
  }
  if (draft.impersonator !== null && filled(draft, 'ticketID')) {
    draft.errors.push('User not authorized to change Show On Invoice values for Ticket time entries');
  }
}

function target(draft: Draft): void {
  const targets = ['ticketID', 'taskID', 'internalBillingCodeID'].filter((field) => filled(draft, field));
  if (targets.length > 1) {
    draft.errors.push('Only one of ticketID,taskID and InternallAllocationCodeID can be used at once');
  }
  if (targets.length === 0) {
    draft.errors.push('One of ticketID,taskID and InternallAllocationCodeID must be used');
  }
  const moved = ['ticketID', 'taskID'].some(
    (field) =>
      draft.before !== undefined &&
      changed(draft, field) &&
      draft.before.timeEntryType !== draft.values.timeEntryType,
  );
  if (moved) draft.errors.push('A time entry cannot be moved between a Ticket and a Task.');
}

function times(draft: Draft): void {
  const { errors } = draft;
  const start = numberIn(draft, 'startDateTime');
  const end = numberIn(draft, 'endDateTime');
  const hours = numberIn(draft, 'hoursWorked');
  if (hours === undefined && (start === undefined || end === undefined)) {
    errors.push('Must have at least one of hoursWorked or startDateTime/endDateTime');
  }
  if (start === undefined && !filled(draft, 'dateWorked')) {
    errors.push('dateWorked is required when no value is supplied for startDateTime');
  }
  if (hours !== undefined && (hours <= 0 || hours > 24)) {
    errors.push('hoursWorked greater than 24 hours or less than zero hours');
  }
}

async function onTicket(draft: Draft): Promise<void> {
  const { errors, tenant } = draft;
  const role = numberIn(draft, 'roleID');
  if (role === undefined) errors.push('TimeEntries for Tickets must have a roleID');
  else if (!(await holdsRole(tenant, numberIn(draft, 'resourceID') ?? -1, role))) {
    errors.push('This roleID is not valid for this Ticket and Resource');
  }
  const ticket = await referred(draft, 'ticketID');
  const contractID = ticket?.contractID;
  const contract =
    typeof contractID === 'number' ? (await tenant.table('Contracts')).get(contractID) : undefined;
  const demanded =
    draft.behaviour.timeEntryTimes === 'start and stop' ||
    contract?.timeReportingRequiresStartAndStopTimes === 1;
  if (demanded && !(filled(draft, 'startDateTime') && filled(draft, 'endDateTime'))) {
    errors.push('TimeEntries for Service tickets require a start and stop time.');
  }
}

async function onTask(draft: Draft): Promise<void> {
  const { errors, tenant } = draft;
  const task = await referred(draft, 'taskID');
  if (task === undefined) {
    errors.splice(
      0,
      errors.length,
      ...errors.filter((text) => !text.startsWith('Reference value on field: taskID')),
    );
    errors.push('This taskID does not reference a valid Task');
    return;
  }
  const resource = numberIn(draft, 'resourceID');
  const role = numberIn(draft, 'roleID');
  const primary = task.assignedResourceID === resource && task.assignedResourceRoleID === role;
  const secondary = (await tenant.table('TaskSecondaryResources')).rows.some(
    (row) => row.taskID === task.id && row.resourceID === resource && row.roleID === role,
  );
  if (!primary && !secondary) errors.push('This roleID is not valid for this Task and Resource');
}

async function billingCodes(draft: Draft): Promise<void> {
  const work = await referred(draft, 'billingCodeID');
  if (work !== undefined && (work.useType !== workTypes || work.isActive !== true)) {
    draft.errors.push('The given allocation code is not an active general allocation code');
  }
  const internal = await referred(draft, 'internalBillingCodeID');
  if (internal !== undefined && (internal.useType !== internalTypes || internal.isActive !== true)) {
    draft.errors.push('The given allocation code is not an active internal allocation code');
  }
}

export const timeEntries: Rules = { prepare, check };
