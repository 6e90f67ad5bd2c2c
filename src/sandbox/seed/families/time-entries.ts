import type { Row } from '../../store/value.js';
import { numberByDate, within } from '../dated-rows.js';
import { firstId } from '../lookup-tables.js';
import { day, hour, minute, numberOf, officeHours, type Seed, type Seeder } from '../seed.js';
import { workTexts } from '../texts.js';
import { billingCode } from './catalogue.js';
import { apiUserId } from './organisation.js';

/** A time entry of `hours` from `start` on. `type`: 2 on a ticket, 6 on a task, 5 internal. */
export function timeEntry(
  id: number,
  type: number,
  resourceID: number,
  start: number,
  hours: number,
  rest: Partial<Row>,
): Row {
  const stop = start + hours * hour;
  return {
    id,
    timeEntryType: type,
    resourceID,
    startDateTime: start,
    endDateTime: stop,
    dateWorked: start - (start % day),
    hoursWorked: hours,
    hoursToBill: type === 5 ? 0 : hours,
    offsetHours: 0,
    isNonBillable: type === 5,
    showOnInvoice: type !== 5,
    createDateTime: stop + 5 * minute,
    lastModifiedDateTime: stop + 5 * minute,
    creatorUserID: resourceID,
    lastModifiedUserID: resourceID,
    ...rest,
  };
}

async function entries(seed: Seed): Promise<Row[]> {
  const random = seed.random('TimeEntries');
  const rows: Row[] = [];
  const approver = firstId('Resources');
  for (const ticket of await seed.rows('Tickets')) {
    const resourceID = numberOf(ticket, 'assignedResourceID');
    if (resourceID === 0) continue;
    for (let i = 0, count = random.int(1, ticket.status === 5 ? 3 : 2); i < count; i++) {
      const hours = random.int(1, 8) / 4;
      const latest = seed.today - hours * hour - 10 * minute;
      const started = Math.min(within(ticket, 'createDate', 'lastActivityDate', random.next()), latest);
      const approved = started < seed.today - 40 * day;
      rows.push(
        timeEntry(0, 2, resourceID, started - (started % minute), hours, {
          ticketID: ticket.id,
          roleID: ticket.assignedResourceRoleID ?? null,
          contractID: ticket.contractID ?? null,
          billingCodeID: billingCode(random.int(0, 2)),
          summaryNotes: random.pick(workTexts),
          internalNotes: random.chance(0.2) ? 'Customer is friendly but busy in the mornings.' : null,
          billingApprovalDateTime: approved ? started + 10 * day : null,
          billingApprovalResourceID: approved ? approver : null,
          billingApprovalLevelMostRecent: approved ? 1 : null,
        }),
      );
    }
  }
  for (const task of await seed.rows('Tasks')) {
    const resourceID = numberOf(task, 'assignedResourceID');
    const started = numberOf(task, 'startDateTime') + 9 * hour;
    if (resourceID === 0 || started > seed.today - day || task.status === 1) continue;
    for (let i = 0; i < 2; i++) {
      const hours = random.int(2, 16) / 4;
      rows.push(
        timeEntry(
          0,
          6,
          resourceID,
          officeHours(Math.min(started + i * day, seed.today - 4 * day), random),
          hours,
          {
            taskID: task.id,
            roleID: task.assignedResourceRoleID ?? null,
            billingCodeID: billingCode(3),
            summaryNotes: random.pick(workTexts),
          },
        ),
      );
    }
  }
  const people = (await seed.rows('Resources')).filter(
    (row) => row.isActive === true && row.id !== apiUserId,
  );
  for (const person of people) {
    for (let week = 1; week <= Math.min(26, Math.round(26 * seed.scale) + 4); week++) {
      const start = officeHours(seed.today - week * 7 * day, random);
      rows.push(
        timeEntry(0, 5, person.id, start - (start % (15 * minute)), 1, {
          internalBillingCodeID: billingCode(8 + (week % 3)),
          summaryNotes: 'Weekly team meeting.',
        }),
      );
    }
  }
  return numberByDate(rows, 'TimeEntries', 'createDateTime');
}

export const timeEntries: Readonly<Record<string, Seeder>> = { TimeEntries: entries };
