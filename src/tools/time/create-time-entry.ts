import type { TimeEntryCreate } from '../../../generated/types.js';
import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { ifAllowed } from '../../entities/read/optional-read.js';
import { resolveMe } from '../../entities/references/resolve-me.js';
import { instantIn, today } from '../../entities/values/dates.js';
import type { ParentRecord } from '../../entities/write/parent-record.js';
import { InvalidInput, type Problem } from '../../errors.js';
import { actingPerson } from '../../identity/acting-person.js';
import { noRoles, rolesOfResource } from '../define/assignable-roles.js';
import { isGiven, usualRole } from '../define/assignment-checks.js';
import { defineCreate, type Prepare } from '../define/define-record-tools.js';
import type { ToolContext } from '../define/define-tool.js';
import * as inputs from '../define/shared-inputs.js';

const targets = ['ticketID', 'taskID', 'internalBillingCodeID'] as const;
const mostHours = 24;

/** Autotask's rules for time, which its metadata does not show. */
function timeProblems(data: Row, context: ToolContext): Problem[] {
  const problems: Problem[] = [];
  const given = targets.filter((name) => isGiven(data[name]));
  if (given.length !== 1) {
    const what = given.length === 0 ? 'one is needed' : `${given.join(' and ')} are given`;
    problems.push({ field: targets.join(', '), problem: `exactly one says what the time was for; ${what}` });
  }
  const hours = Number(data.hoursWorked);
  if (isGiven(data.hoursWorked) && !(hours > 0 && hours <= mostHours)) {
    problems.push({
      field: 'hoursWorked',
      problem: `must be more than 0 and at most ${mostHours} hours, e.g. 0.75 for 45 minutes`,
    });
  }
  const [start, end] = [data.startDateTime, data.endDateTime];
  const [from, until] = [start, end].map((value) => instantIn(value, context.timeZone));
  if (isGiven(start) && isGiven(end)) {
    // What is no date and time is refused as such, with the form that works.
    const span = ((until ?? Number.NaN) - (from ?? Number.NaN)) / 3_600_000;
    if (span <= 0 || span > mostHours) {
      problems.push({
        field: 'endDateTime',
        problem: `must be after startDateTime, by at most ${mostHours} hours`,
      });
    }
  } else if (isGiven(start) || isGiven(end)) {
    problems.push({ field: 'startDateTime, endDateTime', problem: 'belong together: give both or none' });
  } else if (!isGiven(data.hoursWorked)) {
    problems.push({ field: 'hoursWorked', problem: 'is required, or startDateTime and endDateTime' });
  } else if (!isGiven(data.dateWorked)) {
    problems.push({ field: 'dateWorked', problem: 'is required when startDateTime is not given' });
  }
  return problems;
}

/**
 * The role of time without one: that of the ticket or task when the resource holds it, or when nobody may say which
 * it holds; otherwise the resource's default one. A problem where there is none of them.
 */
