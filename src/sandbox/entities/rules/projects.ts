import { changed, type Draft, numberIn, referred, textIn } from '../write/draft.js';
import { hasPair, holdsRole, refuseApiUser } from './people.js';
import type { Rules } from './rule.js';

const complete = 5;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '');

async function numbered(draft: Draft, field: string, prefix: string): Promise<void> {
  if (draft.mode !== 'create') return;
  const { rows } = await draft.tenant.table(draft.entity.name);
  draft.values[field] = `${prefix}${dayOf(draft.now)}.${String((rows.length % 9000) + 1).padStart(4, '0')}`;
}

export const projects: Rules = {
  prepare: async (draft) => {
    await numbered(draft, 'projectNumber', 'P');
    if (draft.mode === 'create') draft.values.completedPercentage ??= 0;
    const start = numberIn(draft, 'startDateTime');
    const end = numberIn(draft, 'endDateTime');
    if (start !== undefined && end !== undefined)
      draft.values.duration = Math.round((end - start) / 86_400_000);
    if (changed(draft, 'status')) draft.values.statusDateTime = draft.now;
  },
};

export const phases: Rules = {
  prepare: (draft) => numbered(draft, 'phaseNumber', 'P'),
};

async function checkTask(draft: Draft): Promise<void> {
  const { errors } = draft;
  const missingType = errors.indexOf('Value does not exist for the required field taskType');
  if (missingType >= 0) errors[missingType] = 'Value does not reference an existing entity for taskType . ';
  await refuseApiUser(draft, 'assignedResourceID');
  const phase = await referred(draft, 'phaseID');
  if (phase !== undefined && phase.projectID !== draft.values.projectID) {
    errors.push('Reference value on field: phaseID of type: Phase does not exist or is invalid.');
  }
  if (!hasPair(draft)) return;
  for (const field of ['departmentID', 'billingCodeID']) {
    if (numberIn(draft, field) === undefined) errors.push(taskResourceText(field));
  }
  const resource = numberIn(draft, 'assignedResourceID') ?? -1;
  if (!(await holdsRole(draft.tenant, resource, numberIn(draft, 'assignedResourceRoleID') ?? -1))) {
    errors.push(`The Task "${textIn(draft, 'title') ?? ''}" has an invalid Resource and Role combination.`);
  }
}

function taskResourceText(field: string): string {
  return `${field} is a required field when a Resource (primary/secondary) is assigned to a Task`;
}

export const tasks: Rules = {
  prepare: async (draft) => {
    await numbered(draft, 'taskNumber', 'T');
    if (draft.mode === 'create') draft.values.creatorType = 1;
    if (!changed(draft, 'status')) return;
    const done = draft.values.status === complete;
    draft.values.completedDateTime = done ? draft.now : null;
    draft.values.completedByResourceID = done ? draft.actor : null;
  },
  check: checkTask,
};

export const taskSecondaryResources: Rules = {
  check: async (draft) => {
    const task = await referred(draft, 'taskID');
    for (const field of ['departmentID', 'billingCodeID']) {
      if (task !== undefined && (task[field] ?? null) === null) draft.errors.push(taskResourceText(field));
    }
    const resource = numberIn(draft, 'resourceID') ?? -1;
    if (!(await holdsRole(draft.tenant, resource, numberIn(draft, 'roleID') ?? -1))) {
      draft.errors.push(
        `The Task "${String(task?.title ?? '')}" has an invalid Resource and Role combination.`,
      );
    }
  },
};
