import { changed, numberIn, type PendingRecord, referred, textIn } from '../write/pending-record.js';
import { hasPair, holdsRole, refuseApiUser } from './organisation.js';
import type { Rules } from './rule.js';

const complete = 5;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');

async function numbered(pending: PendingRecord, field: string, prefix: string): Promise<void> {
  if (pending.mode !== 'create') return;
  const { rows } = await pending.tenant.table(pending.entity.name);
  pending.values[field] =
    `${prefix}${dayOf(pending.now)}.${String((rows.length % 9000) + 1).padStart(4, '0')}`;
}

export const projects: Rules = {
  prepare: async (pending) => {
    await numbered(pending, 'projectNumber', 'P');
    if (pending.mode === 'create') pending.values.completedPercentage ??= 0;
    const start = numberIn(pending, 'startDateTime');
    const end = numberIn(pending, 'endDateTime');
    if (start !== undefined && end !== undefined)
      pending.values.duration = Math.round((end - start) / 86_400_000);
    if (changed(pending, 'status')) pending.values.statusDateTime = pending.now;
  },
};

export const phases: Rules = {
  prepare: (pending) => numbered(pending, 'phaseNumber', 'P'),
};

async function checkTask(pending: PendingRecord): Promise<void> {
  const { errors } = pending;
  const missingType = errors.indexOf('Value does not exist for the required field taskType');
  if (missingType >= 0) errors[missingType] = 'Value does not reference an existing entity for taskType . ';
  await refuseApiUser(pending, 'assignedResourceID');
  const phase = await referred(pending, 'phaseID');
  if (phase !== undefined && phase.projectID !== pending.values.projectID) {
    errors.push('Reference value on field: phaseID of type: Phase does not exist or is invalid.');
  }
  if (!hasPair(pending)) return;
  for (const field of ['departmentID', 'billingCodeID']) {
    if (numberIn(pending, field) === undefined) errors.push(taskResourceText(field));
  }
  const resource = numberIn(pending, 'assignedResourceID') ?? -1;
  if (!(await holdsRole(pending.tenant, resource, numberIn(pending, 'assignedResourceRoleID') ?? -1))) {
    errors.push(`The Task "${textIn(pending, 'title') ?? ''}" has an invalid Resource and Role combination.`);
  }
}

function taskResourceText(field: string): string {
  return `${field} is a required field when a Resource (primary/secondary) is assigned to a Task`;
}

export const tasks: Rules = {
  prepare: async (pending) => {
    await numbered(pending, 'taskNumber', 'T');
    if (pending.mode === 'create') pending.values.creatorType = 1;
    if (!changed(pending, 'status')) return;
    const done = pending.values.status === complete;
    pending.values.completedDateTime = done ? pending.now : null;
    pending.values.completedByResourceID = done ? pending.actor : null;
  },
  check: checkTask,
};

export const taskSecondaryResources: Rules = {
  check: async (pending) => {
    const task = await referred(pending, 'taskID');
    for (const field of ['departmentID', 'billingCodeID']) {
      if (task !== undefined && (task[field] ?? null) === null) pending.errors.push(taskResourceText(field));
    }
    const resource = numberIn(pending, 'resourceID') ?? -1;
    if (!(await holdsRole(pending.tenant, resource, numberIn(pending, 'roleID') ?? -1))) {
      pending.errors.push(
        `The Task "${String(task?.title ?? '')}" has an invalid Resource and Role combination.`,
      );
    }
  },
};