async function roleOf(data: Row, subjects: readonly ParentRecord[], context: ToolContext) {
  const usual = subjects.map(({ row }) => row?.assignedResourceRoleID).find((id) => typeof id === 'number');
  const on = subjects[0]?.entity.singular.toLowerCase() ?? 'ticket';
  const held = await ifAllowed(() => rolesOfResource(data.resourceID, usual, context), noRoles);
  const isHeld = held.ids.length === 0 || held.ids.some((id) => id === usual);
  if (typeof usual === 'number' && isHeld) return { id: usual, from: `the role of the ${on}` };
  const not = typeof usual === 'number' ? `, which does not hold that of the ${on}` : '';
  const set = await usualRole(data.resourceID, held, context);
  if (set !== undefined) return { id: set, from: `the default role of the resource${not}` };
  const [only, ...others] = held.ids;
  if (only !== undefined && others.length === 0)
    return { id: only, from: `the only role of the resource${not}` };
  const { names } = await context.entities.tenant().references.lookup('Role', held.ids, context.signal);
  return { allowed: held.ids.map((id) => `${id} = ${names.get(id) ?? `#${id}`}`) };
}

/** Whose time it is when nobody is named: whoever asks, where that is known. */
async function resourceOf(subjects: readonly ParentRecord[], context: ToolContext) {
  if (actingPerson() !== undefined) return resolveMe();
  const assigned = subjects.map(({ row }) => row?.assignedResourceID).find((id) => typeof id === 'number');
  if (typeof assigned !== 'number') return null;
  const { names } = await context.entities.tenant().references.lookup('Resource', [assigned], context.signal);
  return { assigned: `${assigned} = ${names.get(assigned) ?? `#${assigned}`}` };
}

/** Time with what can be filled in: resource, role and day. Throws InvalidInput with all that is missing. */
export const timeEntryData: Prepare = async (given, context) => {
  const data: Record<string, unknown> = { ...given };
  const notes: string[] = [];
  const { facts, tenant } = context.entities;
  const metadata = await facts(findEntity('TimeEntries'), context.signal);
  const { subjects } = await tenant().writes.subjects.find(metadata, given, context);
  const problems: Problem[] = [];
  if (!isGiven(given.resourceID)) {
    const found = await resourceOf(subjects, context);
    if (found !== null && 'id' in found) {
      data.resourceID = found.id;
      notes.push(`resourceID was not given: whoever asks, ${found.name} (id ${found.id})`);
    } else {
      const on =
        found === null
          ? ''
          : `; the ${subjects[0]?.entity.singular.toLowerCase()} is assigned to ${found.assigned}`;
      problems.push({ field: 'resourceID', problem: `is required: whose time is it${on}` });
    }
  }
  const isOnWork = !isGiven(given.internalBillingCodeID);
  if (isOnWork && !isGiven(given.roleID) && isGiven(data.resourceID)) {
    const role = await roleOf(data, subjects, context);
    if ('id' in role) {
      data.roleID = role.id;
      notes.push(`roleID was not given: ${role.from} (${role.id})`);
    } else {
      const problem = 'is required for time on a ticket or task: none is the default';
      problems.push({ field: 'roleID', problem, allowed: role.allowed });
    }
  }
  const isTimed = isGiven(given.startDateTime) || isGiven(given.endDateTime);
  if (isGiven(given.hoursWorked) && !isTimed && !isGiven(given.dateWorked)) {
    data.dateWorked = today(context.timeZone);
    notes.push(`dateWorked was not given: today in ${context.timeZone} (${data.dateWorked})`);
  }
  problems.push(...timeProblems(data, context));
  if (problems.length > 0) throw new InvalidInput('Nothing was written.', problems);
  return { data, notes };
};

/** What a refusal of time means. */
export const explainTimeRefusal = (upstream: string): string | undefined =>
  /timesheet|submitted|approved|posted|locked/i.test(upstream)
    ? 'Autotask locks time of a timesheet that was submitted or approved and of entries that were posted. The API cannot reopen it: somebody has to reject the timesheet or unpost the entry in Autotask.'
    : undefined;

export const createTimeEntry = defineCreate<keyof TimeEntryCreate>({
  name: 'create-time-entry',
  title: 'Log time',
  description:
    'Log time on a ticket (id or number), a task or a general work type: hoursWorked (today unless dateWorked says otherwise), or start and end. Submitted or posted timesheets are locked by Autotask.',
  entity: 'TimeEntries',
  fields: {
    ticketID: inputs.set.name(),
    taskID: inputs.set.name(),
    internalBillingCodeID: inputs.set.name(),
    resourceID: inputs.set.name(),
    roleID: inputs.set.name(),
    dateWorked: inputs.set.date(),
    hoursWorked: inputs.set.number(),
    startDateTime: inputs.set.date(),
    endDateTime: inputs.set.date(),
    billingCodeID: inputs.set.name(),
    contractID: inputs.set.name(),
    isNonBillable: inputs.set.flag(),
    summaryNotes: inputs.set.text(),
    internalNotes: inputs.set.text(),
  },
  explain: explainTimeRefusal,
  prepare: timeEntryData,
});
