import type { Row } from '../../client/types.js';
import { findEntity } from '../../entities/metadata/entity-names.js';
import { instantIn } from '../../entities/values/dates.js';
import type { WritePlan } from '../../entities/write/plan.js';
import { InvalidInput, type Problem } from '../../errors.js';
import { type Id, stepsOf } from '../define/bulk-targets.js';
import { defineWriteTool, type ToolContext } from '../define/define-tool.js';
import { defaultNote, namedChoice } from '../define/picklist-defaults.js';
import * as inputs from '../define/shared-inputs.js';
import { common, type Interval, overlaps } from './intervals.js';
import { atLeast, intervalText, type Schedule, schedulesOf } from './schedule.js';

/** What a service call is about: tickets or tasks, and how they and their resources are linked to it. */
const links = {
  ticketIDs: {
    entity: 'Tickets',
    link: 'ServiceCallTickets',
    field: 'ticketID',
    resources: 'ServiceCallTicketResources',
    by: 'serviceCallTicketID',
  },
  taskIDs: {
    entity: 'Tasks',
    link: 'ServiceCallTasks',
    field: 'taskID',
    resources: 'ServiceCallTaskResources',
    by: 'serviceCallTaskID',
  },
} as const;
type LinkName = keyof typeof links;

const dayMs = 86_400_000;
/** How far free time is looked for instead of one that is taken, and how many stretches are offered. */
const lookAheadMs = 7 * dayMs;
const mostOffered = 4;

const refuse = (problems: readonly Problem[], next?: string) =>
  new InvalidInput('Nothing was written.', problems, next);

async function idsOf(entity: string, given: readonly Id[], field: string, context: ToolContext) {
  const { subjects } = context.entities.tenant().writes;
  const ids = await Promise.all(
    given.map((one) => subjects.idToWrite(findEntity(entity), one, field, context)),
  );
  return [...new Set(ids)];
}

/** The company of a ticket, or of the project of a task. */
async function companyOf(entity: string, id: number, context: ToolContext): Promise<unknown> {
  const { reads } = context.entities.tenant();
  const row = await reads.row(findEntity(entity), id, undefined, context);
  if (row === null) throw refuse([{ field: entity, problem: `there is no record ${id}` }]);
  if (typeof row.companyID === 'number' || typeof row.projectID !== 'number') return row.companyID;
  const project = await reads.row(findEntity('Projects'), row.projectID, undefined, context);
  return project?.companyID;
}

/** The one company that all of them belong to. */
async function commonCompany(
  about: readonly { readonly entity: string; readonly ids: readonly number[] }[],
  context: ToolContext,
): Promise<number> {
  const found = await Promise.all(
    about.flatMap(({ entity, ids }) => ids.map((id) => companyOf(entity, id, context))),
  );
  const [only, ...others] = new Set(found);
  if (typeof only === 'number' && others.length === 0) return only;
  const problem = others.length > 0 ? 'the tickets and tasks belong to several companies' : 'is required';
  throw refuse([{ field: 'companyID', problem }]);
}

/** The time of the call; where none is given, the free time of who should go is in the error. */
async function timeOf(given: Row, people: readonly number[], context: ToolContext): Promise<Interval> {
  const { timeZone } = context;
  const [from, until] = [given.startDateTime, given.endDateTime].map((value) => instantIn(value, timeZone));
  if (from !== undefined && until !== undefined && from < until && until - from <= dayMs)
    return { from, until };
  if (Number.isNaN(from)) {
    const allowed = await freeTime(
      people,
      { from: Date.now(), until: Date.now() + lookAheadMs },
      60,
      context,
    );
    throw refuse([{ field: 'startDateTime', problem: 'must be a date and time when all are free', allowed }]);
  }
  throw refuse([{ field: 'endDateTime', problem: 'must be after startDateTime, by at most 24 hours' }]);
}

const offers = (schedules: readonly Schedule[], minutes: number, timeZone: string) =>
  atLeast(common(schedules.map(({ free }) => free)), minutes)
    .slice(0, mostOffered)
    .map((one) => intervalText(one, timeZone));

async function freeTime(people: readonly number[], range: Interval, minutes: number, context: ToolContext) {
  if (people.length === 0) return [];
  return offers((await schedulesOf(people, range, context)).schedules, minutes, context.timeZone);
}

/** Whether everybody can go: notes for the preview. Throws with the free time of the week when somebody cannot. */
async function availability(
  people: readonly number[],
  time: Interval,
  allowConflicts: boolean,
  context: ToolContext,
): Promise<readonly string[]> {
  const { timeZone } = context;
  const { schedules, notes } = await schedulesOf(people, time, context);
  const inactive = schedules.filter(({ isActive }) => !isActive);
  if (inactive.length > 0) {
    throw refuse(inactive.map(({ name }) => ({ field: 'resourceIDs', problem: `${name} is not active` })));
  }
  const conflicts = schedules.flatMap(({ name, busy }) =>
    busy.map((one) => `${name} is not free: ${one.kind} ${one.what}, ${intervalText(one, timeZone)}`),
  );
  if (conflicts.length > 0 && !allowConflicts) {
    const minutes = (time.until - time.from) / 60_000;
    const range = { from: Math.max(Date.now(), time.from - dayMs / 2), until: time.until + lookAheadMs };
    const allowed = await freeTime(people, range, minutes, context);
    throw refuse(
      conflicts.map((problem, at) => ({
        field: 'resourceIDs',
        problem,
        ...(at === 0 ? { allowed } : {}),
      })),
      'With allowConflicts: true it is booked nevertheless.',
    );
  }
  const outside = schedules.flatMap(({ name, intervals, holidays }) => {
    const holiday = holidays.find((day) => overlaps(day, time));
    if (holiday !== undefined) return [`${name}: ${holiday.name} is a holiday`];
    const isAtWork = intervals.some(({ from, until }) => from <= time.from && time.until <= until);
    return isAtWork ? [] : [`${name}: not within working hours`];
  });
  return [...conflicts, ...outside, ...notes];
}

export const bookServiceCall = defineWriteTool({
  name: 'book-service-call',
  title: 'Book a service call',
  description: 'Plan a visit: a service call, its tickets or tasks, and technicians who are free then.',
  input: {
    ticketIDs: inputs.recordIds,
    taskIDs: inputs.recordIds,
    resourceIDs: inputs.recordIds,
    startDateTime: inputs.set.date(),
    endDateTime: inputs.set.date(),
    description: inputs.set.text(),
    allowConflicts: inputs.flag().optional(),
  },
  destructive: false,
  idempotent: false,
  creates: true,
  plan: async ({ ticketIDs, taskIDs, resourceIDs = [], allowConflicts = false, ...own }, context) => {
    const { planCreate } = context.entities.tenant().writes;
    const given = { ticketIDs, taskIDs };
    const names: readonly LinkName[] = ['ticketIDs', 'taskIDs'];
    const about = await Promise.all(
      names.map(async (name) => ({
        ...links[name],
        ids: await idsOf(links[name].entity, given[name] ?? [], name, context),
      })),
    );
    const people = await idsOf('Resources', resourceIDs, 'resourceIDs', context);
    const missing = [
      ...(about.every(({ ids }) => ids.length === 0)
        ? [{ field: 'ticketIDs', problem: 'is required, or taskIDs: what the service call is about' }]
        : []),
      ...(people.length === 0 ? [{ field: 'resourceIDs', problem: 'is required: who goes' }] : []),
    ];
    if (missing.length > 0) throw refuse(missing);
    const time = await timeOf(own, people, context);
    const notes = [...(await availability(people, time, allowConflicts, context))];
    const status = await namedChoice('ServiceCalls', 'status', ['New'], context);
    const data = {
      ...own,
      companyID: await commonCompany(about, context),
      ...(status === undefined ? {} : { status: Number(status.value) }),
    };
    if (status !== undefined) notes.push(defaultNote('status', status));
    const call = await planCreate({ entity: 'ServiceCalls', data }, context);
    const steps: WritePlan[] = [call];
    for (const { ids, link, field, resources, by } of about) {
      for (const id of ids) {
        const later = { step: call, field: 'serviceCallID' };
        const linked = await planCreate({ entity: link, data: { [field]: id }, later }, context);
        steps.push(linked);
        for (const resourceID of people) {
          const below = { step: linked, field: by };
          steps.push(await planCreate({ entity: resources, data: { resourceID }, later: below }, context));
        }
      }
    }
    return { ...stepsOf(steps, notes), onError: 'stop', together: true };
  },
});
